"""What could not be checked, said as plainly as what failed."""

from collections.abc import Iterable, Iterator

from m365audit.model.assessment import Assessment, GapNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import TENANT, Gap
from m365audit.model.words import GapKind
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS, is_whole, limits
from m365audit.report.wording import GAP_ACTION, GAP_REASON, NONE, counted, gist, heading, listed, sentence

TITLE = "Not assessed"
COLUMNS = (
    Column("What could not be checked", 56),
    Column("What is missing for it", 44),
    Column("Why", 46),
    Column("What would mend it, and who can", 42),
    Column("Policy clauses affected", 38),
)
_PLURALS = {"mailbox": "mailboxes"}
_NOTHING: Line = ("None: everything the audit asks for came back whole.", *[NONE] * (len(COLUMNS) - 1))
_NO_CHECK = "No check depends on it."
_NOT_ENOUGH = "Nothing: all was read, and it is not enough to judge by."
_CONFIRM = "The Clerk: take away the word Confirm in each row that is right, and the whole row where it is not."
_NO_NEWS = (
    "What stands here is neither good nor bad news: had something been wrong there, this audit would not have seen it."
)
_NO_CLAUSE = "None of the policy."
_NOTHING_TO_MEND = "Nothing to mend: the checks were made, and this is how far they see."
_Same = tuple[GapKind, str, str, tuple[str, ...]]


def page(assessment: Assessment) -> Page:
    """The sheet of gaps: what could not be read, what could not be judged, and last what no look can show."""
    notes = (*assessment.gaps, *of_checks_alone(assessment))
    rows = [_row(alike, assessment) for alike in _together(notes)]
    rows += _waiting(assessment)
    rows += _cases(assessment)
    rows += _known_limits(assessment)
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="What could not be looked at, why, and what would mend it",
        explanation=(f"One table. {_NO_NEWS} {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(rows) or (_NOTHING,),
    )


def _together(notes: Iterable[GapNote]) -> Iterable[list[GapNote]]:
    """The same gap in many places is one row that counts them; those that no check depends on stand last."""
    alike: dict[_Same, list[GapNote]] = {}
    for note in sorted(notes, key=lambda note: not note.checks):
        gap = note.gap
        alike.setdefault((gap.kind, gap.detail, gap.fix, note.checks), []).append(note)
    return alike.values()


def waiting_rows(assessment: Assessment) -> str:
    """How many rows of the register wait to be confirmed, and on which sheets; empty where none do."""
    if not (total := sum(assessment.waiting.values())):
        return ""
    sheets = listed(f"{title} ({number})" for title, number in assessment.waiting.items())
    return f"{counted(total, 'row')} of the register {'waits' if total == 1 else 'wait'} to be confirmed: {sheets}"


def _waiting(assessment: Assessment) -> Iterator[Line]:
    """Rows that were proposed for the register and that nobody has confirmed."""
    if words := waiting_rows(assessment):
        yield (
            "Whatever these rows of the register would say is right.",
            f"{words}. Their first cell begins with the word Confirm.",
            "They were proposed from what is in Microsoft 365, and nobody has said yet that they are right.",
            _CONFIRM,
            _NO_CLAUSE,
        )


def of_checks_alone(assessment: Assessment) -> Iterator[GapNote]:
    """Gaps that belong to a check and to no data set, such as a check that failed."""
    noted = {note.gap for note in assessment.gaps}
    for check in assessment.checks:
        for gap in check.gaps:
            if gap not in noted:
                yield GapNote(gap, (check.check,), clauses_of(check.check, assessment))


def clauses_of(check: str, assessment: Assessment) -> tuple[str, ...]:
    """The clauses a check serves, deciding or beside them."""
    return tuple(
        outcome.clause.id
        for outcome in assessment.clauses
        if any(use.check == check for use in (*outcome.clause.checks, *outcome.clause.supporting))
    )


def _cases(assessment: Assessment) -> Iterator[Line]:
    """What was read yet could not be judged, a row for each check."""
    for check in assessment.checks:
        if is_whole(check) or (check.gaps and not check.unjudged):
            continue
        yield (
            sentence(check.title),
            _NOT_ENOUGH,
            limits(check),
            "The Clerk and the IT provider: look at it together.",
            by_heading(set(clauses_of(check.check, assessment)), assessment),
        )


def _known_limits(assessment: Assessment) -> Iterator[Line]:
    """What a way of looking cannot see, however well it went, a row for each data set."""
    for note in assessment.data_sets:
        if not note.coverage.notes:
            continue
        using = [check.check for check in assessment.checks if note.name in check.sources]
        yield (
            _titles(using, assessment) or _NO_CHECK,
            f"{_name(note.name, assessment)}: what this way of looking may miss.",
            " ".join(sentence(words) for words in note.coverage.notes),
            _NOTHING_TO_MEND,
            by_heading({clause for check in using for clause in clauses_of(check, assessment)}, assessment),
        )


def _row(notes: list[GapNote], assessment: Assessment) -> Line:
    gap = notes[0].gap
    checks = list(dict.fromkeys(check for note in notes for check in note.checks))
    return (
        _titles(checks, assessment) or _NO_CHECK,
        "\n".join(_what(of_one, assessment) for of_one in _by_data_set(notes)),
        f"{GAP_REASON[gap.kind]}. {sentence(gap.detail)}".rstrip(),
        _mend(gap),
        by_heading({clause for note in notes for clause in note.clauses}, assessment),
    )


def _by_data_set(notes: list[GapNote]) -> Iterable[list[GapNote]]:
    found: dict[str, list[GapNote]] = {}
    for note in notes:
        found.setdefault(note.gap.data_set, []).append(note)
    return found.values()


def _mend(gap: Gap) -> str:
    return GAP_ACTION[gap.kind].replace("{fix}", sentence(gap.fix)).strip()


def _what(notes: list[GapNote], assessment: Assessment) -> str:
    name = _name(notes[0].gap.data_set, assessment)
    scopes = sorted({note.gap.scope for note in notes})
    if scopes == [TENANT]:
        return f"{name}: all of it."
    if len(scopes) == 1 and ":" not in scopes[0]:
        return f"{name}: {scopes[0]}."
    kinds = {scope.partition(":")[0] for scope in scopes}
    one = kinds.pop() if len(kinds) == 1 else "place"
    return f"{name}: {counted(len(scopes), one, _PLURALS.get(one))}, named in the Technician workbook."


def _name(data_set: str, assessment: Assessment) -> str:
    meanings = {note.name: note.meaning for note in assessment.data_sets}
    declared = DATA_SETS.get(data_set)
    meaning = meanings.get(data_set) or (declared.meaning if declared else "")
    return gist(meaning) or data_set.replace("_", " ").replace("-", " ").capitalize() or "A part of the audit"


def _titles(checks: list[str], assessment: Assessment) -> str:
    titles = {check.check: check.title for check in assessment.checks}
    return "\n".join(sentence(titles.get(check) or check.replace("-", " ")) for check in checks)


def by_heading(ids: set[str], assessment: Assessment) -> str:
    """Clauses in the policy's order, gathered by their headings: ``B-08-01, B-08-02 (Email)``."""
    gathered: dict[str, list[str]] = {}
    for outcome in assessment.clauses:
        if outcome.clause.id in ids:
            gathered.setdefault(heading(outcome.clause), []).append(outcome.clause.id)
    return "\n".join(f"{', '.join(named)} ({about})" for about, named in gathered.items()) or _NO_CLAUSE
