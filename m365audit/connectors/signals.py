"""What Microsoft noticed, what it offers against loss, and what people could use."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.licences import plans
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.listing import listed
from m365audit.graph import Absent, Graph
from m365audit.model.datasets.signals import (
    ALERTS,
    ATTACK_SIMULATIONS,
    RISKY_ACCOUNTS,
    SECURE_SCORE,
    SENSITIVITY_LABELS,
)
from m365audit.model.evidence import Gap, Looked, Note, Row
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.tenant import MeetingWindow
from m365audit.model.words import GapKind

LARGEST_RISK_PAGE: Final = 500
_ALERTS_AT_ONCE: Final = 100
_NO_DEFENDER: Final = Gap(
    GapKind.LICENCE,
    "Microsoft listed no alert, and without Defender it raises hardly any: that says nothing.",
    "A licence with Defender for Office 365, such as Microsoft 365 Business Premium.",
)


@connector("secure_score", permission="SecurityEvents.Read.All")
async def secure_score(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Microsoft's own score of the tenant's settings, the newest one; a new tenant has none."""
    # One object and no next page: the pages after it walk back through 90 days.
    newest = await graph.first(graph.request(graph.sdk.security.secure_scores, top=1))
    columns = Columns.of(SECURE_SCORE)
    for row in columns.rows(newest):
        yield row | {name: round(row[name]) for name in ("points", "points_possible") if row[name] is not None}
    for gap in columns.gaps():
        yield gap


@connector("alerts", permission="SecurityAlert.Read.All")
async def alerts(graph: Graph, window: MeetingWindow, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """Every alert since the audit's window began; no alert at all says nothing where nothing would raise one."""
    since = window.start.strftime("%Y-%m-%dT%H:%M:%SZ")
    # No $select: this resource does not take one. What the alerts hold besides is let go of here.
    request = graph.request(graph.sdk.security.alerts_v2, filter=f"createdDateTime ge {since}", top=_ALERTS_AT_ONCE)
    found = False
    async for row in listed(graph, request, ALERTS):
        found = True
        yield row
    if not found and not {Plan.OFFICE_PROTECTION, Plan.ENTRA_P2} & plans(licences):
        yield _NO_DEFENDER


@connector(
    "risky_accounts",
    permission="IdentityRiskyUser.Read.All",
    parts=(Part(("IdentityRiskyUser.Read.All",), plans=(Plan.ENTRA_P2,)),),
)
async def risky_accounts(graph: Graph, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """Accounts that Microsoft holds for at risk now."""
    if Plan.ENTRA_P2 not in plans(licences):
        detail = "The council has no Entra ID P2 licence, so Microsoft does not say which accounts are at risk."
        yield Gap(GapKind.LICENCE, detail, "A licence with Entra ID P2.")
        return
    builder = graph.sdk.identity_protection.risky_users
    request = graph.request(
        builder, filter="riskState eq 'atRisk'", select=RISKY_ACCOUNTS.select, top=LARGEST_RISK_PAGE
    )
    async for row in listed(graph, request, RISKY_ACCOUNTS, _risky):
        yield row


def _risky(row: Row) -> None:
    row["address"] = row["address"] and row["address"].lower()


@connector(
    "attack_simulations",
    permission="AttackSimulation.Read.All",
    parts=(Part(("AttackSimulation.Read.All",), plans=(Plan.OFFICE_PROTECTION_P2,)),),
)
async def attack_simulations(graph: Graph, licences: pd.DataFrame) -> AsyncIterator[Row | Gap]:
    """Every exercise with false attacks that Microsoft's own product ran."""
    if Plan.OFFICE_PROTECTION_P2 not in plans(licences):
        detail = "The council has no Defender for Office 365 P2 licence, so it has no exercises of Microsoft's."
        yield Gap(GapKind.LICENCE, detail, "None is needed where another product is used for them.")
        return
    builder = graph.sdk.security.attack_simulation.simulations
    async for row in listed(graph, graph.request(builder, select=ATTACK_SIMULATIONS.select), ATTACK_SIMULATIONS):
        yield row


@connector("sensitivity_labels", permission="SensitivityLabel.Read")
async def sensitivity_labels(graph: Graph) -> AsyncIterator[Row | Gap | Looked]:
    """Every label people can mark documents and mail with; labels below a label are asked for by themselves."""
    columns = Columns.of(SENSITIVITY_LABELS)
    builder = graph.sdk.security.data_security_and_governance.sensitivity_labels
    seen: set[str] = set()

    def fresh(objects: Iterable[Mapping[str, Any]]) -> list[Row]:
        rows = [row for row in columns.rows(objects) if row["label_id"] not in seen]
        seen.update(row["label_id"] for row in rows)
        return rows

    above: list[Row] = []
    async for page in graph.pages(graph.request(builder)):
        above += fresh(page)
    for row in above:
        yield row
    below = (
        (row["label_id"], graph.request(builder.by_sensitivity_label_id(row["label_id"]).sublabels)) for row in above
    )
    async for label_id, answer in graph.batch(below, scope="label:{}".format, lists=True):
        if isinstance(answer, Gap):
            yield answer
        elif not isinstance(answer, Absent):
            for row in fresh(answer["value"]):
                yield row
            yield Looked(f"label:{label_id}")
    for gap in columns.gaps():
        yield gap


@connector("backup", permission="BackupRestore-Control.Read.All")
async def backup(graph: Graph) -> AsyncIterator[Row | Gap | Note]:
    """Whether Microsoft 365 Backup is in use."""
    answer = await graph.get(graph.request(graph.sdk.solutions.backup_restore))
    status = answer.get("serviceStatus")
    if not isinstance(status, dict) or not status.get("status"):
        yield Gap(GapKind.ERROR, "Microsoft did not say whether its backup is in use.", "Run the audit again.")
        return
    yield {
        "status": status["status"],
        "reason": status.get("disableReason"),
        "consumer": status.get("backupServiceConsumer"),
    }
    yield Note("Whether Microsoft's backup is switched on was looked at, and not which mailboxes and sites it covers")
