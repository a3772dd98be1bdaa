"""What is asked for, why, what it is worth, and what an administrator is given."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.access import NEEDED
from m365audit.engine.doctor.consent import App, consent_url, consent_urls_by_service, manifest, script
from m365audit.engine.doctor.permissions import Asked, asked_for
from m365audit.model.access import Access, TokenSays
from m365audit.model.directory_roles import ROLE_NAMES, role_changes_something, role_names
from m365audit.model.permission_table import PERMISSIONS, served_by
from m365audit.model.permissions import Resource, Tier, changes_something, reads_content
from m365audit.model.plans import AAD_PREMIUM_P2, PLAN_IDS, Plan, plans_of
from m365audit.model.tenant import Endpoints
from m365audit.policy import load
from m365audit.rules import RULES

ROOT = Path(__file__).parents[2]
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
APP = App("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000")
POLICIES = [
    load(name, config_dir=ROOT / "config", known_checks=RULES)
    for name in ("towcester", "town-council-2023", "baseline")
]
ASKED = {one.permission.name: one for one in asked_for(POLICIES)}


def test_every_permission_a_connector_asks_for_stands_in_the_table() -> None:
    assert sorted(NEEDED - PERMISSIONS.keys()) == []
    parts = {name for connector in CONNECTORS for part in connector.parts for name in part.permissions}
    assert sorted(parts - PERMISSIONS.keys()) == []


def test_a_part_asks_for_nothing_that_is_not_declared_or_served_by_it() -> None:
    for connector in CONNECTORS:
        declared = frozenset(connector.permissions)
        for part in connector.parts:
            for name in part.permissions:
                assert served_by(name, declared, except_by=part.except_by), (connector.data_sets, name)
            assert not part.data_set or part.data_set in connector.data_sets


def test_ids_are_guids_and_no_two_are_the_same() -> None:
    ids = [i for one in PERMISSIONS.values() for i in (one.role_id, one.scope_id) if i]
    assert all(GUID.fullmatch(one) for one in [*ids, *PLAN_IDS, *ROLE_NAMES])
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert [one for one, count in Counter(ROLE_NAMES.values()).items() if count > 1] == []


def test_every_permission_says_in_a_sentence_why_and_what_it_shows() -> None:
    for one in PERMISSIONS.values():
        assert one.why.endswith("."), one.name
        assert one.sees.endswith("."), one.name


def test_only_one_of_the_table_does_more_than_read_and_it_is_not_asked_for() -> None:
    writing = {name for name in PERMISSIONS if changes_something(name) or reads_content(name)}
    assert writing == {"Sites.FullControl.All"}
    assert not writing & NEEDED


@pytest.mark.parametrize(
    ("name", "changes", "content"),
    [
        pytest.param("User.Read.All", False, False, id="a plain read"),
        pytest.param("SensitivityLabel.Read", False, False, id="a read of few words"),
        pytest.param("BackupRestore-Control.Read.All", False, False, id="a read with a hyphen"),
        pytest.param("Exchange.ManageAsApp", False, False, id="what the directory role decides"),
        pytest.param("offline_access", False, False, id="signing in"),
        pytest.param("User.ReadWrite.All", True, False, id="a write"),
        pytest.param("Sites.FullControl.All", True, False, id="full control"),
        pytest.param("Sites.Selected", True, False, id="whatever somebody selected"),
        pytest.param("Directory.AccessAsUser.All", True, False, id="all that the person may"),
        pytest.param("user_impersonation", True, False, id="as the person"),
        pytest.param("User.Invite.All", True, False, id="a word nobody thought of"),
        pytest.param("Mail.Send", True, False, id="sending mail"),
        pytest.param("Mail.ReadBasic.All", False, True, id="heads of mail"),
        pytest.param("Mail.ReadWrite", True, True, id="reading and changing mail"),
        pytest.param("full_access_as_app", True, True, id="every mailbox, by the older protocol"),
        pytest.param("ChannelMessage.Read.All", False, True, id="what was written in channels"),
        pytest.param("BitlockerKey.Read.All", False, True, id="keys"),
        pytest.param("BitlockerKey.ReadBasic.All", False, False, id="that there is a key"),
        pytest.param("MailboxSettings.Read", False, False, id="settings of mailboxes are no mail"),
    ],
)
def test_what_a_name_says_it_may_do(name: str, *, changes: bool, content: bool) -> None:
    assert (changes_something(name), reads_content(name)) == (changes, content)


@pytest.mark.parametrize(
    ("needed", "granted", "served"),
    [
        pytest.param("User.Read.All", {"User.Read.All", "Directory.Read.All"}, "User.Read.All", id="itself first"),
        pytest.param("User.Read.All", {"Directory.Read.All"}, "Directory.Read.All", id="a wider one"),
        pytest.param("User.Read.All", {"User.ReadWrite.All"}, "User.ReadWrite.All", id="who writes may read"),
        pytest.param("Directory.Read.All", {"User.Read.All"}, None, id="never a narrower one"),
        pytest.param("Files.Read.All", {"Sites.Read.All"}, "Sites.Read.All", id="sites for files"),
        pytest.param("Sites.Read.All", {"Files.Read.All"}, None, id="not files for sites"),
    ],
)
def test_what_serves_for_what(needed: str, granted: set[str], served: str | None) -> None:
    assert served_by(needed, frozenset(granted)) == served


def test_where_a_wider_one_is_not_taken_it_does_not_serve() -> None:
    assert served_by("User.Read.All", frozenset({"Directory.Read.All"}), except_by=("Directory.Read.All",)) is None


def test_ids_every_app_and_every_member_carries_are_no_roles() -> None:
    said = ["f2ef992c-3afb-46b9-b7cf-a126ee74c451", "0997A1D0-0d1d-4acb-b408-d5ca73121e90", "unheard-of"]
    assert role_names([*said, "b79fbf4d-3ef9-4689-8143-76b194e85509"]) == {"Global Reader", "unheard-of"}
    assert role_changes_something("Global Reader") is False
    assert role_changes_something("Global Administrator") is True
    assert role_changes_something("unheard-of") is None


@pytest.mark.parametrize(
    ("said", "unsafe"),
    [
        pytest.param(
            TokenSays(frozenset({"User.Read.All"}), frozenset({"Global Reader"}), delegated=False), (), id="it reads"
        ),
        pytest.param(
            TokenSays(frozenset(), frozenset({"Exchange Administrator"}), delegated=False),
            ("Exchange Administrator",),
            id="an app's role may change something",
        ),
        pytest.param(
            TokenSays(frozenset({"User.Read.All"}), frozenset({"Global Administrator"}), delegated=True),
            (),
            id="a person's role gives the app nothing",
        ),
        pytest.param(
            TokenSays(frozenset({"Exchange.Manage"}), frozenset({"Global Administrator"}), delegated=True),
            ("Global Administrator",),
            id="but it does in Exchange",
        ),
        pytest.param(
            TokenSays(frozenset(), frozenset({"unheard-of"}), delegated=False), ("unheard-of",), id="an unknown role"
        ),
    ],
)
def test_what_makes_a_sign_in_unsafe(said: TokenSays, unsafe: tuple[str, ...]) -> None:
    assert Access({"graph": said}).unsafe == unsafe
    assert Access({"graph": said}, accepted=frozenset(unsafe)).unsafe_and_not_accepted == ()


def test_a_plan_holds_those_it_is_made_of() -> None:
    assert plans_of([AAD_PREMIUM_P2, "unknown"]) == {Plan.ENTRA_P1, Plan.ENTRA_P2}
    assert all(plan.opens for plan in Plan)


def test_the_union_is_what_the_connectors_declare_by_tier() -> None:
    assert ASKED.keys() == NEEDED
    assert [one.permission.tier for one in ASKED.values()] == sorted(
        (one.permission.tier for one in ASKED.values()), key=list(Tier).index
    )
    assert {one.permission.tier for one in asked_for(tiers=[Tier.BASE])} == {Tier.BASE}


def clauses(asked: Asked) -> set[str]:
    return {clause for ids in asked.lost.clauses.values() for clause in ids}


@pytest.mark.parametrize(
    ("permission", "data_set", "check", "whole", "part"),
    [
        pytest.param(
            "SharePointTenantSettings.Read.All", "sharing_settings", "sharing-limits-set", "BASE-SHARE-3", None,
            id="the only evidence of a clause",
        ),
        pytest.param(
            "UserAuthenticationMethod.Read.All", "registration", "two-step-registered", "BASE-MFA-1", "B-09-05",
            id="what counts only in tenants without Entra ID P1",
        ),
        pytest.param(
            "OnlineMeetings.Read.All", "meeting_options", "meeting-outside-passcode", None, "A-VM-07",
            id="one of the checks of a clause",
        ),
    ],
)  # fmt: skip
def test_a_permission_is_traced_to_data_sets_checks_and_clauses(
    permission: str, data_set: str, check: str, whole: str | None, part: str | None
) -> None:
    asked = ASKED[permission]
    assert data_set in asked.data_sets
    assert check in asked.checks
    in_part = {clause for ids in asked.lost.clauses_in_part.values() for clause in ids}
    assert whole is None or whole in clauses(asked)
    assert part is None or part in in_part
    assert not clauses(asked) & in_part


def test_what_another_one_serves_for_is_no_loss() -> None:
    assert ASKED["Files.Read.All"].served_by == "Sites.Read.All"
    assert clauses(ASKED["Files.Read.All"]) == set()
    # Directory.Read.All serves as well, but is of a later tier, which need not be consented to.
    assert ASKED["Domain.Read.All"].served_by is None
    assert clauses(ASKED["Domain.Read.All"])


def test_the_manifest_names_each_permission_once_under_its_service() -> None:
    wanted = [one.permission for one in asked_for()]
    made = manifest(wanted)["requiredResourceAccess"]
    assert [one["resourceAppId"] for one in made] == [str(Resource.GRAPH), str(Resource.EXCHANGE)]
    given = {(one["resourceAppId"], access["id"]) for one in made for access in one["resourceAccess"]}
    assert given == {(str(one.resource), one.role_id) for one in wanted}
    assert {access["type"] for one in made for access in one["resourceAccess"]} == {"Role"}


def test_a_service_nothing_is_asked_of_is_not_in_the_manifest() -> None:
    made = manifest([PERMISSIONS["User.Read.All"]])["requiredResourceAccess"]
    assert [one["resourceAppId"] for one in made] == [str(Resource.GRAPH)]


def test_the_links_are_for_that_tenant_and_app_and_the_sign_in_of_the_tenant_file() -> None:
    link = urlsplit(consent_url(APP, Endpoints(login="https://login.example/")))
    assert (link.netloc, link.path) == ("login.example", f"/{APP.tenant_id}/adminconsent")
    assert parse_qs(link.query) == {"client_id": [APP.client_id]}
    by_service = {one: urlsplit(address) for one, address in consent_urls_by_service(APP, Endpoints()).items()}
    assert by_service[Resource.EXCHANGE].path == f"/{APP.tenant_id}/v2.0/adminconsent"
    assert parse_qs(by_service[Resource.EXCHANGE].query)["scope"] == ["https://outlook.office365.com/.default"]
    assert parse_qs(by_service[Resource.GRAPH].query)["scope"] == ["https://graph.microsoft.com/.default"]


def test_every_step_of_the_script_says_what_it_allows_what_not_when_it_works_and_how_to_undo_it() -> None:
    text = script(APP)
    steps = re.split(r"^# ---- Step ", text, flags=re.MULTILINE)[1:]
    assert len(steps) == 3
    for step in steps:
        assert all(f"# {word}" in step for word in ("Needs", "Allows", "Not", "Works", "Undo")), step
    assert APP.tenant_id in text
    assert APP.client_id in text
    assert not re.search(r"secret\s*=|password", text, re.IGNORECASE)


def test_the_script_runs_nothing_that_is_only_if_wished() -> None:
    heading, *lines = script(APP).partition("# ---- Step 3")[2].splitlines()
    assert "only if wished" in heading
    assert [line for line in lines if line and not line.startswith("#")] == []
