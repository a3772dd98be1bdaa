"""The connectors for meetings and sharing against the sample councils, over real HTTP, whatever manners it has."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from workload_service import Collected, frame, gathered

from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.collect import window
from m365audit.graph import Outside, ReadyTokens, connect
from m365audit.model.evidence import Coverage, Row
from m365audit.model.keys import share_key
from m365audit.model.tenant import Allowance, Tenant
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.server import serve

AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
IN_ORDER = (
    *("domains", "accounts", "groups", "mailbox_settings"),
    *("meetings", "drives", "sharing", "sharing_settings"),
)
COUNCILS = pytest.mark.parametrize("council", [exampleton, little_sampling])
MANNERS = {
    "small pages in any order, with repeats": Manner(seed=7, max_page=3, empty_pages=True, repeats=True),
    "inherited permissions marked in the short way": Manner(seed=8, max_page=5, inherited_from="empty"),
    "inherited permissions not marked": Manner(seed=9, inherited_from="absent"),
}


async def everything(council: SampleCouncil, manner: Manner) -> Collected:
    """What the connectors give of a council, each with what those before it gave."""
    found = Collected()
    by_name = {name: connector for connector in CONNECTORS for name in connector.data_sets}
    async with serve([council.tenant], limits=False, manner=manner) as service:
        tokens = ReadyTokens({"M365AUDIT_GRAPH_TOKEN": service.token(council.tenant.tenant_id)})
        tenant = Tenant.model_validate(
            {
                **council.tenant_file,
                "slug": council.slug,
                "auth": {"kind": "token"},
                "endpoints": dict.fromkeys(("graph", "exchange", "login"), service.url),
            }
        )
        async with connect(tenant, Outside(credentials=tokens)) as session:
            for connector in map(by_name.__getitem__, IN_ORDER):
                inputs: dict[str, object] = {
                    name: frame(name, *found.rows[name]) for name in (*connector.needs, *connector.uses)
                }
                inputs |= {"window": window(tenant, AS_OF)} if "window" in connector.context else {}
                inputs |= {"coverage": {"drives": Coverage()}} if "coverage" in connector.context else {}
                if "allowance" in connector.context:
                    inputs["allowance"] = Allowance(tenant.census.calls, AS_OF.date())
                one = await gathered(connector, session, **inputs)
                found = Collected(found.rows | one.rows, found.gaps + one.gaps, found.looked | one.looked)
        assert not service.writes
    return found


@COUNCILS
async def test_every_planted_breach_of_meetings_and_sharing_is_in_the_evidence(
    council: Callable[[datetime], SampleCouncil],
) -> None:
    sample = council(AS_OF)

    found = await everything(sample, Manner())

    keys = {share_key(row["drive_id"], row["item_id"], row["permission_id"]) for row in found.rows["sharing"]}
    keys |= {row["meeting_id"] for row in found.rows["meetings"]} | {row["group_id"] for row in found.rows["groups"]}
    of = ("share-", "meeting-on", "meeting-outside", "meeting-link", "council-meeting-")
    planted = {p.subject for p in sample.planted if p.rule.startswith(of)}
    assert planted
    assert planted <= keys
    assert {gap.scope for gap in found.gaps} <= {"tenant"}


@pytest.mark.parametrize("manner", [pytest.param(manner, id=name) for name, manner in MANNERS.items()])
async def test_no_manner_of_answering_changes_a_row(manner: Manner) -> None:
    plain, otherwise = await everything(exampleton(AS_OF), Manner()), await everything(exampleton(AS_OF), manner)
    for name in ("meetings", "meeting_options", "drives", "sharing", "sharing_settings"):
        assert _comparable(plain, name) == _comparable(otherwise, name)
        assert plain.whole(name) == otherwise.whole(name)


async def test_without_an_access_policy_only_the_options_are_missing() -> None:
    found = await everything(little_sampling(AS_OF), Manner())
    assert {(gap.data_set, gap.scope, str(gap.kind)) for gap in found.gaps} == {("meeting_options", "tenant", "policy")}
    assert found.rows["meetings"]


async def test_a_library_the_app_may_not_read_is_one_gap() -> None:
    found = await everything(exampleton(AS_OF, with_unreadable_drive=True), Manner())
    ((scope, _),) = found.scopes("sharing").items()
    assert scope.startswith("drive:")
    assert scope not in found.whole("sharing")
    assert len(found.whole("sharing")) == len(found.rows["drives"]) - 1


async def test_passcodes_and_links_of_the_sample_are_kept_nowhere() -> None:
    sample = exampleton(AS_OF)
    found = await everything(sample, Manner())
    settings = [one["joinMeetingIdSettings"] for held in sample.tenant.online_meetings.values() for one in held]
    kept = repr({name: found.rows[name] for name in ("meetings", "meeting_options", "sharing")})
    assert not [one["passcode"] for one in settings if one["passcode"] and one["passcode"] in kept]
    assert "teams.microsoft.com" not in kept
    assert "zoom.us" not in kept


def _comparable(found: Collected, name: str) -> list[str]:
    """The rows in one order, without Microsoft's own mark of inheritance, which is kept as said."""
    rows: list[Row] = [{k: v for k, v in row.items() if k != "marked_inherited"} for row in found.rows[name]]
    return sorted(map(repr, rows))
