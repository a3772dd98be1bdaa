"""The imitation's routes of what is asked at sign-in: permissions, licence, limits and what is hidden."""

from typing import Any

import pytest
from hand_made import ANN, BOB, HandClock, sku, small_tenant, user, wired

POLICIES = "/identity/conditionalAccess/policies"
PLACES = "/identity/conditionalAccess/namedLocations"
DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"
STRENGTHS = "/policies/authenticationStrengthPolicies"
METHODS = "/policies/authenticationMethodsPolicy"
SETTINGS = "/groupSettings"
OFFICE = {"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "L", "displayName": "Office", "isTrusted": True}

NEW = {"Prefer": "include-unknown-enum-members"}


def tenant(*permissions: str, **changes: object) -> Any:  # noqa: ANN401 - a tenant
    policy = {
        "id": "P",
        "displayName": "One",
        "state": "enabled",
        "grantControls": {"builtInControls": ["mfa", "riskRemediation"]},
    }
    held: dict[str, object] = {
        "conditional_access": [policy],
        "named_locations": [OFFICE],
        "security_defaults": {"id": "D", "displayName": "Security Defaults", "isEnabled": True},
        "authentication_strengths": [{"id": "S", "displayName": "Keys", "allowedCombinations": ["fido2", "qrCodePin"]}],
        "authentication_methods_policy": {"id": "M", "authenticationMethodConfigurations": [{"id": "Sms"}]},
        "group_settings": [{"id": "G", "displayName": "Password Rule Settings", "values": []}],
        "granted": frozenset({"Policy.Read.All", "GroupSettings.Read.All", "User.Read.All", *permissions}),
    }
    return small_tenant(**(held | changes))


@pytest.mark.parametrize("path", [POLICIES, PLACES, DEFAULTS, STRENGTHS, METHODS, SETTINGS])
async def test_it_answers_who_may_ask_and_nobody_else(path: str) -> None:
    async with wired(tenant(), limits=False) as wire:
        assert (await wire.get(path)).status_code == 200
    async with wired(tenant(granted=frozenset({"User.Read.All"})), limits=False) as wire:
        assert await wire.error(path) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize(("path", "opens"), [(STRENGTHS, True), (METHODS, True), (POLICIES, False), (DEFAULTS, False)])
async def test_the_lesser_permission_opens_the_methods_only(path: str, *, opens: bool) -> None:
    async with wired(tenant(granted=frozenset({"Policy.Read.AuthenticationMethod"})), limits=False) as wire:
        assert ((await wire.get(path)).status_code == 200) is opens


async def test_reading_conditional_access_takes_the_wider_permission() -> None:
    async with wired(tenant(granted=frozenset({"Policy.Read.ConditionalAccess"})), limits=False) as wire:
        assert await wire.error(POLICIES) == (403, "Authorization_RequestDenied")


async def test_without_p1_the_list_of_policies_is_empty_and_no_error() -> None:
    async with wired(tenant(skus=[sku(premium=False)]), limits=False) as wire:
        assert await wire.value(POLICIES) == []


@pytest.mark.parametrize(("headers", "shown"), [({}, "unknownFutureValue"), (NEW, "riskRemediation")])
async def test_newer_words_are_hidden_from_who_does_not_ask_for_them(headers: dict[str, str], shown: str) -> None:
    async with wired(tenant(), limits=False) as wire:
        (policy,) = await wire.value(POLICIES, headers)
        assert policy["grantControls"]["builtInControls"] == ["mfa", shown]


async def test_newer_methods_are_hidden_too() -> None:
    async with wired(tenant(), limits=False) as wire:
        (plain,), (whole,) = await wire.value(STRENGTHS), await wire.value(STRENGTHS, NEW)
        assert (plain["allowedCombinations"], whole["allowedCombinations"]) == (
            ["fido2", "unknownFutureValue"],
            ["fido2", "qrCodePin"],
        )


async def test_a_second_question_within_a_second_is_refused_without_saying_when_to_come_back() -> None:
    clock = HandClock()
    async with wired(tenant(), clock=clock) as wire:
        assert (await wire.get(POLICIES)).status_code == 200
        refused = await wire.get(PLACES)
        assert (refused.status_code, refused.headers.get("retry-after")) == (429, None)
        clock.at += 2.5
        assert (await wire.get(PLACES)).status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{POLICIES}?$select=id,weather", "BadRequest"),
        (f"{DEFAULTS}?$select=isOn", "BadRequest"),
        (f"{METHODS}?$expand=authenticationMethodConfigurations", "Request_UnsupportedQuery"),
        (f"{POLICIES}?$top=5000", "Request_UnsupportedQuery"),
    ],
)
async def test_what_is_not_there_cannot_be_asked_for(path: str, code: str) -> None:
    async with wired(tenant(), limits=False) as wire:
        assert await wire.error(path) == (400, code)


async def test_methods_come_with_their_policy_and_places_by_their_kind() -> None:
    async with wired(tenant(), limits=False) as wire:
        assert (await wire.get(METHODS)).json()["authenticationMethodConfigurations"] == [{"id": "Sms"}]
        assert await wire.value(PLACES) == [OFFICE]


class TestPerUserSetting:
    ASKED = "/users?$select=id,perUserMfaState"

    def people(self) -> list[dict[str, Any]]:
        return [user(ANN, "Ann", perUserMfaState="enforced"), user(BOB, "Bob")]

    async def test_it_comes_to_who_selects_it_and_only_where_there_is_one(self) -> None:
        async with wired(tenant(users=self.people()), limits=False) as wire:
            assert await wire.value(self.ASKED) == [{"id": ANN, "perUserMfaState": "enforced"}, {"id": BOB}]

    async def test_it_is_left_out_without_a_word_for_want_of_the_permission(self) -> None:
        held = tenant(users=self.people(), granted=frozenset({"User.Read.All"}))
        async with wired(held, limits=False) as wire:
            assert await wire.value(self.ASKED) == [{"id": ANN}, {"id": BOB}]

    async def test_it_does_not_come_by_itself(self) -> None:
        async with wired(tenant(users=self.people()), limits=False) as wire:
            assert all("perUserMfaState" not in one for one in await wire.value("/users"))
            assert "perUserMfaState" not in (await wire.get(f"/users/{ANN}")).json()


class TestExchange:
    async def test_what_a_mailbox_does_not_set_itself_is_null(self) -> None:
        held = small_tenant()
        held.smtp_allowed[held.mailboxes[0]["Guid"]] = True
        async with wired(held, limits=False) as wire:
            rows = (await wire.invoke("Get-CASMailbox", ResultSize="Unlimited")).json()["value"]
        assert [row["SmtpClientAuthenticationDisabled"] for row in rows] == [False, None]

    async def test_the_organisation_s_own_setting(self) -> None:
        held = small_tenant()
        held.exchange_settings["Get-TransportConfig"] = [{"SmtpClientAuthenticationDisabled": True}]
        async with wired(held, limits=False) as wire:
            rows = (await wire.invoke("Get-TransportConfig")).json()["value"]
        assert rows == [{"SmtpClientAuthenticationDisabled": True}]
