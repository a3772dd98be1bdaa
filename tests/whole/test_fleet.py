"""Many councils in one command: what Microsoft counts per app is counted over all of them."""

from datetime import UTC, datetime

import pytest

from m365audit.fleet import Apps
from m365audit.graph import Governor, Outside, Pacing, Service
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

SIGN_INS = "/users?$select=id,signInActivity&$top=500"
ONE_APP = "66666666-0000-0000-0000-000000000000"


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def tenant(slug: str, app: str | None = ONE_APP, graph: str = "https://graph.microsoft.com") -> Tenant:
    return Tenant(
        slug=slug,
        council=slug,
        tenant_id="11111111-2222-3333-4444-555555555555",
        policy="towcester",
        auth=Auth(kind=AuthKind.SECRET, client_id=app),
        endpoints=Endpoints(graph=graph),
    )


def governor(apps: Apps, of: Tenant) -> Governor:
    out = apps.for_tenant(of)
    return out.governor or Governor(StillClock(), Pacing.DOCUMENTED)


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        pytest.param(tenant("b"), True, id="another council, the same app"),
        pytest.param(tenant("b", ONE_APP.upper()), True, id="the same app, written otherwise"),
        pytest.param(tenant("b", "77777777-0000-0000-0000-000000000000"), False, id="another app"),
        pytest.param(tenant("b", None), False, id="an app nobody named"),
        pytest.param(tenant("b", graph="https://graph.microsoft.us"), False, id="the same app in another cloud"),
    ],
)
async def test_what_an_app_asked_of_one_council_counts_at_the_next(other: Tenant, waits: bool) -> None:  # noqa: FBT001
    apps = Apps(Outside(StillClock()))
    first = governor(apps, tenant("a"))
    need = first.need(Service.GRAPH, SIGN_INS)
    while first.wait(need) == 0:
        async with first.turn([need]):
            pass
    second = governor(apps, other)
    assert (second.wait(second.need(Service.GRAPH, SIGN_INS)) != 0) is waits


def test_a_governor_that_was_handed_in_is_used() -> None:
    handed = Governor(StillClock(), Pacing.LEARNED)
    assert Apps(Outside(governor=handed)).for_tenant(tenant("a")).governor is handed
