"""What could not be checked, for the Council: which kinds of things and clauses, never which mailbox or library."""

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, CheckResult, GapNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import TENANT
from m365audit.model.words import GapKind, Result
from m365audit.report import missing
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import is_whole, topics
from m365audit.report.wording import GAP_REASON, NONE, gist, sentence

_COLUMNS = (
    Column("What could not be checked", 54, Look.STRONG),
    Column("Topic", 22),
    Column("How much", 12),
    Column("Why", 44),
    Column("Who can mend it", 26),
    Column("Clauses it bears on", 40),
)
WHO_CAN: dict[GapKind, str] = {
    GapKind.PERMISSION: "The IT provider",
    GapKind.LICENCE: "The council, if the licence is worth it",
    GapKind.ROLE: "The IT provider",
    GapKind.POLICY: "The IT provider",
    GapKind.THROTTLED: "The IT provider",
    GapKind.UNSUPPORTED: "Nobody: Microsoft offers no way",
    GapKind.ERROR: "The IT provider",
    GapKind.NOT_ENABLED: "Nobody needs to",
    GapKind.REGISTER: "The Clerk",
    GapKind.NOT_COLLECTED: "The IT provider",
}
"""Who can mend a gap of that kind."""
_ALL, _PART = "All of it", "Part of it"
_NOTHING: Line = ("None: every check looked at all it covers.", *[NONE] * (len(_COLUMNS) - 1))
_NO_NEWS = (
    "What stands here is neither good nor bad news: had something been wrong there, this audit would not have seen it."
)
_UNDECIDED, _TOGETHER = "What was read is not enough to judge it", "The Clerk and the IT provider"
_NO_CHECK = "None of the checks needs it"


def page(assessment: Assessment) -> Page:
    """A row for each check that was not made in full, then one for each thing unread that no check needs."""
    rows = [_row(check, assessment) for check in _by_topic(assessment)]
    rows += list(dict.fromkeys(_unneeded(note) for note in assessment.gaps if not note.checks))
    return Page(
        title=missing.TITLE,
        heading="What could not be checked",
        purpose="Which checks could not be made in full, why, and who can mend it",
        explanation=(f"One table. {_NO_NEWS}",),
        columns=_COLUMNS,
        rows=tuple(rows) or (_NOTHING,),
    )


def _by_topic(assessment: Assessment) -> list[CheckResult]:
    order = topics(assessment)
    open_ = [check for check in assessment.checks if not is_whole(check)]
    return sorted(open_, key=lambda check: order.index(check.topic))


def _row(check: CheckResult, assessment: Assessment) -> Line:
    kinds = tuple(dict.fromkeys(gap.kind for gap in check.gaps))
    reasons = [GAP_REASON[kind] for kind in kinds] + [_UNDECIDED] * (check.unjudged > 0 or not kinds)
    menders = [WHO_CAN[kind] for kind in kinds] + [_TOGETHER] * (check.unjudged > 0 or not kinds)
    return (
        sentence(check.title),
        check.topic,
        _ALL if check.result is Result.NOT_ASSESSED else _PART,
        " ".join(map(sentence, reasons)),
        " ".join(map(sentence, dict.fromkeys(menders))),
        missing.by_heading(set(missing.clauses_of(check.check, assessment)), assessment),
    )


def _unneeded(note: GapNote) -> Line:
    """What a data set holds is told in the words of its declaration; a gap's own words may name a mailbox."""
    declared = DATA_SETS.get(note.gap.data_set)
    what = gist(declared.meaning) if declared else "Another part of what the audit reads"
    reach = _ALL if note.gap.scope == TENANT else _PART
    return (sentence(what), "No topic", reach, f"{GAP_REASON[note.gap.kind]}.", WHO_CAN[note.gap.kind], _NO_CHECK)
