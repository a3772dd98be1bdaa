"""The connectors for people and mailboxes against the sample councils, over real HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from contract_service import Collected, frame, gather

from m365audit.connectors import CONNECTORS
from m365audit.graph import Outside, ReadyTokens, connect
from m365audit.model.evidence import Coverage
from m365audit.model.keys import forward_key, mailbox_access_key
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant
from m365audit.model.words import GapKind
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.service.server import serve

AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
IN_ORDER = (
    *("licences", "organisation", "domains", "accounts", "deleted_accounts", "groups", "sign_in_activity"),
    *("mailbox_settings", "registration", "mailboxes", "mailbox_access", "forwards"),
)
COUNCILS = pytest.mark.parametrize("council", [exampleton, little_sampling])


async def everything(council: SampleCouncil) -> dict[str, Collected]:
    """What every one of the connectors gives of a council, each with what those before it gave."""
    by_name = {name: connector for connector in CONNECTORS for name in connector.data_sets}
    collected: dict[str, Collected] = {}
    tenant_id = council.tenant.tenant_id
    async with serve([council.tenant], limits=False) as service:
        tokens = {
            "M365AUDIT_GRAPH_TOKEN": service.token(tenant_id, "graph"),
            "M365AUDIT_EXCHANGE_TOKEN": service.token(tenant_id, "exchange"),
        }
        tenant = Tenant(
            slug="sample",
            council="Sample",
            tenant_id=tenant_id,
            policy="towcester",
            auth=Auth(kind=AuthKind.TOKEN),
            endpoints=Endpoints(graph=service.url, exchange=service.url),
        )
        async with connect(tenant, Outside(credentials=ReadyTokens(tokens))) as session:
            for name in IN_ORDER:
                connector = by_name[name]
                inputs: dict[str, object] = {
                    wanted: frame(wanted, collected[wanted].rows) for wanted in (*connector.needs, *connector.uses)
                }
                if "coverage" in connector.context:
                    inputs["coverage"] = {known: Coverage(gaps=tuple(found.gaps)) for known, found in collected.items()}
                if "today" in connector.context:
                    inputs["today"] = AS_OF.date()
                collected[name] = await gather(connector, session, **inputs)
        assert not service.writes
    return collected


@COUNCILS
async def test_every_planted_breach_of_mail_is_in_the_evidence(council: Callable[[datetime], SampleCouncil]) -> None:
    sample = council(AS_OF)

    found = await everything(sample)

    access = {mailbox_access_key(r["mailbox_id"], r["delegate"], r["right"]) for r in found["mailbox_access"].rows}
    forwards = {forward_key(r["mailbox_id"], r["route"], r["target_address"]) for r in found["forwards"].rows}
    planted = {
        rule: {breach.subject for breach in sample.planted if breach.rule == rule}
        for rule in ("mailbox-access-authorised", "mail-forwarded-outside")
    }
    over_mailboxes = {key for key in planted["mailbox-access-authorised"] if "|folder:" not in key}
    assert over_mailboxes <= access
    assert planted["mail-forwarded-outside"] <= forwards
    assert all(planted.values())


@COUNCILS
async def test_every_account_and_mailbox_of_a_council_is_found(council: Callable[[datetime], SampleCouncil]) -> None:
    tenant = council(AS_OF).tenant

    found = await everything(council(AS_OF))

    assert {row["account_id"] for row in found["accounts"].rows} == {user["id"] for user in tenant.users}
    assert len(found["mailboxes"].rows) == len(tenant.mailboxes)
    with_mailbox = {row["account_id"] for row in found["mailbox_settings"].rows if row["has_mailbox"]}
    assert with_mailbox == set(tenant.mailbox_settings)


async def test_only_what_needs_a_licence_is_missing_of_a_council_without_p1() -> None:
    found = await everything(little_sampling(AS_OF))

    assert {(name, gap.kind) for name, one in found.items() for gap in one.gaps} == {
        ("sign_in_activity", GapKind.LICENCE)
    }
    assert {row["source"] for row in found["registration"].rows} == {"authentication methods"}


async def test_nothing_is_missing_of_a_council_with_p1() -> None:
    found = await everything(exampleton(AS_OF))

    assert {name: one.gaps for name, one in found.items() if one.gaps} == {}
    assert {row["source"] for row in found["registration"].rows} == {"registration report"}
