"""Watches each change of a record by the product: nothing is taken off that nothing ever spoke against (R37, R53), and
nothing is put there that was hidden, rejected or gone before the visit began (R21, R31).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

# A visit that had looked before the cause came may still add the work.
LONGEST_VISIT_MS = 600_000


@dataclass
class Watch:
    """`causes` tells when something last spoke against a work: a change of its publication (`pub p1`), of a user's
    relationship with it (`rel u1 p1`), or of a user and their settings (`user u1`). `twins` may take one another's
    place. `forbidden` tells since when the product has been told, and has answered, that a work must not be sent.
    """

    now_ms: Callable[[], int]
    causes: dict[str, int] = field(default_factory=dict)
    twins: set[str] = field(default_factory=set)
    forbidden: dict[str, int] = field(default_factory=dict)
    created_ms: dict[tuple[str, str], int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    created: int = 0
    removed: int = 0
    wrong: list[str] = field(default_factory=list)

    def cause(self, *keys: str) -> None:
        for key in keys:
            self.causes[key] = self.now_ms()

    def changed(self, orcid_id: str, before: set[str], after: set[str], *, began_ms: int) -> None:
        """A call of the product changed our works on a record; its visit began at `began_ms`."""
        for name in after - before:
            self.created += 1
            about = (f"pub {name}", f"rel {self.owners.get(orcid_id, '')} {name}")
            if any(self.forbidden.get(key, began_ms) < began_ms for key in about):
                self.wrong.append(f"{name} was put on {orcid_id} although it had been forbidden before the visit began")
            self.created_ms[orcid_id, name] = self.now_ms()
        for name in before - after:
            self.removed += 1
            user_id, added_ms = self.owners.get(orcid_id, ""), self.created_ms.get((orcid_id, name), 0)
            keys = (f"pub {name}", f"rel {user_id} {name}", f"user {user_id}")
            latest_ms = max(self.causes.get(key, -LONGEST_VISIT_MS) for key in keys)
            if name not in self.twins and latest_ms < added_ms - LONGEST_VISIT_MS:
                self.wrong.append(f"{name} was taken off {orcid_id} although nothing spoke against it")
