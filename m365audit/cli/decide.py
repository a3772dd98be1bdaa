"""The command that takes returned answers in: decisions."""

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from m365audit.cli.app import CONFIG, REPORTS, AsJson, AsOf, Config, Reports, app, err, out, places
from m365audit.cli.councils import worst_code
from m365audit.cli.passwords import keyring
from m365audit.cli.refusals import REFUSALS, USAGE, code_of, say
from m365audit.engine.deciding.decide import Heard, Kept, document, hear, keep, sort_by_council, today
from m365audit.model.answers import Effect
from m365audit.model.decisions import Decision
from m365audit.register.ingest import Now
from m365audit.register.typed import plain
from m365audit.register.understood import Refusal, Understood
from m365audit.register.weigh import shown

_WIDEST = 100
_MOST_LISTED = 10

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Returned Clerk workbooks, or told decisions.")]
Yes = Annotated[bool, typer.Option("--yes", help="Keep what was understood without asking.")]


@app.command()
def decisions(
    files: Files,
    *,
    yes: Yes = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> int:
    """Read returned Clerk workbooks, show what was understood, ask, and keep it; needs no network."""
    moment = datetime.now(UTC)
    now = Now(as_of.date() if as_of else today(moment), moment)
    where = places(config, reports)
    keys = keyring(config)
    councils, refused = sort_by_council(files, where, keys)
    if not as_json:
        _show_refused(refused)
    codes = [USAGE] if refused else []
    documents = []
    for tenant, returned in councils.values():
        try:
            heard = hear(tenant, returned, where, now, keys)
            if not as_json:
                _show(heard)
            kept = _keep(heard, now, yes=yes, asks=not as_json)
            documents.append(document(heard, kept))
            codes.append(USAGE if heard.understood.refused or (kept is None and not as_json) else 0)
        except REFUSALS as refusal:
            say(refusal)
            codes.append(code_of(refusal))
    if as_json:
        typer.echo(orjson.dumps({"refused": refused, "councils": documents}, option=orjson.OPT_INDENT_2))
    return worst_code(codes)


def _keep(heard: Heard, now: Now, *, yes: bool, asks: bool) -> Kept | None:
    """Keep what was understood where somebody agrees; ``None`` where it was to be kept and nobody could be asked."""
    understood = heard.understood
    if not understood.decisions and not understood.endings:
        err.print("There is nothing new to keep.")
        return Kept((), ())
    if not yes and not (asks and sys.stdin.isatty()):
        err.print("Nothing was kept. Give the command again with --yes to keep what it understood.", soft_wrap=True)
        return None
    if not yes and not typer.confirm(f"Keep {_counted(understood)}?", err=True):
        err.print("Nothing was kept.")
        return Kept((), ())
    kept = keep(heard, now)
    if kept.decisions:
        err.print(f"Kept {_counted(understood)} in {escape(str(heard.tenant.decisions_path))}", soft_wrap=True)
    for ending in kept.endings:
        err.print(f"The register says now that {_safe(ending.name)}'s service ended on {shown(ending.until)}.")
    return kept


def _counted(understood: Understood) -> str:
    number = len(understood.decisions)
    return f"{number} decision{'' if number == 1 else 's'}" if number else "this in the register"


def _show(heard: Heard) -> None:
    understood = heard.understood
    out.print(f"[bold]{_safe(heard.tenant.council)}[/]: what was understood")
    replaced = {decision.id: decision for decision in understood.replaced}
    for file in dict.fromkeys(decision.source.file for decision in understood.decisions):
        out.print(f"\n{_safe(file)}")
        mine = [decision for decision in understood.decisions if decision.source.file == file]
        out.print(_table(mine, replaced))
    _show_refused(understood.refused)
    for heading, lines in _rest(understood):
        _list(heading, lines)


def _table(kept: Sequence[Decision], replaced: dict[int, Decision]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading, ratio in (("Row", None), ("Reference", None), ("Who or what", 3), ("Decision", 4), ("Decided", 2)):
        table.add_column(heading, ratio=ratio, overflow="fold", no_wrap=ratio is None)
    for decision in kept:
        words = [f"{decision.answer}{_until(decision)}", decision.reason]
        if decision.supersedes is not None and (before := replaced.get(decision.supersedes)):
            words.append(f"(takes the place of '{before.answer}' of {shown(before.decided_on)})")
        said = "\n".join(_safe(word) for word in words if word)
        decided = f"{_safe(decision.decided_by)}\n{shown(decision.decided_on)}"
        table.add_row(str(decision.source.row), decision.reference, _safe(decision.subject_name), said, decided)
    return table


def _until(decision: Decision) -> str:
    if decision.until is None:
        return ""
    return f" until {shown(decision.until)}" if decision.effect is Effect.ALLOWS else f", on {shown(decision.until)}"


def _show_refused(refused: Iterable[Refusal]) -> None:
    lines = [
        f"{one.file}, {place}: {one.why}. To do: {one.remedy}."
        for one in refused
        for place in [", ".join(filter(None, (f"row {one.row}" if one.row else "", one.reference, one.what)))]
    ]
    _list("Not kept:", lines)


def _rest(understood: Understood) -> Iterator[tuple[str, list[str]]]:
    yield (
        "Goes into the register:",
        [f"{one.name}: last day {shown(one.until)} (sheet People, row {one.row})" for one in understood.endings],
    )
    yield "To enter on the register by hand:", list(understood.to_do)
    again = [f"row {one.row} of {one.file}, {one.reference} (decision {one.decision})" for one in understood.again]
    yield "Kept already:", _few(again)
    yield (
        "Changed cells that are not for answers, left alone:",
        _few([f"row {one.row} of {one.file}, {one.reference}: {one.heading}" for one in understood.edits]),
    )
    yield "Note:", list(understood.notices)
    blank = understood.unanswered
    yield "", [f"{blank} row{'' if blank == 1 else 's'} left blank."] if blank else []


def _few(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_LISTED
    return [*lines[:_MOST_LISTED], f"and {more} more"] if more > 0 else lines


def _list(heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    out.print(f"\n[bold]{heading}[/]" if heading else "")
    width = min(out.width, _WIDEST)
    for line in lines:
        out.print(escape(textwrap.fill(plain(line), width, initial_indent="  ", subsequent_indent="    ")))


def _safe(text: str) -> str:
    """Text of a tenant or a file, without what a terminal would obey."""
    return escape(plain(text))
