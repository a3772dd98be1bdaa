"""The command that says what to consent to, and gives an administrator the means: permissions."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.padding import Padding

from m365audit.cli.app import CONFIG, REPORTS, AsJson, Config, app, err, out, places
from m365audit.engine.audit import policies as policies_of
from m365audit.engine.doctor.consent import App, consent_url, consent_urls_by_service, manifest, script
from m365audit.engine.doctor.permissions import Asked, asked_for
from m365audit.model.permissions import Tier
from m365audit.model.policy import Policy
from m365audit.model.tenant import Endpoints, Tenant
from m365audit.policy import BASELINE, load, policies_available
from m365audit.rules import RULES
from m365audit.settings import load_tenant, nearest

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

TierName = Annotated[
    list[str] | None,
    typer.Option("--tier", metavar="TIER", help="Only base, recommended or deep; may be given again."),
]
AsManifest = Annotated[bool, typer.Option("--manifest", help="Print requiredResourceAccess for the app's manifest.")]
AsLink = Annotated[bool, typer.Option("--consent-url", help="Print the link for an administrator's consent.")]
AsScript = Annotated[bool, typer.Option("--script", help="Print the steps only an administrator can do.")]


@app.command()
def permissions(  # noqa: PLR0913 - one option an argument
    slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Name of a tenant file.")] = None,
    *,
    policy: Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Count this policy's clauses.")] = None,
    tier: TierName = None,
    as_manifest: AsManifest = False,
    as_link: AsLink = False,
    as_script: AsScript = False,
    tenant_id: Annotated[
        str | None, typer.Option("--tenant-id", metavar="ID", help="Directory id, without SLUG.")
    ] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", metavar="ID", help="The app's client id.")] = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> int:
    """Show what to consent to, why, and what goes unassessed without it; or give an administrator the means."""
    if sum((as_manifest, as_link, as_script, as_json)) > 1:
        message = "name one of --manifest, --consent-url, --script and --json, not several"
        raise typer.BadParameter(message)
    tiers = _tiers(tier or [])
    tenant = load_tenant(config, slug, signs_in=False) if slug else None
    if as_manifest:
        wanted = [asked.permission for asked in asked_for(tiers=tiers)]
        typer.echo(orjson.dumps(manifest(wanted), option=orjson.OPT_INDENT_2))
    elif as_link:
        _show_links(_app(tenant, tenant_id, client_id), tenant.endpoints if tenant else Endpoints())
    elif as_script:
        typer.echo(script(_app(tenant, tenant_id, client_id)), nl=False)
    else:
        asked = asked_for(_policies(config, tenant, policy), tiers)
        if as_json:
            typer.echo(orjson.dumps([_document(one) for one in asked], option=orjson.OPT_INDENT_2))
        else:
            _show(asked)
    return 0


def _tiers(names: Iterable[str]) -> tuple[Tier, ...]:
    """The tiers that were named; all, where none was.

    Raises:
        BadParameter: there is no such tier.
    """
    for name in names:
        if name not in list(Tier):
            message = f"--tier cannot be '{name}'; {nearest(name, [str(tier) for tier in Tier])}"
            raise typer.BadParameter(message)
    return tuple(map(Tier, names)) or tuple(Tier)


def _policies(config: Path, tenant: Tenant | None, name: str | None) -> tuple[Policy, ...]:
    """The policies whose clauses count: the council's, or the one named, or all there are; the baseline always."""
    if tenant is not None and name is None:
        return policies_of(tenant, places(config, REPORTS))
    names = [name, BASELINE] if name else [*(one for one in policies_available(config) if one != BASELINE), BASELINE]
    return tuple(load(one, config_dir=config, known_checks=RULES) for one in dict.fromkeys(names))


def _app(tenant: Tenant | None, tenant_id: str | None, client_id: str | None) -> App:
    """Who asks where: what the options say, else the tenant file.

    Raises:
        BadParameter: an id is missing or is none.
    """
    from_file = (tenant.tenant_id, tenant.auth.client_id) if tenant else (None, None)
    given = {"--tenant-id": tenant_id or from_file[0], "--client-id": client_id or from_file[1]}
    for option, value in given.items():
        if not value:
            what = "the tenant file names none" if tenant else "name a council, or give --tenant-id and --client-id"
            message = f"{option} is missing: {what}"
            raise typer.BadParameter(message)
        if not _GUID.fullmatch(value):
            message = f"{option} is no id: '{value}'; it looks like 00000000-0000-0000-0000-000000000000"
            raise typer.BadParameter(message)
    return App(str(given["--tenant-id"]).lower(), str(given["--client-id"]).lower())


def _show_links(app_: App, endpoints: Endpoints) -> None:
    out.print(escape(consent_url(app_, endpoints)))
    err.print(
        "A Global Administrator or Privileged Role Administrator opens it, signs in and accepts. It consents to all "
        "the app's manifest asks for (m365audit permissions --manifest), for both services, and to nothing else. An "
        "error about a redirect address on the page after that means only that the app has none; the consent stands."
    )
    err.print(
        "The newer address takes one service at a time, and needs a redirect address of the app's (redirect_uri):"
    )
    for resource, link in consent_urls_by_service(app_, endpoints).items():
        err.print(f"{resource.label}: {escape(link)}", soft_wrap=True)


def _show(asked: Sequence[Asked]) -> None:
    for tier in Tier:
        of_tier = [one for one in asked if one.permission.tier is tier]
        if of_tier:
            out.print(f"\n[bold]{tier}[/] ({len(of_tier)})")
        for one in of_tier:
            _show_one(one)
    if not asked:
        out.print("Nothing of that tier is asked for.")
    err.print("All of these only read. --manifest, --consent-url and --script are for whoever grants them.")


def _show_one(one: Asked) -> None:
    out.print(f"  [bold]{one.permission.name}[/] ({one.permission.resource.label})")
    said = [
        ("Why", one.permission.why),
        ("Lets the app see", one.permission.sees),
        ("Data sets", ", ".join(name.replace("_", " ") for name in one.data_sets)),
        ("Checks", ", ".join(one.checks)),
        *_lost(one),
    ]
    for heading, text in said:
        if text:
            out.print(Padding(f"{heading}: {escape(text)}", (0, 0, 0, 6)), soft_wrap=False)


def _lost(one: Asked) -> Iterator[tuple[str, str]]:
    whole, part = _listed(one.lost.clauses), _listed(one.lost.clauses_in_part)
    if one.served_by:
        yield "Without it", f"nothing is lost where {one.served_by} is granted, which serves as well"
    elif not whole and not part:
        yield "Without it", "no clause is lost; what it shows stands in the workbooks for information"
    yield "Without it, not assessed at all", whole
    yield "Without it, in part only", part


def _listed(clauses: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{policy} {', '.join(ids)}" for policy, ids in clauses.items())


def _document(one: Asked) -> dict[str, Any]:
    permission = one.permission
    return {
        "permission": permission.name,
        "tier": permission.tier,
        "service": permission.resource.label,
        "resource_app_id": permission.resource,
        "role_id": permission.role_id,
        "why": permission.why,
        "lets_see": permission.sees,
        "served_as_well_by": list(permission.wider),
        "data_sets": one.data_sets,
        "checks": one.checks,
        "without_it": {
            "served_by": one.served_by,
            "clauses": one.lost.clauses,
            "clauses_in_part": one.lost.clauses_in_part,
            "checks": one.lost.checks,
            "checks_in_part": one.lost.checks_in_part,
        },
    }
