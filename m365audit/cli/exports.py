"""The files a command writes for machines: tried before it begins, there whole or not at all when it has ended."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from m365audit.cli.app import err, out
from m365audit.export import FORMATS, Audited
from m365audit.snapshot import BadRun
from m365audit.snapshot.folders import why

STANDARD_OUTPUT = "-"

_HOLDS_NAMES = "It holds names and addresses: keep it as you keep the workbooks."
CsvFile = Annotated[
    str | None,
    typer.Option(
        "--csv", metavar="FILE", help=f"Write findings, checks, clauses and gaps as CSV (- to print). {_HOLDS_NAMES}"
    ),
]
OcsfFile = Annotated[
    str | None,
    typer.Option(
        "--ocsf", metavar="FILE", help=f"Write OCSF compliance findings as JSON lines (- to print). {_HOLDS_NAMES}"
    ),
]
JunitFile = Annotated[
    str | None,
    typer.Option("--junit", metavar="FILE", help="Write clauses as JUnit test cases (- to print). It names nobody."),
]


@dataclass(frozen=True, slots=True)
class Target:
    """Where one format goes: a file and the one being written beside it, or standard output where there is none."""

    option: str
    file: Path | None
    part: IO[bytes]

    @property
    def format(self) -> str:
        """The name of the format."""
        return self.option.removeprefix("--")

    @property
    def is_placed(self) -> bool:
        """Whether the file has its name."""
        return not Path(self.part.name).exists()

    def put(self, councils: Iterable[Audited]) -> None:
        """Write everything; it is not in its place yet.

        Raises:
            BadRun: the disk is full, or nobody reads on.
        """
        try:
            for piece in FORMATS[self.format](councils):
                self.part.write(piece.encode())
            self.part.flush()
            if self.file:
                os.fsync(self.part.fileno())
        except OSError as error:
            raise self._refused(error) from error

    def place(self) -> None:
        """Give the file its name.

        Raises:
            BadRun: it cannot be put there.
        """
        if self.file is None:
            return
        try:
            self.part.close()
            Path(self.part.name).replace(self.file)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> BadRun:
        if self.file is None:
            return BadRun(f"{self.option} cannot be printed ({why(error)}); give it a file instead of -")
        remedy = f"free some space or name another file with {self.option}"
        return BadRun(f"{self.file} cannot be written ({why(error)}); {remedy}")


@dataclass(frozen=True, slots=True)
class Exports:
    """All the files one command was asked for."""

    targets: tuple[Target, ...]

    @property
    def shown(self) -> Console:
        """Where the command may show things to people: not where a format is printed."""
        return err if any(target.file is None for target in self.targets) else out

    def write(self, councils: Iterable[Audited]) -> None:
        """Write every file, going through the councils once for each; none takes its place before all are whole.

        Raises:
            BadRun: a file cannot be written.
        """
        for target in self.targets:
            target.put(councils)
        for target in self.targets:
            target.place()


@contextmanager
def exporting(*, csv: str | None, ocsf: str | None, junit: str | None, as_json: bool = False) -> Iterator[Exports]:
    """The files that were asked for; what was begun of them is taken away where the command does not come to its end.

    Raises:
        BadParameter: a file cannot be written, two formats want the same place, or ``--json`` prints there too.
    """
    asked = {"--csv": csv, "--ocsf": ocsf, "--junit": junit}
    named = {option: name for option, name in asked.items() if name is not None}
    _refuse_sharing(named, as_json=as_json)
    with ExitStack() as undo:
        targets = tuple(_target(option, name, undo) for option, name in named.items())
        try:
            yield Exports(targets)
        except BaseException:
            for target in targets:
                if target.file and not target.is_placed:
                    older = "; the one that is there is older" if target.file.exists() else ""
                    err.print(f"{escape(str(target.file))} was not written{older}", soft_wrap=True)
            raise


def _refuse_sharing(named: Mapping[str, str], *, as_json: bool) -> None:
    """Two things in one place would be neither."""
    printed = [option for option, name in named.items() if name == STANDARD_OUTPUT] + (["--json"] if as_json else [])
    if len(printed) > 1:
        message = f"{printed[0]} and {printed[1]} both print; give one of them a file"
        raise typer.BadParameter(message)
    places: dict[Path, str] = {}
    for option, name in named.items():
        if name != STANDARD_OUTPUT:
            other = places.setdefault(Path(name).resolve(), option)
            if other != option:
                message = f"{other} and {option} both name {name}; give each a file of its own"
                raise typer.BadParameter(message)


def _target(option: str, name: str, undo: ExitStack) -> Target:
    """A place to write to, begun: what cannot be written is better known before an audit than after it."""
    if name == STANDARD_OUTPUT:
        return Target(option, None, typer.get_binary_stream("stdout"))
    if not name.strip() or name.startswith("-"):
        message = f"{option} needs a file, or - to print; '{name}' is none"
        raise typer.BadParameter(message)
    file = Path(name).resolve()
    if not file.parent.is_dir():
        message = f"{option}: there is no folder {file.parent}; make it first"
        raise typer.BadParameter(message)
    if file.exists() and not file.is_file():
        message = f"{option}: {name} is no file; name one, or - to print"
        raise typer.BadParameter(message)
    return Target(option, file, _begun(option, file, undo))


def _begun(option: str, file: Path, undo: ExitStack) -> IO[bytes]:
    """The file in the making, beside the place it will take, for its owner alone."""
    try:
        part = NamedTemporaryFile(  # noqa: SIM115 - it outlives this function, and is closed where it is taken away
            dir=file.parent, prefix=f".{file.name}.", suffix=".part", delete=False
        )
    except OSError as error:
        message = f"{option}: {file} cannot be written ({why(error)}); name a file in a folder you may write to"
        raise typer.BadParameter(message) from error
    undo.callback(_take_away, part)
    return part


def _take_away(part: IO[bytes]) -> None:
    """Leave nothing of it, if it has not taken its place."""
    with suppress(OSError):  # On a full disk closing fails as writing did, and that has been said.
        part.close()
    Path(part.name).unlink(missing_ok=True)
