"""Commands that make or judge a run: audit, collect, evaluate, report."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from m365audit.cli.app import (
    CONFIG,
    REPORTS,
    AsJson,
    AsOf,
    Config,
    Fresh,
    Now,
    Reports,
    Run,
    Slug,
    app,
    err,
    out,
    places,
)
from m365audit.cli.councils import chosen, worst_code
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.cli.show import result_table, shortfalls
from m365audit.cli.stopping import Watch
from m365audit.engine import audit as engine
from m365audit.engine.doctor_register import words_on_waiting
from m365audit.engine.document import as_json as assessment_as_json
from m365audit.engine.loop import Loop, Stopped
from m365audit.fleet import Failed, audit_all
from m365audit.model.datasets import DATA_SETS
from m365audit.model.words import Severity
from m365audit.settings import load_tenant, nearest
from m365audit.snapshot import Snapshot, run_folder

FailOn = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="LEVEL", help="End with code 1 if a finding is high, medium, low or any."),
]


@app.command()
def audit(  # noqa: PLR0913 - its options
    slugs: Annotated[list[str] | None, typer.Argument(metavar="SLUG...", help="Names of tenant files.")] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every tenant file there is.")] = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    fresh: Fresh = False,
    fail_on: FailOn = None,
    as_json: AsJson = False,
) -> int:
    """Collect, evaluate and report: one council, several, or all."""
    level = _severity(fail_on)
    councils = chosen(slugs or [], config, everyone=everyone)
    outcomes: list[engine.Outcome] = []
    codes: list[int] = []
    watch, where = Watch(), places(config, reports)
    day = Now.of(as_of).as_of
    audits = audit_all(councils, where, watch, REFUSALS, as_of=day, fresh=fresh, on_stop=watch.end_soon)
    with _stoppable(watch), closing(audits) as results:
        for result in results:
            codes.append(_told(result, level))
            if isinstance(result, engine.Outcome):
                outcomes.append(result)
    if as_json:
        _print_json([assessment_as_json(outcome.assessment) for outcome in outcomes])
    elif outcomes:
        out.print(result_table(outcomes))
    return worst_code(codes)


@app.command()
def collect(
    slug: Slug,
    *,
    only: Annotated[
        str | None, typer.Option("--only", metavar="DATA_SET,...", help="Only these data sets and what they need.")
    ] = None,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> int:
    """Read the evidence of one council, and judge nothing."""
    tenant = load_tenant(config, slug)
    names, now, where, watch = _data_sets(only), Now.of(as_of), places(config, reports), Watch()
    with _stoppable(watch), Loop(watch.end_soon) as loop, watch(tenant) as progress:
        folder = loop.run(
            engine.collect(tenant, where, now.at, only=names, as_of=now.as_of, fresh=fresh, progress=progress)
        )
    snapshot = Snapshot.open(folder)
    if as_json:
        _print_json(
            {"run": folder.run, **snapshot.about, "coverage": {n: r.coverage for n, r in snapshot.records.items()}}
        )
    else:
        for name, record in snapshot.records.items():
            words = "" if record.coverage.is_whole else f"  {record.coverage.gaps[0].detail}"
            out.print(f"{name:18} {record.coverage.rows:>9,} rows{escape(words)}")
        out.print(str(folder.path))
    coverages = {name: record.coverage for name, record in snapshot.records.items()}
    kinds = [gap.kind for coverage in coverages.values() for gap in coverage.gaps]
    asked = [coverage for name, coverage in coverages.items() if name in engine.ASKED_FOR]
    return engine.collected_code(kinds, nothing_came=all(coverage.brought_nothing for coverage in asked))


@app.command()
def evaluate(
    slug: Slug,
    *,
    run: Run = None,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    fail_on: FailOn = None,
    as_json: AsJson = False,
) -> int:
    """Judge a run's evidence again; needs no network."""
    level = _severity(fail_on)
    tenant = load_tenant(config, slug)
    folder = run_folder(reports, slug, run)
    assessment = engine.evaluate(tenant, places(config, reports), folder, Now.of(as_of).as_of)
    outcome = engine.Outcome(tenant, folder, assessment, ())
    if as_json:
        _print_json(assessment_as_json(assessment))
    else:
        out.print(result_table([outcome]))
        out.print(str(folder.assessment))
    return outcome.exit_code(level)


@app.command()
def report(
    slug: Slug,
    *,
    run: Run = None,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
) -> int:
    """Judge a run again and write its workbooks again; needs no network."""
    tenant = load_tenant(config, slug)
    folder = run_folder(reports, slug, run)
    assessment = engine.evaluate(tenant, places(config, reports), folder, Now.of(as_of).as_of)
    for path in engine.report(assessment, folder):
        out.print(str(path))
    return 0


@contextmanager
def _stoppable(watch: Watch) -> Iterator[None]:
    """When somebody stops the program, it is said what is saved."""
    try:
        yield
    except Stopped:
        raise Stopped(watch.last_words) from None


def _told(result: engine.Outcome | Failed, level: Severity | None) -> int:
    """Say what became of one council; its exit code."""
    if isinstance(result, Failed):
        say(result.refusal)
        return code_of(result.refusal)
    code = result.exit_code(level)
    err.print(f"{escape(result.tenant.council)}:", soft_wrap=True)
    for path in result.workbooks:
        err.print(f"  {escape(str(path))}", soft_wrap=True)
    for line in shortfalls(result.assessment, code):
        err.print(f"  {escape(line)}", soft_wrap=True)
    if waiting := words_on_waiting(result.tenant):
        err.print(f"  {escape(waiting)}", soft_wrap=True)
    return code


def _data_sets(only: str | None) -> list[str] | None:
    if only is None:
        return None
    names = [name.strip() for name in only.split(",") if name.strip()]
    for name in names:
        if name not in DATA_SETS:
            message = f"--only: there is no data set '{name}'; {nearest(name, list(DATA_SETS))}"
            raise typer.BadParameter(message)
    return names


def _severity(level: str | None) -> Severity | None:
    if level is None:
        return None
    words = {"any": Severity.LOW, **{str(severity): severity for severity in Severity}}
    if level.lower() not in words:
        message = f"--fail-on cannot be '{level}'; it is high, medium, low or any"
        raise typer.BadParameter(message)
    return words[level.lower()]


def _print_json(value: object) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str))
