"""Section 11: work types."""

from __future__ import annotations

from conformance.bodies import bulk, identifier, update, work
from conformance.case import Case
from conformance.cases.xml import xml_work
from conformance.steps import case, get, post, post_bulk, put, read, refused, shows

_TYPES = [
    "annotation",
    "artistic-performance",
    "blog-post",
    "book-chapter",
    "book-review",
    "book",
    "cartographic-material",
    "clinical-study",
    "conference-abstract",
    "conference-output",
    "conference-paper",
    "conference-poster",
    "conference-presentation",
    "conference-proceedings",
    "data-management-plan",
    "data-set",
    "design",
    "dictionary-entry",
    "disclosure",
    "dissertation-thesis",
    "edited-book",
    "encyclopedia-entry",
    "image",
    "invention",
    "journal-article",
    "journal-issue",
    "learning-object",
    "lecture-speech",
    "license",
    "magazine-article",
    "manual",
    "moving-image",
    "musical-composition",
    "newsletter-article",
    "newspaper-article",
    "online-resource",
    "other",
    "patent",
    "physical-object",
    "preprint",
    "public-speech",
    "registered-copyright",
    "report",
    "research-technique",
    "research-tool",
    "review",
    "software",
    "sound",
    "spin-off-company",
    "standards-and-policy",
    "supervised-student-publication",
    "technical-standard",
    "test",
    "trademark",
    "transcription",
    "translation",
    "website",
    "working-paper",
    "undefined",
]
_NEWER = [
    "data-management-plan",
    "review",
    "blog-post",
    "cartographic-material",
    "clinical-study",
    "conference-output",
    "conference-presentation",
    "conference-proceedings",
    "design",
    "image",
    "learning-object",
    "moving-image",
    "musical-composition",
    "sound",
    "transcription",
    "public-speech",
]
_ALIASES = {
    "article-journal": "journal-article",
    "chapter": "book-chapter",
    "dataset": "data-set",
    "standard": "standards-and-policy",
}


def cases() -> list[Case]:
    every = bulk(*(work({"type": name}, identifier(f"$case-{name}")) for name in _TYPES))
    newer = bulk(*(work({"type": name}, identifier(f"$case-{name}")) for name in _NEWER))
    aliases = bulk(*(work({"type": name}, identifier(f"$case-{name}")) for name in _ALIASES))
    return [
        case(
            f"all {len(_TYPES)} types are taken and given back",
            "11",
            post_bulk(every, shows({"bulk.*.work.type": list(_TYPES)})),
        ),
        case(
            f"the {len(_NEWER)} newer types are in the list of works",
            "11",
            post_bulk(newer, shows({}), keep={"a": "bulk.0.work.put-code"}),
            get("/works", shows({"group($a).work-summary($a).type": _NEWER[0]})),
        ),
        case(
            "four aliases in a bulk are stored canonically",
            "11",
            post_bulk(aliases, shows({"bulk.*.work.type": list(_ALIASES.values())})),
        ),
        *(
            case(
                f"{alias} is stored as {name}",
                "11",
                post(work({"type": alias}), put_code="a"),
                read("a", {"type": name}),
            )
            for alias, name in _ALIASES.items()
        ),
        case(
            "an alias in a PUT",
            "11",
            post(put_code="a"),
            put("a", update("a", {"type": "chapter"}), shows({"type": "book-chapter"})),
        ),
        case(
            "an alias of the stored type is no change",
            "11",
            post(put_code="a"),
            read("a", {}, keep={"then": "last-modified-date.value"}),
            put("a", update("a", {"type": "article-journal"}), shows({"last-modified-date.value": "$then"})),
        ),
        case(
            "a type in XML",
            "11",
            post(xml_work(type_="public-speech"), put_code="a", content_type="application/xml"),
            read("a", {"type": "public-speech"}),
        ),
        *(
            case(f"{name} is no type", "11", post(work({"type": name}), refused(400, 9047)))
            for name in ("thesis", "dissertation", "article", "JOURNAL_ARTICLE", "data_set", "")
        ),
    ]
