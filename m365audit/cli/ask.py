"""Commands that answer a question: rules, clauses."""

import textwrap
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape

from m365audit.cli.app import CONFIG, AsJson, Config, app, out
from m365audit.model.policy import Clause
from m365audit.model.words import Judgement
from m365audit.policy import load
from m365audit.rules import RULES, Rule
from m365audit.settings import nearest


@app.command()
def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="ID", help="One check, with its whole page.")] = None,
    *,
    as_json: AsJson = False,
) -> int:
    """List every check, or show the page of one."""
    if rule_id is None:
        _list_rules(as_json=as_json)
        return 0
    if rule_id not in RULES:
        message = f"there is no check '{rule_id}'; {nearest(rule_id, RULES)}"
        raise typer.BadParameter(message)
    _show_rule(RULES[rule_id], as_json=as_json)
    return 0


def _list_rules(*, as_json: bool) -> None:
    if as_json:
        rows = [{"id": rule.id, "title": rule.title, "topic": rule.topic} for rule in RULES.values()]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    for rule in sorted(RULES.values(), key=lambda r: (r.topic, r.id)):
        out.print(f"[bold]{rule.id}[/] ({escape(rule.topic)})\n    {escape(rule.title)}")


def _show_rule(rule: Rule, *, as_json: bool) -> None:
    if as_json:
        page: dict[str, Any] = {
            "id": rule.id,
            "title": rule.title,
            "topic": rule.topic,
            "severity": rule.severity,
            **rule.page,
        }
        page |= {"needs": rule.needs, "uses": rule.uses, "parameters": {k: str(v) for k, v in rule.parameters.items()}}
        typer.echo(orjson.dumps(page, option=orjson.OPT_INDENT_2))
        return
    out.print(f"[bold]{rule.id}[/]: {escape(rule.title)}.")
    for heading, text in rule.page.items():
        out.print(escape(textwrap.fill(f"{heading}: {text}", 100, subsequent_indent="    ")))
    out.print(f"Evidence: {', '.join((*rule.needs, *rule.uses))}")
    if rule.parameters:
        out.print(f"Settings: {', '.join(rule.parameters)}")


@app.command()
def clauses(
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="A policy's name, or the path of its file.")],
    *,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> int:
    """Show every clause of a policy: what is looked at, and what is left for a person."""
    loaded = load(policy, config_dir=config, known_checks=RULES)
    if as_json:
        typer.echo(orjson.dumps([asdict(clause) for clause in loaded.clauses], option=orjson.OPT_INDENT_2))
        return 0
    out.print(f"[bold]{escape(loaded.title)}[/], {len(loaded.clauses)} clauses")
    for clause in loaded.clauses:
        _show_clause(clause)
    return 0


def _show_clause(clause: Clause) -> None:
    line = f", line {clause.line}" if clause.line else ""
    out.print(f"\n[bold]{clause.id}[/] ({clause.force}{line}) {escape(clause.paraphrase)}")
    if clause.checks:
        out.print(f"    Looked at: {', '.join(use.check for use in clause.checks)}")
    if clause.supporting:
        out.print(f"    Shown beside it: {', '.join(use.check for use in clause.supporting)}")
    if clause.rolls_up:
        out.print("    Looked at: the clauses that bind the same people")
    if clause.attestation:
        out.print(f"    A person states: {escape(clause.attestation.ask)}")
    if clause.left_to_a_person and clause.judgement is not Judgement.ATTESTATION:
        out.print(f"    Left for a person: {escape(clause.left_to_a_person)}")
