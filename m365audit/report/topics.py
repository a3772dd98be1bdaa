"""One sheet for each topic: its findings, and its checks that could not be made."""

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, CheckResult, Finding
from m365audit.model.words import Result
from m365audit.report.findings import Findings, action
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.wording import NONE, URGENCY, counted, day, sentence

# The order a Clerk asks in; topics that are not named here follow by name.
_FIRST_TOPICS = (
    "People and accounts", "Two-step sign-in", "Mailbox access", "Forwarding", "Sharing outside", "Guests",
    "Meetings", "Leavers", "Devices", "IT provider access", "Policy",
)  # fmt: skip
FILTERS = "The arrows filter; Data, Clear shows all rows again."

COLUMNS = (
    Column("What we found", 52),
    Column("Who or what", 26),
    Column("Result", 16, Look.RESULT),
    Column("Policy clause", 27),
    Column("Suggested action", 40),
    Column("Who acts", 17),
    Column("Urgency", 11),
    Column("First seen", 13),
    Column("Reference", 18),
)


def topics(assessment: Assessment) -> tuple[str, ...]:
    """The topics of every check that exists, in the order of their sheets."""
    found = {check.topic for check in assessment.checks if check.topic}
    ordered = [topic for topic in _FIRST_TOPICS if topic in found]
    return (*ordered, *sorted(found.difference(ordered)))


def pages(assessment: Assessment) -> tuple[Page, ...]:
    """Every topic's sheet."""
    return tuple(_page(topic, assessment) for topic in topics(assessment))


def _page(topic: str, assessment: Assessment) -> Page:
    words = Findings(assessment)
    checks = [check for check in assessment.checks if check.topic == topic]
    found = words.sorted(finding for finding in assessment.present if words.topic(finding) == topic)
    unseen = words.sorted(one for one in assessment.findings if one.unseen and words.topic(one) == topic)
    partial = [check for check in checks if not is_whole(check)]
    listed: tuple[Finding | CheckResult, ...] = (*found, *unseen, *partial)
    return Page(
        title=topic,
        heading=topic,
        purpose=_purpose(topic, len(found), len(partial)),
        explanation=(f"One table. {_extent(checks, partial)} {FILTERS}",),
        columns=COLUMNS,
        rows=Made(listed, lambda one: _row(one, words)) if listed else (_none_row(checks),),
    )


def is_whole(check: CheckResult) -> bool:
    """Whether a check looked at all it should have, so that having found nothing means something."""
    return check.result is not Result.NOT_ASSESSED and not check.gaps and not check.unjudged


def _purpose(topic: str, found: int, partial: int) -> str:
    what = f"{topic}: {counted(found, 'finding')}" if found else f"{topic}: none found"
    if partial:
        what = f"{topic}: {counted(found, 'finding')}" if found else f"{topic}: no finding in what could be checked"
        what += f"; {counted(partial, 'check')} not made in full"
    return what


def _extent(checks: list[CheckResult], partial: list[CheckResult]) -> str:
    if not partial:
        return f"{counted(len(checks), 'check')}, all made in full."
    if len(partial) == len(checks):
        return f"{counted(len(checks), 'check')}, none made in full; the last rows say why."
    whole = len(checks) - len(partial)
    return f"{counted(len(checks), 'check')}, {whole} made in full and {len(partial)} not; the last rows say why."


def _row(one: Finding | CheckResult, words: Findings) -> Line:
    return _finding_row(one, words) if isinstance(one, Finding) else _partial_row(one)


def _finding_row(finding: Finding, words: Findings) -> Line:
    return (
        _last_time(finding) + sentence(finding.because),
        finding.subject.name,
        finding.result_text,
        words.clauses(finding),
        action(finding),
        words.owner(finding),
        URGENCY[finding.severity],
        finding.first_seen,
        finding.reference,
    )


def _last_time(finding: Finding) -> str:
    """Of what could not be looked at, when it was there."""
    if not finding.unseen or finding.last_seen is None:
        return ""
    return f"Could not be looked at this time; on {day(finding.last_seen)} it was so: "


def _partial_row(check: CheckResult) -> Line:
    return (
        f"Not made in full: “{check.title.rstrip('.')}”. {limits(check)}".rstrip(),
        "What this check covers",
        str(Result.NOT_ASSESSED),
        "See Not assessed",
        "The sheet Not assessed says what would mend it, and who can.",
        "See Not assessed",
        NONE,
        NONE,
        NONE,
    )


def limits(check: CheckResult) -> str:
    """What a check did not see or could not judge, as sentences."""
    if said := check.limits or (check.because if check.result is Result.NOT_ASSESSED else ""):
        return sentence(said)
    return f"{counted(check.unjudged, 'case')} could not be judged." if check.unjudged else ""


def _none_row(checks: list[CheckResult]) -> Line:
    if all(check.result is Result.NOT_APPLICABLE for check in checks):
        text, result = "None found: the checks of this topic do not apply to the council.", Result.NOT_APPLICABLE
    else:
        text, result = "None found: every check of this topic looked at everything it covers.", Result.MEETS
    return (text, "Everything checked", str(result), NONE, "Nothing to do.", "Nobody", NONE, NONE, NONE)
