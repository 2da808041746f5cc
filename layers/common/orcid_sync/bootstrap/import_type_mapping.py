"""Builds what import_type_mapping calls."""

from __future__ import annotations

import os
import secrets
from functools import cache

from orcid_sync.adapters.s3_mapping_files import S3MappingFiles
from orcid_sync.bootstrap.stores import Stores
from orcid_sync.config import ImportTypeMappingConfig
from orcid_sync.services.import_type_mapping import ImportTypeMapping
from orcid_sync.services.type_mapping import AdministerTypeMapping


def import_type_mapping() -> ImportTypeMapping:
    """Built once per environment."""
    return _import_type_mapping(ImportTypeMappingConfig.from_env(os.environ))


@cache
def _import_type_mapping(config: ImportTypeMappingConfig) -> ImportTypeMapping:
    s = Stores(sync_table=config.sync_table, catalogue_table=config.catalogue_table)
    administer = AdministerTypeMapping(
        s.type_mappings, s.catalogue, s.audit, s.events(config.event_bus), s.clock, lambda: secrets.token_hex(4)
    )
    return ImportTypeMapping(S3MappingFiles(s.aws.s3, config.uploads_bucket), administer)
