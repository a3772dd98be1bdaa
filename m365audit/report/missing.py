"""What could not be checked, said as plainly as what failed."""

from collections.abc import Iterable

from m365audit.model.assessment import Assessment, GapNote
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import TENANT
from m365audit.model.words import GapKind
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.topics import FILTERS, is_whole
from m365audit.report.wording import GAP_MEANING, GAP_REASON, NONE, UNSEEN, counted, first_sentence, heading, sentence

TITLE = "Not assessed"
COLUMNS = (
    Column("What could not be checked", 42),
    Column("What it means", 34),
    Column("Reason", 26),
    Column("What was said", 32),
    Column("What would fix it", 38),
    Column("Checks affected", 38),
    Column("Policy clauses affected", 34),
)
_PLURALS = {"mailbox": "mailboxes"}
_Same = tuple[GapKind, str, str, str]


def page(assessment: Assessment) -> Page:
    """The sheet of gaps; the same gap in many places is one row that counts them."""
    alike: dict[_Same, list[GapNote]] = {}
    for note in (*assessment.gaps, *_of_checks_alone(assessment)):
        # Everything not built yet is one matter to a reader, whatever it would have read.
        same = (note.gap.kind, "", "", "") if _not_built(note) else _sameness(note)
        alike.setdefault(same, []).append(note)
    rows = sorted(alike.values(), key=lambda notes: _not_built(notes[0]))
    return Page(
        title=TITLE,
        heading=TITLE,
        purpose="What could not be looked at, why, and what would mend it",
        explanation=(f"One table. What stands here is neither good nor bad news. {FILTERS}",),
        columns=COLUMNS,
        rows=(*(_row(notes, assessment) for notes in rows), *_cases(assessment)) or (_NOTHING,),
    )


_NOTHING: Line = ("None: everything the audit asks for came back whole.", *[NONE] * (len(COLUMNS) - 1))


def _of_checks_alone(assessment: Assessment) -> Iterable[GapNote]:
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


def _cases(assessment: Assessment) -> Iterable[Line]:
    """What was read yet could not be judged, a row for each check."""
    for check in assessment.checks:
        if is_whole(check) or (check.gaps and not check.unjudged):
            continue
        what = f"{counted(check.unjudged, 'case')} could not be judged." if check.unjudged else "A whole check."
        yield (
            what,
            UNSEEN,
            "What was read is not enough to judge it.",
            sentence(check.because) or "Nothing more was said.",
            "See the Technician workbook, where the data it rests on stands.",
            check.title.rstrip("."),
            _by_heading(set(_clauses_of(check.check, assessment)), assessment) or "None of the policy.",
        )


def _not_built(note: GapNote) -> bool:
    return note.gap.kind is GapKind.NOT_BUILT


def _sameness(note: GapNote) -> _Same:
    return (note.gap.kind, note.gap.data_set, note.gap.detail, note.gap.fix)


def _row(notes: list[GapNote], assessment: Assessment) -> Line:
    gap = notes[0].gap
    checks = list(dict.fromkeys(check for note in notes for check in note.checks))
    clauses = {clause for note in notes for clause in note.clauses}
    said = "Nothing was asked." if _not_built(notes[0]) else _joined(note.gap.detail for note in notes)
    return (
        _what(notes, assessment, len(checks)),
        GAP_MEANING.get(gap.kind, UNSEEN),
        GAP_REASON[gap.kind] + ".",
        said or "Nothing more was said.",
        _joined(note.gap.fix for note in notes) or "Nothing is known that would.",
        _titles(checks, assessment) or "None of its own.",
        _by_heading(clauses, assessment) or "None of the policy.",
    )


def _joined(texts: Iterable[str]) -> str:
    """Different texts once each, as sentences."""
    return " ".join(dict.fromkeys(sentence(text) for text in texts if text))


def _what(notes: list[GapNote], assessment: Assessment, checks: int) -> str:
    gap = notes[0].gap
    if _not_built(notes[0]):
        return f"{counted(checks, 'check')} that this audit does not make yet."
    name = _name(gap.data_set, assessment)
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
    return first_sentence(meaning) or data_set.replace("_", " ").replace("-", " ").capitalize() or "A part of the audit"


def _titles(checks: list[str], assessment: Assessment) -> str:
    titles = {check.check: check.title.rstrip(".") for check in assessment.checks}
    return "\n".join(titles.get(check) or check.replace("-", " ").capitalize() for check in checks)


def _by_heading(ids: set[str], assessment: Assessment) -> str:
    """Clauses in the policy's order, gathered under their headings: ``Email: B-08-01, B-08-02``."""
    gathered: dict[str, list[str]] = {}
    for outcome in assessment.clauses:
        if outcome.clause.id in ids:
            gathered.setdefault(heading(outcome.clause), []).append(outcome.clause.id)
    return "\n".join(f"{about}: {', '.join(named)}" for about, named in gathered.items())
