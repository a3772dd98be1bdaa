"""The first page of the provider's workbook: what a technician asks on the first working day; and its last pages."""

from collections.abc import Iterable, Sequence

from m365audit.excel.styles import Look
from m365audit.graph.certificates import NEAR_END_DAYS
from m365audit.model.fleet import Fleet, FleetCouncil, Trouble
from m365audit.model.words import Result, Severity
from m365audit.report.decisions import DAYS_TO_REPLY
from m365audit.report.provider import troubles as provider_troubles
from m365audit.report.provider import work as provider_work
from m365audit.report.provider.councils import NO_RESULT
from m365audit.report.provider.work import When, Work
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.wording import NONE, counted, day, listed, month, sentence

TITLE = "Cover"
NOTES_TITLE = "Notes"
RECORD_TITLE = "Run record"
_NAMED = 6
_NOTES: tuple[tuple[str, str], ...] = (
    ("Complete", "Everything came back that should have come."),
    ("Partial", "Part of what the audit asks for did not come; what rests on it is Not assessed."),
    *(
        (str(trouble), words)
        for trouble, words in {
            Trouble.TENANT_FILE: "The council's tenant file, or what it names, is not as it should be.",
            Trouble.REFUSED: "An audit was begun and refused: by Microsoft, for a file, or as something was unsafe.",
            Trouble.UNREADABLE: "An audit was made, and its assessment.json cannot be read.",
            Trouble.UNFINISHED: "An audit was stopped before all evidence was in. It says nothing, good or bad.",
            Trouble.NOT_JUDGED: "All evidence is in, and nobody has judged it yet.",
            Trouble.MISSED: "There is a tenant file, and no audit in the month on the cover.",
            Trouble.RUNNING: "Another process was auditing the council when this was written.",
        }.items()
    ),
    (NO_RESULT, "No audit of the council can be read, or its last one made no check under that topic."),
    ("Decisions waiting", "Findings on the Clerk's sheet Decisions needed that nobody has answered."),
    ("Overdue", f"Unanswered for more than {DAYS_TO_REPLY} days since the finding was first seen or came back."),
    ("New or back", "Found for the first time in the month of that audit, or again after it had gone."),
    ("Exit code", "What the command ended with; the README lists the codes."),
    ("No names", "No account, address, file or reason stands here; they are in each council's own workbooks."),
)


def page(fleet: Fleet, work: Sequence[Work]) -> Page:
    """One page that answers the provider's questions."""
    return Page(
        title=TITLE,
        heading=f"Microsoft 365 audits of {counted(len(fleet.councils), 'council')}, {month(fleet.on)}",
        purpose="The month of all councils on one page",
        explanation=("One table: the month of all councils on one page. It names councils and nobody in them.",),
        columns=(Column("Question", 44, Look.STRONG), Column("Answer", 60), Column("Where to look", 46)),
        rows=(
            ("Which councils need me today?", _today(fleet, work), f"{provider_work.TITLE}, the rows Today."),
            ("Which audits failed or were missed?", _failed(fleet), f"{provider_troubles.FAILED_TITLE}."),
            (
                "What is partial, and what one action mends it?",
                provider_troubles.partial(fleet),
                f"{provider_troubles.GAPS_TITLE}.",
            ),
            ("Which decisions wait, and which are overdue?", _decisions(fleet), "Councils, from Decisions waiting on."),
            ("What ends soon?", _ending(fleet), f"{provider_troubles.ENDING_TITLE}."),
            ("What else is mine to do this month?", _work(work), f"{provider_work.TITLE}."),
            ("How do the councils stand?", _stand(fleet), "Councils, Topics by council, Checks across councils."),
            ("As of when?", _when(fleet), "Councils has the day of each council's last audit."),
            ("May it be shared?", _SHARING, "Each council's own workbook is for its own Clerk."),
        ),
        filters=False,
        frozen=False,
        one_page=True,
    )


_SHARING = (
    "With your own staff. It holds no personal data, but it says which councils have weak spots: keep it as you keep "
    "passwords."
)


def notes_page() -> Page:
    """What the words mean."""
    return Page(
        title=NOTES_TITLE,
        heading=NOTES_TITLE,
        purpose="What the words mean",
        explanation=("One table: what the words of this workbook mean.",),
        columns=(Column("Word", 36, Look.STRONG), Column("Meaning", 60)),
        rows=_NOTES,
        filters=False,
    )


def record_page(fleet: Fleet) -> Page:
    """What each row rests on: run, version, policy, digest."""
    columns = (
        Column("Council", 36, Look.STRONG), Column("Tenant file", 22), Column("Run", 21), Column("Judged as at", 13),
        Column("Policy", 24), Column("Register", 11), Column("Data sets read whole", 12, Look.NUMBER),
        Column("Data sets asked for", 12, Look.NUMBER), Column("m365audit", 12),
        Column("Digest of the evidence (SHA-256)", 60),
    )  # fmt: skip
    nothing: Line = ("None: there is no council.", *[NONE] * (len(columns) - 1))
    return Page(
        title=RECORD_TITLE,
        heading=RECORD_TITLE,
        purpose="What each council's numbers rest on: run, versions, policy, digest of the evidence",
        explanation=(
            (
                f"One table. Put together on {day(fleet.on)} with m365audit {fleet.tool_version}. The digest is "
                "the one on the sheet Run record of that run's own workbooks."
            ),
        ),
        columns=columns,
        rows=Made(fleet.councils, _record) if fleet.councils else (nothing,),
        frozen_columns=1,
    )


def _record(council: FleetCouncil) -> Line:
    audit = council.audit
    if audit is None:
        return (council.name, council.slug, *[NO_RESULT] * 8)
    return (
        council.name, council.slug, audit.run, audit.made_on, audit.policy, "Used" if audit.has_register else "None",
        audit.read, audit.asked, audit.tool_version, audit.digest or "Not known: the manifest cannot be read",
    )  # fmt: skip


def _named(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    every = list(dict.fromkeys(names))
    if len(every) <= _NAMED:
        return listed(every)
    return f"{', '.join(every[:_NAMED])} and {len(every) - _NAMED:,} more"


def _today(fleet: Fleet, work: Sequence[Work]) -> str:
    today = list(dict.fromkeys(one.council for one in work if one.when is When.TODAY))
    if not today:
        return "None: every audit was made, and no certificate is about to end."
    return f"{len(today):,} of {counted(len(fleet.councils), 'council')}: {_named(today)}."


def _failed(fleet: Fleet) -> str:
    by_trouble = {
        trouble: [council.name for council in fleet.councils if council.trouble is trouble] for trouble in Trouble
    }
    said = [f"{trouble}: {_named(names)}." for trouble, names in by_trouble.items() if names]
    return "\n".join(said) or "None: every council has its audit of the month."


def _decisions(fleet: Fleet) -> str:
    audits = [(council, council.audit) for council in fleet.councils if council.audit]
    waiting = sum(audit.waiting for _, audit in audits)
    if not waiting:
        return "No decision waits."
    late = sorted((-audit.overdue_days, council.name) for council, audit in audits if audit.overdue)
    number = sum(audit.overdue for _, audit in audits)
    councils = sum(bool(audit.waiting) for _, audit in audits)
    said = f"{counted(waiting, 'decision waits', 'decisions wait')} in {counted(councils, 'council')}."
    if not late:
        return f"{said} None is overdue."
    verb = "is" if number == 1 else "are"
    return f"{said} {number:,} {verb} overdue, the longest first: {_named(name for _, name in late)}."


def _ending(fleet: Fleet) -> str:
    near = [one for one in fleet.councils if one.certificate_ends and _days(one, fleet) <= NEAR_END_DAYS]
    ends = [ending for council in fleet.councils if council.audit for ending in council.audit.endings]
    said = []
    if near:
        first = min(near, key=lambda one: _days(one, fleet))
        words = counted(len(near), "certificate")
        said.append(f"{words}, the first that of {first.name} in {counted(_days(first, fleet), 'day')}")
    numbers = {what: sum(one.number for one in ends if one.what == what) for what in ("Exception", "Statement")}
    said += [counted(number, what.lower()) for what, number in numbers.items() if number]
    return sentence(listed(said)) if said else "Nothing within 30 days, as far as it can be read from here."


def _days(council: FleetCouncil, fleet: Fleet) -> int:
    return (council.certificate_ends - fleet.on).days if council.certificate_ends else NEAR_END_DAYS + 1


def _work(work: Sequence[Work]) -> str:
    later = {when: [one for one in work if one.when is when] for when in When if when is not When.TODAY}
    said = [f"{when}: {counted(len(found), 'task')}" for when, found in later.items() if found]
    return f"{'; '.join(said)}." if said else "Nothing."


def _stand(fleet: Fleet) -> str:
    audits = [council.audit for council in fleet.councils if council.audit]
    if not audits:
        return "Nothing is known of any council."
    high = sum(audit.counted.findings[Severity.HIGH] for audit in audits)
    urgent = sum(bool(audit.counted.findings[Severity.HIGH]) for audit in audits)
    said = f"{counted(high, 'urgent finding')} in {counted(urgent, 'council')}."
    common = [tally for tally in fleet.checks if tally.counts.get(Result.DOES_NOT_MEET, 0)][:1]
    for tally in common:
        number = tally.counts[Result.DOES_NOT_MEET]
        said += f" The check most councils do not meet ({number:,} of {len(audits):,}): “{tally.says}”."
    return said


def _when(fleet: Fleet) -> str:
    return (
        f"Put together on {day(fleet.on)} by {fleet.provider} from what is on this machine; nothing was asked of "
        "Microsoft 365 for it. Days are counted to then."
    )
