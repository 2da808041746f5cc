"""What the registry accepts, written down a second time and independently of the builder (ORCID_API 4, 5, 9)."""

from __future__ import annotations

import datetime
import re

from orcid_sync.domain.work import IdRelationship, Work

_TYPE_NAMES = """
    agr ark arxiv asin asin-tld authenticusid bibcode cba cgn cienciaiul cit cstr ctx dnb doi eid emdb empiar ethos
    grant_number hal handle hir isbn ismn issn jfm jstor k10plus kuid lccn lensid mr oclc ol osti other-id pat pdb pmc
    pmid ppr proposal-id raid rfc rrid source-work-id ssrn uri urn wosuid zbl
"""
IDENTIFIER_TYPES = set(_TYPE_NAMES.split())
_LANGUAGE_CODES = """
    ab aa af ak sq am ar an hy as av ae ay az bm ba eu be bn bh bi bs br bg my ca ch ce zh_CN zh_TW cu cv kw co cr hr
    cs da dv nl dz en eo et ee fo fj fi fr fy ff gl lg ka de el kl gn gu ht ha iw hz hi ho hu is io ig in ia ie iu ik ga
    it ja jv kn kr ks kk km ki rw ky kv kg ko ku kj lo la lv li ln lt lu lb mk mg ms ml mt gv mi mr mh mo mn na nv ng ne
    nd se no nb nn ny oc oj or om os pi pa fa pl pt ps qu rm ro rn ru sm sg sa sc gd sr sn ii sd si sk sl so nr st es su
    sw ss sv tl ty tg ta tt te th bo ti to ts tn tr tk tw ug uk ur uz ve vi vo wa cy wo xh ji yo za zu
"""
LANGUAGES = set(_LANGUAGE_CODES.split())
FUNDED_BY = {"grant_number", "proposal-id", "uri", "doi"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ORCID = re.compile(r"(\d{4}-){3}\d{3}[\dX]", re.ASCII)
_URL = re.compile(r"https?://[a-z0-9_][^\s<>\"{}|\\^`\[\]]*")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _text_faults(name: str, text: str | None, limit: int | None) -> list[str]:
    if text is None:
        return []
    faults = []
    if not text.strip(" \r\n"):
        faults.append(f"{name} is blank")
    if _NOT_XML.search(text):
        faults.append(f"{name} has characters that XML refuses")
    if limit is not None and _units(text) > limit:
        faults.append(f"{name} is longer than {limit}")
    return faults


def _date_faults(work: Work) -> list[str]:
    date = work.publication_date
    if date is None:
        return []
    if date.day is not None and date.month is None:
        return ["day without month"]
    try:
        datetime.date(date.year, date.month or 1, date.day or 1)
    except ValueError:
        return ["impossible date"]
    return [] if 1900 <= date.year <= 2100 else ["year out of range"]


def _identifier_faults(work: Work) -> list[str]:
    faults = []
    for found in work.external_ids:
        faults += _text_faults("identifier", found.value, None)
        if found.type not in IDENTIFIER_TYPES:
            faults.append(f"unknown identifier type {found.type}")
        if found.relationship is IdRelationship.FUNDED_BY and found.type not in FUNDED_BY:
            faults.append(f"{found.type} cannot be funded-by")
        if found.type == "issn" and found.relationship is not IdRelationship.PART_OF:
            faults.append("an ISSN that groups")
        if found.url is not None and not _URL.fullmatch(found.url):
            faults.append(f"bad identifier address {found.url}")
    if not any(found.relationship is IdRelationship.SELF for found in work.external_ids):
        faults.append("no self identifier")
    return faults


def faults(work: Work) -> list[str]:
    """Return everything for which the registry would refuse the work, or that our rules forbid; empty if none."""
    found = _text_faults("title", work.title, 1000)
    found += _text_faults("subtitle", work.subtitle, 1000)
    found += _text_faults("translated title", work.translated_title, 1000)
    found += _text_faults("journal title", work.journal_title, 1000)
    found += _text_faults("short description", work.short_description, 5000)
    found += _text_faults("citation", work.citation.value if work.citation else None, None)
    if (work.translated_title is None) != (work.translated_title_language is None):
        found.append("translated title and its language need each other")
    found += [
        f"unknown language {code}"
        for code in (work.language, work.translated_title_language)
        if code and code not in LANGUAGES
    ]
    if work.url is not None and not _URL.fullmatch(work.url):
        found.append(f"bad address {work.url}")
    for contributor in work.contributors:
        found += _text_faults("credit name", contributor.credit_name, 150)
        if contributor.role not in ("author", "editor"):
            found.append(f"role {contributor.role}")
        if contributor.orcid_id is not None and not _ORCID.fullmatch(contributor.orcid_id):
            found.append(f"bad iD {contributor.orcid_id}")
    return found + _date_faults(work) + _identifier_faults(work)
