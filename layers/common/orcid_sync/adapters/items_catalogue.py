"""Items of the catalogue table <-> the domain; names are short, false and empty left out: reading costs by size."""

from __future__ import annotations

import json
from typing import Any

from orcid_sync.adapters.dynamodb_values import Plain, maybe_json, to_json
from orcid_sync.domain.catalogue import (
    ClaimedId,
    ClaimStatus,
    Header,
    MadeHere,
    Privacy,
    PublicationType,
    RecordDigest,
    RecordKey,
    Relationship,
    User,
)

USER_KEY = "USER"
HEADER_KEY = "HEAD"
IDS_KEY = "IDS"
TYPES_KEY = "TYPES"
CLAIMANTS_KEY = "USERS"

_STATUS = {ClaimStatus.CLAIMED: "c", ClaimStatus.PENDING: "p", ClaimStatus.REJECTED: "r"}
_STATUS_OF = {letter: status for status, letter in _STATUS.items()}


def user_pk(user_id: str) -> str:
    return f"U#{user_id}"


def publication_pk(publication_id: str) -> str:
    return f"P#{publication_id}"


def orcid_pk(orcid_id: str) -> str:
    return f"A#{orcid_id}"


def relationship_sk(publication_id: str) -> str:
    return f"R#{publication_id}"


def type_sk(type_id: str) -> str:
    return f"T#{type_id}"


def user_item(user: User) -> Plain:
    return {
        "pk": user_pk(user.user_id),
        "sk": USER_KEY,
        "v": user.version,
        "n": user.name,
        "cur": user.is_current,
        "log": user.login_allowed,
        "pri": user.profile_privacy,
        "ids": maybe_json([[claimed.orcid_id, claimed.since_ms] for claimed in user.orcid_ids]),
        "del": user.deleted or None,
    }


def user_of(item: Plain) -> User:
    return User(
        user_id=item["pk"][2:],
        version=item["v"],
        name=item["n"],
        is_current=item["cur"],
        login_allowed=item["log"],
        profile_privacy=_privacy(item, "pri"),
        orcid_ids=tuple(ClaimedId(orcid_id, since_ms) for orcid_id, since_ms in _json(item, "ids")),
        deleted="del" in item,
    )


def relationship_item(relationship: Relationship) -> Plain:
    preferred, here = relationship.preferred_record, relationship.made_here
    return {
        "pk": user_pk(relationship.user_id),
        "sk": relationship_sk(relationship.publication_id),
        "gp": publication_pk(relationship.publication_id),
        "v": relationship.version,
        "s": _STATUS[relationship.status],
        "hid": relationship.hidden or None,
        "pri": relationship.privacy,
        "eff": relationship.effective_privacy,
        "fav": relationship.favourite or None,
        "rec": to_json([preferred.source, preferred.id]) if preferred else None,
        "del": relationship.deleted or None,
        "here": to_json([here.at_ms, here.orcid_id]) if here else None,
    }


def relationship_of(item: Plain) -> Relationship:
    return Relationship(
        user_id=item["pk"][2:],
        publication_id=item["sk"][2:],
        version=item["v"],
        status=_STATUS_OF[item["s"]],
        hidden="hid" in item,
        privacy=_privacy(item, "pri"),
        effective_privacy=_privacy(item, "eff"),
        favourite="fav" in item,
        preferred_record=RecordKey(*json.loads(item["rec"])) if "rec" in item else None,
        deleted="del" in item,
        made_here=MadeHere(*json.loads(item["here"])) if "here" in item else None,
    )


def ids_item(publication_id: str, orcid_ids: tuple[str, ...]) -> Plain:
    """The iDs in a publication's metadata, 17 bytes each; none: an item that says so."""
    digits = " ".join(orcid_id.replace("-", "") for orcid_id in orcid_ids)
    return {"pk": publication_pk(publication_id), "sk": IDS_KEY, "ids": digits or None}


def ids_of(item: Plain) -> tuple[str, ...]:
    digits = item.get("ids", "").split()
    return tuple("-".join(text[begin : begin + 4] for begin in range(0, 16, 4)) for text in digits)


def header_item(header: Header) -> Plain:
    return {
        "pk": publication_pk(header.publication_id),
        "sk": HEADER_KEY,
        "v": header.version,
        "t": header.type,
        "n": header.title,
        "pri": header.privacy,
        "rec": maybe_json([_record_list(record) for record in header.records]),
        "b": header.builder_version,
        "into": header.merged_into,
        "del": header.deleted or None,
    }


def header_of(item: Plain) -> Header:
    return Header(
        publication_id=item["pk"][2:],
        version=item["v"],
        type=item["t"],
        title=item["n"],
        privacy=_privacy(item, "pri"),
        records=tuple(_record_digest(record) for record in _json(item, "rec")),
        builder_version=item["b"],
        deleted="del" in item,
        merged_into=item.get("into"),
    )


def _record_list(record: RecordDigest) -> list[Any]:
    """A record in the order in which `_record_digest` reads it; a missing defect, the usual case, is left out."""
    values = [
        record.key.source,
        record.key.id,
        record.digest,
        int(record.verified),
        record.status,
        record.richness,
        list(record.self_ids),
    ]
    return values if record.defect is None else [*values, record.defect]


def _record_digest(values: list[Any]) -> RecordDigest:
    source, record_id, digest, verified, status, richness, self_ids, *defect = values
    return RecordDigest(
        key=RecordKey(source, record_id),
        digest=digest,
        verified=bool(verified),
        status=status,
        self_ids=tuple(self_ids),
        richness=richness,
        defect=defect[0] if defect else None,
    )


def type_item(publication_type: PublicationType) -> Plain:
    return {
        "pk": TYPES_KEY,
        "sk": type_sk(publication_type.type_id),
        "v": publication_type.version,
        "n": publication_type.name,
        "del": publication_type.deleted or None,
    }


def type_of(item: Plain) -> PublicationType:
    return PublicationType(type_id=item["sk"][2:], version=item["v"], name=item["n"], deleted="del" in item)


def _privacy(item: Plain, name: str) -> Privacy | None:
    return Privacy(item[name]) if name in item else None


def _json(item: Plain, name: str) -> list[Any]:
    values: list[Any] = json.loads(item[name]) if name in item else []
    return values
