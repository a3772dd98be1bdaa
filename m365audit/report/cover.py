"""The first two sheets: the answers to a Clerk's first questions, and where everything is."""

from collections.abc import Sequence

from m365audit.excel.cells import LONDON
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Judgement, Result, Severity, State
from m365audit.report import decisions
from m365audit.report.findings import Findings
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import is_whole
from m365audit.report.wording import counted, day, first_sentence, listed, month, month_after

TITLE = "Cover"
CONTENTS_TITLE = "Contents"
_TOPICS_NAMED = 3


def page(assessment: Assessment) -> Page:
    """One page that answers the questions a Clerk asks first."""
    return Page(
        title=TITLE,
        heading=f"Microsoft 365 audit of {assessment.council}, {month(assessment.as_of)}",
        purpose="The audit on one page",
        explanation=("One table: the audit on one page. Confidential.",),
        columns=(Column("Question", 40, Look.STRONG), Column("Answer", 60), Column("What to do, or where to look", 50)),
        rows=_answers(assessment),
        filters=False,
        frozen=False,
        one_page=True,
    )


def _answers(assessment: Assessment) -> tuple[Line, ...]:
    return (
        ("Is anything wrong?", _result(assessment), _LOOK_FOR_MATTERS),
        ("What must I decide, and by when?", _decisions(assessment), _REPLY),
        ("What changed since last month?", _changes(assessment), "In a first audit every finding is new."),
        ("What could not be checked?", _unchecked(assessment), _LOOK_FOR_GAPS),
        ("What was not read?", *_NOT_READ),
        ("How much can data decide?", _reach(assessment), _LOOK_FOR_STATEMENTS),
        ("Which policy was audited?", _policy(assessment), "The sheet Clauses has every clause with its result."),
        ("When?", *_when(assessment)),
        ("Who can help?", f"{assessment.provider}, the council's IT provider.", "Please quote a finding's reference."),
        ("What can I show the internal auditor?", *_AUDITOR),
        ("Can this be shared?", *_SHARING),
        ("How long is it kept?", *_RETENTION),
    )


def contents_page(pages: Sequence[Page], counts: Sequence[int]) -> Page:
    """Every sheet of the workbook in order, this one included, with a link to its first cell."""
    rows = [(page.title, f"{page.purpose}.", count) for page, count in zip(pages, counts, strict=True)]
    rows.insert(1, (CONTENTS_TITLE, "This list.", len(rows) + 1))
    return Page(
        title=CONTENTS_TITLE,
        heading=CONTENTS_TITLE,
        purpose="This list",
        explanation=("One table. Each name leads to its sheet.",),
        columns=(Column("Sheet", 32, Look.LINK), Column("What it is for", 60), Column("Rows", 10, Look.NUMBER)),
        rows=tuple(rows),
        filters=False,
        frozen=False,
        links=dict(enumerate(row[0] for row in rows)),
        table="Table_of_contents",
    )


_LOOK_FOR_MATTERS = "Decisions needed has what to decide; the sheets behind it show everything by topic."
_REPLY = (
    "Fill in the last five columns of Decisions needed, save the file and give it back to the IT provider by the same "
    "safe way it came. Changes on other sheets are not read."
)
_LOOK_FOR_GAPS = "Not assessed says why, and what would mend it. Nothing is claimed about what stands there."
_LOOK_FOR_STATEMENTS = "Statements due has the questions that only a person can answer."
_CHANGES_NOTHING = (
    "The audit reads settings, names, addresses, rights and times of meetings, and changes nothing. It neither can nor "
    "may look at private accounts or devices."
)
_NOT_READ = (
    "No content of mails or documents, no chats, no passwords or passcodes, no meeting links.",
    _CHANGES_NOTHING,
)
_AUDITOR = (
    "Clauses, Not assessed and Run record.",
    "They say what was asked of the council, what could not be looked at, and what the answers rest on.",
)
_SHARING = (
    "No. It names people, accounts and files, and is confidential to the Clerk and those who must act on it.",
    "Keep it as you keep staff records, and do not send it by ordinary email unless it is encrypted.",
)
_RETENTION = (
    "The evidence for 90 days; this workbook for the current and the previous year.",
    "The council may decide otherwise.",
)


def _open(assessment: Assessment) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.state is not State.FIXED]


def _result(assessment: Assessment) -> str:
    """Three sentences: what was found, how the clauses stand, how far that reaches."""
    return " ".join((_found(assessment), _clauses(assessment), _reliance(assessment)))


def _found(assessment: Assessment) -> str:
    findings = Findings(assessment).sorted(_open(assessment))
    breaches = [finding for finding in findings if finding.result is Result.DOES_NOT_MEET]
    reviews = [finding for finding in findings if finding.result is Result.REVIEW]
    if not breaches and not reviews:
        return "Nothing that needs a decision was found in what could be checked."
    parts = []
    if breaches:
        verb = "appears" if len(breaches) == 1 else "appear"
        parts.append(f"{counted(len(breaches), 'matter')} {verb} not to meet the policy or another duty")
    if reviews:
        verb = "needs" if len(reviews) == 1 else "need"
        parts.append(f"{counted(len(reviews), 'other matter' if breaches else 'matter')} {verb} your view")
    topic = Findings(assessment).topic
    urgent = dict.fromkeys(topic(f) for f in (*breaches, *reviews) if f.severity is Severity.HIGH)
    most = f"; the most urgent stand under {listed(list(urgent)[:_TOPICS_NAMED])}" if urgent else "; none is urgent"
    return f"{listed(parts)}{most}."


def _clauses(assessment: Assessment) -> str:
    own = [outcome.result for outcome in assessment.own_clauses]
    counts = {result: own.count(result) for result in Result}
    met = counts[Result.MEETS] + counts[Result.ATTESTED]
    open_ = counts[Result.NOT_ASSESSED] + counts[Result.ATTESTATION_DUE]
    rest = len(own) - met - open_ - counts[Result.DOES_NOT_MEET] - counts[Result.REVIEW]
    parts = [
        f"{met} appear to be met",
        f"{counts[Result.DOES_NOT_MEET]} not",
        f"{counts[Result.REVIEW]} need your view",
        f"{open_} wait for a statement or could not be assessed",
    ]
    if rest:
        parts.append(f"{rest} ask for nothing or carry advice only")
    return f"Of the policy's {counted(len(own), 'clause')}, {listed(parts)}."


def _reliance(assessment: Assessment) -> str:
    partial = sum(not is_whole(check) for check in assessment.checks)
    if not partial and not assessment.gaps:
        return "Every check looked at everything it covers."
    return (
        f"{counted(partial, 'check')} of {len(assessment.checks)} could not be made in full, so this is not a clean "
        "bill of health for what they cover."
    )


def _decisions(assessment: Assessment) -> str:
    matters = decisions.needed(assessment)
    if not matters:
        return "No decision is needed this month."
    overdue = sum(decisions.due(finding) < assessment.as_of for finding in matters)
    late = f" {counted(overdue, 'of them has', 'of them have')} been waiting from an earlier month." if overdue else ""
    return (
        f"{counted(len(matters), 'decision')}, on the sheet {decisions.TITLE}. Please reply by "
        f"{day(decisions.reply_by(assessment))}, {decisions.DAYS_TO_REPLY} days after the date of the audit.{late}"
    )


def _changes(assessment: Assessment) -> str:
    states = [finding.state for finding in assessment.findings]
    words = {
        State.NEW: "new",
        State.OPEN: "still open",
        State.CAME_BACK: "came back",
        State.FIXED: "put right",
        State.NOT_COMPARABLE: "not comparable with last month",
    }
    counts = [f"{states.count(state)} {text}" for state, text in words.items() if state in states]
    if not counts:
        return "There is no finding to compare."
    return f"Findings: {listed(counts)}."


def _unchecked(assessment: Assessment) -> str:
    partial = [note for note in assessment.data_sets if note.coverage.gaps]
    checks = [check for check in assessment.checks if not is_whole(check)]
    if not partial and not checks and not assessment.gaps:
        return "Nothing: everything the audit asks for came back whole."
    parts = []
    if partial:
        names = listed(f"“{first_sentence(note.meaning)}”" for note in partial)
        parts.append(f"Warning: part of what the audit asks for did not come back: {names}.")
    if not assessment.has_register:
        parts.append("There is no register of what the council says is right, so much could not be compared.")
    if checks:
        parts.append(f"{counted(len(checks), 'check')} of {len(assessment.checks)} could not be made in full.")
    return " ".join(parts)


def _reach(assessment: Assessment) -> str:
    own = [outcome.clause for outcome in assessment.own_clauses]
    automatic = sum(clause.judgement is Judgement.AUTOMATIC for clause in own)
    return (
        "Only about one clause in eight can be decided from Microsoft 365 data alone; of this policy's "
        f"{counted(len(own), 'clause')} it is {automatic}. The others need a person as well, or only a person."
    )


def _policy(assessment: Assessment) -> str:
    return f"{assessment.policy_title}. Version or date: {assessment.policy_version or 'none on file'}."


def _when(assessment: Assessment) -> tuple[str, str]:
    moment = assessment.collected_at.astimezone(LONDON)
    after = month(month_after(assessment.as_of))
    return (
        f"Microsoft 365 was read on {day(moment)} at {moment:%H:%M} and judged as at {day(assessment.as_of)}.",
        f"Times are those of the United Kingdom. The next audit is expected in early {after}.",
    )
