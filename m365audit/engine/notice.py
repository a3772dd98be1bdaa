"""What to tell the Clerk when an audit is done: a notice with counts only, for a mail, a ticket or the telephone.

The workbook itself never goes by ordinary mail. It waits behind a link, or it is encrypted, and the notice says which.
"""

from collections.abc import Iterator

from m365audit.engine.custody.protection import OPEN, Protection
from m365audit.model.assessment import Assessment
from m365audit.model.tenant import Reader, Tenant
from m365audit.model.words import SHOULD_HAVE_COME, GapKind, Result, Severity
from m365audit.report import changes, decisions
from m365audit.report.wording import counted, day, month
from m365audit.snapshot import RunFolder
from m365audit.snapshot.folders import write_whole


def write(tenant: Tenant, assessment: Assessment, folder: RunFolder, protection: Protection = OPEN) -> str:
    """Write ``notice.txt`` into the folder of a run; its text.

    Raises:
        BadRun: it cannot be written.
    """
    text = notice(tenant, assessment, protection)
    write_whole(folder.notice, text.encode())
    return text


def notice(tenant: Tenant, assessment: Assessment, protection: Protection = OPEN) -> str:
    """The notice: who is told, a subject, a blank line, and a sentence a line; no names but the council's."""
    head = [f"To: {', '.join(tenant.workbooks.tell)}"] if tenant.workbooks.tell else []
    body = (_is_ready(assessment), _decisions(assessment), *_besides(assessment), *_delivery(tenant, protection))
    return "\n".join([*head, f"Subject: {_subject(assessment)}", "", *body, _COUNTS_ONLY, ""])


_COUNTS_ONLY = (
    "This notice holds counts only. Please send neither a workbook nor anything it says of people by ordinary mail."
)


def _subject(assessment: Assessment) -> str:
    number, by = len(_to_decide(assessment)), day(decisions.reply_by(assessment))
    needed = f"{counted(number, 'decision')} needed by {by}" if number else "no decision needed"
    ready = "partly ready" if _missing(assessment) else "ready"
    return f"{assessment.council}: {month(assessment.as_of)} audit {ready}, {needed}"


def _is_ready(assessment: Assessment) -> str:
    what = f"The audit of {assessment.council}'s Microsoft 365 for {month(assessment.as_of)} is"
    if not (missing := _missing(assessment)):
        return f"{what} ready."
    short = len({note.gap.data_set for note in assessment.gaps if note.gap.kind in missing})
    sets = f"{short} of {len(assessment.data_sets)} sets of data"
    soon = " Microsoft asked it to slow down, so it is run again soon." if missing == {GapKind.THROTTLED} else ""
    return f"{what} ready in part: {sets} did not come whole, and nothing is claimed of what rests on them.{soon}"


def _missing(assessment: Assessment) -> set[GapKind]:
    return set(assessment.gap_kinds) & SHOULD_HAVE_COME


def _decisions(assessment: Assessment) -> str:
    matters = _to_decide(assessment)
    if not matters:
        return "No decision is needed this month."
    urgent = sum(severity is Severity.HIGH for severity in matters)
    said = f", {urgent} of them urgent" if urgent else ""
    verb = "is" if len(matters) == 1 else "are"
    return f"{counted(len(matters), 'decision')} {verb} needed by {day(decisions.reply_by(assessment))}{said}."


def _to_decide(assessment: Assessment) -> list[Severity]:
    """How urgent each decision is that waits for the Clerk."""
    needed = decisions.needed(assessment)
    return [finding.severity for finding in needed if not decisions.waits_for_provider(finding)]


def _besides(assessment: Assessment) -> Iterator[str]:
    if statements := sum(outcome.result is Result.ATTESTATION_DUE for outcome in assessment.own_clauses):
        verb = "is" if statements == 1 else "are"
        yield f"{counted(statements, 'statement')} {verb} due that only a person can make."
    if assessment.previous is not None:
        yield f"Findings since the audit of {day(assessment.previous.made_on)}: {changes.tally(assessment)}."


def _delivery(tenant: Tenant, protection: Protection) -> Iterator[str]:
    is_protected = Reader.CLERK in protection.readers
    if tenant.workbooks.link:
        yield f"The workbook waits here: {tenant.workbooks.link}"
    elif is_protected:
        yield "The workbook comes as an encrypted file."
    else:
        yield "The workbook waits where only you can open it; you are given the link to it."
    if is_protected:
        yield "Its password reaches you by other means, such as the telephone, and never together with it."
