"""What anybody who downloads a workbook can find in it: every text of every part, as it stands and unpacked."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from m365audit.model.assessment import Finding
from m365audit.sample.councils import SampleCouncil

_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What every workbook of this format holds: the names of its own vocabularies.
_VOCABULARY = re.compile(r"(?:xmlns(?::\w+)?|Type|ContentType|Namespace)=\"[^\"]*\"")


def parts_of(path: Path) -> dict[str, str]:
    """The name and the text of every part, vocabularies aside, with every spelling of a character undone."""
    with zipfile.ZipFile(path) as archive:
        raw = {name: archive.read(name).decode() for name in archive.namelist()}
    return {
        name: _ENCODED.sub(lambda m: chr(int(m[1], 16)), unescape(_VOCABULARY.sub("", text)))
        for name, text in raw.items()
    }


def texts_of(path: Path) -> str:
    """Every text a reader sees, and those of the document's properties, one a line."""
    with zipfile.ZipFile(path) as archive:
        roots = [ET.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")]  # noqa: S314 - our own file
    return "\n".join(text for root in roots for text in root.itertext() if text.strip())


_SHORTEST = 4
_NAMING = frozenset(
    {"id", "displayname", "userprincipalname", "mail", "proxyaddresses", "givenname", "surname", "subject", "name",
     "weburl", "address", "primarysmtpaddress", "alias", "devicename", "serialnumber", "mobilephone", "description"}
)  # fmt: skip
"""Properties of what Microsoft 365 keeps that call a person, a place or a thing by its name."""
_WORDS_TOO = frozenset(
    {"2024", "2026", "admin", "archive", "away", "both", "clerk", "council", "council information", "documents",
     "example it support", "info", "minutes", "office", "onedrive", "parish", "recordings", "signs", "staff",
     "statements", "work"}
)  # fmt: skip
"""Names that are words of the policies or of the program as well, or that of the provider, who is named."""


def names_of(council: SampleCouncil, findings: Iterable[Finding]) -> set[str]:
    """What nobody may find: names, addresses, files and sites of a council, what was said of them and decided."""
    tenant = council.tenant
    kept = [
        tenant.users, tenant.deleted_users, tenant.groups, tenant.domains, tenant.sites, tenant.drives, tenant.items,
        tenant.calendars, tenant.mailboxes, tenant.inbox_rules, council.register["People"],
    ]  # fmt: skip
    said = [text for one in findings for text in _said(one)]
    named = {text.casefold() for text in (*_named(kept), *said) if len(text) >= _SHORTEST}
    return named - _WORDS_TOO


def given_away(path: Path, names: Iterable[str]) -> set[str]:
    """Which of some names, in small letters, stand in any part as words of their own."""
    texts = [text.casefold() for text in parts_of(path).values()]
    near = {name for name in names if any(name in text for text in texts)}
    return {name for name in near if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for text in texts)}


def _said(finding: Finding) -> Iterator[str]:
    yield from (finding.subject.id, finding.because, finding.reference, *finding.concerns)
    if finding.decision:
        yield from (finding.decision.reason, finding.decision.decided_by)


def _named(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, str) and str(key).casefold() in _NAMING:
                yield one
            else:
                yield from _named(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            if not isinstance(one, str):
                yield from _named(one)
