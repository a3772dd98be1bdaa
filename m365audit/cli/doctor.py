"""The command that looks at a sign-in before an audit: doctor."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from m365audit.cli.app import CONFIG, REPORTS, AsJson, Config, Reports, app, err, out
from m365audit.cli.councils import chosen, worst_code
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.engine.doctor.examine import Diagnosis, diagnose
from m365audit.engine.doctor.preflight import Foreseen
from m365audit.engine.doctor.register import look_at_register
from m365audit.engine.places import Places
from m365audit.model.tenant import Tenant
from m365audit.settings import load_tenant

_GRANTED = {True: "yes", False: "[bold]no[/]", None: "not known"}
_BOLD = {Foreseen.ASSESSED: "", Foreseen.PARTLY: "bold", Foreseen.NOT: "bold", Foreseen.UNKNOWN: ""}
_SUMMARY = {
    0: "Everything the audit needs is there.",
    4: "Part of the evidence will be missing; the last column says what would change that.",
    5: "The app can do more than read: take that away, or accept it by name.",
}


@app.command()
def doctor(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="SLUG...", help="Names of tenant files.")] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="Every tenant file there is.")] = False,
    config: Config = CONFIG,
    reports: Reports = REPORTS,
    as_json: AsJson = False,
) -> int:
    """Sign in, and say what is granted, missing or too much, and what will be assessed with it."""
    names = chosen(slugs or [], config, everyone=everyone)
    codes: list[int] = []
    documents: list[dict[str, Any]] = []
    for slug in names:
        # One council that fails does not keep the next from being looked at.
        code, document = _one(slug, Places(config, reports), as_json=as_json)
        codes.append(code)
        documents.append(document)
    if as_json:
        # One council is one object, as it was asked for; several are a list.
        answer: object = documents if everyone or len(names) > 1 else documents[0]
        typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    return worst_code(codes)


def _one(slug: str, where: Places, *, as_json: bool) -> tuple[int, dict[str, Any]]:
    document: dict[str, Any] = {"slug": slug}
    codes: list[int] = []
    try:
        tenant = load_tenant(where.config, slug)
        codes.append(_register(tenant, where, document))
        diagnosis = asyncio.run(diagnose(tenant))
    except REFUSALS as refusal:
        say(refusal)
        code = worst_code([*codes, code_of(refusal)])
        return code, document | {"error": str(refusal), "exit_code": code}
    code = worst_code([*codes, diagnosis.exit_code])
    if not as_json:
        _show(diagnosis)
        for words in document["register"]:
            out.print(_hanging(f"- {escape(words)}"), soft_wrap=False)
    return code, asdict(diagnosis) | document | {"exit_code": code}


def _register(tenant: Tenant, where: Places, document: dict[str, Any]) -> int:
    """Put what there is to say of the register into the document; a register that cannot be read hides nothing else."""
    try:
        document["register"] = list(look_at_register(tenant, where).sentences)
    except REFUSALS as refusal:
        document["register"] = [str(refusal)]
        return code_of(refusal)
    return 0


def _show(diagnosis: Diagnosis) -> None:
    who = "as a person" if diagnosis.delegated else "as an app"
    app_id = f" {diagnosis.app_id}" if diagnosis.app_id else ""
    out.print(f"[bold]{escape(diagnosis.council)}[/]: signed in to {escape(diagnosis.graph)} {who}{escape(app_id)}")
    for name, value in _facts(diagnosis):
        out.print(_hanging(f"{name}: {escape(value)}"), soft_wrap=False)
    out.print(_permissions(diagnosis), soft_wrap=False)
    out.print(_data_sets(diagnosis), soft_wrap=False)
    for notice in diagnosis.notices:
        out.print(_hanging(f"- {escape(notice)}"), soft_wrap=False)
    err.print(f"{escape(diagnosis.council)}: {_SUMMARY[diagnosis.exit_code]}", soft_wrap=True)


def _hanging(text: str) -> Padding:
    return Padding(text, (0, 0, 0, 2))


def _facts(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    """What there is to say in a line each."""
    plans = diagnosis.licences
    if plans is None:
        yield "Licences", "may not be read"
    else:
        yield "Licences", "; ".join(f"{line.plan} ({line.opens})" for line in plans) or "none that this audit knows of"
    roles = diagnosis.directory_roles
    yield "Directory roles", "the token does not say" if roles is None else ", ".join(roles) or "none"
    yield "Exchange", _exchange(diagnosis)
    said = {True: "is there", False: "is missing", None: "could not be seen"}
    yield "Teams application access policy", said[diagnosis.access_policy]
    said = {True: "are concealed", False: "are shown", None: "could not be seen"}
    yield "Names in reports of use", said[diagnosis.names_concealed]
    if diagnosis.clock_behind_seconds is not None:
        yield "Clock", f"{abs(diagnosis.clock_behind_seconds):.0f} seconds from Microsoft's"
    if diagnosis.certificate_days_left is not None:
        yield "Certificate", f"{diagnosis.certificate_days_left} days left"
    if diagnosis.unneeded:
        yield "Granted and not needed", ", ".join(diagnosis.unneeded)
    if diagnosis.unsafe:
        yield "Granted and unsafe", ", ".join(diagnosis.unsafe)
    if diagnosis.accepted:
        yield "Unsafe and accepted by name", ", ".join(diagnosis.accepted)


def _exchange(diagnosis: Diagnosis) -> str:
    if diagnosis.exchange_role is None:
        return "could not be seen"
    if not diagnosis.exchange_role:
        return "does not let the app in"
    missing = diagnosis.cmdlets_missing
    return "lets the app in" if not missing else f"lets the app in, but does not show it {', '.join(missing)}"


def _permissions(diagnosis: Diagnosis) -> Table:
    table = Table("Permission", "Granted", "For", box=SIMPLE_HEAD, pad_edge=False)
    table.columns[0].no_wrap = True
    table.columns[1].overflow = table.columns[2].overflow = "fold"
    tiers: list[str] = []
    for line in diagnosis.permissions:
        if line.tier not in tiers:
            tiers.append(line.tier)
            table.add_row(f"[bold]{line.tier}[/]")
        granted = _GRANTED[line.granted]
        if line.served_by and line.served_by != line.permission:
            granted = f"by {line.served_by}"
        used = ", ".join(name.replace("_", " ") for name in line.data_sets)
        lost = f"\n[bold]not assessed for want of it:[/] {', '.join(line.checks)}" if line.checks else ""
        table.add_row(f"  {line.permission}", granted, f"{used}{lost}")
    return table


def _data_sets(diagnosis: Diagnosis) -> Table:
    table = Table("Data set", "Will be", "Why", "What would change it", box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for said in diagnosis.data_sets:
        table.add_row(
            said.data_set.replace("_", " "),
            f"{said.verdict}" if said.verdict is not Foreseen.NOT else "not assessed",
            escape("; ".join(said.why)),
            escape("; ".join(said.change)),
            style=_BOLD[said.verdict],
        )
    return table
