"""Keeps the index of identifiers, and lets offers end where the RIS has the work by now (R42)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orcid_sync.domain.catalogue import Header
from orcid_sync.domain.catalogue_changes import CatalogueChange, IdsChanged, PublicationChanged, RelationshipChanged
from orcid_sync.domain.offers import sharing
from orcid_sync.domain.work_identifiers import of_a_work
from orcid_sync.ports.catalogue import Catalogue
from orcid_sync.ports.search import Offers, WorkIndex
from orcid_sync.ports.telemetry import Telemetry
from orcid_sync.services.settle_works import SettleWorks


@dataclass(frozen=True, slots=True)
class NoticeWorks:
    """Follows a batch of changes; a change says where to look, and what counts is read anew, so a batch may come twice.

    To be called before automatic claiming, which must not claim what was rejected as an offer (R41).
    """

    catalogue: Catalogue
    index: WorkIndex
    offers: Offers
    settle: SettleWorks
    telemetry: Telemetry

    def notice(self, changes: Sequence[CatalogueChange]) -> int:
        """Returns how many works became suggestions or claims. Raises what the stores raise."""
        touched: dict[str, set[str]] = {}
        related: set[tuple[str, str]] = set()
        for change in changes:
            if isinstance(change, PublicationChanged):
                ids = _ids(change.before) ^ _ids(change.after)
                if ids:
                    touched.setdefault(change.publication_id, set()).update(ids)
            elif isinstance(change, IdsChanged):
                touched.setdefault(change.publication_id, set())  # automatic claiming comes next
            elif isinstance(change, RelationshipChanged):
                related.add((change.user_id, change.publication_id))
        concerned = self.offers.known_users({user_id for user_id, _ in related}) if related else frozenset()
        related = {pair for pair in related if pair[0] in concerned}
        wanted = touched.keys() | {publication_id for _, publication_id in related}
        headers = self.catalogue.headers(sorted(wanted), consistent=True) if wanted else {}
        self._keep_index(touched, headers)
        holders = self._holders(touched, headers)
        settled = sum(self._settle(user_id, headers.get(p)) for user_id, p in sorted(related | holders))
        if settled:
            self.telemetry.log("offers_settled", works=settled)
        return settled

    def _keep_index(self, touched: dict[str, set[str]], headers: dict[str, Header]) -> None:
        now = {publication_id: _ids(headers.get(publication_id)) for publication_id in touched}
        self.index.add({publication_id: sorted(ids & now[publication_id]) for publication_id, ids in touched.items()})
        self.index.remove(
            {publication_id: sorted(ids - now[publication_id]) for publication_id, ids in touched.items()}
        )

    def _holders(self, touched: Iterable[str], headers: dict[str, Header]) -> set[tuple[str, str]]:
        """Users with an offer of what these publications are, and the publication.

        All identifiers are asked for in one go, and only when somebody holds one, publication by publication.
        """
        ids = {p: _ids(headers.get(p)) for p in touched}
        everything = frozenset[str]().union(*ids.values())
        if not everything or not self.offers.holders(everything):
            return set()
        return {(user_id, p) for p, some in ids.items() if some for user_id in self.offers.holders(some)}

    def _settle(self, user_id: str, header: Header | None) -> bool:
        ids = _ids(header)
        if header is None or not ids or self.catalogue.user(user_id, consistent=True) is None:
            return False
        found = sharing(self.offers.of_user(user_id), ids)
        if not found:
            return False
        everything = ids.union(*(offer.ids for offer in found))
        named = self.index.publications(sorted(everything)).values()
        publications = self.settle.living(sorted({header.publication_id, *(p for some in named for p in some)}))
        return bool(publications) and self.settle.settle(user_id, publications, found, None)


def _ids(header: Header | None) -> frozenset[str]:
    """The identifiers of a living publication's records."""
    if header is None or header.deleted:
        return frozenset()
    return frozenset(of_a_work(self_id for record in header.records for self_id in record.self_ids))
