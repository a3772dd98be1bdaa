"""What people see on the terminal: progress while collecting, a table at the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from m365audit.cli.results import MEASURES
from m365audit.engine import audit as engine
from m365audit.engine.collecting.collect import Progress as Watcher
from m365audit.engine.collecting.collect import Silent
from m365audit.model.assessment import Assessment
from m365audit.model.evidence import Coverage

_FAILED = "failed"
_ASKS = {
    engine.REFUSED: "Nothing could be read: no consent. `m365audit doctor` lists what an administrator must grant.",
    engine.PARTIAL: "Part of the evidence is missing; what rests on it is Not assessed. Mend the above and run again.",
    engine.TRY_LATER: "Microsoft asked to be left alone for a while: run it again later.",
}
# Councils that fit beside one another on a terminal.
_SIDE_BY_SIDE = 3


class Bars(Silent):
    """Collecting as one bar: data sets done, and the one that grows."""

    def __init__(self, progress: Progress, council: str) -> None:
        self.progress = progress
        self.council = council
        self.task = progress.add_task(escape(council), total=None, now="")

    def begin(self, data_sets: Iterable[str]) -> None:
        """These will be collected."""
        self.progress.update(self.task, total=len(list(data_sets)))

    def tick(self, data_set: str, rows: int) -> None:
        """So many rows of one are in."""
        self.progress.update(self.task, now=f"{data_set.replace('_', ' ')}: {rows:,}")

    def done(self, data_set: str, coverage: Coverage) -> None:
        """One is finished."""
        words = "" if coverage.is_whole else " (not all of it)"
        self.progress.update(self.task, advance=1, now=f"{data_set.replace('_', ' ')}: {coverage.rows:,}{words}")


@contextmanager
def watching(err: Console, council: str) -> Iterator[Watcher]:
    """Progress bars on a terminal, silence elsewhere."""
    if not err.is_terminal:
        yield Silent()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as progress:
        yield Bars(progress, council)


def shortfalls(assessment: Assessment, code: int) -> Iterator[str]:
    """What was not read and what would mend it, each reason once; then what the exit code asks for."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for note in assessment.data_sets:
        for gap in note.coverage.gaps:
            reasons.setdefault((gap.detail.rstrip("."), gap.fix.rstrip(".")), []).append(note.name.replace("_", " "))
    for (detail, fix), names in reasons.items():
        yield f"not read: {', '.join(dict.fromkeys(names))}: {detail}. To mend it: {fix}."
    if code in _ASKS:
        yield _ASKS[code]


def result_table(councils: Mapping[str, Mapping[str, int]], failed: Sequence[str] = ()) -> Table:
    """Clauses by result, findings and gaps; a few councils stand side by side, many below one another.

    ``failed`` are tenant files whose audit was refused: they have a place in the table and no number.
    """
    counted: dict[str, Mapping[str, int | str]] = {escape(council): counts for council, counts in councils.items()}
    # A council that failed may have an earlier result, but not of this audit: one word stands where numbers would.
    counted |= {escape(slug): dict.fromkeys(MEASURES, "") | {MEASURES[0]: _FAILED} for slug in failed}
    if len(counted) <= _SIDE_BY_SIDE:
        rows = [[measure, *(str(counts[measure]) for counts in counted.values())] for measure in MEASURES]
        headings = ["Clauses of the policy", *counted]
    else:
        rows = [[council, *(str(counts[measure]) for measure in MEASURES)] for council, counts in counted.items()]
        headings = ["Council", *MEASURES]
    table = Table(box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
