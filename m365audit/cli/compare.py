"""The command that holds two audits of a council against each other."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape

from m365audit.cli.app import CONFIG, REPORTS, AsJson, Config, Reports, Slug, app, out
from m365audit.engine.months import compare as engine
from m365audit.engine.months.compare import Change, Comparison
from m365audit.model.assessment import Finding
from m365audit.settings import nearest, tenants_available

_From = Annotated[str | None, typer.Argument(metavar="FROM", help="The earlier run; else the last but one.")]
_To = Annotated[str | None, typer.Argument(metavar="TO", help="The later run; else the last.")]


@app.command()
def compare(
    slug: Slug,
    first: _From = None,
    second: _To = None,
    *,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_json: AsJson = False,
) -> int:
    """Show what changed between two audits of a council; needs no network."""
    _refuse_unknown(slug, config, reports)
    comparison = engine.compare(reports, slug, first, second)
    if as_json:
        typer.echo(orjson.dumps(_as_json(comparison), option=orjson.OPT_INDENT_2))
    else:
        _show(comparison)
    return 0


def _refuse_unknown(slug: str, config: Path, reports: Path) -> None:
    """The tenant file itself is not read: what it says of signing in is not needed here, and may not be at hand."""
    audited = [folder.name for folder in reports.iterdir()] if reports.is_dir() else []
    known = sorted({*tenants_available(config), *audited})
    if slug not in known:
        remedy = nearest(slug, known) if known else f"{reports} and {config} hold none"
        message = f"there is no council '{slug}'; {remedy}"
        raise typer.BadParameter(message)


def _show(comparison: Comparison) -> None:
    earlier, later = comparison.earlier, comparison.later
    out.print(f"From run {earlier.run} ({earlier.made_on}) to run {later.run} ({later.made_on})")
    for written in (earlier, later):
        if not written.complete:
            out.print(f"Run {written.run} could not read all it should have read.")
    counts = Counter(change for change, _ in comparison.findings)
    out.print(", ".join(f"{counts[change]} {change}" for change in Change))
    for change in Change:
        found = [finding for one, finding in comparison.findings if one is change]
        if found:
            out.print(f"\n[bold]{change[0].upper()}{change[1:]}[/]")
        for finding in found:
            out.print(escape(f"  {finding.reference}  {finding.severity:6}  {finding.subject.name}: {finding.because}"))
            if change is Change.NOT_COMPARABLE and finding.unseen:
                out.print(escape(f"      {finding.unseen}"))
    out.print("\n[bold]Clauses with another result[/]" if comparison.clauses else "\nNo clause has another result.")
    for one in comparison.clauses:
        out.print(escape(f"  {one.clause}: {one.before or 'no clause'} -> {one.after or 'no clause'}"))


def _as_json(comparison: Comparison) -> dict[str, Any]:
    runs = {"from": comparison.earlier, "to": comparison.later}
    return {
        **{
            name: {"run": one.run, "as_of": one.made_on.isoformat(), "complete": one.complete}
            for name, one in runs.items()
        },
        "findings": {
            str(change): [_finding(finding) for one, finding in comparison.findings if one is change]
            for change in Change
        },
        "clauses": [{"id": one.clause, "from": one.before, "to": one.after} for one in comparison.clauses],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    return {
        "reference": finding.reference,
        "rule": finding.rule,
        "result": str(finding.result),
        "severity": str(finding.severity),
        "subject": {"kind": str(subject.kind), "id": subject.id, "name": subject.name},
        "because": finding.because,
        "first_seen": finding.first_seen.isoformat(),
        "fixed_on": finding.fixed_on.isoformat() if finding.fixed_on else None,
        "unseen": finding.unseen,
    }
