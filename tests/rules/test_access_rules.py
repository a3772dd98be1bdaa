"""Who is left out, old ways of signing in, passwords, and the words in which an account is said not to be asked."""

from typing import Any

import pandas as pd
import pytest
from access_rows import ADMINISTRATOR, OFF, ON, enforced, group, inside, policy, role, world
from rule_rows import (
    ADVICE,
    DOMAIN,
    FAILS,
    MEETS,
    REVIEW,
    UNJUDGED,
    Row,
    Verdict,
    account,
    at,
    guest,
    judge,
    only,
    registered,
    results,
    settings,
)

from m365audit.model.words import Result
from m365audit.rules import RULES


def asked_of(rule_id: str, policies: list[Row], **changed: Any) -> pd.DataFrame:  # noqa: ANN401
    rule = RULES[rule_id]
    rows = world(policies, **changed)
    return judge(rule_id, **{name: rows[name] for name in (*rule.needs, *rule.uses) if name in rows})


def case(sentence: str, verdict: Verdict | dict[str, Verdict], *policies: Row, **changed: Any) -> Any:  # noqa: ANN401
    return pytest.param(list(policies), changed, verdict, id=sentence)


def register(name: str, kind: str) -> Row:
    return {"account": f"{name}@{DOMAIN}", "kind": kind, "purpose": "test", "owner": "Clerk"}


BUT_ANN = policy(exclude_users=["ID-Ann"])
STAFF_OUT = policy(exclude_groups=["staff"])


class TestWords:
    @pytest.mark.parametrize(
        ("policies", "changed", "said"),
        [
            pytest.param(
                [],
                {},
                ["with the password alone", "security defaults are off", "no policy in force"],
                id="nothing asks",
            ),
            pytest.param(
                [policy("X", state="enabledForReportingButNotEnforced")], {}, ["“X” only reports"], id="it only reports"
            ),
            pytest.param(
                [policy("X", exclude_users=["ID-Ann"])], {}, ["“X” leaves it out by name"], id="left out by name"
            ),
            pytest.param(
                [policy("X", exclude_groups=["staff"])],
                {"groups": [group("staff", "Front desk")], "group_members": [inside("staff", "ann")]},
                ["“X” leaves it out by the group Front desk"],
                id="left out by a group",
            ),
            pytest.param(
                [policy("X", exclude_roles=[ADMINISTRATOR])],
                {"role_members": [role()]},
                ["by the role Global Administrator"],
                id="left out by a role",
            ),
            pytest.param(
                [policy("X", include_users=["ID-Bob"])],
                {},
                ["no policy that asks for a second step takes it in"],
                id="not taken in",
            ),
            pytest.param(
                [policy("X", clients=["browser"])],
                {},
                ["without a second step in apps", "“X” is only about some ways of signing in"],
                id="browsers only",
            ),
            pytest.param(
                [policy("X", include_apps=["Office365"])],
                {},
                ["to other apps", "is only about some apps"],
                id="some apps only",
            ),
            pytest.param(
                [policy("X", include_platforms=["all"], exclude_platforms=["android"])],
                {},
                ["on Android", "leaves some kinds of device out"],
                id="a platform left out",
            ),
            pytest.param(
                [policy("X", include_locations=["All"], exclude_locations=["office"])],
                {},
                ["from Office", "does not ask at some places"],
                id="a place left out",
            ),
            pytest.param(
                [policy("X", controls=["mfa", "compliantDevice"])],
                {},
                ["on a managed device", "takes a managed device instead"],
                id="a device instead",
            ),
            pytest.param(
                [policy("X", user_risks=["high"])], {}, ["asks only where Microsoft sees a risk"], id="risks only"
            ),
            pytest.param(
                [policy("X", unknown_conditions=["conditions.weather"])],
                {},
                ["“X” has something this audit does not understand"],
                id="not understood",
            ),
            pytest.param(
                [policy("X", exclude_groups=["staff"])],
                {"group_members": None},
                ["whom the policy “X” asks could not be read in full"],
                id="members unread",
            ),
            pytest.param(
                [policy("X", licensed=None)], {}, ["in force, or licensed, is not known"], id="licence unknown"
            ),
            pytest.param(
                [],
                {"per_user_mfa": None},
                ["its own setting (per-user MFA) could not be read"],
                id="the older setting unread",
            ),
        ],
    )
    def test_it_says_which_sign_ins_are_not_covered_and_why(
        self, policies: list[Row], changed: dict[str, Any], said: list[str]
    ) -> None:
        because = enforced(policies, **changed)["because"].iloc[0]
        assert [words for words in said if words not in because] == []

    def test_a_guest_is_called_one(self) -> None:
        found = enforced([], accounts=[guest("gus", account_id="ID-Ann")], mailbox_settings=[])
        assert found["because"].iloc[0].startswith("Gus, a guest, can sign in")
        assert found["subject_kind"].iloc[0] == "guest"

    @pytest.mark.parametrize(
        ("policies", "words"), [([], "Manage security defaults"), ([BUT_ANN], "Conditional Access > Policies")]
    )
    def test_what_mends_it_depends_on_what_the_tenant_uses(self, policies: list[Row], words: str) -> None:
        assert words in enforced(policies)["fix"].iloc[0]

    def test_a_clause_about_members_leaves_guests_out(self) -> None:
        rows = world([], accounts=[account(), guest("gus")])
        found = judge("two-step-enforced", parameters={"kinds": ("member",)}, **rows)
        assert set(results(found)) == {"ID-Ann"}


class TestExclusions:
    @pytest.mark.parametrize(
        ("policies", "changed", "verdict"),
        [
            case("nobody is left out", MEETS, policy()),
            case("left out by name", FAILS, BUT_ANN),
            case(
                "left out by a group within a group",
                FAILS,
                policy(exclude_groups=["all"]),
                group_members=[inside("all", "group:staff"), inside("staff", "ann")],
            ),
            case("left out by a role", FAILS, policy(exclude_roles=[ADMINISTRATOR]), role_members=[role()]),
            case(
                "left out, and an emergency account of the register",
                MEETS,
                BUT_ANN,
                other_accounts=[register("ann", "break-glass")],
            ),
            case(
                "left out, and a service of the register", FAILS, BUT_ANN, other_accounts=[register("ann", "service")]
            ),
            case(
                "left out of one, and asked everywhere by another",
                MEETS,
                policy("A", exclude_users=["ID-Ann"]),
                policy("B"),
            ),
            case(
                "left out of one, and asked in browsers by another",
                FAILS,
                policy("A", exclude_users=["ID-Ann"]),
                policy("B", clients=["browser"]),
            ),
            case(
                "left out, and asked by her own setting",
                MEETS,
                BUT_ANN,
                per_user_mfa=[{"account_id": "ID-Ann", "state": "enforced"}],
            ),
            case("left out, and her own setting is not known", UNJUDGED, BUT_ANN, per_user_mfa=None),
            case(
                "left out of a policy that is off, and another asks",
                MEETS,
                policy("A", state="disabled", exclude_users=["ID-Ann"]),
                policy("B"),
            ),
            case(
                "left out of a policy that blocks a country: nobody is asked there",
                MEETS,
                policy("A", controls=["block"], exclude_users=["ID-Ann"], include_locations=["gb"]),
                policy("B"),
            ),
            case("not left out, but not taken in either", MEETS, policy(include_users=["ID-Bob"])),
            case("members of the group left out are unread", UNJUDGED, STAFF_OUT, group_members=None),
            case("security defaults leave nobody out", MEETS, BUT_ANN, security_defaults=ON),
            case("nothing asks anybody", UNJUDGED),
            case("nothing is known to ask anybody", UNJUDGED, security_defaults=[OFF[0] | {"enabled": None}]),
            case(
                "only registering a second step is asked for",
                UNJUDGED,
                policy(include_apps=[], user_actions=["urn:user:registersecurityinfo"], exclude_users=["ID-Ann"]),
            ),
            case("sign-in is switched off", MEETS, BUT_ANN, accounts=[account(enabled=False)]),
            case(
                "a guest is left to the other check",
                MEETS,
                BUT_ANN,
                accounts=[guest("gus", account_id="ID-Ann")],
                mailbox_settings=[],
            ),
            case(
                "people of service providers are left out",
                REVIEW,
                policy(exclude_guests=["serviceProvider"], exclude_guests_of=["all"]),
            ),
            case(
                "people of service providers are asked by another",
                MEETS,
                policy("A", exclude_guests=["serviceProvider"], exclude_guests_of=["all"]),
                policy("B"),
            ),
        ],
    )
    def test_table(self, policies: list[Row], changed: dict[str, Any], verdict: Verdict) -> None:
        assert only(asked_of("two-step-exclusions-on-register", policies, **changed)) == verdict

    @pytest.mark.parametrize(("number", "verdict"), [(2, MEETS), (3, REVIEW)])
    def test_two_emergency_accounts_are_enough(self, number: int, verdict: Verdict) -> None:
        names = [f"glass{n}" for n in range(number)]
        found = asked_of(
            "two-step-exclusions-on-register",
            [policy(exclude_users=[f"ID-{name.title()}" for name in names])],
            accounts=[account(name) for name in names],
            per_user_mfa=[{"account_id": f"ID-{name.title()}", "state": "disabled"} for name in names],
            mailbox_settings=[],
            other_accounts=[register(name, "Break-glass") for name in names],
        )
        assert only(found) == verdict


_OLD = ["exchangeActiveSync", "other"]
_SMTP_OFF = [{"setting": "the whole organisation", "switched_off": True}]
_SMTP_ON = [{"setting": "the whole organisation", "switched_off": False}]
OLD, SMTP = "entra.legacy-sign-in", "exchange.smtp-auth"


def mail(name: str = "ann", *, off: bool | None = None) -> Row:
    return {"mailbox_id": f"ID-{name.title()}", "mailbox_name": name.title(), "smtp_switched_off": off}


def seen(**changed: object) -> Row:
    return {"account_id": "ID-Ann", "client": "IMAP4", "times": 3, "last_at": at(2026, 11, 2)} | changed


class TestLegacySignIn:
    @pytest.mark.parametrize(
        ("policies", "changed", "verdict"),
        [
            case("old clients are blocked", MEETS, policy(clients=_OLD, controls=["block"])),
            case(
                "the block only reports",
                FAILS,
                policy(clients=_OLD, controls=["block"], state="enabledForReportingButNotEnforced"),
            ),
            case(
                "ActiveSync is blocked and the rest is not",
                FAILS,
                policy(clients=["exchangeActiveSync"], controls=["block"]),
            ),
            case(
                "one policy blocks ActiveSync, another the rest",
                MEETS,
                policy("A", clients=["exchangeActiveSync"], controls=["block"]),
                policy("B", clients=["other"], controls=["block"]),
            ),
            case(
                "blocked in Office 365 only",
                FAILS,
                policy(clients=_OLD, controls=["block"], include_apps=["Office365"]),
            ),
            case("all clients are asked for what old ones cannot show", MEETS, policy()),
            case("new clients alone are asked", FAILS, policy(clients=["browser", "mobileAppsAndDesktopClients"])),
            case(
                "blocked but at trusted places",
                FAILS,
                policy(clients=_OLD, controls=["block"], include_locations=["All"], exclude_locations=["AllTrusted"]),
            ),
            case("security defaults are on", MEETS, security_defaults=ON),
            case("nothing keeps them out", FAILS),
            case("left out of the block", FAILS, policy(clients=_OLD, controls=["block"], exclude_users=["ID-Ann"])),
            case(
                "left out, and a scanner of the register",
                MEETS,
                policy(clients=_OLD, controls=["block"], exclude_users=["ID-Ann"]),
                other_accounts=[register("ann", "service")],
            ),
            case(
                "left out, and an emergency account",
                MEETS,
                policy(clients=_OLD, controls=["block"], exclude_users=["ID-Ann"]),
                other_accounts=[register("ann", "break-glass")],
            ),
            case("whether defaults are on is not known", UNJUDGED, security_defaults=[OFF[0] | {"enabled": None}]),
            case(
                "whom the block leaves out is not known",
                UNJUDGED,
                policy(clients=_OLD, controls=["block"], exclude_groups=["staff"]),
                group_members=None,
            ),
            case(
                "a guest's mailbox is elsewhere",
                MEETS,
                accounts=[guest("gus", account_id="ID-Ann")],
                mailbox_settings=[],
            ),
            case("a shared mailbox has no sign-in", MEETS, mailbox_settings=[settings(purpose="shared")]),
        ],
    )
    def test_table(self, policies: list[Row], changed: dict[str, Any], verdict: Verdict) -> None:
        assert only(asked_of("legacy-sign-in-blocked", policies, **changed)) == verdict

    @pytest.mark.parametrize(
        ("policies", "changed", "expected"),
        [
            case("nothing keeps old clients out", {OLD: FAILS, "ID-Ann": FAILS}),
            case("a policy should have", {"ID-Ann": REVIEW}, policy(clients=_OLD, controls=["block"])),
            case(
                "whom the policy leaves out is not known",
                {"ID-Ann": FAILS},
                policy(clients=_OLD, controls=["block"], exclude_groups=["staff"]),
                group_members=None,
            ),
            case(
                "a scanner of the register",
                {OLD: FAILS},
                accounts=[account(), account("bob")],
                other_accounts=[register("ann", "service")],
            ),
            case(
                "a scanner, or not: there is no register",
                {"ID-Ann": UNJUDGED},
                policy(clients=_OLD, controls=["block"], exclude_users=["ID-Ann"]),
                accounts=[account(), account("bob")],
                other_accounts=None,
            ),
            case("switched off since", {}, accounts=[account(enabled=False)]),
            case("somebody else's", {OLD: FAILS}, legacy_sign_ins=[seen(account_id="ID-Zoe")]),
        ],
    )
    def test_who_signed_in_by_an_old_client_all_the_same(
        self, policies: list[Row], changed: dict[str, Any], expected: dict[str, Verdict]
    ) -> None:
        found = asked_of("legacy-sign-in-blocked", policies, **({"legacy_sign_ins": [seen()]} | changed))
        assert results(found) == expected

    def test_how_often_and_when_last_is_said_and_not_where_from(self) -> None:
        rows = [seen(), seen(client="POP3", times=1, last_at=at(2026, 11, 9))]
        found = asked_of("legacy-sign-in-blocked", [policy(clients=_OLD, controls=["block"])], legacy_sign_ins=rows)
        assert "IMAP4, POP3, 4 times in the month, last on 9 Nov 2026" in found["because"].iloc[0]
        assert set(found["evidence"].iloc[0]) == {"clients", "times", "last_at"}

    @pytest.mark.parametrize("log", [None, []], ids=["no log", "nobody in the log"])
    def test_what_is_not_in_the_log_changes_nothing(self, log: list[Row] | None) -> None:
        found = asked_of("legacy-sign-in-blocked", [], **({} if log is None else {"legacy_sign_ins": log}))
        assert results(found) == {OLD: FAILS}

    @pytest.mark.parametrize(
        ("of_all", "of_one", "expected"),
        [
            pytest.param(_SMTP_OFF, [mail()], {OLD}, id="SMTP off for the organisation"),
            pytest.param(_SMTP_ON, [mail()], {OLD, SMTP}, id="SMTP on for the organisation"),
            pytest.param(_SMTP_OFF, [mail(off=False)], {OLD, "ID-Ann"}, id="on for one mailbox"),
            pytest.param(_SMTP_ON, [mail(off=True)], {OLD, SMTP}, id="off for one mailbox"),
        ],
    )
    def test_smtp_counts_where_nothing_else_keeps_it_out(
        self, of_all: list[Row], of_one: list[Row], expected: set[str]
    ) -> None:
        found = asked_of("legacy-sign-in-blocked", [], smtp_sign_in=of_all, mail_protocols=of_one)
        assert {key for key, verdict in results(found).items() if verdict is FAILS} == expected

    def test_smtp_left_on_matters_to_nobody_who_is_kept_out(self) -> None:
        found = asked_of("legacy-sign-in-blocked", [policy()], smtp_sign_in=_SMTP_ON, mail_protocols=[mail(off=False)])
        assert only(found) is MEETS

    def test_a_scanner_of_the_register_may_send_by_smtp(self) -> None:
        found = asked_of(
            "legacy-sign-in-blocked",
            [],
            accounts=[account(), account("scanner")],
            smtp_sign_in=_SMTP_OFF,
            mail_protocols=[mail("scanner", off=False)],
            other_accounts=[register("scanner", "Service")],
        )
        assert set(results(found)) == {OLD}

    def test_without_a_register_nobody_is_told_apart_from_a_scanner(self) -> None:
        found = asked_of(
            "legacy-sign-in-blocked",
            [policy(clients=_OLD, controls=["block"], exclude_users=["ID-Ann"])],
            accounts=[account(), account("bob")],
            other_accounts=None,
        )
        assert results(found) == {"ID-Ann": Result.NOT_ASSESSED}

    def test_what_exchange_did_not_say_is_not_known(self) -> None:
        found = asked_of("legacy-sign-in-blocked", [], smtp_sign_in=[_SMTP_ON[0] | {"switched_off": None}])
        assert results(found)[SMTP] is UNJUDGED


_RULES = {"settings_id": "S", "own_words_refused": True, "own_words": 3, "tries": 10, "locked_for": 60}


class TestPasswordProtection:
    @pytest.mark.parametrize(
        ("has", "rules", "verdict"),
        [
            pytest.param({}, [], MEETS, id="nothing was changed"),
            pytest.param({"password_policies": "None"}, [], MEETS, id="the word None"),
            pytest.param(
                {"password_policies": "DisablePasswordExpiration"}, [], MEETS, id="a password that does not expire"
            ),
            pytest.param({"password_policies": "DisableStrongPassword"}, [], FAILS, id="a weak password is allowed"),
            pytest.param(
                {"password_policies": "DisablePasswordExpiration, DisableStrongPassword"},
                [],
                FAILS,
                id="weak, and does not expire",
            ),
            pytest.param(
                {"password_policies": "DisableStrongPassword", "enabled": False}, [], MEETS, id="weak, but switched off"
            ),
            pytest.param({}, [_RULES], MEETS, id="ten tries and a list that is applied"),
            pytest.param({}, [_RULES | {"tries": 11}], FAILS, id="eleven tries"),
            pytest.param({}, [_RULES | {"own_words_refused": False}], ADVICE, id="a list that is not applied"),
            pytest.param(
                {}, [_RULES | {"own_words_refused": False, "own_words": 0}], MEETS, id="no list, and none applied"
            ),
            pytest.param({}, [_RULES | {"tries": None}], MEETS, id="tries not said: Microsoft's default holds"),
        ],
    )
    def test_table(self, has: Row, rules: list[Row], verdict: Verdict) -> None:
        assert only(judge("password-protection-on", accounts=[account(**has)], password_rules=rules)) == verdict


_SAFE = [{"method": name, "state": "disabled", "migration": "migrationComplete"} for name in ("Sms", "Voice")]


class TestMethodStrong:
    @pytest.mark.parametrize(
        ("said", "roles", "verdict"),
        [
            pytest.param({"admin": False}, [role()], ADVICE, id="the report is behind: a role is held"),
            pytest.param({"admin": None}, [role()], ADVICE, id="without the report: a role is held"),
            pytest.param({"admin": None}, [role(holder="bob")], MEETS, id="without the report: no role is held"),
            pytest.param({"admin": None}, [role(privileged=False)], MEETS, id="a role that only reads"),
            pytest.param({"admin": None}, [role(privileged=None)], UNJUDGED, id="a role nobody could name"),
            pytest.param({"admin": None}, [role(assignment="eligible")], MEETS, id="a role that is not taken up"),
            pytest.param(
                {"admin": None}, [role(holder="x", member_kind="group")], UNJUDGED, id="a group with a role, unread"
            ),
            pytest.param({"admin": None}, None, UNJUDGED, id="roles unread"),
            pytest.param(
                {"admin": None, "methods": ["fido2SecurityKey"]}, [role()], MEETS, id="an administrator with a key"
            ),
        ],
    )
    def test_administrators_are_known_by_their_roles(
        self, said: Row, roles: list[Row] | None, verdict: Verdict
    ) -> None:
        rows: dict[str, list[Row]] = {"accounts": [account()], "registration": [registered(**said)]}
        if roles is not None:
            rows["role_members"] = roles
        assert only(judge("two-step-method-strong", **rows)) == verdict

    @pytest.mark.parametrize(
        ("methods", "verdict"),
        [
            pytest.param(_SAFE, MEETS, id="SMS and calls are off"),
            pytest.param([_SAFE[0] | {"state": "enabled"}, _SAFE[1]], ADVICE, id="SMS is on"),
            pytest.param([_SAFE[0], _SAFE[1] | {"state": "enabled"}], ADVICE, id="calls are on"),
            pytest.param(
                [one | {"migration": "preMigration"} for one in _SAFE], UNJUDGED, id="the older settings hold as well"
            ),
            pytest.param(_SAFE[:1], UNJUDGED, id="calls were not said"),
            pytest.param(
                [*_SAFE, {"method": "Email", "state": "enabled", "migration": "migrationComplete"}],
                MEETS,
                id="e-mail is for guests",
            ),
        ],
    )
    def test_what_the_tenant_lets_people_use(self, methods: list[Row], verdict: Verdict) -> None:
        assert only(judge("two-step-method-strong", authentication_methods_policy=methods)) == verdict
