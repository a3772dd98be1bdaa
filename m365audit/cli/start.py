"""Commands to begin with: init, demo."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from m365audit.cli.app import CONFIG, REPORTS, Config, Reports, Slug, app, err, out
from m365audit.cli.results import counts
from m365audit.cli.show import result_table, watching
from m365audit.engine.audit import collected_code
from m365audit.engine.begin import begin, propose_register
from m365audit.engine.places import Places
from m365audit.policy import policies_available
from m365audit.settings import load_tenant, nearest
from m365audit.settings.template import NewTenant


@app.command()
def init(  # noqa: PLR0913 - its options
    slug: Slug,
    *,
    council: Annotated[str | None, typer.Option(help="Name of the council.")] = None,
    tenant_id: Annotated[str | None, typer.Option(help="Directory id of its tenant.")] = None,
    policy: Annotated[str, typer.Option(help="Its policy: a file of config/policies.")] = "towcester",
    provider: Annotated[str | None, typer.Option(help="Who supports its IT.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="A domain it owns; may be given again.")] = None,
    from_tenant: Annotated[
        bool, typer.Option("--from-tenant", help="Sign in, and propose rows for the register, to be confirmed.")
    ] = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
) -> int:
    """Write a council's tenant file and its register, to be filled in; or propose rows from what is in its tenant."""
    if from_tenant:
        return _from_tenant(slug, Places(config, reports))
    if slug != slug.lower() or not slug.replace("-", "").isalnum() or not slug[0].isalnum():
        message = f"'{slug}' cannot name a tenant file; use small letters, figures and hyphens, such as exampleton"
        raise typer.BadParameter(message)
    known = policies_available(config)
    if not policy.endswith(".yaml") and policy not in known:
        message = f"there is no policy '{policy}'; {nearest(policy, known)}"
        raise typer.BadParameter(message)
    new = NewTenant(slug, council, tenant_id, policy, provider, tuple(domain or ()))
    file, register = begin(config, new)
    out.print(str(file))
    out.print(str(register))
    err.print(
        f"Fill in what says FILL-IN in {escape(file.name)}, and the sheet People of {escape(register.name)}; "
        f"then `m365audit doctor {slug}`, then `m365audit audit {slug}`."
    )
    return 0


def _from_tenant(slug: str, places: Places) -> int:
    tenant = load_tenant(places.config, slug)
    with watching(err, tenant.council) as progress:
        proposed = asyncio.run(propose_register(tenant, places, datetime.now(UTC), progress))
    if proposed.path:
        out.print(str(proposed.path))
        rows = ", ".join(f"{title} {number}" for title, number in proposed.proposal.counts.items())
        err.print(f"Proposed rows: {escape(rows)}. They count for nothing yet.", soft_wrap=True)
        err.print(_TO_CONFIRM.format(file=escape(proposed.path.name)), soft_wrap=True)
        if proposed.beside:
            err.print(f"Then copy the rows that are right to {escape(proposed.beside.name)}.", soft_wrap=True)
    elif not proposed.gaps:
        err.print("The register lacks nothing that could be proposed.")
    for note in proposed.proposal.notes:
        err.print(f"- {escape(note)}.", soft_wrap=True)
    for words in dict.fromkeys(f"{gap.detail}; {gap.fix}" for gap in proposed.gaps):
        err.print(f"- not read, so nothing is proposed from it: {escape(words)}.", soft_wrap=True)
    return collected_code((gap.kind for gap in proposed.gaps), nothing_came=proposed.nothing_came)


_TO_CONFIRM = (
    "For the Clerk, in {file}: take the word 'Confirm:' away from each row that is right, fill in the cells that are "
    "blank, and delete the rows that are wrong."
)


@app.command()
def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Only serve the sample councils, until Ctrl-C.")] = False,
    reports: Reports = REPORTS,
) -> int:
    """Audit two fictional councils, three months running, over real HTTP against an imitation of Microsoft 365."""
    # Imported here: the imitation is a server, and no other command should wait for it.
    from m365audit.sample import demo as sample  # noqa: PLC0415

    if serve:
        return sample.serve_until_stopped(Path(reports) / "demo-config", out)
    outcomes, summary = sample.run(Path(reports) / "demo", lambda tenant: watching(err, tenant.council))
    for outcome in outcomes:
        for path in outcome.workbooks:
            out.print(str(path))
    out.print()
    for line in summary:
        out.print(line)
    out.print(result_table({outcome.tenant.council: counts(outcome.assessment) for outcome in outcomes}))
    return 0
