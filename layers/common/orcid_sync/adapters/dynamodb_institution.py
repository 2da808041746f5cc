"""The institution's configuration and type mapping in DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from orcid_sync.adapters.dynamodb_table import ConditionFailed, Table
from orcid_sync.adapters.items_sync import CONFIGURATION_KEY, MAPPING_KEY, settings_item, settings_of
from orcid_sync.domain.errors import ConflictError
from orcid_sync.domain.settings import InstitutionSettings


class DynamoDbInstitution:
    """Items `CONFIG` / `INSTITUTION` and `CONFIG` / `MAPPING` of the sync table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def settings(self, *, consistent: bool = True) -> InstitutionSettings:
        item = self._table.get(CONFIGURATION_KEY, consistent=consistent)
        return settings_of(item) if item is not None else InstitutionSettings()

    def put_settings(self, settings: InstitutionSettings) -> InstitutionSettings:
        stored = replace(settings, rev=settings.rev + 1)
        try:
            if settings.rev:
                self._table.put(settings_item(stored), condition="rev = :rev", rev=settings.rev)
            else:
                self._table.put(settings_item(stored), condition="attribute_not_exists(pk)")
        except ConditionFailed as failed:
            raise ConflictError("The configuration was changed meanwhile; look again.") from failed
        return stored

    def type_mapping(self, *, consistent: bool = True) -> Mapping[str, str] | None:
        """Kept as one JSON text in the attribute `m`."""
        item = self._table.get(MAPPING_KEY, consistent=consistent)
        if item is None:
            return None
        mapping: dict[str, str] = json.loads(item["m"])
        return mapping
