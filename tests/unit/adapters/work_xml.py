"""Turns a work's JSON into the XML that ORCID's schema describes, so that the schema can judge it."""

from __future__ import annotations

from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

WORK, COMMON = "http://www.orcid.org/ns/work", "http://www.orcid.org/ns/common"


def _add(parent: etree._Element, namespace: str, name: str, text: object = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text is not None:
        element.text = str(text)
    return element


def _add_title(root: etree._Element, title: dict[str, Any]) -> None:
    element = _add(root, WORK, "title")
    _add(element, COMMON, "title", title["title"]["value"])
    if "subtitle" in title:
        _add(element, COMMON, "subtitle", title["subtitle"]["value"])
    if "translated-title" in title:
        translated = _add(element, COMMON, "translated-title", title["translated-title"]["value"])
        translated.set("language-code", title["translated-title"]["language-code"])


def _add_identifiers(root: etree._Element, identifiers: list[dict[str, Any]]) -> None:
    element = _add(root, COMMON, "external-ids")
    for identifier in identifiers:
        child = _add(element, COMMON, "external-id")
        _add(child, COMMON, "external-id-type", identifier["external-id-type"])
        _add(child, COMMON, "external-id-value", identifier["external-id-value"])
        if "external-id-url" in identifier:
            _add(child, COMMON, "external-id-url", identifier["external-id-url"]["value"])
        _add(child, COMMON, "external-id-relationship", identifier["external-id-relationship"])


def _add_contributors(root: etree._Element, contributors: list[dict[str, Any]]) -> None:
    element = _add(root, WORK, "contributors")
    for contributor in contributors:
        child = _add(element, WORK, "contributor")
        if "contributor-orcid" in contributor:
            orcid = _add(child, COMMON, "contributor-orcid")
            for name in ("uri", "path", "host"):
                _add(orcid, COMMON, name, contributor["contributor-orcid"][name])
        _add(child, WORK, "credit-name", contributor["credit-name"]["value"])
        attributes = _add(child, WORK, "contributor-attributes")
        for name in ("contributor-sequence", "contributor-role"):
            _add(attributes, WORK, name, contributor["contributor-attributes"][name])


def work_xml(body: dict[str, Any]) -> etree._Element:
    """Return the `work` element with its children in the schema's order."""
    root = etree.Element(f"{{{WORK}}}work", nsmap={"work": WORK, "common": COMMON})
    _add_title(root, body["title"])
    if "journal-title" in body:
        _add(root, WORK, "journal-title", body["journal-title"]["value"])
    if "short-description" in body:
        _add(root, WORK, "short-description", body["short-description"])
    if "citation" in body:
        citation = _add(root, WORK, "citation")
        _add(citation, WORK, "citation-type", body["citation"]["citation-type"])
        _add(citation, WORK, "citation-value", body["citation"]["citation-value"])
    _add(root, WORK, "type", body["type"])
    if "publication-date" in body:
        date = _add(root, COMMON, "publication-date")
        for part in ("year", "month", "day"):
            if part in body["publication-date"]:
                _add(date, COMMON, part, body["publication-date"][part]["value"])
    _add_identifiers(root, body["external-ids"]["external-id"])
    if "url" in body:
        _add(root, COMMON, "url", body["url"]["value"])
    if "contributors" in body:
        _add_contributors(root, body["contributors"]["contributor"])
    if "language-code" in body:
        _add(root, COMMON, "language-code", body["language-code"])
    if "country" in body:
        _add(root, COMMON, "country", body["country"]["value"])
    if "put-code" in body:
        root.set("put-code", str(body["put-code"]))
    return root
