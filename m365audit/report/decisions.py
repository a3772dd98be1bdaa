"""The sheet the Clerk fills in: what there is to decide, what may be answered, and by when."""

from datetime import date, timedelta

from m365audit.excel.styles import Look
from m365audit.model import answers
from m365audit.model.answers import Form
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Standing
from m365audit.model.words import Result
from m365audit.report.findings import Findings, action
from m365audit.report.questions import Question
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.states import story
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, sentence

TITLE = "Decisions needed"
DAYS_TO_REPLY = 14
_YEAR_DAYS = 366
_LONGEST_REPLY_DAYS = 92
_LONGEST_REASON = 500
_LONGEST_NAME = 100
_NOT_NEEDED = "Not needed"
_DATED = "Please give a date such as 1 Feb 2027."
# Excel counts days from the last day of 1899, the one after its own mistake over the leap year 1900.
_DAY_ZERO = date(1899, 12, 30)


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
    """What may be answered to a finding."""
    form = answers.form_for(finding.rule, finding.subject.kind)
    return form.without_allowing() if finding.may_accept else form


def needed(assessment: Assessment) -> tuple[Finding, ...]:
    """The findings somebody has to decide on, what matters most first; exceptions that end soon are among them.

    So are those that were decided on and not done, for as long as the evidence shows them.
    """
    return Findings(assessment).sorted(filter(is_needed, assessment.present))


def is_needed(finding: Finding) -> bool:
    """Whether somebody has to decide on a finding that is there."""
    return finding.result in (Result.DOES_NOT_MEET, Result.REVIEW) or is_to_renew(finding)


def is_to_renew(finding: Finding) -> bool:
    """Whether it is accepted, and that ends soon."""
    return finding.is_there and finding.result is Result.ACCEPTED and finding.standing is Standing.RENEW


def waits_for_provider(finding: Finding) -> bool:
    """Whether an answer was given that somebody else has to act on first."""
    return finding.standing in (Standing.TO_GO, Standing.ASKED)


def due(finding: Finding) -> date:
    """The day an answer is due: two weeks after the finding was first seen, or came back; before an exception ends."""
    if is_to_renew(finding) and finding.accepted_until:
        return finding.accepted_until
    return (finding.open_since or finding.first_seen) + timedelta(days=DAYS_TO_REPLY)


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
        rows=Made(matters, lambda one: _row(one, words, assessment.as_of)) if matters else (_nothing(assessment),),
        frozen_columns=1,
        questions=_questions(matters, assessment.as_of),
    )


def _row(finding: Finding, words: Findings, as_of: date) -> Line:
    return (
        f"{sentence(finding.because)}\n{story(finding, as_of)}",
        finding.subject.name,
        words.clauses(finding),
        words.why(finding),
        f"{words.owner(finding)}: {action(finding)}",
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
            error=f"Please choose one of: {', '.join(form.words)}.",
            choices=form.words,
        )
        for form, body in rows.items()
    )
    ends = tuple(_until(form, tuple(body), as_of) for form, body in rows.items())
    return (*choices, *ends, *_details(tuple(range(len(matters))), as_of))


def _until(form: Form, rows: tuple[int, ...], as_of: date) -> Question:
    """The last day something may stay; the decision, from which that is counted, may be some time after the audit."""
    most = max((choice.most_days or 0 for choice in form.choices), default=0) + _LONGEST_REPLY_DAYS
    return Question(
        column="Until",
        rows=rows,
        title="The last day it holds",
        prompt="Needed when something may stay: the last day it may. Also the last day of service of a leaver. "
        "Give a date such as 1 Feb 2027.",
        error=f"{_DATED} It cannot be later than what the cell Decision says.",
        # A leaver's last day may lie well before the audit.
        between=(_serial(as_of) - 10 * _YEAR_DAYS, _serial(as_of) + most),
    )


def _serial(day: date) -> int:
    return (day - _DAY_ZERO).days


def _details(rows: tuple[int, ...], as_of: date) -> tuple[Question, ...]:
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
            error=f"{_DATED} It cannot be before the audit.",
            between=(_serial(as_of), _serial(as_of) + _YEAR_DAYS),
        ),
    )
