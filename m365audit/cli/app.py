"""The application, and the options every command shares."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from m365audit import __version__
from m365audit.engine.places import Places

app = typer.Typer(
    name="m365audit",
    help="Audit a council's Microsoft 365 against the council's own IT policy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

err = Console(stderr=True, highlight=False)
out = Console(highlight=False, soft_wrap=True)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Name of the tenant file: config/tenants/SLUG.yaml.")]
Config = Annotated[Path, typer.Option("--config", metavar="DIR", help="Folder of tenant files and policies.")]
Reports = Annotated[Path, typer.Option("--reports", metavar="DIR", help="Folder the results go to.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="Judge as of this date (YYYY-MM-DD)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew, even where the last run was stopped.")]
Run = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="A run such as 20261121T093000Z; else the newest.")
]

CONFIG = Path("config")
REPORTS = Path("reports")


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the command, and the date to judge by."""

    at: datetime
    as_of: date | None

    @classmethod
    def of(cls, as_of: datetime | None) -> "Now":
        """Now, and the date that was asked for."""
        return cls(datetime.now(UTC), as_of.date() if as_of else None)


def places(config: Path, reports: Path) -> Places:
    """Where settings are and results go."""
    return Places(config=config, reports=reports)


def _version(asked: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    if asked:
        out.print(f"m365audit {__version__}")
        raise typer.Exit


@app.callback()
def common(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Audit a council's Microsoft 365 against the council's own IT policy."""
