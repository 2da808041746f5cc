"""The resources of the API: which items an address names, and the page of them that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from local.elements.answers import Envelope, Paging
from local.elements.institution import Gone, Institution
from local.elements.items import Items
from local.elements.times import read_stamp

_DEFAULT_PER_PAGE: Final = 25
_MOST_FULL: Final = 25
_MOST_NAMED: Final = 1000
_DELETED: Final = {"publications": "publication", "users": "user"}


class ApiError(Exception):
    """What the server answers instead: a status, and the code of its error document."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


Entry = tuple[int, Callable[[], str]]


@dataclass(frozen=True, slots=True)
class Resources:
    """One version of the API. `cursor`: whether lists of v6.13 bear a place to come back to (`continue-from`)."""

    institution: Institution
    items: Items
    envelope: Envelope
    account: str
    cursor: bool = True

    def answer(self, path: str, asked: Mapping[str, str]) -> Iterator[str]:
        """The answer in pieces; what is wrong is found before the first of them. Raises ApiError."""
        address = f"{self.envelope.base}/{path}{'?' + urlencode(dict(asked)) if asked else ''}"
        full = asked.get("detail", "ref" if _is_list(path) else "full") == "full"
        single = self._single(path)
        if single is not None:
            return iter([self.envelope.one(single, address)])
        plain = self._plain(path)
        if plain is not None:
            return self.envelope.many(plain, address, None)
        per_page = self._per_page(asked, full=full)
        entries = self._entries(path, asked, _number(asked, "after-id"), full=full)
        page = list(islice(entries, per_page + 1))
        more, page = len(page) > per_page, page[:per_page]
        following = self._following(path, asked, page[-1][0]) if page else None
        paging = Paging(
            len(page),
            per_page,
            address,
            following if more else None,
            following if self.cursor and self.envelope.version != "5.5" else None,
        )
        return self.envelope.many((write() for _, write in page), address, paging)

    def _following(self, path: str, asked: Mapping[str, str], last: int) -> str:
        return f"{self.envelope.base}/{path}?{urlencode({**asked, 'after-id': str(last)})}"

    @staticmethod
    def _per_page(asked: Mapping[str, str], *, full: bool) -> int:
        wanted = _number(asked, "per-page") or _DEFAULT_PER_PAGE
        most = _MOST_FULL if full else _MOST_NAMED
        if wanted > most:
            raise ApiError(400, "argument-fault", f"per-page must be at most {most}")
        return wanted

    def _single(self, path: str) -> str | None:
        found, items = self.institution, self.items
        match path.split("/"):
            case ["my-account"]:
                return f'<api:api-account username="{self.account}" schema-version="{self.envelope.version}"/>'
            case ["users", name]:
                return items.user(found.people[self._user_id(name)], full=True)
            case ["publications", name]:
                return items.publication(found.work(self._living("publication", name, found.works)), full=True)
            case ["relationships", name] if name != "deleted":
                tie = found.ties[self._living("relationship", name, found.ties)]
                return items.tie(tie, user=True, work=True, full=False)
        return None

    def _plain(self, path: str) -> list[str] | None:
        """Lists that are not paged."""
        match path:
            case "publication/types":
                return [Items.type(at, *named) for at, named in enumerate(self.institution.types.items(), 1)]
            case "publication/sources":
                return [Items.source(place, name) for place, name in enumerate(self.institution.sources, 1)]
        return None

    def _entries(self, path: str, asked: Mapping[str, str], after: int, *, full: bool) -> Iterator[Entry]:
        found, items = self.institution, self.items
        match path.split("/"):
            case ["users"]:
                since, by = _since(asked)
                people = (
                    one for _, one in sorted(found.people.items()) if one.id > after and getattr(one, by) >= since
                )
                return ((one.id, partial(items.user, one, full=full)) for one in people)
            case ["publications"]:
                since, by = _since(asked)
                works = (found.works[one] for one in found.works.ids_since(since) if one > after)
                touched = (one for one in works if getattr(one, by) >= since)
                return ((one.id, partial(items.publication, one, full=full)) for one in touched)
            case ["users", name, "publications" | "relationships"]:
                ties = found.ties_of_user(self._user_id(name), after)
                return ((one.id, partial(items.tie, one, user=False, work=True, full=full)) for one in ties)
            case ["publications", name, "relationships"]:
                ties = found.ties_of_work(self._living("publication", name, found.works), after)
                return ((one.id, partial(items.tie, one, user=True, work=False, full=full)) for one in ties)
            case ["relationships"]:
                since, _ = _since(asked)
                ties = [one for _, one in sorted(found.ties.items()) if one.id > after and one.modified_ms >= since]
                return ((one.id, partial(items.tie, one, user=True, work=True, full=full)) for one in ties)
            case ["relationships", "deleted"]:
                return self._gone("relationship", asked, after)
            case ["deleted", plural] if plural in _DELETED:
                return self._gone(_DELETED[plural], asked, after)
        raise ApiError(404, "resource-not-found", f"there is no resource {path}")

    def _gone(self, category: str, asked: Mapping[str, str], after: int) -> Iterator[Entry]:
        since = _time(asked, "deleted-since")
        found: Iterable[Gone] = (one for _, one in sorted(self.institution.gone[category].items()))
        left = (one for one in found if one.id > after and one.at_ms >= since)
        return ((one.id, partial(self.items.gone, category, one)) for one in left)

    def _user_id(self, name: str) -> int:
        """Of a user given by id, `username-...` or `pid-...`."""
        kind, found, value = name.partition("-")
        people = self.institution.people
        if not found:
            return self._living("user", name, people)
        wanted = (
            one.id for one in people.values() if value == {"username": one.username, "pid": f"E{one.id}"}.get(kind)
        )
        return self._living("user", str(next(wanted, "")), people)

    def _living(self, category: str, name: str, held: Mapping[int, object] | object) -> int:
        """The id, if there is such a thing."""
        number = int(name) if name.isascii() and name.isdigit() else 0
        if number in self.institution.gone[category]:
            raise ApiError(410, "resource-deleted", f"the {category} {number} was deleted")
        if number not in held:  # type: ignore[operator]  # whatever is held by id
            raise ApiError(404, "resource-not-found", f"there is no {category} {name}")
        return number


def _is_list(path: str) -> bool:
    return not path.rpartition("/")[2].isdigit()


def _number(asked: Mapping[str, str], name: str) -> int:
    text = asked.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise ApiError(400, "argument-fault", f"{name} must be a number")
    return int(text)


def _since(asked: Mapping[str, str]) -> tuple[int, str]:
    """From when on, and which of the two times has to be so late."""
    if "affected-since" in asked:
        return _time(asked, "affected-since"), "affected_ms"
    return _time(asked, "modified-since"), "modified_ms"


def _time(asked: Mapping[str, str], name: str) -> int:
    if name not in asked:
        return 0
    try:
        return read_stamp(asked[name])
    except ValueError:
        raise ApiError(400, "argument-fault", f"{name} must be a date and time") from None
