"""Many councils' month as one: each one's last audit is read from disk, one at a time, and a workbook made of all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from m365audit import __version__
from m365audit.engine.custody.room import room_for
from m365audit.engine.documents.counting import as_result
from m365audit.engine.documents.document import VERSION
from m365audit.engine.months.history import evaluated
from m365audit.engine.places import LONDON, Places
from m365audit.engine.roll_up.incidents import incidents
from m365audit.engine.roll_up.last_audit import last_audit
from m365audit.engine.roll_up.refused import words_of
from m365audit.graph import SignInFailed, certificate_of
from m365audit.model.evidence import evidence_digest
from m365audit.model.fleet import Fleet, FleetCouncil, Incident, LastAudit, Tally, Trouble
from m365audit.model.tenant import Tenant
from m365audit.model.words import Result
from m365audit.report.names import provider_file_name
from m365audit.report.provider import workbook as provider
from m365audit.rules import RULES
from m365audit.settings import BadFile, load_tenant, tenants_available
from m365audit.snapshot import RunFolder
from m365audit.snapshot.folders import why

_Key = tuple[str, str]


def path_of(places: Places, on: date) -> Path:
    """Where the workbook of a day's month is, or will be."""
    return places.reports / provider_file_name(on)


def write(places: Places, on: date) -> Path:
    """Write the provider's workbook; the same files on the same day give the same bytes.

    Raises:
        BadRun: it cannot be written.
    """
    path = path_of(places, on)
    with room_for(path):
        places.reports.mkdir(parents=True, exist_ok=True, mode=0o700)
        provider.write(roll_up(places, on), path)
        path.chmod(0o600)
    return path


def roll_up(places: Places, on: date) -> Fleet:
    """Every council with a tenant file, as its last audit up to a day leaves it; one document is held at once."""
    tallies, providers = _Tallies(), Counter[str]()
    councils = []
    for slug in tenants_available(places.config):
        tenant, fault = _tenant(slug, places)
        last = _last(slug, places, on, tallies)
        providers.update([tenant.provider] if tenant else [])
        councils.append(
            FleetCouncil(
                slug=slug,
                name=(tenant.council if tenant else last.council) or f"{slug} (tenant file)",
                audit=last.audit,
                incidents=(
                    *fault,
                    *last.fault,
                    *_others(incidents(slug, places, on, last.folder, last.made_on), fault),
                ),
                certificate_ends=_ends(tenant),
            )
        )
    return Fleet(
        on=on,
        # Of several names for one provider, the commonest; of as common ones, the first in the alphabet.
        provider=min(providers, key=lambda one: (-providers[one], one), default="The IT support provider"),
        tool_version=__version__,
        councils=tuple(sorted(councils, key=lambda council: (council.name.casefold(), council.slug))),
        clauses=tallies.clauses,
        checks=tallies.checks,
    )


def _tenant(slug: str, places: Places) -> tuple[Tenant | None, tuple[Incident, ...]]:
    """A tenant file, or the incident that it cannot be read; no secret is needed to see how a council stands."""
    try:
        return load_tenant(places.config, slug, signs_in=False), ()
    except BadFile as bad:
        remedy = f"Correct the tenant file, then: m365audit audit {slug}"
        return None, (Incident(Trouble.TENANT_FILE, words_of(bad, slug, places), remedy),)


def _others(found: Iterable[Incident], fault: Sequence[Incident]) -> Iterator[Incident]:
    """What else went wrong; that a tenant file cannot be read says enough of an audit that is not there."""
    implied = (Trouble.MISSED, Trouble.REFUSED) if fault else ()
    return (incident for incident in found if incident.trouble not in implied)


def _ends(tenant: Tenant | None) -> date | None:
    """The last day of the certificate a council's tenant is signed in to with, where it can be read from here."""
    try:
        certificate = certificate_of(tenant) if tenant else None
    except SignInFailed:
        # Where it cannot be read nobody can sign in with it either; the audit itself says so.
        return None
    return certificate.not_after.astimezone(LONDON).date() if certificate else None


@dataclass(frozen=True, slots=True)
class _Last:
    """The last audit, or the incident that its document cannot be read; the council's name in it; none of all that."""

    folder: RunFolder | None = None
    audit: LastAudit | None = None
    fault: tuple[Incident, ...] = ()
    council: str = ""

    @property
    def made_on(self) -> date | None:
        """The day it judged by, or began on where it cannot be read."""
        if self.audit:
            return self.audit.made_on
        return self.folder.started_at.astimezone(LONDON).date() if self.folder else None


def _last(slug: str, places: Places, on: date, tallies: "_Tallies") -> _Last:
    """The last audit that judged by a day or one before it."""
    for folder in reversed(evaluated(places.reports, slug)):
        try:
            body = _document(folder)
            if date.fromisoformat(body["as_of"]) <= on:
                audit = last_audit(folder.run, body, _digest(folder), on)
                tallies.add(body)
                return _Last(folder, audit, council=str(body["council"]))
        except (_BadDocument, OSError, KeyError, TypeError, ValueError) as error:
            words = f"The result of the run {folder.run} cannot be read: {_reason(error)}."
            remedy = f"m365audit report {slug} --run {folder.run}, with this version or a newer one"
            return _Last(folder, fault=(Incident(Trouble.UNREADABLE, words, remedy, folder.started_at),))
    return _Last()


class _BadDocument(Exception):
    """A document of a newer version."""


def _document(folder: RunFolder) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(folder.assessment.read_bytes())
    if body.get("version", VERSION) > VERSION:
        message = f"a newer version of m365audit wrote it (document version {int(body['version'])})"
        raise _BadDocument(message)
    return body


def _reason(error: Exception) -> str:
    """Why a document cannot be read, without a word of what stands in it."""
    match error:
        case _BadDocument():
            return str(error)
        case OSError():
            return why(error)
        case orjson.JSONDecodeError():
            return "it is not whole"
        case _:
            return "it is not as this version of m365audit writes it"


def _digest(folder: RunFolder) -> str:
    """One digest over the evidence, from the run's manifest; empty where that cannot be read."""
    try:
        data_sets = orjson.loads(folder.manifest.read_bytes())["data_sets"]
        return evidence_digest({name: str(record["sha256"]) for name, record in data_sets.items()})
    except (OSError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return ""


class _Tallies:
    """Counts clauses and checks over all councils as their documents pass by."""

    def __init__(self) -> None:
        self._headings: dict[_Key, str] = {}
        self._counts: dict[_Key, Counter[Result]] = {}
        self._of_checks: dict[str, Counter[Result]] = {}

    def add(self, body: Mapping[str, Any]) -> None:
        clauses = [
            ((str(one["policy"]), str(one["id"])), str(one["heading"]), as_result(one["result"]))
            for one in body["clauses"]
        ]
        # A document that is none is found out before anything of it is counted.
        checks = [(one["id"], as_result(one["result"])) for one in body["checks"] if one["id"] in RULES]
        for key, heading, result in clauses:
            # Policies are edited; the first heading met is as good as another, and councils come in one order.
            self._headings.setdefault(key, heading)
            self._counts.setdefault(key, Counter())[result] += 1
        for check, result in checks:
            self._of_checks.setdefault(check, Counter())[result] += 1

    @property
    def clauses(self) -> tuple[Tally, ...]:
        return _ordered(
            Tally(policy, id_, self._headings[policy, id_], counts) for (policy, id_), counts in self._counts.items()
        )

    @property
    def checks(self) -> tuple[Tally, ...]:
        return _ordered(
            Tally(RULES[id_].topic, id_, RULES[id_].title, counts) for id_, counts in self._of_checks.items()
        )


def _ordered(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """What most councils do not meet first."""
    return tuple(
        sorted(
            tallies,
            key=lambda one: (-one.counts[Result.DOES_NOT_MEET], -one.counts[Result.REVIEW], one.under, one.id),
        )
    )
