"""The technician's sheets of what was decided, and of what the register says that nothing matches."""

from datetime import UTC

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment
from m365audit.model.months import DecisionNote, RegisterNote
from m365audit.report.rows import Line, Made, Rows
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS


def decisions_page(assessment: Assessment) -> Page:
    """Every decision that counts, in the order they were made, whether or not what it is about is there."""
    columns = (
        Column("Reference", 32, Look.STRONG), Column("Number", 10), Column("Answer", 20), Column("Stands", 12),
        Column("Matches", 16), Column("Why not told", 40), Column("Why it cannot be accepted", 40),
        Column("Rule", 28), Column("Subject", 34), Column("Reason", 40), Column("Until", 13), Column("Decided by", 22),
        Column("Decided on", 13), Column("Recorded at (UTC)", 20), Column("Channel", 20), Column("File", 40),
        Column("Row", 8), Column("Run", 20), Column("Supersedes", 11),
    )  # fmt: skip
    return _page("Decisions", columns, Made(assessment.decisions, _decision), "Nothing was decided.")


def _decision(note: DecisionNote) -> Line:
    said = note.decision
    return _blank((
        said.reference, said.id, str(said.answer), str(note.standing), str(note.match), note.why, note.refused,
        said.rule, said.subject_name, said.reason, said.until, said.decided_by, said.decided_on,
        f"{said.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M}", str(said.source.channel),
        said.source.file, said.source.row, said.run, said.supersedes,
    ))  # fmt: skip


def register_page(assessment: Assessment) -> Page:
    """Rows of the register that name nothing that is there."""
    columns = (
        Column("Sheet", 32, Look.STRONG), Column("Row", 8), Column("Says", 50), Column("Matches", 16),
        Column("Why not told", 50),
    )  # fmt: skip
    none = "None: every row in force names something that is there." if assessment.has_register else "No register."
    return _page("Register rows", columns, Made(assessment.register_rows, _row), none)


def _row(note: RegisterNote) -> Line:
    return _blank((note.sheet, note.row, note.says, str(note.match), note.why))


def _blank(line: Line) -> Line:
    return tuple(None if value == "" else value for value in line)


def _page(title: str, columns: tuple[Column, ...], rows: Rows, none: str) -> Page:
    return Page(
        title=title,
        heading=title,
        purpose=title,
        explanation=(f"One table. {FILTERS} Blank: there is none.",),
        columns=columns,
        rows=rows if len(rows) else ((none, *[None] * (len(columns) - 1)),),
    )
