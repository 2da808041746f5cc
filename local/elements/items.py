"""Writes users, publications, ties and what is gone, as each version of the API has them (ELEMENTS_API 4, 5, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from local.elements.fields import fields
from local.elements.institution import Gone, Institution, Person, Rec, Tie, Work
from local.elements.times import stamp
from local.elements.vocabulary import SOURCE_IDS, TIE_TYPES, TYPES

_TYPE_IDS = {name: number for number, name in enumerate(TYPES, 1)}


@dataclass(frozen=True, slots=True)
class Items:
    """`version` is 5.5 or 6.13; `base` the address of the API. `full`: with all details, else only named."""

    institution: Institution
    version: str
    base: str
    users_by_orcid: Mapping[str, int] = field(default_factory=dict)

    @property
    def _is_old(self) -> bool:
        return self.version == "5.5"

    def user(self, person: Person, *, full: bool) -> str:
        head = (
            f'<api:object category="user" id="{person.id}" proprietary-id="E{person.id}"'
            f' authenticating-authority="Local" username={quoteattr(person.username)} type="person" type-id="1"'
            f"{self._display('Person')}"
            f"{self._times(person)} href={quoteattr(f'{self.base}/users/{person.id}')}>"
        )
        below = f'<api:relationships href="{self.base}/users/{person.id}/relationships"/></api:object>'
        if not full:
            return head + below
        flags = {"is-current-staff": person.is_current, "is-academic": True, "is-login-allowed": person.login_allowed}
        if not self._is_old:
            flags["is-student"] = False
        return (
            f"{head}<api:ever-approved>true</api:ever-approved>{self._object_privacy(person.privacy)}"
            + "".join(f"<api:{name}>{str(value).lower()}</api:{name}>" for name, value in flags.items())
            + f"<api:initials>{escape(person.first_name[:1])}</api:initials>"
            f"<api:last-name>{escape(person.last_name)}</api:last-name>"
            f"<api:first-name>{escape(person.first_name)}</api:first-name>"
            f"<api:email-address>{escape(person.username)}@example.org</api:email-address>"
            "<api:arrive-date>2011-10-01</api:arrive-date>"
            f'<api:user-identifier-associations user-id="{person.id}">'
            + "".join(
                f'<api:user-identifier-association scheme="orcid" status="{_status(decision)}"'
                f" decision={quoteattr(decision)}>{escape(orcid_id)}</api:user-identifier-association>"
                for orcid_id, decision in person.decisions
            )
            + "</api:user-identifier-associations>"
            # A user has records too: none of a publication's.
            f'<api:records><api:record format="native" id="{person.id}" source-id="1" source-name="manual">'
            f"<api:native/></api:record></api:records>{below}"
        )

    def publication(self, work: Work, *, full: bool, preferred: int | None = None) -> str:
        """`preferred` is told only where a user is the context."""
        head = (
            f'<api:object category="publication" id="{work.id}" type={quoteattr(work.type)}'
            f' type-id="{_TYPE_IDS.get(work.type, 99)}"{self._display(TYPES.get(work.type, work.type))}'
            f"{self._times(work)} href={quoteattr(f'{self.base}/publications/{work.id}')}>"
        )
        below = f'<api:relationships href="{self.base}/publications/{work.id}/relationships"/></api:object>'
        if not full:
            return head + below
        records = "".join(self._record(one, work, is_preferred=one.id == preferred) for one in work.records)
        return (
            f"{head}<api:ever-approved>true</api:ever-approved>{self._object_privacy(work.privacy)}"
            f"<api:records>{records}</api:records><api:fields/>"
            # The journal has records as well: none of the publication's.
            f'<api:journal issn="0000-0019" href="{self.base}/journals/0000-0019"><api:records>'
            '<api:record source-name="snip"><api:native><api:field name="title" type="text">'
            f"<api:text>A journal</api:text></api:field></api:native></api:record></api:records></api:journal>{below}"
        )

    def tie(self, tie: Tie, *, user: bool, work: bool, full: bool) -> str:
        """A relationship with the ends that are not the context of the list."""
        privacy = (
            f"<api:is-visible>{str(tie.privacy == 'Public').lower()}</api:is-visible>"
            if self._is_old
            else f"<api:privacy-level>{tie.privacy}</api:privacy-level>"
            f"<api:effective-privacy-level>{self.institution.effective_privacy(tie)}</api:effective-privacy-level>"
        )
        ends = []
        if work:
            preferred = tie.preferred if not user else None
            shown = self.publication(self.institution.work(tie.work), full=full, preferred=preferred)
            ends.append(f'<api:related direction="from" category="publication" id="{tie.work}">{shown}</api:related>')
        if user:
            shown = self.user(self.institution.person(tie.user), full=full)
            ends.append(f'<api:related direction="to" category="user" id="{tie.user}">{shown}</api:related>')
        return (
            f'<api:relationship id="{tie.id}" type-id="{TIE_TYPES.get(tie.type, 99)}" type={quoteattr(tie.type)}'
            f' last-modified-when="{stamp(tie.modified_ms, tie.id)}" href="{self.base}/relationships/{tie.id}">'
            f"{privacy}<api:is-favourite>{str(tie.favourite).lower()}</api:is-favourite>{''.join(ends)}</api:relationship>"
        )

    def gone(self, category: str, gone: Gone) -> str:
        when = f'deleted-when="{stamp(gone.at_ms, gone.id)}"'
        if category == "relationship":
            return f'<api:deleted-relationship id="{gone.id}" {when}/>'
        into = (
            f'<api:merge-history><api:merged-into-object category="{category}" id="{gone.into}"'
            f' when="{stamp(gone.at_ms)}"/></api:merge-history>'
            if gone.into is not None
            else ""
        )
        href = f"{self.base}/deleted/{category}s/{gone.id}"
        return (
            f'<api:deleted-object category="{category}" id="{gone.id}" {when} href="{href}">{into}</api:deleted-object>'
        )

    @staticmethod
    def type(number: int, name: str, heading: str) -> str:
        return (
            f'<api:type id="{number}" name={quoteattr(name)}>'
            f"<api:heading-singular>{escape(heading)}</api:heading-singular>"
            f"<api:heading-plural>{escape(heading)}s</api:heading-plural>"
            "<api:fields><api:field><api:name>title</api:name><api:type>text</api:type></api:field></api:fields></api:type>"
        )

    @staticmethod
    def source(place: int, name: str) -> str:
        return (
            f'<api:data-source category="publication" id="{SOURCE_IDS.get(name, 50 + place)}" name={quoteattr(name)}>'
            f"<api:importable>{str(name == 'manual').lower()}</api:importable>"
            f"<api:display-name>{escape(name.title())}</api:display-name><api:precedence>"
            f'<api:type name="default" precedence-value="{place}"/></api:precedence></api:data-source>'
        )

    def _record(self, record: Rec, work: Work, *, is_preferred: bool) -> str:
        preferred = ' is-preferred-record="true"' if is_preferred else ""
        verification = (
            f"<api:verification-status>{'verified' if record.verified else 'unverified'}</api:verification-status>"
            if record.source == "manual"
            else "<api:citation-count>3</api:citation-count>"
        )
        native = "".join(fields(record.data, work.type, self.version, self.users_by_orcid))
        return (
            f'<api:record format="native" id="{record.id}" source-id="{SOURCE_IDS.get(record.source, 50)}"'
            f" source-name={quoteattr(record.source)} source-display-name={quoteattr(record.source.title())}"
            f' id-at-source={quoteattr(record.id_at_source)}{preferred} last-modified-when="{stamp(work.modified_ms)}">'
            f"{verification}<api:native>{native}</api:native></api:record>"
        )

    def _object_privacy(self, level: str) -> str:
        if self._is_old:
            return f"<api:is-public>{str(level == 'Public').lower()}</api:is-public>"
        return f"<api:privacy-level>{level}</api:privacy-level>"

    def _display(self, name: str) -> str:
        return "" if self._is_old else f" type-display-name={quoteattr(name)}"

    def _times(self, found: Person | Work) -> str:
        return (
            f' created-when="{stamp(found.modified_ms, 3)}" last-modified-when="{stamp(found.modified_ms, found.id)}"'
            f' last-affected-when="{stamp(found.affected_ms, found.id + 1)}"'
        )


def _status(decision: str) -> str:
    return "claimed" if decision == "always-me" else "pending"
