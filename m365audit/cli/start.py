"""Commands to begin with: init, demo."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from m365audit.cli.app import CONFIG, REPORTS, Config, Reports, Slug, app, err, out
from m365audit.cli.show import result_table, watching
from m365audit.engine.begin import begin
from m365audit.policy import policies_available
from m365audit.settings import nearest
from m365audit.settings.template import NewTenant


@app.command()
def init(
    slug: Slug,
    *,
    council: Annotated[str | None, typer.Option(help="Name of the council.")] = None,
    tenant_id: Annotated[str | None, typer.Option(help="Directory id of its tenant.")] = None,
    policy: Annotated[str, typer.Option(help="Its policy: a file of config/policies.")] = "towcester",
    provider: Annotated[str | None, typer.Option(help="Who supports its IT.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="A domain it owns; may be given again.")] = None,
    config: Config = CONFIG,
) -> int:
    """Write a council's tenant file and its register, to be filled in."""
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


@app.command()
def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Only serve the sample councils, until Ctrl-C.")] = False,
    reports: Reports = REPORTS,
) -> int:
    """Audit two fictional councils over real HTTP against an imitation of Microsoft 365."""
    # Imported here: the imitation is a server, and no other command should wait for it.
    from m365audit.sample import demo as sample  # noqa: PLC0415

    folder = Path(reports) / "demo-config"
    if serve:
        return sample.serve_until_stopped(folder, out)
    outcomes, summary = sample.run(folder, reports, lambda tenant: watching(err, tenant.council))
    for outcome in outcomes:
        for path in outcome.workbooks:
            out.print(str(path))
    out.print()
    for line in summary:
        out.print(line)
    out.print(result_table(outcomes))
    return 0
