"""The sheet the Clerk fills in: what there is to decide, what may be answered, and by when."""

from dataclasses import dataclass
from datetime import date, timedelta

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.words import Result, State, SubjectKind
from m365audit.report.findings import Findings, action, owner
from m365audit.report.questions import Question
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, sentence

TITLE = "Decisions needed"
DAYS_TO_REPLY = 14
_LONGEST_EXCEPTION_DAYS = 366
_LONGEST_REASON = 500
_LONGEST_NAME = 100
_NOT_NEEDED = "Not needed"
# Excel counts days from the last day of 1899, the one after its own mistake over the leap year 1900.
_DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Form:
    """What may be answered to one type of finding."""

    choices: tuple[str, ...]
    prompt: str


MAILBOX_ACCESS = Form(
    ("Authorised", "Remove", "Ask"),
    "Authorised: the council allows it; give Reason, Until (12 months at most) and Decided by. "
    "Remove: take the access away. Ask: you want the IT provider to explain it first.",
)
SHARING = Form(
    ("Accepted", "Remove", "Ask"),
    "Accepted: it may stay; give Reason, Until (6 months at most, 30 days for a link anyone can use) and Decided by. "
    "Remove: end it. Ask: you want the IT provider to explain it first.",
)
FORWARDING = Form(
    ("Accepted", "Remove", "Ask"),
    "Accepted: it may go on; give Reason, Until (90 days at most) and Decided by. Not for the mail of the Clerk or of "
    "finance. Remove: end it. Ask: explain it first.",
)
TWO_STEP = Form(
    ("Fix", "Accessibility exception", "Ask"),
    "Fix: it will be set up. Accessibility exception: the person cannot use it; give Reason, Until (90 days at most) "
    "and Decided by. Ask: explain it first.",
)
LEAVER = Form(
    ("Leaver confirmed", "Still serving", "Ask"),
    "Leaver confirmed: put the last day of service under Until. Still serving: say so under Reason. "
    "Ask: you want the IT provider to explain it first.",
)
UNKNOWN_ACCOUNT = Form(
    ("Person", "Shared", "Service", "Not known"),
    "Person: say who under Reason. Shared: several people use it. Service: a machine or a program uses it. "
    "Not known: nobody knows what it is for.",
)
THIRD_PARTY = Form(
    ("Under contract", "Ended", "Ask"),
    "Under contract: put its end date under Until. Ended: the access should go. "
    "Ask: you want the IT provider to explain it first.",
)
OTHER = Form(
    ("Fix", "Accepted", "Ask"),
    "Fix: it will be put right. Accepted: it may stay; give Reason, Until (12 months at most) and Decided by. "
    "Ask: you want the IT provider to explain it first.",
)

_BY_RULE: dict[str, Form] = {
    "two-step-registered": TWO_STEP,
    "two-step-method-strong": TWO_STEP,
    "leaver-access-removed": LEAVER,
    "account-dormant": LEAVER,
    "account-on-register": UNKNOWN_ACCOUNT,
}
_BY_KIND: dict[SubjectKind, Form] = {
    SubjectKind.MAILBOX_ACCESS: MAILBOX_ACCESS,
    SubjectKind.FORWARD: FORWARDING,
    SubjectKind.SHARE: SHARING,
    SubjectKind.GUEST: SHARING,
    SubjectKind.APP: THIRD_PARTY,
    SubjectKind.PROVIDER: THIRD_PARTY,
}

# What was found stands first and stays in sight while the answers are filled in; together they print at 60 per cent.
COLUMNS = (
    Column("What we found", 41),
    Column("Who or what", 21),
    Column("Policy clause", 20),
    Column("Why it matters", 28),
    Column("Suggested action", 30),
    Column("Reference", 18),
    Column("First seen", 13),
    Column("Due", 13),
    Column("Decision", 15, Look.ANSWER),
    Column("Reason", 17, Look.ANSWER),
    Column("Until", 13, Look.ANSWER_DATE),
    Column("Decided by", 13, Look.ANSWER),
    Column("Decision date", 13, Look.ANSWER_DATE),
)
_ANSWERS = 5


def form_for(finding: Finding) -> Form:
    """What may be answered to a finding: by its rule where that has answers of its own, else by what it is about."""
    return _BY_RULE.get(finding.rule) or _BY_KIND.get(finding.subject.kind, OTHER)


def needed(assessment: Assessment) -> tuple[Finding, ...]:
    """The findings somebody has to decide on, what matters most first."""
    return Findings(assessment).sorted(
        finding
        for finding in assessment.findings
        if finding.result in (Result.DOES_NOT_MEET, Result.REVIEW) and finding.state is not State.FIXED
    )


def due(finding: Finding) -> date:
    """The day an answer is due: two weeks after the finding was first seen."""
    return finding.first_seen + timedelta(days=DAYS_TO_REPLY)


def reply_by(assessment: Assessment) -> date:
    """The day the whole workbook should be back."""
    return assessment.as_of + timedelta(days=DAYS_TO_REPLY)


def page(assessment: Assessment) -> Page:
    """The sheet of decisions."""
    matters = needed(assessment)
    words = Findings(assessment)
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="The only sheet to fill in: what there is to decide, with a choice of answers",
        explanation=(f"One table, most urgent first. Cells left blank are for your answers. {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(_row(finding, words) for finding in matters) or (_nothing(assessment),),
        frozen_columns=1,
        questions=_questions(matters, assessment.as_of),
    )


def _row(finding: Finding, words: Findings) -> Line:
    return (
        sentence(finding.because),
        finding.subject.name,
        words.clauses(finding),
        words.why(finding),
        f"{owner(finding)}: {action(finding)}",
        finding.reference,
        finding.first_seen,
        due(finding),
        *[None] * _ANSWERS,
    )


def _nothing(assessment: Assessment) -> Line:
    found = (
        "Nothing to decide was found in what could be checked; the sheet Not assessed lists what could not."
        if assessment.gaps
        else "Nothing to decide was found."
    )
    return (found, *[NONE] * (len(COLUMNS) - 1 - _ANSWERS), *[_NOT_NEEDED] * _ANSWERS)


def _questions(matters: tuple[Finding, ...], as_of: date) -> tuple[Question, ...]:
    if not matters:
        return ()
    rows: dict[Form, list[int]] = {}
    for row, finding in enumerate(matters):
        rows.setdefault(form_for(finding), []).append(row)
    choices = tuple(
        Question(
            column="Decision",
            rows=tuple(body),
            title="Choose an answer",
            prompt=form.prompt,
            error=f"Please choose one of: {', '.join(form.choices)}.",
            choices=form.choices,
        )
        for form, body in rows.items()
    )
    return choices + _details(tuple(range(len(matters))), as_of)


def _details(rows: tuple[int, ...], as_of: date) -> tuple[Question, ...]:
    today = (as_of - _DAY_ZERO).days
    last = today + _LONGEST_EXCEPTION_DAYS
    dated = "Please give a date such as 1 Feb 2027."
    return (
        Question(
            column="Reason",
            rows=rows,
            title="Why",
            prompt="In a sentence: why this is right for the council, with a minute or contract number if any.",
            error=f"Please keep the reason to {_LONGEST_REASON} characters.",
            longest=_LONGEST_REASON,
        ),
        Question(
            column="Until",
            rows=rows,
            title="The last day it holds",
            prompt="Needed when something may stay: the last day it may. Also the last day of service of a leaver. "
            "Give a date such as 1 Feb 2027.",
            error=f"{dated} It can be up to a year from the audit.",
            # A leaver's last day may lie well before the audit.
            between=(today - 10 * _LONGEST_EXCEPTION_DAYS, last),
        ),
        Question(
            column="Decided by",
            rows=rows,
            title="Who decided",
            prompt="Name of the Clerk or deputy who decided. Nobody decides about what is their own.",
            error=f"Please keep the name to {_LONGEST_NAME} characters.",
            longest=_LONGEST_NAME,
        ),
        Question(
            column="Decision date",
            rows=rows,
            title="When it was decided",
            prompt="The day the decision was made, such as 1 Feb 2027.",
            error=f"{dated} It cannot be before the audit.",
            between=(today, last),
        ),
    )
