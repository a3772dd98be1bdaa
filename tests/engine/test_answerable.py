"""What may be answered to a finding, what may not be accepted, and whose own matter it is."""

from datetime import date
from typing import Any

import pytest
from bench import gap, inputs, register, snapshot

from m365audit.engine.deciding.answerable import Answerable, Answers
from m365audit.engine.judging.inputs import Inputs
from m365audit.model.assessment import Subject
from m365audit.model.words import SubjectKind

CLERK, DEPUTY, FINANCE, COUNCILLOR, GUEST, LEFT = "a-clerk", "a-deputy", "a-rfo", "a-ann", "a-guest", "a-left"
DOMAIN = "exampleton-tc.gov.uk"


def account(account_id: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    address = f"{name}@{DOMAIN}"
    return {
        "account_id": account_id,
        "user_principal_name": address,
        "mail": address,
        "primary_address": address,
        "addresses": [address],
        "other_mails": [],
        "display_name": name,
        "enabled": True,
        "user_type": "member",
        **more,
    }


ACCOUNTS = [
    account(CLERK, "clerk", addresses=[f"clerk@{DOMAIN}", f"town.clerk@{DOMAIN}"]),
    account(DEPUTY, "deputy"),
    account(FINANCE, "money"),
    account(COUNCILLOR, "ann"),
    account(LEFT, "left", enabled=False),
    account(GUEST, "guest", user_type="guest", mail="ann.home@example-mail.test", other_mails=[]),
]
PEOPLE = [
    {"name": "Siân Llŷr", "role": "Town Clerk", "account": f"clerk@{DOMAIN}", "private_addresses": ["sian@home.test"]},
    {"name": "Old Clerk", "role": "Town Clerk", "account": f"clerk@{DOMAIN}", "private_addresses": ["old@home.test"]},
    {"name": "Dai Puw", "role": "Deputy Clerk", "account": f"deputy@{DOMAIN}"},
    {"name": "Mo Ney", "role": "RFO", "account": f"money@{DOMAIN}"},
    {"name": "Ann Archer", "role": "Councillor", "account": f"ann@{DOMAIN}",
     "private_addresses": ["ann.home@example-mail.test"], "other_official_addresses": ["ann@district.example"]},
    {"name": "No Address", "role": "Councillor", "account": ""},
]  # fmt: skip
ENDED = {"Old Clerk": "2026-03-31"}


def people() -> list[dict[str, Any]]:
    return [
        {
            "from": None,
            "private_addresses": [],
            "other_official_addresses": [],
            **row,
            "until": date.fromisoformat(ENDED[row["name"]]) if row["name"] in ENDED else None,
        }
        for row in PEOPLE
    ]


def role(member_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    given = {"assignment_id": member_id, "member_id": member_id, "member_kind": "user", "privileged": True}
    return given | {"assignment": "active", **more}


EVIDENCE: dict[str, list[dict[str, Any]]] = {
    "accounts": ACCOUNTS,
    "role_members": [role(DEPUTY), role(COUNCILLOR, privileged=False)],
    "registration": [],
    "devices": [{"device_id": "d1", "entra_id": "e1", "owner_ids": [CLERK]}],
    "managed_devices": [{"managed_id": "m1", "entra_id": None, "account_id": DEPUTY, "user_address": None}],
    "meetings": [
        {"meeting_id": "meet", "organiser_id": COUNCILLOR, "outside_addresses": ["sian@home.test"]},
    ],
    "sharing": [
        {"drive_id": "dr", "item_id": "i", "permission_id": "p", "grantee": "x@firm.test",
         "grantee_address": "x@firm.test", "drive_url": "",
         "site_url": "https://ex-my.sharepoint.com/personal/clerk_exampleton-tc_gov_uk"},
        {"drive_id": "dr", "item_id": "j", "permission_id": "p", "grantee": GUEST, "site_url": "https://ex.test/s"},
    ],
    "drives": [
        {"drive_id": "od", "drive_url": "https://ex-my.sharepoint.com/personal/clerk_exampleton-tc_gov_uk/Documents"},
        {"drive_id": "team", "site_url": "https://ex.sharepoint.com/sites/Team"},
    ],
    "mailboxes": [{"mailbox_id": "x-shared", "address": f"shared@{DOMAIN}", "addresses": []}],
}  # fmt: skip


def bench(registered: bool = True, **changes: Any) -> Inputs:  # noqa: ANN401, FBT001, FBT002 - any data set
    gaps = changes.pop("gaps", None)
    evidence = {**EVIDENCE, **changes}
    return inputs(snapshot(evidence, gaps), register(people=people()) if registered else None)


def of(rule: str, kind: SubjectKind, key: str, given: Inputs | None = None) -> Answers:
    return Answerable(given or bench()).of(rule, Subject(kind, key, "somebody"))


ACCOUNT, FORWARD = SubjectKind.ACCOUNT, SubjectKind.FORWARD


@pytest.mark.parametrize(
    ("rule", "kind", "words"),
    [
        pytest.param("two-step-method-strong", ACCOUNT, ("Fix", "Accessibility exception", "Ask"), id="of an account"),
        pytest.param("two-step-method-strong", SubjectKind.SETTING, ("Fix", "Accepted", "Ask"), id="of the council"),
        pytest.param("two-step-enforced", SubjectKind.POLICY, ("Fix", "Accepted", "Ask"), id="of a policy"),
    ],
)
def test_an_exception_for_a_person_is_offered_for_no_setting(
    rule: str, kind: SubjectKind, words: tuple[str, ...]
) -> None:
    assert of(rule, kind, COUNCILLOR).answers == words


@pytest.mark.parametrize(
    ("rule", "kind", "key", "words"),
    [
        pytest.param("two-step-registered", ACCOUNT, DEPUTY, "always needs two-step", id="an administrator"),
        pytest.param("two-step-enforced", ACCOUNT, DEPUTY, "always needs two-step", id="one who is not asked"),
        pytest.param("two-step-exclusions-on-register", ACCOUNT, DEPUTY, "always needs two-step", id="one left out"),
        pytest.param("two-step-registered", ACCOUNT, COUNCILLOR, "", id="a councillor whose role only reads"),
        pytest.param("two-step-method-strong", ACCOUNT, DEPUTY, "", id="an administrator's weak method"),
        pytest.param("third-party-access-ended", SubjectKind.APP, "app", "cannot outlive", id="an ended agreement"),
        pytest.param("third-party-under-contract", SubjectKind.APP, "app", "", id="a third party without contract"),
        pytest.param("auditor-read-only", SubjectKind.APP, "app", "do more than look", id="the audit's own app"),
        pytest.param("leaver-access-removed", ACCOUNT, COUNCILLOR, "still be used", id="a leaver still enabled"),
        pytest.param("leaver-access-removed", ACCOUNT, LEFT, "", id="a leaver switched off"),
        pytest.param("leaver-access-removed", SubjectKind.PERSON, "x", "", id="a leaver without an account"),
        pytest.param("mail-forwarded-outside", FORWARD, f"{CLERK}|mailbox|x@y.test", "Clerk or of", id="the Clerk's"),
        pytest.param("mail-forwarded-outside", FORWARD, f"{FINANCE}|rule:1|x@y.test", "of finance", id="finance"),
        pytest.param("mail-forwarded-outside", FORWARD, f"{DEPUTY}|mailbox|x@y.test", "", id="the deputy's mail"),
        pytest.param("mail-forwarded-outside", FORWARD, "*|transport:A|B|x@y.test", "mail-flow rule", id="all mail"),
    ],
)
def test_what_may_not_be_accepted_says_why(rule: str, kind: SubjectKind, key: str, words: str) -> None:
    made = of(rule, kind, key)
    assert words in made.may_accept
    assert bool(words) == bool(made.may_accept)
    allowing = {"Accepted", "Authorised", "Accessibility exception", "Under contract"}
    assert not (made.may_accept and allowing & set(made.answers))
    assert made.answers


def test_an_administrator_through_a_role_not_yet_taken_up_counts() -> None:
    eligible = [role(COUNCILLOR)]
    assert of("two-step-registered", ACCOUNT, COUNCILLOR, bench(eligible_roles=eligible)).may_accept


@pytest.mark.parametrize(
    ("admin", "words"),
    [
        pytest.param(None, "could not be read", id="nobody says"),
        pytest.param(False, "", id="the report says no"),
        pytest.param(True, "It is an administrator's", id="the report says yes"),
    ],
)
def test_where_roles_were_not_read_only_the_report_can_tell(admin: bool | None, words: str) -> None:  # noqa: FBT001
    told = [{"account_id": COUNCILLOR, "admin": admin}]
    blind = bench(role_members=[], registration=told, gaps={"role_members": [gap()]})
    made = of("two-step-registered", ACCOUNT, COUNCILLOR, blind).may_accept
    assert words in made
    assert bool(made) == bool(words)


def test_a_group_nobody_could_open_may_hold_anybody() -> None:
    made = of("two-step-registered", ACCOUNT, COUNCILLOR, bench(role_members=[role("g", member_kind="group")]))
    assert "could not be read" in made.may_accept


def test_without_a_register_no_forwarding_may_be_accepted() -> None:
    key = f"{DEPUTY}|mailbox|x@y.test"
    assert "no register" in of("mail-forwarded-outside", FORWARD, key, bench(registered=False)).may_accept


SIAN = {f"clerk@{DOMAIN}", f"town.clerk@{DOMAIN}", "sian@home.test"}
DAI, ANN = {f"deputy@{DOMAIN}"}, {f"ann@{DOMAIN}", "ann.home@example-mail.test", "ann@district.example"}


@pytest.mark.parametrize(
    ("kind", "key", "whose"),
    [
        pytest.param(ACCOUNT, CLERK, SIAN, id="an account: its holder, private addresses too"),
        pytest.param(SubjectKind.GUEST, GUEST, ANN | {f"guest@{DOMAIN}"}, id="a guest: who is behind the address"),
        pytest.param(SubjectKind.PERSON, f"ann@{DOMAIN}", ANN, id="a person by address"),
        pytest.param(SubjectKind.PERSON, "No Address", {"no address"}, id="a person by name alone"),
        pytest.param(SubjectKind.MAILBOX_ACCESS, f"{CLERK}|{DEPUTY}|send as", SIAN | DAI, id="holder and delegate"),
        pytest.param(
            SubjectKind.MAILBOX_ACCESS, f"x-shared|{DEPUTY}|folder:Calendar", DAI | {f"shared@{DOMAIN}"},
            id="a mailbox that only Exchange knows",
        ),
        pytest.param(FORWARD, f"{CLERK}|rule:a|b|ann@district.example", SIAN | ANN, id="a forward: from and to"),
        pytest.param(SubjectKind.SITE_ACCESS, f"group|{DEPUTY}", DAI, id="whoever is in a site"),
        pytest.param(SubjectKind.DEVICE, "d1", SIAN, id="who registered a device"),
        pytest.param(SubjectKind.DEVICE, "m1", DAI, id="who uses a device that only Intune knows"),
        pytest.param(SubjectKind.MEETING, "meet", ANN, id="who organises a meeting"),
        pytest.param(SubjectKind.SHARE, "dr|i|p", SIAN | {"x@firm.test"}, id="a share in somebody's OneDrive"),
        pytest.param(SubjectKind.SHARE, "dr|j|p", ANN | {f"guest@{DOMAIN}"}, id="a share with a private address"),
        pytest.param(SubjectKind.PERSONAL_FILES, "od", SIAN, id="whose OneDrive it is"),
        pytest.param(SubjectKind.PERSONAL_FILES, "team", set(), id="a site's library: nobody"),
        pytest.param(SubjectKind.APP, DEPUTY, set(), id="an app: nobody"),
        pytest.param(SubjectKind.SETTING, "x", set(), id="a setting: nobody"),
    ],
)  # fmt: skip
def test_whose_own_matter_it_is(kind: SubjectKind, key: str, whose: set[str]) -> None:
    assert of("some-rule", kind, key).concerns == whose


def test_of_a_meeting_about_private_addresses_those_invited_are_concerned_too() -> None:
    assert of("private-address-in-use", SubjectKind.MEETING, "meet").concerns == ANN | SIAN


def test_what_is_left_of_a_former_clerk_is_not_the_new_clerks_own() -> None:
    assert of("some-rule", SubjectKind.PERSON, "old@home.test").concerns == {"old@home.test"}


def test_people_are_named_as_the_register_has_them_by_everything_they_go_by() -> None:
    people = Answerable(bench()).people
    assert people[CLERK] == people[f"town.clerk@{DOMAIN}"] == people["sian@home.test"] == ("Siân Llŷr",)
    assert people["ann@district.example"] == people["ann archer"] == ("Ann Archer",)
    assert people["old@home.test"] == ("Old Clerk",)
    assert "x@firm.test" not in people
    assert Answerable(bench(registered=False)).people == {}
