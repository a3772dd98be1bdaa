"""Commands that make or judge a run: audit, collect, evaluate, report."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
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
from m365audit.cli.exports import CsvFile, JunitFile, OcsfFile, exporting
from m365audit.cli.notice import show as show_notice
from m365audit.cli.passwords import Encrypt, protection, protections
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.cli.results import Results, counts
from m365audit.cli.roll_up import after_audits, keep_in_mind, report_each, report_fleet
from m365audit.cli.show import result_table, shortfalls
from m365audit.cli.stopping import Watch
from m365audit.engine import audit as engine
from m365audit.engine.custody.protection import Protect
from m365audit.engine.doctor.register import words_on_waiting
from m365audit.engine.documents.document import as_json as assessment_as_json
from m365audit.engine.loop import Loop, Stopped
from m365audit.engine.places import Places
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
    encrypt: Encrypt = None,
    csv: CsvFile = None,
    ocsf: OcsfFile = None,
    junit: JunitFile = None,
    as_json: AsJson = False,
) -> int:
    """Collect, evaluate and report: one council, several, or all."""
    level = _severity(fail_on)
    councils = chosen(slugs or [], config, everyone=everyone)
    codes: list[int] = []
    watch, where = Watch(), places(config, reports)
    day = Now.of(as_of).as_of
    with exporting(csv=csv, ocsf=ocsf, junit=junit, as_json=as_json) as exports:
        protect = protections(councils, config, wanted=encrypt)
        results = Results(whole=as_json or bool(exports.targets))
        audits = audit_all(
            councils, where, watch, REFUSALS, as_of=day, fresh=fresh, protect=protect, on_stop=watch.end_soon
        )
        with _stoppable(watch), closing(audits) as coming:
            for result in coming:
                codes.append(keep_in_mind(result, _told(result, level), where))
                results.add(result)
        if exports.targets:
            exports.write(results)
    codes += after_audits(where, day, councils=len(councils), everyone=everyone)
    if as_json:
        _print_all(results.documents())
    elif results.counted or len(results) > 1:
        exports.shown.print(result_table(results.counted, results.failed))
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
def evaluate(  # noqa: PLR0913 - its options
    slug: Slug,
    *,
    run: Run = None,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    fail_on: FailOn = None,
    csv: CsvFile = None,
    ocsf: OcsfFile = None,
    junit: JunitFile = None,
    as_json: AsJson = False,
) -> int:
    """Judge a run's evidence again; needs no network."""
    level = _severity(fail_on)
    with exporting(csv=csv, ocsf=ocsf, junit=junit, as_json=as_json) as exports:
        tenant = load_tenant(config, slug)
        folder = run_folder(reports, slug, run)
        assessment = engine.evaluate(tenant, places(config, reports), folder, Now.of(as_of).as_of)
        outcome = engine.Outcome(tenant, folder, assessment, ())
        exports.write([assessment])
    if as_json:
        _print_json(assessment_as_json(assessment))
    else:
        exports.shown.print(result_table({assessment.council: counts(assessment)}))
        exports.shown.print(str(folder.assessment), soft_wrap=True)
    return outcome.exit_code(level)


@app.command()
def report(  # noqa: PLR0913 - its options
    slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Name of the tenant file.")] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every council's last run, and all councils in one.")] = False,
    run: Run = None,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_of: AsOf = None,
    encrypt: Encrypt = None,
    csv: CsvFile = None,
    ocsf: OcsfFile = None,
    junit: JunitFile = None,
) -> int:
    """Judge a run again and write its workbooks again, or every council's last run; needs no network."""
    if everyone and run:
        message = "--run is of one council; leave out --all, or --run"
        raise typer.BadParameter(message)
    councils = chosen([slug] if slug else [], config, everyone=everyone)
    where, day = places(config, reports), Now.of(as_of).as_of
    with exporting(csv=csv, ocsf=ocsf, junit=junit) as exports:
        if everyone:
            protect = protections(councils, config, wanted=encrypt)
            report_one = partial(_reported, where=where, run=None, as_of=day, protect=protect)
            results = Results(whole=bool(exports.targets))
            codes = report_each(councils, report_one, exports.shown, results)
            if exports.targets:
                exports.write(results)
            return worst_code([*codes, *report_fleet(where, day, exports.shown)])
        outcome = _reported(councils[0], where, run, day, partial(protection, wanted=encrypt))
        exports.write([outcome.assessment])
    for path in outcome.workbooks:
        exports.shown.print(str(path), soft_wrap=True)
    show_notice(outcome)
    return 0


def _reported(slug: str, where: Places, run: str | None, as_of: date | None, protect: Protect) -> engine.Outcome:
    """One run, judged and reported again."""
    tenant = load_tenant(where.config, slug)
    folder = run_folder(where.reports, slug, run)
    protected = protect(tenant)
    assessment = engine.evaluate(tenant, where, folder, as_of)
    return engine.report(tenant, assessment, folder, protected)


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
    show_notice(result)
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


def _print_all(documents: Iterator[object]) -> None:
    """A list in JSON, one entry in memory at a time."""
    opening = "["
    for document in documents:
        typer.echo(f"{opening}\n{orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode()}", nl=False)
        opening = ","
    typer.echo("\n]" if opening == "," else "[]")


def _print_json(value: object) -> None:
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str))
