"""A big institution, the same for the same numbers; its publications are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from local.elements.institution import EDITORSHIP, Institution, Person, Rec, Tie, Work
from local.elements.vocabulary import SOURCES, TYPES

_FIRST_USER: Final = 1001
_FIRST_WORK: Final = 100_001
_FIRST_TIE: Final = 1_000_001
_TYPES: Final = ("journal-article", "journal-article", "journal-article", "conference", "chapter", "book", "report")
_WORDS: Final = (
    "adaptive", "boundary", "coastal", "dynamics", "evidence", "fracture", "growth", "heritage", "inference",
    "kinetics", "lattice", "migration", "networks", "observed", "patterns", "quantum", "regional", "spectra",
    "transport", "urban",
)  # fmt: skip
_SENTENCE: Final = "We report on {0} and {1} under {2} conditions and compare them with {3} over several years. "


class GeneratedWorks:
    """Publications by id, made anew at each look, but for those that were changed."""

    def __init__(self, count: int, made_ms: int) -> None:
        self._count = count
        self._made_ms = made_ms
        self._changed: dict[int, Work] = {}
        self._deleted: set[int] = set()

    def __getitem__(self, work_id: int) -> Work:
        if work_id in self._changed:
            return self._changed[work_id]
        if work_id in self._deleted or not _FIRST_WORK <= work_id < _FIRST_WORK + self._count:
            raise KeyError(work_id)
        return _work(work_id, self._made_ms)

    def __contains__(self, work_id: object) -> bool:
        made = isinstance(work_id, int) and _FIRST_WORK <= work_id < _FIRST_WORK + self._count
        return work_id in self._changed or (made and work_id not in self._deleted)

    def __setitem__(self, work_id: int, work: Work) -> None:
        self._changed[work_id] = work

    def __delitem__(self, work_id: int) -> None:
        self._changed.pop(work_id, None)
        self._deleted.add(work_id)

    def ids_since(self, since_ms: int) -> Iterable[int]:
        touched = (work.id for work in self._changed.values() if max(work.modified_ms, work.affected_ms) >= since_ms)
        if since_ms > self._made_ms:
            return sorted(touched)
        made = range(_FIRST_WORK, _FIRST_WORK + self._count)
        return sorted({*touched, *(one for one in made if one not in self._deleted and one not in self._changed)})


def generated(users: int, publications: int, now_ms: Callable[[], int]) -> Institution:
    """Everybody claims about as many; each fifth publication belongs to two, each twentieth user has left."""
    made_ms = now_ms() - 86_400_000
    works = GeneratedWorks(publications, made_ms)
    found = Institution(now_ms, works=works, types=dict(TYPES), sources=list(SOURCES))
    for number in range(users):
        person = Person(_FIRST_USER + number, f"g{number:06d}", _name(number, 7), _name(number, 3).upper())
        person.login_allowed = person.is_current = number % 20 != 19
        person.modified_ms = person.affected_ms = made_ms
        found.people[person.id] = person
    for number in range(publications):
        _claim(found, number, number % users, made_ms)
        if number % 5 == 0 and users > 1:
            _claim(found, number, (number * 7 + 1) % users, made_ms)
    for ties in (*found.of_user.values(), *found.of_work.values()):
        ties.sort()
    return found


def _claim(found: Institution, number: int, user: int, made_ms: int) -> None:
    tie_id = _FIRST_TIE + 2 * number
    if tie_id in found.ties:
        if found.ties[tie_id].user == _FIRST_USER + user:
            return
        tie_id += 1
    tie = Tie(tie_id, _FIRST_USER + user, _FIRST_WORK + number, modified_ms=made_ms)
    tie.favourite = number % 9 == 0
    tie.privacy = "Internal" if number % 17 == 0 else "Public"
    if number % 11 == 0:
        tie.type = EDITORSHIP
    found.ties[tie_id] = tie
    found.of_user.setdefault(tie.user, []).append(tie_id)
    found.of_work.setdefault(tie.work, []).append(tie_id)


def _work(work_id: int, made_ms: int) -> Work:
    words = [_WORDS[(work_id * prime + work_id // 20) % len(_WORDS)] for prime in (1, 3, 7, 11)]
    date = {"year": 1990 + work_id % 35, "month": 1 + work_id % 12}
    authors = [
        {"family": _name(work_id + place, 5).title(), "given": _name(place, 2)} for place in range(2 + work_id % 5)
    ]
    title = f"{' '.join(words).capitalize()}: study {work_id}"
    doi = f"10.5555/gen.{work_id}"
    data = {
        "title": title,
        "container_title": f"Journal of {words[1].title()} and {words[2].title()}",
        "publication_status": "Published" if work_id % 4 else "",
        "publication_date": date,
        "authors": authors,
        "identifiers": [{"type": "doi", "value": doi}, {"type": "issn", "value": "0000-0019"}],
        "abstract": _SENTENCE.format(*words) * 6,
        "volume": str(work_id % 90),
        "pages": f"{work_id % 400}-{work_id % 400 + 12}",
    }
    records = [Rec(work_id * 10, "crossref", doi, False, data)]
    if work_id % 3 == 0:
        records.append(Rec(work_id * 10 + 1, "scopus", f"2-s2.0-{work_id}", False, {**data, "title": title.upper()}))
    if work_id % 7 == 0:
        records.append(Rec(work_id * 10 + 2, "manual", f"{work_id:032X}", work_id % 2 == 0, {**data, "abstract": ""}))
    return Work(work_id, _TYPES[work_id % len(_TYPES)], records, "Public", made_ms, made_ms)


def _name(number: int, prime: int) -> str:
    return _WORDS[(number * prime) % len(_WORDS)][:6].title() + _WORDS[(number // 20) % len(_WORDS)][:3]
