"""Takes in a batch of what the RIS pushes, by the feed API or in a file; the version decides (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from orcid_sync.domain.catalogue import Publication, PublicationType, Relationship, User
from orcid_sync.domain.digests import digest_publication
from orcid_sync.domain.errors import ConflictError, InvalidError
from orcid_sync.domain.feed_items import FeedItem, FeedReport, ParsedItem, Remark
from orcid_sync.ports.catalogue import Catalogue, StoreResult
from orcid_sync.ports.erasure import Erasures

ERASED = "The user was erased; items for them are ignored until an administrator takes them back."


@dataclass(frozen=True, slots=True)
class ImportFeed:
    """Stores items; those of a batch on `parallel` threads, as each waits for the table; 1: one by one.

    Items of one key stay in their order on one thread: side by side they would be in each other's way, and which of
    them count as stale would be a matter of luck.
    """

    catalogue: Catalogue
    parallel: int = 1
    erasures: Erasures | None = None

    def store(self, items: Sequence[ParsedItem]) -> FeedReport:
        """Store a batch. One bad item never stops the others."""
        erased = self._erased(items)
        passed_over = self._old(items)
        passed_over |= {index for index, item in enumerate(items) if _user_of(item) in erased}
        results = self._store_all(items, passed_over)
        self._take_back(items)
        # A StoreResult is a text too.
        refused = [(index, result) for index, result in enumerate(results) if not isinstance(result, StoreResult)]
        errors = [Remark(index, text) for index, text in refused]
        warnings = [Remark(index, text) for index, item in enumerate(items) for text in item.warnings]
        warnings.extend(_ids_that_differ_in_case(items))
        warnings.extend(Remark(index, ERASED) for index, item in enumerate(items) if _user_of(item) in erased)
        return FeedReport(
            accepted=sum(1 for result in results if result is StoreResult.STORED),
            stale=sum(1 for result in results if result is StoreResult.STALE),
            errors=tuple(errors),
            warnings=tuple(sorted(warnings, key=lambda remark: remark.index)),
        )

    def _erased(self, items: Sequence[ParsedItem]) -> frozenset[str]:
        """Users of the batch whose items are ignored until an administrator takes them back (R48)."""
        users = {user_id for item in items if (user_id := _user_of(item)) is not None}
        return self.erasures.among(users) if self.erasures is not None and users else frozenset()

    def _take_back(self, items: Sequence[ParsedItem]) -> None:
        """Of users whose erasure ended while the batch was being stored, or a batch before it that broke off, nothing
        may stay. What an erasure under way finds it deletes itself.
        """
        users = {user_id for item in items if (user_id := _user_of(item)) is not None}
        if self.erasures is not None and users:
            for user_id in sorted(self.erasures.finished(users)):
                self.catalogue.forget_user(user_id)

    def _old(self, items: Sequence[ParsedItem]) -> set[int]:
        """Indexes of items that are not newer than what is stored: a RIS sends its whole catalogue again, and nearly
        all of it is known. Whatever is not among these is decided where it is stored.
        """
        places = [index for index, parsed in enumerate(items) if parsed.item is not None]
        wanted = [parsed.item for parsed in items if parsed.item is not None]
        known = self.catalogue.known_versions(wanted) if wanted else []
        return {
            index
            for index, item, version in zip(places, wanted, known, strict=True)
            if version is not None and version >= item.version
        }

    def _store_all(self, items: Sequence[ParsedItem], passed_over: Set[int]) -> list[StoreResult | str]:
        """The results in the order of the items; what is passed over counts as stale."""
        results: list[StoreResult | str] = [StoreResult.STALE] * len(items)
        left = [index for index in range(len(items)) if index not in passed_over]

        def store_in_order(indexes: list[int]) -> None:
            for index in indexes:
                results[index] = self._store(items[index])

        if self.parallel == 1:
            store_in_order(left)
            return results
        by_key: dict[tuple[str, ...], list[int]] = {}
        for index in left:
            by_key.setdefault(_key(items[index]), []).append(index)
        with ThreadPoolExecutor(self.parallel) as pool:
            list(pool.map(store_in_order, by_key.values()))
        return results

    def _store(self, parsed: ParsedItem) -> StoreResult | str:
        """The result, or the error's text."""
        if parsed.item is None:
            return parsed.error or ""
        try:
            return self._put(parsed.item)
        except (ConflictError, InvalidError) as exc:
            return str(exc)

    def _put(self, item: FeedItem) -> StoreResult:
        match item:
            case User():
                return self.catalogue.put_user(item)
            case Publication():
                return self.catalogue.put_publication(item, digest_publication(item))
            case Relationship():
                return self.catalogue.put_relationship(item)
            case PublicationType():
                return self.catalogue.put_publication_type(item)


def _user_of(parsed: ParsedItem) -> str | None:
    """The user whom an item is about, if it is about one."""
    return parsed.item.user_id if isinstance(parsed.item, User | Relationship) else None


def _key(parsed: ParsedItem) -> tuple[str, ...]:
    """What the versions of an item count for; those that could not be read have nothing to store and share a key."""
    match parsed.item:
        case User(user_id):
            return ("user", user_id)
        case Publication(publication_id):
            return ("publication", publication_id)
        case Relationship(user_id, publication_id):
            return ("relationship", user_id, publication_id)
        case PublicationType(type_id):
            return ("publication-type", type_id)
        case None:
            return ()


def _ids_that_differ_in_case(items: Iterable[ParsedItem]) -> list[Remark]:
    """R28: the registry ignores case in ids; two publications that differ in it alone would be one work there."""
    seen: dict[str, str] = {}
    remarks: list[Remark] = []
    for index, parsed in enumerate(items):
        if isinstance(parsed.item, Publication):
            publication_id = parsed.item.publication_id
            first = seen.setdefault(publication_id.lower(), publication_id)
            if first != publication_id:
                text = f"id: {publication_id} and {first} differ only in upper and lower case; give one another id."
                remarks.append(Remark(index, text))
    return remarks
