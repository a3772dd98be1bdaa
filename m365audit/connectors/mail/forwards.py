"""Every route that sends a mailbox's mail on: set on the mailbox, an inbox rule, a mail-flow rule."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import connector
from m365audit.connectors.mail.forward_targets import Targets
from m365audit.connectors.mail.lookups import NAMES, Lookups, OnlySettled
from m365audit.connectors.mail.mailbox_settings import NO_MAILBOX, may_hold_mail, members
from m365audit.connectors.mail.mailboxes import KINDS, UNLIMITED, names
from m365audit.connectors.mail.recipients import Recipients
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import Answer, Question, rows_of_each
from m365audit.graph import Absent, Exchange, Graph
from m365audit.model.evidence import Coverage, Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

ON_MAILBOXES: Final = "forwarding set on mailboxes"
INBOX_RULES: Final = "inbox rules"
MAIL_FLOW_RULES: Final = "mail-flow rules"

_INBOX_ACTIONS: Final = {
    "forwardTo": "forward",
    "redirectTo": "redirect",
    "forwardAsAttachmentTo": "forward as attachment",
}
_MAIL_FLOW_ACTIONS: Final = {
    "RedirectMessageTo": "redirect",
    "BlindCopyTo": "blind copy",
    "CopyTo": "copy",
    "AddToRecipients": "copy",
}
_AUDIT_MODES: Final = ("audit", "auditandnotify")


@connector(
    "forwards",
    permission="MailboxSettings.Read",
    also=("Exchange.ManageAsApp",),
    kept_with=("accounts", "mailboxes", "groups"),
    parts=(
        Part(("MailboxSettings.Read",), what=INBOX_RULES, app_only=True),
        Part(("Exchange.ManageAsApp",), what=ON_MAILBOXES, cmdlets=("Get-Mailbox",)),
        Part(("Exchange.ManageAsApp",), what=MAIL_FLOW_RULES, cmdlets=("Get-TransportRule",)),
        NAMES,
    ),
)
async def forwards(  # noqa: PLR0913, PLR0917 - the signature is what it depends on
    graph: Graph,
    exchange: Exchange,
    coverage: Mapping[str, Coverage],
    accounts: pd.DataFrame,
    mailboxes: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Gap | Looked]:
    """Every route that sends mail on, switched-off rules included, with the address it leads to.

    Inbox rules come from Graph, the rest from Exchange; where one of them refuses, the other is still read.
    """
    lookups = Lookups(exchange, kept)
    targets = Targets(Recipients(accounts, mailboxes, groups), lookups)
    # Looked up one after another: nothing else asks meanwhile.
    settled = OnlySettled(kept, lookups)
    seen: set[tuple[str, str, str]] = set()
    for part in (
        _on_mailboxes(mailboxes, coverage.get("mailboxes"), targets),
        _inbox_rules(graph, _holders(accounts, mailboxes, mailbox_settings), targets, settled),
        _mail_flow_rules(exchange, targets),
        _of_no_account(accounts, mailboxes),
    ):
        async for said in part:
            if isinstance(said, dict):
                key = (said["mailbox_id"], said["route"], said["target_address"])
                if key in seen:
                    continue
                seen.add(key)
            yield said
    for gap in lookups.gaps():
        yield gap


async def _on_mailboxes(
    mailboxes: pd.DataFrame | None, covered: Coverage | None, targets: Targets
) -> AsyncIterator[Row | Gap | Looked]:
    columns = ("mailbox_id", "address", "display_name", "forwarding_address", "forwarding_recipient", "keeps_copy")
    for box in records(mailboxes, *columns):
        found = []
        if box["forwarding_address"]:
            found.append(await targets.of_address(box["forwarding_address"]))
        if box["forwarding_recipient"]:
            found.append(await targets.of_recipient(box["forwarding_recipient"]))
        for target in found:
            yield {
                "mailbox_id": box["mailbox_id"],
                "mailbox_address": box["address"],
                "mailbox_name": box["display_name"],
                "route": "mailbox",
                "action": "forward",
                "enabled": True,
                **target.row,
                "keeps_copy": box["keeps_copy"],
            }
    if covered and covered.gaps:
        yield covered.gaps[0].within(scope=ON_MAILBOXES, data_set="forwards")
    elif mailboxes is None:
        yield Gap(
            GapKind.NOT_COLLECTED,
            "The mailboxes were not read from Exchange, so forwarding set on them is not known.",
            "See what was said of the mailboxes, mend it and run the audit again.",
            ON_MAILBOXES,
        )
    else:
        yield Looked(ON_MAILBOXES)


async def _inbox_rules(
    graph: Graph, holders: Mapping[str, Row], targets: Targets, kept: Kept
) -> AsyncIterator[Row | Gap | Looked]:
    def request(account_id: str) -> RequestInformation:
        inbox = graph.sdk.users.by_user_id(account_id).mail_folders.by_mail_folder_id("inbox")
        return graph.request(inbox.message_rules)

    async def made(account_id: str, listed: Answer) -> list[Row]:
        rules = () if isinstance(listed, Absent) else listed["value"]
        return [row for rule in rules for row in await _inbox_rows(holders[account_id], rule, targets)]

    question = Question(request, scope="mailbox", absent=NO_MAILBOX, whole=INBOX_RULES, lists=True)
    async for said in rows_of_each(graph, holders, question, made, kept):
        if isinstance(said, Gap):
            yield said
            continue
        account_id, rows = said
        for row in rows:
            yield row
        yield Looked(f"mailbox:{account_id}")


async def _inbox_rows(holder: Row, rule: Mapping[str, Any], targets: Targets) -> list[Row]:
    return [
        {**holder, **_inbox_route(rule), "action": action, **(await targets.of_address(address, name)).row}
        for action, address, name in _inbox_targets(rule)
    ]


def _holders(
    accounts: pd.DataFrame, mailboxes: pd.DataFrame | None, mailbox_settings: pd.DataFrame | None
) -> dict[str, Row]:
    """The mailboxes whose rules are read, by account; how each is called.

    They are those of members that have, or may have, one, and of whoever else Exchange lists with one: a guest may.
    """
    boxes = {row["mailbox_id"]: row for row in records(mailboxes, "mailbox_id", "address", "display_name")}
    may_hold = set(may_hold_mail(accounts, mailbox_settings))
    people = set(members(accounts))
    called = {
        row["account_id"]: {"address": row["primary_address"], "display_name": row["display_name"]}
        for row in records(accounts, "account_id", "primary_address", "display_name")
    }
    return {
        account_id: {
            "mailbox_id": account_id,
            "mailbox_address": (named := boxes.get(account_id) or called[account_id])["address"],
            "mailbox_name": named["display_name"],
        }
        for account_id in called
        if account_id in boxes or (account_id in people and account_id in may_hold)
    }


async def _of_no_account(accounts: pd.DataFrame, mailboxes: pd.DataFrame | None) -> AsyncIterator[Gap]:
    """Mailboxes of accounts the directory did not list, whose inbox rules nobody is there to be asked for.

    Left out are mailboxes Exchange gives no account, and those of kinds of its own, which nobody works in.
    """
    known = {row["account_id"] for row in records(accounts, "account_id")}
    for box in records(mailboxes, "mailbox_id", "exchange_id", "kind"):
        has_account = box["mailbox_id"] != box["exchange_id"]
        may_have_rules = box["kind"] is None or box["kind"] in KINDS.values()
        if has_account and may_have_rules and box["mailbox_id"] not in known:
            yield Gap(
                GapKind.ERROR,
                "Exchange lists this mailbox and the directory did not list its account, so its inbox rules were not "
                "read.",
                "Run the audit again; if it stays, see in the Entra admin centre what became of the account.",
                f"mailbox:{box['mailbox_id']}",
            )


def _inbox_targets(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Every onward action of a rule: our word for it, the address it names, the name beside the address."""
    actions = rule.get("actions") or {}
    for property_name, action in _INBOX_ACTIONS.items():
        for recipient in actions.get(property_name) or ():
            mail = recipient.get("emailAddress") or {}
            said = mail.get("address") or mail.get("name")
            if said:
                yield action, said, mail.get("name")


def _inbox_route(rule: Mapping[str, Any]) -> Row:
    actions = rule.get("actions") or {}
    return {
        "route": f"rule:{rule['id']}",
        "route_name": rule.get("displayName"),
        "enabled": rule.get("isEnabled"),
        "keeps_copy": not (actions.get("delete") or actions.get("permanentDelete")),
    }


async def _mail_flow_rules(exchange: Exchange, targets: Targets) -> AsyncIterator[Row | Gap | Looked]:
    refused = False
    async for page in exchange.invoke("Get-TransportRule", scope=MAIL_FLOW_RULES, ResultSize=UNLIMITED):
        if isinstance(page, Gap):
            refused = True
            yield page
        elif not isinstance(page, Absent):
            for rule in page:
                for action, said in _mail_flow_targets(rule):
                    target = await targets.of_address(said)
                    yield {**_mail_flow_route(rule), "action": action, **target.row}
    if not refused:
        yield Looked(MAIL_FLOW_RULES)


def _mail_flow_targets(rule: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return [(action, said) for name, action in _MAIL_FLOW_ACTIONS.items() for said in names(rule.get(name))]


def _mail_flow_route(rule: Mapping[str, Any]) -> Row:
    return {
        "mailbox_id": "*",
        "mailbox_name": "every mailbox",
        "route": f"transport:{rule['Name']}",
        "route_name": rule["Name"],
        "enabled": _is_on(rule.get("State"), rule.get("Mode")),
        "keeps_copy": not names(rule.get("RedirectMessageTo")),
    }


def _is_on(state: str | None, mode: str | None) -> bool | None:
    """Whether a mail-flow rule acts: switched on and not merely tried out; unknown where Exchange says nothing."""
    if state is None:
        return None
    return state.strip().lower() == "enabled" and (mode or "").strip().lower() not in _AUDIT_MODES
