"""What is asked at sign-in, as it is read from Graph and Exchange."""

from typing import Any

import pytest
from contract_service import DENIED, Cmdlet, Fault, Service, collect, frame

from m365audit.connectors import Connector
from m365audit.connectors.entra.conditional_access import conditional_access, named_locations
from m365audit.connectors.entra.sign_in_settings import (
    authentication_methods_policy,
    authentication_strengths,
    password_rules,
    per_user_mfa,
    security_defaults,
)
from m365audit.connectors.mail.mail_protocols import mail_protocols, smtp_sign_in
from m365audit.graph import Refused
from m365audit.model.access import Access, TokenSays
from m365audit.model.plans import AAD_PREMIUM
from m365audit.model.words import GapKind

POLICIES = "/identity/conditionalAccess/policies"
PLACES = "/identity/conditionalAccess/namedLocations"
DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"
METHODS = "/policies/authenticationMethodsPolicy"
UNLICENSED = Fault(403, "AccessDenied", "Your tenant is not licensed for this feature.")
PREMIUM = frame("licences", [{"status": "Enabled", "plan_id": AAD_PREMIUM, "plan_status": "Success"}])
STANDARD = frame("licences", [{"status": "Enabled", "plan_id": "exchange", "plan_status": "Success"}])

Json = dict[str, Any]


def policy(**changed: Any) -> Json:  # noqa: ANN401 - a section of a policy
    """A policy as Microsoft sends the plainest one, sections changed whole or added to."""
    conditions: Json = {
        "userRiskLevels": [],
        "signInRiskLevels": [],
        "servicePrincipalRiskLevels": [],
        "clientAppTypes": ["all"],
        "platforms": None,
        "locations": None,
        "devices": None,
        "clientApplications": None,
        "authenticationFlows": None,
        "insiderRiskLevels": None,
        "applications": {
            "includeApplications": ["All"],
            "excludeApplications": [],
            "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [],
            "applicationFilter": None,
        },
        "users": {
            "includeUsers": ["All"],
            "excludeUsers": [],
            "includeGroups": [],
            "excludeGroups": [],
            "includeRoles": [],
            "excludeRoles": [],
            "includeGuestsOrExternalUsers": None,
            "excludeGuestsOrExternalUsers": None,
        },
    }
    whole: Json = {
        "id": "P-1",
        "displayName": "Second step",
        "state": "enabled",
        "createdDateTime": "2026-01-01T00:00:00Z",
        "modifiedDateTime": None,
        "conditions": conditions | changed.pop("conditions", {}),
        "grantControls": {
            "operator": "OR",
            "builtInControls": ["mfa"],
            "customAuthenticationFactors": [],
            "termsOfUse": [],
            "authenticationStrength@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
            "authenticationStrength": None,
        },
        "sessionControls": None,
    }
    return whole | changed


def users(**changed: object) -> Json:
    return {"users": policy()["conditions"]["users"] | changed}


def apps(**changed: object) -> Json:
    return {"applications": policy()["conditions"]["applications"] | changed}


async def read(one: Json, licences: object = PREMIUM) -> Json:
    found = await collect(conditional_access, Service({POLICIES: [one]}), licences=licences)
    assert found.gaps == []
    (row,) = found.rows
    return row


class TestConditionalAccess:
    async def test_the_plainest_policy_is_understood_whole(self) -> None:
        row = await read(policy())
        assert row["unknown_conditions"] == []
        assert (row["state"], row["include_users"], row["include_apps"]) == ("enabled", ["All"], ["All"])
        assert (row["clients"], row["controls"], row["operator"]) == (["all"], ["mfa"], "OR")
        assert row["licensed"] is True
        assert row["for_apps_themselves"] is False
        assert [row[name] for name in ("strength_id", "device_filter", "sign_in_every")] == [None, None, None]

    async def test_nothing_is_selected_so_that_what_is_new_is_seen(self) -> None:
        service = Service({POLICIES: [policy(id=str(number)) for number in range(5)]})
        found = await collect(conditional_access, service, licences=None)
        assert len(found.rows) == 5
        assert all("$select" not in query for query in service.queries(POLICIES))

    @pytest.mark.parametrize(
        ("conditions", "column", "value"),
        [
            (users(excludeGroups=["G"]), "exclude_groups", ["G"]),
            (users(includeRoles=["R"]), "include_roles", ["R"]),
            (
                users(excludeGuestsOrExternalUsers={"guestOrExternalUserTypes": "internalGuest,serviceProvider"}),
                "exclude_guests",
                ["internalGuest", "serviceProvider"],
            ),
            (
                apps(includeUserActions=["urn:user:registersecurityinfo"]),
                "user_actions",
                ["urn:user:registersecurityinfo"],
            ),
            ({"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS"]}}, "exclude_platforms", ["iOS"]),
            ({"locations": {"includeLocations": ["All"], "excludeLocations": ["L"]}}, "exclude_locations", ["L"]),
            ({"devices": {"deviceFilter": {"mode": "exclude", "rule": "r"}}}, "device_filter_mode", "exclude"),
            ({"insiderRiskLevels": "moderate,elevated"}, "insider_risks", ["moderate", "elevated"]),
            ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, "transfer_methods", ["deviceCodeFlow"]),
            ({"clientApplications": {"includeServicePrincipals": ["S"]}}, "for_apps_themselves", True),
            ({"clientApplications": {"includeServicePrincipals": []}}, "for_apps_themselves", False),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_conditions(self, conditions: Json, column: str, value: object) -> None:
        row = await read(policy(conditions=conditions))
        assert row[column] == value
        assert row["unknown_conditions"] == []

    @pytest.mark.parametrize(
        ("tenants", "said"),
        [
            pytest.param({"membershipKind": "all"}, ["all"], id="all"),
            pytest.param({"membershipKind": "enumerated", "members": ["T-1"]}, ["T-1"], id="some"),
            pytest.param({"membershipKind": "enumerated"}, ["unknown"], id="some, unnamed"),
            pytest.param(None, ["all"], id="not said"),
        ],
    )
    async def test_whose_guests(self, tenants: Json | None, said: list[str]) -> None:
        guests = {"guestOrExternalUserTypes": "b2bCollaborationGuest", "externalTenants": tenants}
        row = await read(policy(conditions=users(includeGuestsOrExternalUsers=guests)))
        assert row["include_guests_of"] == said

    @pytest.mark.parametrize(
        ("changed", "unknown"),
        [
            pytest.param({"conditions": {"weather": {"rain": True}}}, "conditions.weather", id="a condition"),
            pytest.param(
                {"conditions": apps(applicationFilter={"mode": "include", "rule": "r"})},
                "conditions.applications.applicationFilter",
                id="a filter of apps",
            ),
            pytest.param(
                {"conditions": {"clientAppTypes": ["browser", "easSupported"]}},
                "conditions.clientAppTypes",
                id="a client",
            ),
            pytest.param({"conditions": {"clientAppTypes": []}}, "conditions.clientAppTypes", id="no client at all"),
            pytest.param({"conditions": {"signInRiskLevels": ["hidden"]}}, "conditions.signInRiskLevels", id="a risk"),
            pytest.param(
                {"conditions": users(includeGuestsOrExternalUsers={"guestOrExternalUserTypes": "unknownFutureValue"})},
                "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes",
                id="a guest",
            ),
            pytest.param(
                {"conditions": users(includeAgents=["A"])}, "conditions.users.includeAgents", id="a kind of user"
            ),
            pytest.param({"conditions": {"users": None}}, "conditions.users", id="no users at all"),
            pytest.param(
                {"grantControls": {"operator": "OR", "builtInControls": ["unknownFutureValue"]}},
                "grantControls.builtInControls",
                id="a control",
            ),
            pytest.param(
                {"grantControls": {"operator": "XOR", "builtInControls": ["mfa"]}},
                "grantControls.operator",
                id="an operator",
            ),
            pytest.param(
                {"grantControls": {"operator": "OR", "builtInControls": ["mfa"], "passkeyProfile": "x"}},
                "grantControls.passkeyProfile",
                id="a thing to ask for",
            ),
        ],
    )
    async def test_what_nobody_has_told_us_of_is_named(self, changed: Json, unknown: str) -> None:
        assert (await read(policy(**changed)))["unknown_conditions"] == [unknown]

    async def test_a_policy_without_conditions_is_not_understood(self) -> None:
        row = await read({"id": "P", "displayName": "Empty", "state": "enabled"})
        assert row["unknown_conditions"] == ["conditions.applications", "conditions.clientAppTypes", "conditions.users"]

    @pytest.mark.parametrize(
        ("session", "controls", "every"),
        [
            pytest.param(None, [], None, id="none"),
            pytest.param(
                {"persistentBrowser": {"mode": "never", "isEnabled": True}, "signInFrequency": None},
                ["persistentBrowser"],
                None,
                id="a browser that forgets",
            ),
            pytest.param(
                {"signInFrequency": {"value": 4, "type": "hours", "isEnabled": True, "frequencyInterval": "timeBased"}},
                ["signInFrequency"],
                "4 hours",
                id="every four hours",
            ),
            pytest.param(
                {"signInFrequency": {"value": None, "type": None, "isEnabled": True, "frequencyInterval": "everyTime"}},
                ["signInFrequency"],
                "every time",
                id="every time",
            ),
            pytest.param(
                {"signInFrequency": {"value": 4, "type": "hours", "isEnabled": False}}, [], None, id="switched off"
            ),
            pytest.param(
                {"cloudAppSecurity": {"isEnabled": True, "cloudAppSecurityType": "monitorOnly"}},
                [],
                None,
                id="a session that is only watched",
            ),
            pytest.param(
                {"cloudAppSecurity": {"isEnabled": True, "cloudAppSecurityType": "blockDownloads"}},
                ["cloudAppSecurity"],
                None,
                id="a session that may download nothing",
            ),
            pytest.param({"disableResilienceDefaults": True}, ["disableResilienceDefaults"], None, id="a plain flag"),
        ],
    )
    async def test_what_holds_once_signed_in(
        self, session: Json | None, controls: list[str], every: str | None
    ) -> None:
        row = await read(policy(sessionControls=session, grantControls=None))
        assert (row["session_controls"], row["sign_in_every"], row["controls"]) == (controls, every, [])

    async def test_a_strength_is_named_by_its_id(self) -> None:
        grant = {"operator": "OR", "builtInControls": [], "authenticationStrength": {"id": "S-1"}}
        assert (await read(policy(grantControls=grant)))["strength_id"] == "S-1"

    @pytest.mark.parametrize(
        ("licences", "licensed"),
        [(PREMIUM, True), (STANDARD, False), (None, None)],
        ids=["with P1", "without P1", "licences unread"],
    )
    async def test_the_licence_is_said_with_every_policy(self, licences: object, licensed: bool | None) -> None:  # noqa: FBT001
        assert (await read(policy(), licences))["licensed"] is licensed

    @pytest.mark.parametrize(("licences", "notes"), [(PREMIUM, 0), (STANDARD, 0), (None, 1)])
    async def test_that_the_licences_are_not_known_is_noted(self, licences: object, notes: int) -> None:
        found = await collect(conditional_access, Service({POLICIES: [policy()]}), licences=licences)
        assert len([note for note in found.notes if "Entra ID P1" in note]) == notes
        assert [note for note in found.notes if "version 1.0" in note]

    async def test_a_tenant_without_the_licence_has_no_policies_whichever_way_microsoft_says_so(self) -> None:
        refused = await collect(conditional_access, Service({POLICIES: UNLICENSED}), licences=STANDARD)
        empty = await collect(conditional_access, Service({POLICIES: []}), licences=STANDARD)
        assert (refused.rows, refused.gaps) == (empty.rows, empty.gaps) == ([], [])

    @pytest.mark.parametrize(
        ("refusal", "licences", "kind"),
        [
            pytest.param(UNLICENSED, PREMIUM, GapKind.LICENCE, id="refused for a licence it has"),
            pytest.param(UNLICENSED, None, GapKind.LICENCE, id="refused, and licences unread"),
            pytest.param(DENIED, STANDARD, GapKind.PERMISSION, id="refused for a permission"),
        ],
    )
    async def test_any_other_refusal_is_a_gap(self, refusal: Fault, licences: object, kind: GapKind) -> None:
        found = await collect(conditional_access, Service({POLICIES: refusal}), licences=licences)
        assert [(gap.kind, gap.scope) for gap in found.gaps] == [(kind, "tenant")]


class TestPlaces:
    async def test_a_place_is_kept_by_its_kind(self) -> None:
        held = [
            {
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "id": "1",
                "displayName": "Office",
                "isTrusted": True,
                "ipRanges": [{"cidrAddress": "192.0.2.0/28"}],
            },
            {
                "@odata.type": "#microsoft.graph.countryNamedLocation",
                "id": "2",
                "displayName": "Here",
                "countriesAndRegions": ["GB"],
                "includeUnknownCountriesAndRegions": True,
            },
            {"@odata.type": "#microsoft.graph.compliantNetworkNamedLocation", "id": "3", "displayName": "New"},
        ]
        found = await collect(named_locations, Service({PLACES: held}))
        assert [row["kind"] for row in found.rows] == ["addresses", "countries", "other"]
        assert [row["trusted"] for row in found.rows] == [True, None, None]
        assert (found.rows[0]["addresses"], found.rows[1]["countries"]) == (["192.0.2.0/28"], ["GB"])
        assert found.rows[1]["unknown_countries"] is True

    async def test_a_range_that_cannot_be_read_takes_the_others_with_it(self) -> None:
        ranges = [{"cidrAddress": "192.0.2.0/28"}, {"lowerAddress": "x"}]
        held = [{"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "1", "isTrusted": False, "ipRanges": ranges}]
        found = await collect(named_locations, Service({PLACES: held}))
        assert found.rows[0]["addresses"] == []


class TestSettings:
    @pytest.mark.parametrize("on", [True, False])
    async def test_security_defaults(self, *, on: bool) -> None:
        found = await collect(security_defaults, Service({DEFAULTS: {"id": "D", "isEnabled": on, "displayName": "x"}}))
        assert found.rows == [{"policy_id": "D", "enabled": on}]

    async def test_security_defaults_that_were_not_said_are_not_off(self) -> None:
        found = await collect(security_defaults, Service({DEFAULTS: {"id": "D"}}))
        assert (found.rows, found.scopes) == ([{"policy_id": "D", "enabled": None}], {"property:isEnabled"})

    async def test_strengths(self) -> None:
        held = {
            "id": "S",
            "displayName": "Keys",
            "policyType": "custom",
            "requirementsSatisfied": "mfa",
            "allowedCombinations": ["fido2", "password,sms"],
        }
        found = await collect(authentication_strengths, Service({"/policies/authenticationStrengthPolicies": [held]}))
        assert (found.rows[0]["combinations"], found.rows[0]["satisfies"]) == (["fido2", "password,sms"], "mfa")

    async def test_methods_of_the_tenant(self) -> None:
        held = {
            "policyMigrationState": "migrationComplete",
            "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {"state": "default"}},
            "authenticationMethodConfigurations": [
                {"id": "Sms", "state": "disabled", "includeTargets": [{"id": "all_users"}], "excludeTargets": []}
            ],
        }
        found = await collect(authentication_methods_policy, Service({METHODS: held}))
        assert found.rows == [
            {
                "method": "Sms",
                "state": "disabled",
                "for_whom": ["all_users"],
                "but_not": [],
                "migration": "migrationComplete",
                "campaign": "default",
            }
        ]

    async def test_methods_that_did_not_come_are_a_gap(self) -> None:
        found = await collect(authentication_methods_policy, Service({METHODS: {"policyMigrationState": "x"}}))
        assert (found.rows, [gap.kind for gap in found.gaps]) == ([], [GapKind.UNSUPPORTED])

    async def test_the_words_of_the_council_s_own_list_are_counted_and_not_kept(self) -> None:
        values = [
            {"name": "BannedPasswordList", "value": "market\tcross"},
            {"name": "EnableBannedPasswordCheck", "value": "False"},
            {"name": "LockoutThreshold", "value": "20"},
            {"name": "LockoutDurationInSeconds", "value": ""},
        ]
        held = [
            {"id": "A", "templateId": "62375ab9-6b52-47ed-826b-58e47e0e304b", "values": []},
            {"id": "B", "templateId": "5cf42378-d67d-4f36-ba46-e8b86229381d", "values": values},
        ]
        found = await collect(password_rules, Service({"/groupSettings": held}))
        assert found.rows == [
            {"settings_id": "B", "own_words_refused": False, "own_words": 2, "tries": 20, "locked_for": None}
        ]

    async def test_a_refusal_is_raised(self) -> None:
        with pytest.raises(Refused):
            await collect(password_rules, Service({"/groupSettings": DENIED}))


class TestPerUserSetting:
    async def test_what_is_said_is_kept_and_who_is_not_spoken_of_is_left_out(self) -> None:
        held = [{"id": "a", "perUserMfaState": "enforced"}, {"id": "b"}, {"id": "c", "perUserMfaState": None}]
        found = await collect(per_user_mfa, Service({"/users": held}))
        assert (found.rows, found.gaps) == ([{"account_id": "a", "state": "enforced"}], [])

    @pytest.mark.parametrize(
        ("held", "kind"),
        [
            pytest.param([{"id": "a"}], GapKind.UNSUPPORTED, id="it comes for nobody"),
            pytest.param(
                Fault(400, "BadRequest", "Could not find a property"), GapKind.UNSUPPORTED, id="there is none"
            ),
            pytest.param(DENIED, GapKind.PERMISSION, id="refused for a permission"),
        ],
    )
    async def test_what_does_not_come_is_never_disabled(self, held: Any, kind: GapKind) -> None:  # noqa: ANN401
        found = await collect(per_user_mfa, Service({"/users": held}))
        assert (found.rows, [(gap.kind, gap.scope) for gap in found.gaps]) == ([], [(kind, "tenant")])

    @pytest.mark.parametrize(
        ("granted", "kind"),
        [
            pytest.param({"User.Read.All"}, GapKind.PERMISSION, id="the token lacks the permission"),
            pytest.param({"User.Read.All", "Policy.Read.All"}, GapKind.UNSUPPORTED, id="the token has it"),
        ],
    )
    async def test_a_setting_left_out_for_want_of_a_permission_is_said_so(
        self, granted: set[str], kind: GapKind
    ) -> None:
        access = Access({"graph": TokenSays(frozenset(granted), None, delegated=False)})
        found = await collect(per_user_mfa, Service({"/users": [{"id": "a"}]}), access=access)
        assert [gap.kind for gap in found.gaps] == [kind]


class TestMailProtocols:
    @pytest.mark.parametrize(("said", "off"), [(True, True), ("False", False), ("True", True), (None, None)])
    async def test_the_whole_organisation(self, said: object, off: bool | None) -> None:  # noqa: FBT001
        held = [{"Identity": "Transport Settings", "SmtpClientAuthenticationDisabled": said}]
        found = await collect(smtp_sign_in, Service(cmdlets={"Get-TransportConfig": held}))
        assert found.rows == [{"setting": "the whole organisation", "switched_off": off}]

    @pytest.mark.parametrize("connector", [smtp_sign_in, mail_protocols])
    async def test_no_object_at_all_is_no_answer(self, connector: Connector) -> None:
        empty: dict[str, Cmdlet] = {"Get-TransportConfig": [], "Get-CASMailbox": []}
        taken = {"mailboxes": frame("mailboxes", [])} if connector is mail_protocols else {}
        found = await collect(connector, Service(cmdlets=empty), **taken)
        assert (found.rows, [(gap.scope, gap.kind) for gap in found.gaps]) == ([], [("tenant", GapKind.ERROR)])
        assert found.gaps[0].fix

    async def test_what_exchange_left_out_is_a_gap(self) -> None:
        found = await collect(smtp_sign_in, Service(cmdlets={"Get-TransportConfig": [{"Identity": "x"}]}))
        assert found.scopes == {"property:SmtpClientAuthenticationDisabled"}

    async def test_mailboxes_go_by_their_accounts(self) -> None:
        held = [
            {
                "Guid": "EX-1",
                "DisplayName": "Ann",
                "PrimarySmtpAddress": "Ann@Council.test",
                "SmtpClientAuthenticationDisabled": "False",
                "PopEnabled": True,
                "ImapEnabled": False,
                "ActiveSyncEnabled": "True",
            }
        ]
        service = Service(cmdlets={"Get-CASMailbox": held})
        known = frame("mailboxes", [{"mailbox_id": "ID-Ann", "exchange_id": "ex-1"}])
        found = await collect(mail_protocols, service, mailboxes=known)
        assert found.rows == [
            {
                "mailbox_id": "ID-Ann",
                "mailbox_name": "Ann",
                "address": "ann@council.test",
                "smtp_switched_off": False,
                "pop": True,
                "imap": False,
                "active_sync": True,
            }
        ]
        assert service.invoked == [("Get-CASMailbox", {"ResultSize": "Unlimited"})]
