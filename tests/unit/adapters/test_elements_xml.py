"""What an Elements server sends, read as a stream (R45)."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orcid_sync.adapters.elements_item import read_time
from orcid_sync.adapters.elements_xml import ServerFaultError, UnreadableAnswerError, read_answer
from orcid_sync.domain.elements import (
    ElementsDate,
    ElementsDeletion,
    ElementsIdentifier,
    ElementsItem,
    ElementsPages,
    ElementsPaging,
    ElementsPerson,
    ElementsPublication,
    ElementsRelationship,
    ElementsSource,
    ElementsType,
    ElementsUser,
)

API = 'xmlns:api="http://www.symplectic.co.uk/publications/api"'
SAMPLES = Path(__file__).parents[4] / "shared" / "elements"

PUBLICATION = """
<api:object category="publication" id="77" type="journal-article" last-modified-when="2024-03-01T10:11:12.13+01:00"
  last-affected-when="2024-03-02T10:11:12.1234567Z">
 <api:privacy-level>Internal</api:privacy-level>
 <api:records>
  <api:record id="5" source-id="1" source-name="manual" id-at-source="GUID">
   <api:verification-status>Verified</api:verification-status>
   <api:native>
    <api:field name="title" type="text" display-name="Whatever">
     <api:text>On &lt;i&gt;kelp&lt;/i&gt;</api:text></api:field>
    <api:field name="authors" type="person-list"><api:people>
     <api:person><api:links><api:link type="elements/user" id="7"/></api:links><api:last-name>Ng</api:last-name>
      <api:initials>M</api:initials><api:separate-first-names><api:first-name>Mei</api:first-name>
      <api:first-name>Lin</api:first-name></api:separate-first-names>
      <api:identifiers><api:identifier scheme="researcherid">A-1</api:identifier>
      <api:identifier scheme="orcid">0000-0002-1825-0097</api:identifier></api:identifiers></api:person>
     <api:person><api:last-name>The Kelp Group</api:last-name></api:person></api:people></api:field>
    <api:field name="pagination" type="pagination">
     <api:pagination><api:begin-page>e12</api:begin-page></api:pagination></api:field>
    <api:field name="publication-date" type="date"><api:links><api:link type="x"/></api:links>
     <api:date><api:month>2</api:month><api:year>2024</api:year></api:date></api:field>
    <api:field name="external-identifiers" type="identifier-list"><api:identifiers>
     <api:identifier scheme="pubmed">123</api:identifier></api:identifiers></api:field>
    <api:field name="types" type="list"><api:items><api:item>Article</api:item></api:items></api:field>
    <api:field name="public-url" type="url"><api:url>https://example.org/kelp</api:url></api:field>
    <api:field name="c-new" type="quantum"><api:quantum>?</api:quantum></api:field>
    <api:field name="volume" type="text"><api:text>  </api:text></api:field>
   </api:native>
  </api:record>
 </api:records>
 <api:journal issn="1234-5679"><api:records><api:record source-name="snip" id="9"/></api:records></api:journal>
</api:object>"""

USER = """
<api:object category="user" id="7" username="mng" proprietary-id="E7" type="person">
 <api:privacy-level>Public</api:privacy-level><api:is-current-staff>true</api:is-current-staff>
 <api:is-login-allowed>false</api:is-login-allowed><api:last-name>Ng</api:last-name>
 <api:first-name>Mei Lin</api:first-name>
 <api:known-as>Mei</api:known-as>
 <api:user-identifier-associations>
  <api:user-identifier-association scheme="orcid" status="claimed" decision="always-me"
   >https://orcid.org/0000-0002-1825-0097</api:user-identifier-association>
  <api:user-identifier-association scheme="orcid" status="pending" decision="pending"
   >0000-0001-5109-3700</api:user-identifier-association>
  <api:user-identifier-association scheme="scopus-author-id" status="claimed" decision="always-me"
   >1</api:user-identifier-association>
 </api:user-identifier-associations>
</api:object>"""


def v6(*items: str, paging: str = "") -> bytes:
    results = "".join(f"<api:result>{item}</api:result>" for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><api:response {API}><api:version schema-version="6.13.0"/>'
        f"{paging}<api:result-list>{results}</api:result-list></api:response>"
    ).encode()


def v5(*items: str, paging: str = "") -> bytes:
    entries = "".join(f"<entry><title>for people</title><api:pagination/>{item}</entry>" for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" {API}>'
        f"<api:schema-version>5.5</api:schema-version>{paging}{entries}</feed>"
    ).encode()


def read(document: bytes) -> tuple[list[ElementsItem], ElementsPaging]:
    paging = ElementsPaging()
    return list(read_answer(io.BytesIO(document), paging)), paging


@pytest.mark.parametrize("envelope", [v5, v6])
def test_r45_a_publication_is_read_the_same_in_both_envelopes(envelope: type) -> None:
    (found,), _ = read(envelope(PUBLICATION))
    assert isinstance(found, ElementsPublication)
    assert (found.publication_id, found.type, found.privacy, found.whole) == ("77", "journal-article", "internal", True)
    assert found.modified_ms == int(datetime(2024, 3, 1, 9, 11, 12, 130_000, UTC).timestamp() * 1000)
    assert found.affected_ms == int(datetime(2024, 3, 2, 10, 11, 12, 123_000, UTC).timestamp() * 1000)
    (record,) = found.records
    assert (record.record_id, record.source, record.verified, record.preferred) == ("5", "manual", True, False)
    assert record.fields == {
        "title": "On <i>kelp</i>",
        "authors": (
            ElementsPerson("Ng", "Mei Lin", "M", "0000-0002-1825-0097", "7"),
            ElementsPerson("The Kelp Group"),
        ),
        "pagination": ElementsPages("e12", ""),
        "publication-date": ElementsDate(2024, 2),
        "external-identifiers": (ElementsIdentifier("pubmed", "123"),),
        "types": ("Article",),
        "public-url": "https://example.org/kelp",
    }


@pytest.mark.parametrize("envelope", [v5, v6])
def test_r45_only_an_id_that_is_always_the_users_counts_as_claimed(envelope: type) -> None:
    (found,), _ = read(envelope(USER))
    assert isinstance(found, ElementsUser)
    assert (found.name, found.is_current_staff, found.is_login_allowed, found.privacy) == (
        "Mei Ng",
        True,
        False,
        "public",
    )
    assert (found.elements_id, found.username, found.proprietary_id) == ("7", "mng", "E7")
    assert found.orcid_ids == ("https://orcid.org/0000-0002-1825-0097",)


def test_r45_a_relationship_holds_its_ends_and_does_not_lose_them_to_the_list() -> None:
    tie = f"""<api:relationship id="500" type="publication-user-authorship"
      last-modified-when="2024-03-01T10:11:12.130+00:00">
     <api:privacy-level>Public</api:privacy-level><api:effective-privacy-level>Private</api:effective-privacy-level>
     <api:is-favourite>true</api:is-favourite><api:related direction="from" category="publication" id="77">{PUBLICATION}
     </api:related>
     <api:related direction="to" category="user" id="7"/></api:relationship>"""
    (found,), _ = read(v6(tie))
    assert isinstance(found, ElementsRelationship)
    assert (found.privacy, found.effective_privacy, found.favourite, found.visible) == ("public", "private", True, None)
    assert found.publication is not None and found.publication.whole
    assert found.user is not None and (found.user.elements_id, found.user.whole) == ("7", False)


@pytest.mark.parametrize(("text", "visible"), [("true", True), ("false", False), (None, None)])
def test_r45_what_v5_5_says_of_visibility_is_kept(text: str | None, visible: bool | None) -> None:
    told = f"<api:is-visible>{text}</api:is-visible>" if text else ""
    (found,), _ = read(v5(f'<api:relationship id="1" type="publication-user-authorship">{told}</api:relationship>'))
    assert isinstance(found, ElementsRelationship)
    assert found.visible is visible


def test_r45_deletions_sources_and_types_are_read() -> None:
    items, _ = read(
        v6(
            '<api:deleted-object category="publication" id="9" deleted-when="2024-03-02T01:00:00.000+00:00"/>',
            '<api:deleted-relationship id="500" deleted-when="2024-03-02T01:00:00Z"/>',
            '<api:object category="publication" id="8"><api:merge-history>'
            '<api:merged-into-object id="77" when="2024-03-02T01:00:00Z"/></api:merge-history></api:object>',
            '<api:data-source category="publication" id="1" name="manual"><api:precedence>'
            '<api:type name="default" precedence-value="3"/><api:type name="herdc" precedence-value="x"/>'
            "</api:precedence></api:data-source>",
            '<api:data-source category="grant" id="1" name="manual"/>',
            '<api:type id="5" name="journal-article"><api:heading-singular>Journal article'
            "</api:heading-singular></api:type>",
        )
    )
    at = int(datetime(2024, 3, 2, 1, tzinfo=UTC).timestamp() * 1000)
    assert items == [
        ElementsDeletion("publication", "9", at),
        ElementsDeletion("relationship", "500", at),
        ElementsDeletion("publication", "8", at, "77"),
        ElementsSource("manual", {"default": 3}),
        ElementsType("journal-article", "Journal article"),
    ]


def test_r45_the_paging_of_the_list_is_not_taken_for_a_field_of_that_name() -> None:
    paging = (
        '<api:pagination results-count="2" items-per-page="25"><api:page position="this" href="https://x/1"/>'
        '<api:page position="next" href="https://x/2?a=1&amp;after-id=2"/>'
        '<api:page position="continue-from" href="https://x/3"/></api:pagination>'
    )
    for envelope in (v5, v6):
        items, found = read(envelope(PUBLICATION, paging=paging))
        assert len(items) == 1
        assert found == ElementsPaging("https://x/2?a=1&after-id=2", "https://x/3", 2)


def test_r45_an_empty_page_is_an_answer() -> None:
    assert read(v6(paging='<api:pagination results-count="0"/>')) == ([], ElementsPaging(count=0))


def test_r45_items_of_kinds_that_do_not_matter_are_passed_over() -> None:
    assert read(v6('<api:object category="grant" id="1"/>', "<api:user-group/>"))[0] == []


def test_r45_an_error_document_is_told_with_its_code() -> None:
    document = f'<api:response {API}><api:error code="resource-deleted">It is gone.</api:error></api:response>'.encode()
    with pytest.raises(ServerFaultError, match=r"resource-deleted.*It is gone") as caught:
        read(document)
    assert caught.value.code == "resource-deleted"


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "kelp"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE, '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'])
def test_r45_a_document_type_is_refused_before_anything_of_it_is_read(declaration: str) -> None:
    document = f"{declaration}<api:response {API}><api:result-list/></api:response>".encode()
    with pytest.raises(UnreadableAnswerError, match="document type or entities"):
        read(document)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"<html><body>Sign in<br></body></html>",
        b'{"error": "gateway"}',
        b"\x1f\x8b\x08\x00",
        f"<api:other {API}/>".encode(),
        v6(PUBLICATION) + b"<more/>",
        b'<?xml version="1.0" encoding="no-such-thing"?><x/>',
        f"<api:response {API}>{'<api:x>' * 100}{'</api:x>' * 100}</api:response>".encode(),
    ],
)
def test_r45_what_is_no_answer_of_the_api_is_refused(document: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        read(document)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(min_value=0, max_value=len(v6(PUBLICATION, USER)) - 1))
def test_r45_an_answer_cut_anywhere_is_never_taken_for_a_whole_one(cut: int) -> None:
    with pytest.raises(UnreadableAnswerError):
        read(v6(PUBLICATION, USER)[:cut])


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2019-08-27T12:11:53.147+01:00", 147),
        ("2019-08-27T12:11:53.14+01:00", 140),
        ("2019-08-27T11:11:53.1470000Z", 147),
        ("2019-08-27T11:11:53", 0),
        ("2019-08-27T06:11:53-0500", 0),
    ],
)
def test_r45_every_form_of_time_stamp_is_read(text: str, milliseconds: int) -> None:
    assert read_time(text) == int(datetime(2019, 8, 27, 11, 11, 53, tzinfo=UTC).timestamp()) * 1000 + milliseconds


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2019-13-27T12:11:53Z", "2019-08-27", "2019-08-27T12:11:53+99:99"]
)
def test_r45_what_is_no_time_is_none(text: str | None) -> None:
    assert read_time(text) is None


class _Endless:
    """A list of so many publications, made while it is read."""

    def __init__(self, count: int) -> None:
        self._parts = self._made(count)
        self._rest = b""

    @staticmethod
    def _made(count: int) -> Iterator[bytes]:
        head, tail = v6("SPLIT").split(b"<api:result>SPLIT</api:result>")
        yield head
        for _ in range(count):
            yield b"<api:result>" + PUBLICATION.encode() + b"</api:result>"
        yield tail

    def read(self, size: int = -1, /) -> bytes:
        self._rest = self._rest or next(self._parts, b"")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def test_r45_a_page_of_any_length_takes_the_room_of_few_items() -> None:
    count = 1000
    tracemalloc.start()
    assert sum(len([item]) for item in read_answer(_Endless(count), ElementsPaging())) == count
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(PUBLICATION) * count > 2_000_000
    assert most < 700_000


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample documents are not beside the checkout")
def test_r45_every_sample_document_is_read() -> None:
    counts: dict[str, int] = {}
    for path in sorted(SAMPLES.glob("*/*.xml")):
        with path.open("rb") as stream:
            items = list(read_answer(stream, ElementsPaging()))
        counts[path.stem] = len(items)
        publications = [item for item in items if isinstance(item, ElementsPublication)]
        assert all(any("title" in record.fields for record in one.records) for one in publications), path
    assert all(counts.values()), counts
    assert counts["author-pubs-feed"] == 9
