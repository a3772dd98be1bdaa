"""Audits that failed, stopped or were never made; what was not read and what one action mends it; what ends soon."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from m365audit.excel.styles import Look
from m365audit.graph.certificates import NEAR_END_DAYS
from m365audit.model.decisions import RENEW_BEFORE
from m365audit.model.fleet import Fleet, Remedy, Trouble
from m365audit.report.provider.councils import last_made
from m365audit.report.rows import Line
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import GAP_REASON, NONE, counted, listed, sentence

FAILED_TITLE = "Failed or missed audits"
GAPS_TITLE = "Gaps and what mends them"
ENDING_TITLE = "Ending soon"
_NOT_KNOWN = "Not known"
_NEVER = "Not made"
_NO_CODE = "None"
_NAMED_A_ROW = 10
"""Councils; a cell with many more would be taller than a page."""

FAILED_COLUMNS = (
    Column("Council", 40, Look.STRONG),
    Column("What happened", 22),
    Column("When", 18),
    Column("In the audit's words", 56),
    Column("Exit code", 9, Look.NUMBER),
    Column("What to do", 46),
    Column("Last audit", 13),
)
GAPS_COLUMNS = (
    Column("What mends it", 40, Look.STRONG),
    Column("Why it is missing", 30),
    Column("Makes audits partial", 13),
    Column("Where to begin", 42),
    Column("Councils", 11, Look.NUMBER),
    Column("Which councils", 44),
    Column("What was not read", 34),
    Column("Checks left open", 12, Look.NUMBER),
)
ENDING_COLUMNS = (
    Column("Council", 40, Look.STRONG),
    Column("What ends", 16),
    Column("How many", 11, Look.NUMBER),
    Column("Last day", 13),
    Column("Days left", 11, Look.NUMBER),
    Column("What to do", 56),
)
_TO_DO = {
    "Certificate": "Make a new one, upload it to the audit's app, and give it in the tenant file.",
    "Exception": "Ask the Clerk whether it goes on: the Clerk's workbook asks again until its last day.",
    "Statement": "Ask the Clerk to state it anew on the register's sheet Statements.",
}


def failed_page(fleet: Fleet) -> Page:
    """The sheet of audits that are not there as they should be, what needs somebody soonest first."""
    rows = tuple(_failed(fleet))
    nothing: Line = ("None: every council has its audit.", *[NONE] * (len(FAILED_COLUMNS) - 1))
    return Page(
        title=FAILED_TITLE,
        heading=FAILED_TITLE,
        purpose="Which audits failed, stopped half-way or were never made, why, and what to do",
        explanation=(
            (
                "One table. Nothing is known of a council from an audit that stands here. Words of Microsoft's and of "
                f"registers are left out, for they may name people: the command says them again. "
                f"{FILTERS}"
            ),
        ),
        columns=FAILED_COLUMNS,
        rows=rows or (nothing,),
        frozen_columns=1,
    )


def _failed(fleet: Fleet) -> Iterator[Line]:
    found = [(incident, council) for council in fleet.councils for incident in council.incidents]
    for incident, council in sorted(found, key=lambda pair: list(Trouble).index(pair[0].trouble)):
        yield (
            council.name,
            str(incident.trouble),
            incident.at or (_NEVER if incident.trouble is Trouble.MISSED else _NOT_KNOWN),
            sentence(incident.words),
            _NO_CODE if incident.code is None else incident.code,
            sentence(incident.remedy),
            last_made(council),
        )


@dataclass(slots=True)
class Wanted:
    """One remedy, and whom it is wanted by."""

    remedy: Remedy
    councils: list[str] = field(default_factory=list)
    data_sets: set[str] = field(default_factory=set)
    checks: int = 0
    """The most it leaves open in one council."""


def wanted(fleet: Fleet) -> list[Wanted]:
    """Every remedy that would mend something: what should have come first, then what mends most councils."""
    found: dict[Remedy, Wanted] = {}
    for council in fleet.councils:
        for one in council.audit.shortfalls if council.audit else ():
            entry = found.setdefault(one.remedy, Wanted(one.remedy))
            entry.councils.append(council.name)
            entry.data_sets.update(one.data_sets)
            entry.checks = max(entry.checks, one.checks)
    return sorted(found.values(), key=lambda one: (not one.remedy.is_due, -len(one.councils), -one.checks))


def gaps_page(fleet: Fleet) -> Page:
    """The sheet of gaps, one row for each remedy."""
    rows = tuple(line for one in wanted(fleet) for line in _gap(one))
    nothing: Line = ("None: everything came back whole.", *[NONE] * (len(GAPS_COLUMNS) - 1))
    return Page(
        title=GAPS_TITLE,
        heading=GAPS_TITLE,
        purpose="What was not read, by the one action that mends it, and in which councils",
        explanation=(
            (
                "One table. SLUG stands for the name of a council's tenant file. Checks left open: in the council that "
                f"lacks most. More than {_NAMED_A_ROW} councils go on in a further row. {FILTERS}"
            ),
        ),
        columns=GAPS_COLUMNS,
        rows=rows or (nothing,),
        frozen_columns=1,
    )


def _gap(one: Wanted) -> Iterator[Line]:
    for first in range(0, len(one.councils), _NAMED_A_ROW):
        named = one.councils[first : first + _NAMED_A_ROW]
        yield (
            sentence(one.remedy.action),
            sentence(GAP_REASON[one.remedy.kind]),
            "Yes" if one.remedy.is_due else "No",
            sentence(one.remedy.where),
            len(named),
            listed(named),
            sentence(listed(sorted(one.data_sets))),
            one.checks,
        )


def ending_page(fleet: Fleet) -> Page:
    """The sheet of what ends soon, or has ended since the audit."""
    rows = tuple(_ending(fleet))
    nothing: Line = ("None: nothing ends soon.", *[NONE] * (len(ENDING_COLUMNS) - 1))
    return Page(
        title=ENDING_TITLE,
        heading=ENDING_TITLE,
        purpose="Certificates, exceptions and statements, soonest to end first",
        explanation=(
            (
                f"One table. Certificates that end within {NEAR_END_DAYS} days, if they can be read from here; "
                f"exceptions and statements that end within {RENEW_BEFORE.days}, or ended since the audit. Days left "
                f"below 0 say how long ago. {FILTERS}"
            ),
        ),
        columns=ENDING_COLUMNS,
        rows=rows or (nothing,),
        frozen_columns=1,
    )


def _ending(fleet: Fleet) -> Iterator[Line]:
    found = [
        (ending.on, council.name, ending.what, ending.number)
        for council in fleet.councils
        for ending in (council.audit.endings if council.audit else ())
    ]
    found += [
        (one.certificate_ends, one.name, "Certificate", 1)
        for one in fleet.councils
        if one.certificate_ends and (one.certificate_ends - fleet.on).days <= NEAR_END_DAYS
    ]
    for on, council, what, number in sorted(found):
        yield (council, what, number, on, (on - fleet.on).days, _TO_DO[what])


def partial(fleet: Fleet) -> str:
    """How many audits are partial, and the one action that mends most of them, in a sentence or two."""
    short = sum(council.audit is not None and not council.audit.counted.complete for council in fleet.councils)
    due = [one for one in wanted(fleet) if one.remedy.is_due]
    if not due:
        return "No audit is partial: whatever should have come came."
    first = due[0]
    verb = "is" if short == 1 else "are"
    others = f" {counted(len(due) - 1, 'other action')} would mend the rest." if due[1:] else ""
    return (
        f"{counted(short, 'audit')} {verb} partial. One action mends most: {sentence(first.remedy.action)} That is for "
        f"{counted(len(first.councils), 'council')}.{others}"
    )
