"""Commands about what is kept, and for how long: verify, purge."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from m365audit.cli.app import CONFIG, REPORTS, AsJson, AsOf, Config, Reports, Slug, app, err, out, places
from m365audit.cli.councils import chosen, worst_code
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.engine.custody.purge import Purged
from m365audit.engine.custody.purge import purge as purge_council
from m365audit.engine.custody.retention import Due, Plan, plan
from m365audit.engine.custody.verify import Verified
from m365audit.engine.custody.verify import verify as verify_council
from m365audit.engine.places import LONDON, Places
from m365audit.settings import load_tenant
from m365audit.snapshot.check import CheckedRun

# Of a digest, enough to tell two apart by eye.
_SHOWN, _GROUP = 12, 4
_A_MEGABYTE = 1_000_000


@app.command()
def verify(slug: Slug, *, config: Config = CONFIG, reports: Reports = REPORTS, as_json: AsJson = False) -> int:
    """Hold every run's evidence, the chain of the runs and the decisions against their digests; needs no network."""
    verified = verify_council(load_tenant(config, slug, signs_in=False), places(config, reports))
    if as_json:
        document = asdict(verified) | {"digest": verified.digest, "exit_code": verified.exit_code}
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str))
    else:
        _show(verified)
    for fault in verified.faults:
        err.print(f"[bold red]error:[/] {escape(str(fault))}", soft_wrap=True)
    for note in verified.notes:
        err.print(escape(note), soft_wrap=True)
    return verified.exit_code


def _show(verified: Verified) -> None:
    if verified.runs:
        table = Table("Run", "Evidence", "With those before", "State", box=SIMPLE_HEAD, pad_edge=False)
        for run in verified.runs:
            table.add_row(run.run, shortened(run.evidence), shortened(run.manifest), escape(_state(run)))
        _print(table)
    decisions = verified.decisions
    if decisions is not None:
        counted = "1 decision" if decisions == 1 else f"{decisions} decisions"
        out.print(f"{counted}, {shortened(verified.ledger or '')}" if decisions else "No decisions.")
    if verified.faults:
        return
    out.print(f"Digest of {escape(verified.council)}: [bold]{shortened(verified.digest) or 'no finished run'}[/]")
    err.print(
        "Everything is as it was written. The column Evidence is the beginning of 'Digest of the evidence' on the "
        "sheet Run record of that run's workbook.",
        soft_wrap=True,
    )


def _print(table: Table) -> None:
    for column in table.columns:
        column.overflow = "fold"
    out.print(table, soft_wrap=False)


def _state(run: CheckedRun) -> str:
    if run.faults:
        return "not as it was"
    if run.purged_on:
        return f"purged {run.purged_on.day} {run.purged_on:%b %Y}"
    return "as it was" if run.manifest else "never came to its end"


def shortened(digest: str) -> str:
    """The beginning of a digest, in groups."""
    return " ".join(digest[start : start + _GROUP] for start in range(0, min(len(digest), _SHOWN), _GROUP))


@app.command()
def purge(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="SLUG...", help="Names of tenant files.")] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every tenant file there is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take it away; without this it is only shown.")] = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> int:
    """Show what a council's retention has to go, or take it away; needs no network."""
    day = as_of.date() if as_of else datetime.now(UTC).astimezone(LONDON).date()
    codes: list[int] = []
    answers: list[Purged] = []
    for slug in chosen(slugs or [], config, everyone=everyone):
        try:
            answers.append(_purged(slug, places(config, reports), day, yes=yes))
            codes.append(answers[-1].exit_code)
        except REFUSALS as refusal:
            # One council that fails does not keep the next from being looked after.
            say(refusal)
            codes.append(code_of(refusal))
    if as_json:
        typer.echo(orjson.dumps([_as_json(answer, yes=yes) for answer in answers], option=orjson.OPT_INDENT_2))
    else:
        _show_purged(answers, yes=yes)
    return worst_code(codes)


def _purged(slug: str, where: Places, day: date, *, yes: bool) -> Purged:
    tenant = load_tenant(where.config, slug, signs_in=False)
    if yes:
        return purge_council(tenant, where, day)
    return Purged((), plan(tenant, where, day))


def _show_purged(answers: Iterable[Purged], *, yes: bool) -> None:
    answers = list(answers)
    shown = [(answer.plan.slug, due) for answer in answers for due in (answer.gone if yes else answer.plan.due)]
    if shown:
        table = Table("Council", "Run", "What", "Why", "Size", box=SIMPLE_HEAD, pad_edge=False)
        table.columns[-1].justify = "right"
        for slug, due in shown:
            table.add_row(slug, due.run, escape(due.what), escape(due.why), in_bytes(due.size))
        _print(table)
    for answer in answers:
        _say_what_stays(answer.plan)
        for words in answer.doubtful:
            err.print(f"[bold red]error:[/] {escape(words)}", soft_wrap=True)
    size = in_bytes(sum(due.size for _, due in shown))
    if not shown:
        # Of a council that was refused nothing is known.
        if looked_at := ", ".join(answer.plan.slug for answer in answers):
            err.print(f"Nothing is due: {escape(looked_at)}.", soft_wrap=True)
    elif yes:
        err.print(f"Taken away: {size}. What was purged stands in chain.jsonl beside the runs.", soft_wrap=True)
    else:
        err.print(f"Nothing was taken away: this only shows what would be ({size}). `--yes` does it.", soft_wrap=True)


def _say_what_stays(made: Plan) -> None:
    for words in made.kept:
        err.print(f"{escape(made.slug)}: {escape(words)}", soft_wrap=True)
    for path in made.strangers:
        err.print(f"{escape(made.slug)}: {escape(str(path))} is no part of a run, and is left alone", soft_wrap=True)


def _as_json(answer: Purged, *, yes: bool) -> dict[str, Any]:
    return {
        "slug": answer.plan.slug,
        "purged": yes,
        "due": [_due_as_json(due) for due in (answer.gone if yes else answer.plan.due)],
        "kept": list(answer.plan.kept),
        "left_alone": [str(path) for path in answer.plan.strangers],
        "doubtful": list(answer.doubtful),
    }


def _due_as_json(due: Due) -> dict[str, Any]:
    parts, files = [str(part) for part in due.parts], [str(path) for path in due.files]
    return {"run": due.run, "parts": parts, "why": due.why, "files": files, "bytes": due.size}


def in_bytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:,.1f} MB" if size >= _A_MEGABYTE else f"{size / 1e3:,.0f} kB"
