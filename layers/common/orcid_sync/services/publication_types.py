"""The publication types that the RIS has, as an administrator tells them: the later of this and the feed counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orcid_sync.domain.catalogue import PublicationType
from orcid_sync.domain.type_mapping import known_types
from orcid_sync.ports.audit import AuditTrail
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.clock import Clock

# Below every version that a feed can give.
_BEFORE_ANY_FEED = -1


@dataclass(frozen=True, slots=True)
class AdministerPublicationTypes:
    """Reads and replaces the list of types. A change is audited (R46)."""

    catalogue: Catalogue
    audit: AuditTrail
    clock: Clock

    def types(self) -> Mapping[str, str]:
        """Identifier -> display name; those of R1 until any are told."""
        return known_types(self.catalogue.publication_types())

    def replace(self, by: str, names: Mapping[str, str]) -> Mapping[str, str]:
        """Make these the types (identifier -> display name); returns what the catalogue then has.

        A type keeps the version that the feed gave it, so that whatever the feed says next counts again. One that the
        feed changes at this very moment is left to the feed, which is the later.
        """
        stored = {known.type_id: known for known in self.catalogue.publication_types()}
        for wanted in _wanted(stored.values(), names):
            seen = stored.get(wanted.type_id)
            if wanted != seen:
                self.catalogue.replace_publication_type(wanted, seen)
        after = self.catalogue.publication_types()
        old, new = _living(stored.values()), _living(after)
        if old != new:
            self.audit.record(
                at_ms=self.clock.now_ms(),
                by=by,
                action="publication_types_changed",
                user_id=None,
                orcid_id=None,
                before={name: text for name, text in old.items() if new.get(name) != text},
                after={name: text for name, text in new.items() if old.get(name) != text},
            )
        return known_types(after)


def _wanted(stored: Iterable[PublicationType], names: Mapping[str, str]) -> Iterable[PublicationType]:
    versions = {known.type_id: known.version for known in stored}
    for type_id, name in names.items():
        yield PublicationType(type_id, versions.get(type_id, _BEFORE_ANY_FEED), name)
    for known in stored:
        if known.type_id not in names:
            yield replace(known, deleted=True)


def _living(types: Iterable[PublicationType]) -> dict[str, str]:
    return {known.type_id: known.name for known in types if not known.deleted}
