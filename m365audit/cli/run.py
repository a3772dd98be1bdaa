"""Commands that make or judge a run: audit, collect, evaluate, report."""

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from m365audit.cli.app import CONFIG, REPORTS, AsJson, AsOf, Config, Now, Reports, Run, Slug, app, err, out, places
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.cli.show import result_table, shortfalls, watching
from m365audit.engine import audit as engine
from m365audit.engine.collect import Progress
from m365audit.engine.document import as_json as assessment_as_json
from m365audit.fleet import Failed, audit_all
from m365audit.model.datasets import DATA_SETS
from m365audit.model.tenant import Tenant
from m365audit.model.words import Severity
from m365audit.settings import load_tenant, nearest, tenants_available
from m365audit.snapshot import Snapshot, run_folder

FailOn = Annotated[
    str | None,
    typer.Option("--fail-on", metavar="LEVEL", help="End with code 1 if a finding is high, medium, low or any."),
]


@app.command()
def audit(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="SLUG...", help="Names of tenant files.")] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every tenant file there is.")] = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    fail_on: FailOn = None,
    as_json: AsJson = False,
) -> int:
    """Collect, evaluate and report: one council, several, or all."""
    level = _severity(fail_on)
    chosen = _chosen(slugs or [], config, everyone=everyone)
    outcomes: list[engine.Outcome] = []
    codes: list[int] = []
    for result in audit_all(chosen, places(config, reports), _watch, REFUSALS, as_of=Now.of(as_of).as_of):
        if isinstance(result, Failed):
            say(result.refusal)
            codes.append(code_of(result.refusal))
            continue
        outcomes.append(result)
        codes.append(result.exit_code(level))
        err.print(f"{escape(result.tenant.council)}:", soft_wrap=True)
        for path in result.workbooks:
            err.print(f"  {escape(str(path))}", soft_wrap=True)
        for line in shortfalls(result.assessment, codes[-1]):
            err.print(f"  {escape(line)}", soft_wrap=True)
    if as_json:
        _print_json([assessment_as_json(outcome.assessment) for outcome in outcomes])
    elif outcomes:
        out.print(result_table(outcomes))
    return _worst(codes)


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
    as_json: AsJson = False,
) -> int:
    """Read the evidence of one council into a new run, and judge nothing."""
    tenant = load_tenant(config, slug)
    names = _data_sets(only)
    with _watch(tenant) as progress:
        now = Now.of(as_of)
        where = places(config, reports)
        folder = asyncio.run(engine.collect(tenant, where, now.at, only=names, as_of=now.as_of, progress=progress))
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
    coverages = [record.coverage for record in snapshot.records.values()]
    kinds = [gap.kind for coverage in coverages for gap in coverage.gaps]
    return engine.collected_code(kinds, nothing_came=all(coverage.is_absent for coverage in coverages))


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


def _watch(tenant: Tenant) -> AbstractContextManager[Progress]:
    return watching(err, tenant.council)


def _chosen(slugs: list[str], config: Path, *, everyone: bool) -> list[str]:
    known = tenants_available(config)
    if everyone and slugs:
        message = "name councils or say --all, not both"
        raise typer.BadParameter(message)
    if everyone and not known:
        message = f"{config}/tenants holds no tenant file; write one with `m365audit init SLUG`"
        raise typer.BadParameter(message)
    if not everyone and not slugs:
        message = "name a council (its tenant file without .yaml), or say --all"
        raise typer.BadParameter(message)
    return list(known) if everyone else slugs


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


def _worst(codes: list[int]) -> int:
    """One code for several councils: what needs a person soonest wins."""
    order = (5, 3, 2, 4, 75, 1, 0)
    return min(codes, key=order.index, default=0)


def _print_json(value: object) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str))
