"""What could not be checked, said as plainly as what failed."""

from collections.abc import Iterable, Iterator

from m365audit.model.assessment import Assessment, CheckResult, GapNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import TENANT, Gap
from m365audit.model.words import GapKind
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS, is_whole, limits
from m365audit.report.wording import GAP_ACTION, GAP_REASON, NONE, counted, gist, heading, sentence

TITLE = "Not assessed"
COLUMNS = (
    Column("What could not be checked", 54),
    Column("Why", 46),
    Column("What would mend it, and who can", 42),
    Column("Checks it leaves open", 46),
    Column("Policy clauses affected", 38),
)
_PLURALS = {"mailbox": "mailboxes"}
_NOTHING: Line = ("None: everything the audit asks for came back whole.", *[NONE] * (len(COLUMNS) - 1))
_ITSELF = "This one."
_NO_NEWS = (
    "What stands here is neither good nor bad news: had something been wrong there, this audit would not have seen it."
)
_NO_CLAUSE = "None of the policy."
_NOTHING_TO_MEND = "Nothing to mend: the checks were made, and this is how far they see."
_Same = tuple[GapKind, str, str, str]


def page(assessment: Assessment) -> Page:
    """The sheet of gaps: what could not be read, what could not be judged, and last what is not checked yet."""
    notes = (*assessment.gaps, *_of_checks_alone(assessment))
    planned = [note for note in notes if note.gap.kind is GapKind.NOT_BUILT]
    rows = [_row(alike, assessment) for alike in _together(note for note in notes if note not in planned)]
    rows += _cases(assessment)
    rows += _known_limits(assessment)
    rows += [_planned(note, assessment) for note in planned]
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose=f"What could not be looked at, why, and what would mend it{_of_which(planned)}",
        explanation=(f"One table. {_NO_NEWS} {FILTERS}",),
        columns=COLUMNS,
        rows=tuple(rows) or (_NOTHING,),
    )


def _of_which(planned: list[GapNote]) -> str:
    return f"; {counted(len(planned), 'row')} for checks this audit does not make yet" if planned else ""


def _together(notes: Iterable[GapNote]) -> Iterable[list[GapNote]]:
    """The same gap in many places is one row that counts them."""
    alike: dict[_Same, list[GapNote]] = {}
    for note in notes:
        gap = note.gap
        alike.setdefault((gap.kind, gap.data_set, gap.detail, gap.fix), []).append(note)
    return alike.values()


def _of_checks_alone(assessment: Assessment) -> Iterator[GapNote]:
    """Gaps that belong to a check and to no data set, such as a check that failed."""
    noted = {note.gap for note in assessment.gaps}
    for check in assessment.checks:
        for gap in check.gaps:
            if gap not in noted:
                yield GapNote(gap, (check.check,), _clauses_of(check.check, assessment))


def _clauses_of(check: str, assessment: Assessment) -> tuple[str, ...]:
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
            _what_of(check),
            f"What was read is not enough to judge it. {limits(check)}".rstrip(),
            "The Clerk and the IT provider: look at it together.",
            _ITSELF,
            _by_heading(set(_clauses_of(check.check, assessment)), assessment),
        )


def _known_limits(assessment: Assessment) -> Iterator[Line]:
    """What a way of looking cannot see, however well it went, a row for each data set."""
    for note in assessment.data_sets:
        if not note.coverage.notes:
            continue
        using = [check.check for check in assessment.checks if note.name in check.sources]
        yield (
            f"{_name(note.name, assessment)}: what this way of looking may miss.",
            " ".join(sentence(words) for words in note.coverage.notes),
            _NOTHING_TO_MEND,
            _titles(using, assessment) or "None of its own.",
            _by_heading({clause for check in using for clause in _clauses_of(check, assessment)}, assessment),
        )


def _what_of(check: CheckResult) -> str:
    cases = counted(check.unjudged, "case") if check.unjudged else "all of it"
    return f"“{check.title.rstrip('.')}”: {cases}."


def _planned(note: GapNote, assessment: Assessment) -> Line:
    """A check that is not built yet: the gap says what it will look at."""
    return (
        sentence(note.gap.detail),
        f"{GAP_REASON[GapKind.NOT_BUILT]}.",
        GAP_ACTION[GapKind.NOT_BUILT],
        _ITSELF,
        _by_heading(set(note.clauses), assessment),
    )


def _row(notes: list[GapNote], assessment: Assessment) -> Line:
    gap = notes[0].gap
    checks = list(dict.fromkeys(check for note in notes for check in note.checks))
    return (
        _what(notes, assessment),
        f"{GAP_REASON[gap.kind]}. {sentence(gap.detail)}".rstrip(),
        _mend(gap),
        _titles(checks, assessment) or "None of its own.",
        _by_heading({clause for note in notes for clause in note.clauses}, assessment),
    )


def _mend(gap: Gap) -> str:
    return GAP_ACTION[gap.kind].replace("{fix}", sentence(gap.fix)).strip()


def _what(notes: list[GapNote], assessment: Assessment) -> str:
    name = _name(notes[0].gap.data_set, assessment)
    scopes = sorted({note.gap.scope for note in notes})
    if scopes == [TENANT]:
        return f"{name}: all of it."
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


def _by_heading(ids: set[str], assessment: Assessment) -> str:
    """Clauses in the policy's order, gathered under their headings: ``Email: B-08-01, B-08-02``."""
    gathered: dict[str, list[str]] = {}
    for outcome in assessment.clauses:
        if outcome.clause.id in ids:
            gathered.setdefault(heading(outcome.clause), []).append(outcome.clause.id)
    return "\n".join(f"{about}: {', '.join(named)}" for about, named in gathered.items()) or _NO_CLAUSE
