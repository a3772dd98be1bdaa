"""The doctor: what it foretells is what a collection then does, and it asks nothing the token says no to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import orjson
import pytest
from graph.papers import papers
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import collect
from m365audit.engine.collecting.access import NEEDED
from m365audit.engine.doctor.examine import Diagnosis, diagnose
from m365audit.engine.doctor.preflight import Foreseen, Situation, foresee
from m365audit.engine.places import Places
from m365audit.graph import Outside, SignInFailed
from m365audit.graph.guard import READ_CMDLETS
from m365audit.model.evidence import Coverage
from m365audit.model.plans import Plan
from m365audit.model.tenant import Auth, AuthKind, Tenant
from m365audit.model.words import GapKind
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.councils.licences import subscribed_sku
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import Snapshot

COUNCILS = {"Exampleton": exampleton(NOW), "Little Sampling": little_sampling(NOW)}
URL = "http://127.0.0.1:1"
POLICY_PROBE = "/onlineMeetings"

# What only the data can tell: an answer that is empty, or that Microsoft gives to some tenants only.
UNFORESEEN = frozenset({"alerts", "authentication_methods_policy", "meeting_policies", "per_user_mfa"})

# Whether reports show names nobody can say who may not look; the reports themselves come all the same.
UNSAID = {"ReportSettings.Read.All": frozenset({"email_activity", "teams_activity", "mailbox_usage"})}


@dataclass(frozen=True)
class Seen:
    """One council, served: the doctor's word, what it was refused, and what a collection came to."""

    diagnosis: Diagnosis
    refused: tuple[str, ...]
    coverage: dict[str, Coverage]

    def wrong(self) -> dict[str, tuple[Foreseen, Foreseen]]:
        """Data sets that became something else than was foretold."""
        told = {said.data_set: said.verdict for said in self.diagnosis.data_sets if said.data_set not in UNFORESEEN}
        became_of = {name: became(self.coverage[name]) for name in told}
        return {name: (told[name], became_of[name]) for name in told if told[name] is not became_of[name]}


def became(coverage: Coverage) -> Foreseen:
    if coverage.brought_nothing:
        return Foreseen.NOT
    return Foreseen.PARTLY if coverage.gaps else Foreseen.ASSESSED


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both councils' tenant files, whatever a test does to the tenants."""
    folder = tmp_path_factory.mktemp("config")
    write_config(folder, list(COUNCILS.values()), URL)
    return folder


def served(council: SampleCouncil, config: Path) -> tuple[Service, LoopClock, Tenant]:
    clock = LoopClock()
    service = Service([council.tenant], clock=clock)
    service.url = URL
    return service, clock, load_tenant(config, council.slug)


def looked_at(council: SampleCouncil, config: Path, reports: Path) -> Seen:
    service, clock, tenant = served(council, config)

    async def main() -> Seen:
        wire = outside(service, clock, tenant)
        diagnosis = await diagnose(tenant, outside=wire)
        refused = tuple(log.path for log in service.requests if log.status >= 400)
        snapshot = Snapshot.open(await collect(tenant, Places(config, reports), NOW, outside=wire))
        return Seen(diagnosis, refused, {name: snapshot.coverage(name) for name in snapshot.records})

    return run(main())


def diagnosed(
    council: SampleCouncil, config: Path, change: Callable[[Outside], Outside] = lambda wire: wire
) -> Diagnosis:
    service, clock, tenant = served(council, config)
    return run(diagnose(tenant, outside=change(outside(service, clock, tenant))))


def without(council: SampleCouncil, *permissions: str) -> SampleCouncil:
    return with_tenant(council, granted=council.tenant.granted - set(permissions))


def with_tenant(council: SampleCouncil, **changed: object) -> SampleCouncil:
    return replace(council, tenant=replace(council.tenant, **changed))  # type: ignore[arg-type]


def licensed(council: SampleCouncil, sku_id: str) -> SampleCouncil:
    return with_tenant(council, skus=[subscribed_sku(council.tenant.tenant_id, sku_id, bought=40)])


def foretold(diagnosis: Diagnosis) -> dict[str, Foreseen]:
    return {said.data_set: said.verdict for said in diagnosis.data_sets}


@pytest.mark.parametrize("permission", [None, *sorted(NEEDED)], ids=lambda name: f"without {name}" if name else "whole")
@pytest.mark.parametrize("name", COUNCILS)
def test_what_it_foretells_is_what_a_collection_does_and_it_is_refused_nothing(
    name: str, permission: str | None, config: Path, tmp_path: Path
) -> None:
    council = COUNCILS[name]
    seen = looked_at(without(council, permission) if permission else council, config, tmp_path)
    unsaid = UNSAID.get(permission or "", frozenset())
    assert {name for name, verdict in foretold(seen.diagnosis).items() if verdict is Foreseen.UNKNOWN} == unsaid
    assert seen.wrong().keys() - unsaid == set(), seen.wrong()
    # The one question whose no is not in the token.
    asked = () if council.tenant.access_policy else (POLICY_PROBE,)
    assert all(path.endswith(asked) for path in seen.refused), seen.refused
    assert len(seen.refused) <= 1


EXAMPLETON = COUNCILS["Exampleton"]
CHANGES = {
    "without Entra ID P1 and Intune": licensed(EXAMPLETON, "f245ecc8-75af-4f8e-b61f-27d8114de5f3"),
    "without the directory role": with_tenant(EXAMPLETON, directory_roles=frozenset()),
    "with a directory role that is not enough": with_tenant(EXAMPLETON, directory_roles=frozenset({"Reports Reader"})),
    "without the access policy": with_tenant(EXAMPLETON, access_policy=False),
    "with names concealed in reports": with_tenant(EXAMPLETON, names_concealed=True),
    "with Directory.Read.All in place of others": without(
        EXAMPLETON, "User.Read.All", "Organization.Read.All", "Domain.Read.All", "LicenseAssignment.Read.All"
    ),
    "with only basic calendars": with_tenant(
        EXAMPLETON, granted=EXAMPLETON.tenant.granted - {"Calendars.Read"} | {"Calendars.ReadBasic.All"}
    ),
    "without anything": with_tenant(EXAMPLETON, granted=frozenset(), directory_roles=frozenset()),
    "with Entra ID P1 and Intune": with_tenant(
        licensed(COUNCILS["Little Sampling"], "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
        device_management=EXAMPLETON.tenant.device_management,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_licence_role_and_policy_are_foretold_as_well(name: str, config: Path, tmp_path: Path) -> None:
    seen = looked_at(CHANGES[name], config, tmp_path)
    assert seen.wrong() == {}
    assert [path for path in seen.refused if not path.endswith(POLICY_PROBE)] == []


@pytest.mark.parametrize(
    ("council", "data_set", "verdict", "kind", "change"),
    [
        pytest.param(
            without(EXAMPLETON, "MailboxSettings.Read"),
            "forwards",
            Foreseen.PARTLY,
            GapKind.PERMISSION,
            "grant the permission MailboxSettings.Read and give admin consent",
            id="a permission for a part",
        ),
        pytest.param(
            CHANGES["without the directory role"],
            "mailboxes",
            Foreseen.NOT,
            GapKind.ROLE,
            "give the app's service principal the directory role Global Reader",
            id="a role",
        ),
        pytest.param(
            CHANGES["without Entra ID P1 and Intune"],
            "sign_in_activity",
            Foreseen.NOT,
            GapKind.LICENCE,
            "a licence with Entra ID P1",
            id="a licence",
        ),
        pytest.param(
            CHANGES["without the access policy"],
            "meeting_options",
            Foreseen.NOT,
            GapKind.POLICY,
            "a Teams administrator gives the app an application access policy",
            id="a policy",
        ),
        pytest.param(
            without(EXAMPLETON, "User.Read.All", "Directory.Read.All"),
            "mailbox_settings",
            Foreseen.NOT,
            GapKind.PERMISSION,
            "grant the permission User.Read.All and give admin consent",
            id="what comes of what comes before it",
        ),
    ],
)
def test_it_says_why_and_what_would_change_it(
    council: SampleCouncil, data_set: str, verdict: Foreseen, kind: GapKind, change: str, config: Path
) -> None:
    said = next(said for said in diagnosed(council, config).data_sets if said.data_set == data_set)
    assert said.verdict is verdict
    assert said.kinds == (kind,)
    assert said.why
    assert said.change == (change,)


@pytest.mark.parametrize(
    ("taken", "change"),
    [
        pytest.param((), "have a snapshot of the configuration made", id="a snapshot is to be made"),
        pytest.param(
            ("ConfigurationMonitoring.Read.All",),
            "grant ConfigurationMonitoring.Read.All and have a snapshot",
            id="and to be seen",
        ),
    ],
)
def test_rights_over_mailboxes_may_be_had_without_exchange(taken: tuple[str, ...], change: str, config: Path) -> None:
    found = diagnosed(without(EXAMPLETON, "Exchange.ManageAsApp", *taken), config)
    said = next(said for said in found.data_sets if said.data_set == "mailbox_access")
    assert said.verdict is Foreseen.NOT
    exchange, other = said.change
    assert exchange == "grant the permission Exchange.ManageAsApp and give admin consent"
    assert other.startswith(change)


@pytest.mark.parametrize(
    ("council", "code"),
    [
        pytest.param(EXAMPLETON, 0, id="all there: what licences do not open is no fault"),
        pytest.param(without(EXAMPLETON, "User.Read.All", "Directory.Read.All"), 4, id="a permission is missing"),
        pytest.param(CHANGES["without the directory role"], 4, id="the role is missing"),
        pytest.param(CHANGES["without the access policy"], 4, id="the policy is missing"),
        pytest.param(CHANGES["without Entra ID P1 and Intune"], 0, id="no licence is no fault"),
        pytest.param(
            with_tenant(EXAMPLETON, granted=EXAMPLETON.tenant.granted | {"Mail.Read"}), 5, id="it may open mail"
        ),
        pytest.param(
            with_tenant(EXAMPLETON, directory_roles=frozenset({"Global Reader", "User Administrator"})),
            5,
            id="it holds a role that may change something",
        ),
    ],
)
def test_exit_codes(council: SampleCouncil, code: int, config: Path) -> None:
    assert diagnosed(council, config).exit_code == code


def test_what_the_tenant_file_accepts_by_name_is_said_and_not_refused(config: Path) -> None:
    found = diagnosed(COUNCILS["Little Sampling"], config)
    assert found.unsafe == ()
    assert found.accepted == ("Exchange Administrator",)
    assert any("the Clerk is told" in notice for notice in found.notices)


def test_what_is_held_and_not_needed(config: Path) -> None:
    assert diagnosed(EXAMPLETON, config).unneeded == ()
    assert diagnosed(COUNCILS["Little Sampling"], config).unneeded == ("ServiceHealth.Read.All",)


def test_a_permission_for_a_wider_one_is_not_missing(config: Path) -> None:
    found = diagnosed(without(EXAMPLETON, "Files.Read.All"), config)
    line = next(line for line in found.permissions if line.permission == "Files.Read.All")
    assert (line.granted, line.served_by, line.checks) == (True, "Sites.Read.All", ())
    assert found.unneeded == ()


def test_licences_names_and_policy_are_said(config: Path) -> None:
    found = diagnosed(EXAMPLETON, config)
    assert {line.plan for line in found.licences or ()} >= {"Entra ID P1", "Intune", "Exchange Online"}
    assert (found.access_policy, found.names_concealed, found.exchange_role) == (True, False, True)
    assert found.directory_roles == ("Global Reader",)


class Answering(httpx.AsyncBaseTransport):
    """The service, with something done to its answers."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, change: Callable[[httpx.Request, httpx.Response], httpx.Response]
    ) -> None:
        self._inner = inner
        self._change = change

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._change(request, await self._inner.handle_async_request(request))


def through(change: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> Callable[[Outside], Outside]:
    def changed(wire: Outside) -> Outside:
        assert wire.transport is not None
        return replace(wire, transport=Answering(wire.transport, change))

    return changed


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        pytest.param(0, None, id="right"),
        pytest.param(55, None, id="a little off"),
        pytest.param(90, "90 seconds behind Microsoft's; above 300 seconds", id="behind"),
        pytest.param(-90, "90 seconds ahead of Microsoft's", id="ahead"),
        pytest.param(400, "signing in with a certificate fails by that", id="so far that certificates fail"),
    ],
)
def test_a_clock_that_is_off_is_spoken_of(seconds: int, said: str | None, config: Path) -> None:
    def late(_request: httpx.Request, response: httpx.Response) -> httpx.Response:
        response.headers["Date"] = f"{NOW + timedelta(seconds=seconds):%a, %d %b %Y %H:%M:%S GMT}"
        return response

    found = diagnosed(EXAMPLETON, config, through(late))
    assert found.clock_behind_seconds == pytest.approx(seconds, abs=2)
    clock = [notice for notice in found.notices if "clock" in notice]
    assert bool(clock) is bool(said)
    assert not said or said in clock[0]


def test_commands_exchange_does_not_show_are_named_with_what_they_cost(config: Path) -> None:
    def fewer(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/EXOModuleFile"):
            return response
        shown = [{"exportedCmdlets": "Get-Mailbox,Get-MailboxPermission,Set-Mailbox"}]
        return httpx.Response(200, content=orjson.dumps({"value": shown}), request=request)

    found = diagnosed(EXAMPLETON, config, through(fewer))
    assert {"Get-RecipientPermission", "Get-TransportRule"} <= set(found.cmdlets_missing or ())
    assert "Get-Mailbox" not in (found.cmdlets_missing or ())
    become = foretold(found)
    assert (become["mailboxes"], become["mailbox_access"]) == (Foreseen.ASSESSED, Foreseen.PARTLY)
    assert any("Get-TransportRule" in notice for notice in found.notices)


@pytest.mark.parametrize(
    ("hidden", "become"),
    [
        pytest.param(
            "Get-Mailbox",
            {"forwards": Foreseen.PARTLY, "mailbox_access": Foreseen.NOT, "mail_folder_access": Foreseen.NOT},
            id="without the list of mailboxes nothing is told of rights over them",
        ),
        pytest.param(
            "Get-Recipient",
            dict.fromkeys(("forwards", "mailbox_access", "mail_folder_access"), Foreseen.PARTLY),
            id="names that have to be looked up stay unsettled",
        ),
    ],
)
def test_a_command_that_is_hidden_costs_what_is_made_with_it(hidden: str, become: dict[str, Foreseen]) -> None:
    situation = Situation(
        NEEDED,
        plans=frozenset(Plan),
        exchange_role=True,
        cmdlets=READ_CMDLETS - {hidden},
        access_policy=True,
        names_shown=True,
        rights_in_snapshot=False,
    )
    found = foresee(situation)
    assert {name: found[name].verdict for name in become} == become
    assert all(any(hidden in why or "mailboxes" in why for why in found[name].why) for name in become)


class Opaque:
    """Tokens nobody can read."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    async def token(self, service: object) -> str:  # noqa: ARG002
        return "opaque"

    async def renew(self, service: object, refused: str, claims: str | None = None) -> str:  # noqa: ARG002
        return "opaque"

    def notices(self, now: object) -> tuple[str, ...]:  # noqa: ARG002
        return ()


def test_a_token_the_service_does_not_take_is_a_refused_sign_in(config: Path) -> None:
    with pytest.raises(SignInFailed, match="refused the sign-in"):
        diagnosed(EXAMPLETON, config, lambda wire: replace(wire, credentials=Opaque(wire.credentials)))


def test_a_token_of_another_tenant_is_refused_before_anything_is_asked(config: Path) -> None:
    service, clock, tenant = served(EXAMPLETON, config)
    stranger = tenant.model_copy(update={"tenant_id": "00000000-1111-2222-3333-444444444444"})
    with pytest.raises(SignInFailed, match="is of the tenant"):
        run(diagnose(stranger, outside=outside(service, clock, tenant)))
    assert service.requests == []


@pytest.mark.parametrize(
    ("days", "spoken_of"),
    [
        pytest.param(400, False, id="far off"),
        pytest.param(31, False, id="in thirty-one days"),
        pytest.param(29, True, id="in less than thirty"),
        pytest.param(-2, True, id="two days ago"),
    ],
)
def test_how_long_the_certificate_lasts_is_said(days: int, spoken_of: bool, config: Path) -> None:  # noqa: FBT001 - a column of the table
    service, clock, tenant = served(EXAMPLETON, config)
    pem = papers(ends=NOW + timedelta(days=days, hours=1)).pem()
    auth = Auth(kind=AuthKind.CERTIFICATE, client_id="66666666-7777-8888-9999-000000000000", certificate=pem)
    found = run(diagnose(tenant.model_copy(update={"auth": auth}), outside=outside(service, clock, tenant)))
    assert found.certificate_days_left == days
    assert any("certificate" in notice.lower() for notice in found.notices) is spoken_of
