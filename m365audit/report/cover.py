"""The first two sheets: the answers to a Clerk's first questions, and where everything is."""

from collections import Counter
from collections.abc import Sequence

from m365audit.excel.cells import LONDON
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.tenant import Retention
from m365audit.model.words import Judgement, Result, Severity
from m365audit.report import changes, decisions, exceptions
from m365audit.report.findings import Findings
from m365audit.report.missing import waiting_rows
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.tested import tested
from m365audit.report.topics import is_whole
from m365audit.report.wording import GAP_SHORT, counted, day, listed, month, month_after

TITLE = "Cover"
CONTENTS_TITLE = "Contents"


def page(assessment: Assessment) -> Page:
    """One page that answers the questions a Clerk asks first."""
    return Page(
        title=TITLE,
        heading=f"Microsoft 365 audit of {assessment.council}, {month(assessment.as_of)}",
        purpose="The audit on one page",
        explanation=("One table: the audit on one page. Confidential.",),
        columns=(Column("Question", 44, Look.STRONG), Column("Answer", 60), Column("What to do, or where to look", 56)),
        rows=_answers(assessment),
        filters=False,
        frozen=False,
        one_page=True,
    )


def _answers(assessment: Assessment) -> tuple[Line, ...]:
    return (
        ("Is anything wrong?", _result(assessment), _LOOK_FOR_MATTERS),
        ("What must I decide, and by when?", _decisions(assessment), _REPLY),
        ("What changed since last month?", *_changes(assessment)),
        ("What could not be checked?", _unchecked(assessment), _LOOK_FOR_GAPS),
        ("What can I show the internal auditor?", *_AUDITOR),
        ("What may be shared or published?", *_SHARING),
        ("What has been accepted?", *_accepted(assessment)),
        ("How do the policy's clauses stand?", _clauses(assessment), _LOOK_FOR_CLAUSES),
        ("How much can data decide?", _reach(assessment), _LOOK_FOR_STATEMENTS),
        ("What was not read?", *_NOT_READ),
        ("Which policy was audited?", _policy(assessment), "The sheet Clauses has every clause of it."),
        ("When?", *_when(assessment)),
        ("Who can help?", f"{assessment.provider}, the council's IT provider.", "Please quote a finding's reference."),
        ("How long is it kept?", *_kept(assessment.retention)),
        ("Can everybody use it?", tested(assessment, "Clerk"), "Please say if you cannot."),
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
        columns=(Column("Sheet", 44, Look.LINK), Column("What it is for", 60), Column("Rows", 10, Look.NUMBER)),
        rows=tuple(rows),
        filters=False,
        frozen=False,
        links=dict(enumerate(row[0] for row in rows)),
        table="Table_of_contents",
    )


_LOOK_FOR_MATTERS = (
    "Start with the first rows of the sheet Decisions needed; By person has what to write to whom, and the sheets by "
    "topic show everything."
)
_LOOK_FOR_CLAUSES = "Clauses has every clause with its result; Results by section has a picture of them."
_REPLY = (
    "Fill in the last five columns of Decisions needed, save the file and give it back to the IT provider by the same "
    "safe way it came. Changes on other sheets are not read."
)
_LOOK_FOR_STATES = (
    f"The sheet {changes.TITLE} has every finding under what has become of it; Findings by month has a picture."
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
    "The sheets Clauses, Other duties, Not assessed, Statements due and Run record.",
    "They say what was asked of the council, what could not be looked at, and what the answers rest on.",
)
_MAY_BE_PUBLISHED = (
    "Not this workbook: it names people, accounts and files. The Council workbook of the same month counts, names "
    "nobody, and may go with the agenda; it tells everybody what is still open, so put right first what is urgent."
)
_SHARING = (
    _MAY_BE_PUBLISHED,
    "Keep this file as you keep staff records, and send it encrypted or not at all.",
)


def _kept(retention: Retention) -> tuple[str, str]:
    """How long things are kept, as the tenant file has it."""
    years = retention.clerk_workbook_years
    this = {1: "this council year", 2: "the current and the previous council year"}
    long = this.get(years, f"the last {years} council years")
    return (
        f"The evidence for {counted(retention.evidence_days, 'day')}; this workbook for {long}.",
        "The council may decide otherwise.",
    )


def _open(assessment: Assessment) -> list[Finding]:
    return list(assessment.present)


def _result(assessment: Assessment) -> str:
    """Three sentences: what was found, what of it is urgent, how far that reaches."""
    findings = Findings(assessment).sorted(_open(assessment))
    breaches = [finding for finding in findings if finding.result is Result.DOES_NOT_MEET]
    reviews = [finding for finding in findings if finding.result is Result.REVIEW]
    urgent = [finding for finding in (*breaches, *reviews) if finding.severity is Severity.HIGH]
    return " ".join((_found(breaches, reviews), _urgent(urgent, Findings(assessment)), _reliance(assessment)))


def _found(breaches: list[Finding], reviews: list[Finding]) -> str:
    if not breaches and not reviews:
        return "Nothing that needs a decision was found in what could be checked."
    parts = []
    if breaches:
        verb = "appears" if len(breaches) == 1 else "appear"
        parts.append(f"{counted(len(breaches), 'matter')} {verb} not to meet the policy or another duty")
    if reviews:
        verb = "needs" if len(reviews) == 1 else "need"
        parts.append(f"{counted(len(reviews), 'more matter' if breaches else 'matter')} {verb} your view")
    return f"It appears so: {listed(parts)}." if breaches else f"{listed(parts)}."


def _urgent(urgent: list[Finding], words: Findings) -> str:
    if not urgent:
        return "None of it is urgent."
    topics = Counter(map(words.topic, urgent))
    verb = "is" if len(urgent) == 1 else "are"
    named = listed(f"{topic} ({number})" for topic, number in topics.items())
    return f"{len(urgent)} of them {verb} urgent, under {named}."


def _clauses(assessment: Assessment) -> str:
    """What is met by evidence, what a person confirmed, and what nobody knows are told apart."""
    own = [outcome.result for outcome in assessment.own_clauses]
    counts = {result: own.count(result) for result in Result}
    besides = {
        Result.ATTESTATION_DUE: "wait for a statement",
        Result.NOT_ASSESSED: "could not be assessed",
        Result.ADVICE: "carry advice only",
        Result.ACCEPTED: "are accepted for a time",
        Result.NOT_APPLICABLE: "do not apply",
    }
    others = listed(f"{counts[result]} {words}" for result, words in besides.items() if counts[result])
    return (
        f"Of {counted(len(own), 'clause')}, {counts[Result.DOES_NOT_MEET]} appear not to be met and "
        f"{counts[Result.REVIEW]} need your view. Met by evidence: {counts[Result.MEETS]}. Confirmed by a person's "
        f"statement: {counts[Result.ATTESTED]}. Of the others, {others or 'there are none'}."
    )


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
    waiting = [finding for finding in matters if decisions.waits_for_provider(finding)]
    to_decide = [finding for finding in matters if finding not in waiting]
    parts = [_to_decide(to_decide, assessment)]
    if ending := sum(map(decisions.is_to_renew, matters)):
        parts.append(f"{counted(ending, 'decision is', 'decisions are')} about an exception that ends soon.")
    if waiting:
        verb = "was answered before and is" if len(waiting) == 1 else "were answered before and are"
        parts.append(f"{counted(len(waiting), 'more matter')} on that sheet {verb} still found.")
    return " ".join(parts)


def _to_decide(matters: list[Finding], assessment: Assessment) -> str:
    if not matters:
        return "No decision is needed this month."
    overdue = sum(decisions.due(finding) < assessment.as_of for finding in matters)
    late = f" {overdue:,} of them {'has' if overdue == 1 else 'have'} waited since an earlier month." if overdue else ""
    return (
        f"{counted(len(matters), 'decision')}, on the sheet {decisions.TITLE}. Please reply by "
        f"{day(decisions.reply_by(assessment))}, {decisions.DAYS_TO_REPLY} days after the date of the audit.{late}"
    )


def _changes(assessment: Assessment) -> tuple[str, str]:
    if assessment.previous is None:
        return changes.FIRST, "From next month on it is said here."
    said = f"{changes.compared_with(assessment.previous)} Findings: {changes.tally(assessment)}."
    return said, _LOOK_FOR_STATES


def _accepted(assessment: Assessment) -> tuple[str, str]:
    held = exceptions.in_force(assessment)
    if not held:
        return "Nothing is accepted for a time.", "Nothing to do."
    soon = sum(map(decisions.is_to_renew, held))
    ends = f", {soon} of which {'ends' if soon == 1 else 'end'} within 30 days" if soon else ""
    return f"{counted(len(held), 'exception')}{ends}.", f"The sheet {exceptions.TITLE} says what, why and until when."


def _unchecked(assessment: Assessment) -> str:
    partial = [note for note in assessment.data_sets if note.coverage.gaps]
    checks = [check for check in assessment.checks if not is_whole(check)]
    parts = []
    if partial:
        parts.append(
            f"Warning: {len(partial)} of the {counted(len(assessment.data_sets), 'kind')} of information the audit "
            f"asks for did not come back, or not all of it: {_reasons(assessment)}."
        )
    if not assessment.has_register:
        parts.append("There is no register of what the council says is right, so much could not be compared.")
    if waiting := waiting_rows(assessment):
        parts.append(f"{waiting}; until then they count for nothing.")
    if checks:
        parts.append("Where a check could not be made in full, the sheet of its topic says so in its last rows.")
    if not parts and not assessment.gaps:
        return "Nothing: everything the audit asks for came back whole."
    return " ".join(parts)


def _reasons(assessment: Assessment) -> str:
    """Why what did not come back did not, the commonest reason first."""
    kinds = Counter(
        kind for note in assessment.data_sets for kind in dict.fromkeys(gap.kind for gap in note.coverage.gaps)
    )
    return listed(f"{GAP_SHORT[kind]} ({number})" for kind, number in kinds.most_common())


def _reach(assessment: Assessment) -> str:
    own = [outcome.clause for outcome in assessment.own_clauses]
    automatic = sum(clause.judgement is Judgement.AUTOMATIC for clause in own)
    return (
        "Of the clauses of the usual policies only one in eight or so is settled by data alone; of this policy's "
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
