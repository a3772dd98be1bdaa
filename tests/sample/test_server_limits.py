"""How much may be asked, by the clock of the imitation."""

import asyncio

import pytest
from hand_made import ANN, TENANT, HandClock, Wire, crowd, sku, small_tenant, wired

from m365audit.sample.service.clock import PacedClock
from m365audit.sample.service.limits import Bucket, Meters

REPORT = "/reports/authenticationMethods/userRegistrationDetails"
PERMISSIONS = "/drives/b!one/items/own/permissions"
DELTA = "/drives/b!one/root/delta"


async def statuses(wire: Wire, path: str, times: int) -> list[int]:
    return [(await wire.get(path)).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("path", "let_in", "wait"),
    [
        pytest.param(REPORT, 5, 10, id="five reports in ten seconds"),
        pytest.param(f"/users/{ANN}/authentication/methods", 5, 10, id="five accounts' methods in ten seconds"),
        pytest.param("/users?$select=id,signInActivity", 10, 60, id="ten pages of sign-ins in a minute"),
        pytest.param(PERMISSIONS, 240, 60, id="240 permission calls in a minute"),
        pytest.param(DELTA, 600, 60, id="600 pages of delta in a minute"),
        pytest.param(f"/users/{ANN}/onlineMeetings", 5, 1, id="five meetings in a second"),
    ],
)
async def test_a_limit_lets_in_so_much_and_again_after_its_time(path: str, let_in: int, wait: int) -> None:
    clock = HandClock()
    async with wired(clock=clock) as wire:
        first = await statuses(wire, path, let_in)
        assert 429 not in first
        refused = await wire.get(path)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == str(wait)
        clock.at = wait - 0.5
        assert await statuses(wire, path, 1) == [429]
        # The two that were refused count as well, and the last of them came half a second before.
        clock.at = 2 * wait
        assert 429 not in await statuses(wire, path, 1)


async def test_a_refusal_has_the_body_of_the_contract_and_is_counted() -> None:
    async with wired(clock=HandClock()) as wire:
        await statuses(wire, REPORT, 5)
        error = (await wire.get(REPORT)).json()["error"]
        assert (error["code"], error["message"]) == ("TooManyRequests", "Please retry again later.")
        assert (error["innerError"]["code"], error["innerError"]["status"]) == ("429", "429")
        assert wire.service.throttled == {"reports": 1}


async def test_a_reports_refusal_says_only_every_other_time_how_long() -> None:
    async with wired(clock=HandClock()) as wire:
        await statuses(wire, REPORT, 5)
        said = ["Retry-After" in (await wire.get(REPORT)).headers for _ in range(4)]
        assert said == [True, False, True, False]


async def test_who_keeps_asking_keeps_being_refused() -> None:
    clock = HandClock()
    async with wired(clock=clock) as wire:
        await statuses(wire, REPORT, 5)
        for _ in range(10):
            clock.at += 1.5
            await statuses(wire, REPORT, 1)
        assert clock.at == 15
        assert (await wire.get(REPORT)).status_code == 429


async def test_sign_ins_are_counted_over_all_tenants_and_reports_for_each() -> None:
    other = small_tenant(tenant_id="99999999-2222-3333-4444-555555555555")
    async with wired(small_tenant(), other, clock=HandClock()) as wire:
        assert await statuses(wire, "/users?$select=signInActivity", 10) == [200] * 10
        assert await statuses(wire, REPORT, 6) == [200] * 5 + [429]
        wire.tenant_id = other.tenant_id
        assert await statuses(wire, "/users?$select=signInActivity", 1) == [429]
        assert await statuses(wire, REPORT, 1) == [200]
        assert other.tenant_id != TENANT


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/users", 2),
        ("/users?$select=id", 1),
        ("/users?$expand=manager", 3),
        ("/users?$expand=manager&$top=5", 2),
        ("/subscribedSkus", 3),
        ("/subscribedSkus?$select=id", 2),
        ("/groups/g-1/members", 3),
        ("/groups/g-1/transitiveMembers", 5),
        ("/domains", 1),
        ("/groups?$select=id&$top=5", 1),
    ],
)
async def test_the_directory_says_what_a_request_cost(path: str, units: int) -> None:
    async with wired() as wire:
        assert (await wire.get(path)).headers["x-ms-resource-unit"] == str(units)


@pytest.mark.parametrize(("people", "units"), [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_the_directory_lets_large_tenants_ask_more(people: int, units: int) -> None:
    meters, tenant = Meters(HandClock(), on=True), small_tenant(users=crowd(people))
    refused = [usage.refused for n in range(units + 1) if (usage := meters.charge("identity", tenant, "", 1))]
    assert refused == [False] * units + [True]


async def test_the_directory_warns_and_says_what_ran_out() -> None:
    transitive = "/groups/g-1/transitiveMembers"
    async with wired(clock=HandClock()) as wire:
        found = [await wire.get(transitive) for _ in range(701)]
        warned = ["x-ms-throttle-limit-percentage" in one.headers for one in found]
        assert (warned.index(True), found[560].headers["x-ms-throttle-limit-percentage"]) == (560, "0.80")
        assert (found[699].status_code, found[700].status_code) == (200, 429)
        assert found[700].headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"


async def test_sharepoint_warns_from_four_fifths_on() -> None:
    async with wired(clock=HandClock()) as wire:
        await statuses(wire, PERMISSIONS, 191)
        assert "RateLimit-Limit" in (await wire.get(PERMISSIONS)).headers
        assert (await wire.get(PERMISSIONS)).headers["RateLimit-Remaining"] == "235"
    async with wired(clock=HandClock()) as wire:
        await statuses(wire, PERMISSIONS, 190)
        assert "RateLimit-Limit" not in (await wire.get(PERMISSIONS)).headers


async def test_sharepoint_lets_large_tenants_ask_more() -> None:
    async with wired(small_tenant(skus=[sku(licences=1_001)]), clock=HandClock()) as wire:
        assert 429 not in await statuses(wire, PERMISSIONS, 241)


async def test_a_delta_with_its_token_costs_half() -> None:
    async with wired(clock=HandClock()) as wire:
        link = (await wire.get(DELTA)).json()["@odata.deltaLink"]
        await statuses(wire, PERMISSIONS, 239)
        assert await statuses(wire, link, 4) == [200, 200, 200, 429]


async def test_limits_can_be_off() -> None:
    async with wired(limits=False, clock=HandClock()) as wire:
        assert await statuses(wire, REPORT, 12) == [200] * 12


@pytest.mark.parametrize(
    ("bucket", "let_in", "waits"),
    [
        pytest.param("conditional access", 1, [None, None, None], id="Conditional Access, which never says"),
        pytest.param("usage reports", 14, [600, 600, 600], id="one usage report"),
        pytest.param("security", 150, [60, 60, 60], id="the secure score"),
        pytest.param("service communications", 240, [60, 60, 60], id="Microsoft's messages"),
        pytest.param("key credentials", 150, [60, 60, 60], id="certificates of apps"),
        pytest.param("intune", 2_000, [20, 20, 20], id="Intune"),
        pytest.param("graph", 130_000, [10, 10, 10], id="everything of one app"),
        pytest.param("outlook", 10_000, [600, 600, 600], id="one mailbox"),
    ],
)
def test_each_service_has_its_own_limit_and_its_own_way_to_refuse(
    bucket: Bucket, let_in: int, waits: list[int | None]
) -> None:
    meters, tenant = Meters(HandClock(), on=True), small_tenant()
    usages = [usage for _ in range(let_in + 3) if (usage := meters.charge(bucket, tenant, "one", 1))]
    assert [usage.refused for usage in usages] == [False] * let_in + [True] * 3
    assert [usage.retry_after for usage in usages[let_in:]] == waits


def test_usage_reports_are_counted_each_and_all() -> None:
    meters, tenant = Meters(HandClock(), on=True), small_tenant()
    usages = [meters.charge("usage reports", tenant, report, 1) for report in "ABCD" for _ in range(12)]
    assert [usage.refused for usage in usages if usage] == [False] * 40 + [True] * 8


def test_messages_are_counted_by_the_hour_too() -> None:
    clock = HandClock()
    meters, tenant = Meters(clock, on=True), small_tenant()
    refused = []
    for minute in range(4):
        clock.at = minute * 60.0
        refused += [
            usage.refused for _ in range(220) if (usage := meters.charge("service communications", tenant, "", 1))
        ]
    assert refused == [False] * 800 + [True] * 80


@pytest.mark.parametrize(("licences", "units"), [(1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (60_000, 6_000)])
def test_sharepoint_goes_by_licences(licences: int, units: int) -> None:
    meters, tenant = Meters(HandClock(), on=True), small_tenant(skus=[sku(licences=licences)])
    refused = [usage.refused for _ in range(units + 1) if (usage := meters.charge("sharepoint", tenant, "", 1))]
    assert refused == [False] * units + [True]


@pytest.mark.parametrize("bucket", ["outlook", "exchange", "security"])
async def test_four_are_worked_on_at_a_time(bucket: str) -> None:
    meters = Meters(PacedClock(), on=True)

    async def one() -> bool:
        async with meters.in_flight(bucket, "somebody", 0.01) as admitted:
            return admitted

    admitted = await asyncio.gather(*(one() for _ in range(6)))
    assert admitted == [True] * 4 + [False] * 2
    assert meters.refused == {bucket: 2}
