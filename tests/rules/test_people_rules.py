from collections.abc import Sequence
from datetime import date, datetime

import pytest
from rule_rows import (
    ADVICE,
    AS_OF,
    DOMAIN,
    FAILS,
    MEETS,
    REVIEW,
    TENANT,
    UNJUDGED,
    Row,
    Verdict,
    account,
    at,
    guest,
    judge,
    mailbox,
    only,
    person,
    results,
    settings,
)


class TestPersonHasAccount:
    @pytest.mark.parametrize(
        ("who", "has", "box", "verdict"),
        [
            pytest.param({}, {}, {}, MEETS, id="a councillor with a working account"),
            pytest.param({"account": None}, {}, {}, FAILS, id="the register gives no account"),
            pytest.param({"account": f"gone@{DOMAIN}"}, {}, {}, FAILS, id="no account answers"),
            pytest.param({"name": "Anne Married-Name"}, {}, {}, MEETS, id="another name, but the same account"),
            pytest.param({"account": "ID-ann"}, {}, {}, MEETS, id="the account given by object id, in any case"),
            pytest.param(
                {"account": f"Old.Name@{DOMAIN}"}, {"addresses": [f"old.name@{DOMAIN}"]}, {}, MEETS, id="an alias"
            ),
            pytest.param({}, {"user_type": "guest"}, {}, FAILS, id="the account is a guest's"),
            pytest.param({}, {"enabled": False}, {}, FAILS, id="sign-in is switched off"),
            pytest.param({}, {}, {"has_mailbox": False}, FAILS, id="there is no mailbox"),
            pytest.param({}, {}, {"has_mailbox": None}, UNJUDGED, id="whether there is a mailbox is not known"),
            pytest.param(
                {}, {"primary_address": "ann@gmail.com"}, {}, FAILS, id="the main address is not the council's"
            ),
            pytest.param({}, {"primary_address": f"ann@{TENANT}"}, {}, MEETS, id="the tenant's own domain is owned"),
            pytest.param({}, {"primary_address": "ann@unproven.example"}, {}, FAILS, id="a domain never verified"),
            pytest.param({}, {"primary_address": None}, {}, UNJUDGED, id="the main address is not known"),
            pytest.param({"until": AS_OF}, {"enabled": False}, {}, FAILS, id="the last day still counts"),
            pytest.param(
                {"until": date(2026, 11, 20)}, {"enabled": False}, {}, MEETS, id="out of office since yesterday"
            ),
            pytest.param({"from": AS_OF}, {"enabled": False}, {}, FAILS, id="in office from today"),
            pytest.param({"from": date(2026, 11, 22)}, {"enabled": False}, {}, MEETS, id="in office from tomorrow"),
            pytest.param({"from": None}, {"enabled": False}, {}, FAILS, id="in office since nobody knows when"),
        ],
    )
    def test_table(self, who: Row, has: Row, box: Row, verdict: Verdict) -> None:
        found = judge(
            "person-has-account",
            people=[person(**who)],
            accounts=[account(**has)],
            mailbox_settings=[settings(**box)],
        )
        assert only(found) == verdict

    @pytest.mark.parametrize(
        ("settings_rows", "mailboxes", "verdict"),
        [
            pytest.param([], None, UNJUDGED, id="nobody could be asked about the mailbox"),
            pytest.param([], [mailbox()], MEETS, id="Exchange has the mailbox"),
            pytest.param([], [], FAILS, id="Exchange has no such mailbox"),
            pytest.param(
                [settings(has_mailbox=False)], [mailbox()], MEETS, id="Exchange knows better than the settings"
            ),
        ],
    )
    def test_either_source_tells_of_the_mailbox(
        self, settings_rows: list[Row], mailboxes: list[Row] | None, verdict: Verdict
    ) -> None:
        more = {} if mailboxes is None else {"mailboxes": mailboxes}
        found = judge(
            "person-has-account", people=[person()], accounts=[account()], mailbox_settings=settings_rows, **more
        )
        assert only(found) == verdict

    def test_two_accounts_for_one_register_entry(self) -> None:
        twin = account("anna", mail=f"ann@{DOMAIN}")
        found = judge(
            "person-has-account",
            people=[person()],
            accounts=[account(), twin],
            mailbox_settings=[settings(), settings("anna")],
        )
        assert results(found) == {"ID-Ann": FAILS}

    def test_the_subject_is_the_account_where_there_is_one_else_the_person(self) -> None:
        found = judge(
            "person-has-account",
            people=[person(), person("Bob Smith", account="Bob@Exampleton-tc.gov.uk"), person("cy", account="")],
            accounts=[account(enabled=False)],
        )
        keys = {(row.subject_kind, row.subject_id) for row in found.itertuples()}
        assert keys == {("account", "ID-Ann"), ("person", f"bob@{DOMAIN}"), ("person", "Cy")}

    @pytest.mark.parametrize(
        ("role", "councillor"),
        [
            pytest.param("Councillor", True, id="councillor"),
            pytest.param("Deputy Mayor", True, id="deputy mayor"),
            pytest.param("Chairman of Planning", True, id="chairman"),
            pytest.param("Town Clerk", False, id="clerk"),
            pytest.param("Mayor's Secretary", False, id="the mayor's secretary"),
            pytest.param("PA to the Mayor", False, id="assistant to the mayor"),
            pytest.param("Non-councillor member", False, id="member of a working group only"),
            pytest.param(None, False, id="no role given"),
        ],
    )
    def test_a_clause_may_ask_for_councillors_or_staff_alone(self, role: str | None, *, councillor: bool) -> None:
        people = [person(role=role, account=None)]
        asked = {
            kind: only(judge("person-has-account", people=people, parameters={"roles": (kind,)}))
            for kind in ("councillor", "staff")
        }
        assert asked == {"councillor": FAILS if councillor else MEETS, "staff": MEETS if councillor else FAILS}

    def test_a_role_nobody_knows_is_refused(self) -> None:
        with pytest.raises(ValueError, match="there is no mayor"):
            judge("person-has-account", people=[person()], parameters={"roles": ("mayor",)})


class TestAccountOnRegister:
    @pytest.mark.parametrize(
        ("has", "verdict"),
        [
            pytest.param(account("stranger"), REVIEW, id="an account nobody explains"),
            pytest.param(account("stranger", enabled=False), MEETS, id="the same with sign-in switched off"),
            pytest.param(account(), MEETS, id="somebody on People"),
            pytest.param(account("lee"), MEETS, id="somebody who left: another check's business"),
            pytest.param(account("fay"), MEETS, id="somebody who begins next month"),
            pytest.param(account("planning"), MEETS, id="a shared mailbox on Other accounts"),
            pytest.param(account("tech"), MEETS, id="the provider's account on Third parties"),
            pytest.param(
                account("eve", other_mails=[f"ann@{DOMAIN}"]), REVIEW, id="somebody's address for recovery only"
            ),
            pytest.param(guest(), MEETS, id="a guest"),
            pytest.param(account("hall"), MEETS, id="a room"),
            pytest.param(account("queue", resource_account=True), MEETS, id="a resource account"),
            pytest.param(
                account(
                    "sync",
                    user_principal_name=f"sync_server1_ab12@{TENANT}",
                    display_name="On-Premises Directory Synchronization Service Account",
                ),
                MEETS,
                id="the account of directory synchronisation",
            ),
            pytest.param(
                account("sync", user_principal_name=f"sync_server1_ab12@{TENANT}", display_name="Sync"),
                REVIEW,
                id="one that only looks like it",
            ),
        ],
    )
    def test_table(self, has: Row, verdict: Verdict) -> None:
        found = judge(
            "account-on-register",
            accounts=[has],
            people=[person(), person("lee", until=date(2026, 1, 1)), person("fay", **{"from": date(2026, 12, 1)})],
            other_accounts=[{"account": f"planning@{DOMAIN}", "kind": "shared mailbox"}],
            third_parties=[{"organisation": "IT Ltd", "kind": "provider", "identifier": f"tech@{DOMAIN}"}],
            mailbox_settings=[settings("hall", purpose="room")],
        )
        assert only(found) == verdict

    def test_an_address_another_account_signs_in_with_explains_nothing(self) -> None:
        found = judge(
            "account-on-register", accounts=[account(), account("eve", mail=f"ann@{DOMAIN}")], people=[person()]
        )
        assert results(found) == {"ID-Eve": REVIEW}


def used(last_active_at: datetime | None = None, **changed: object) -> list[Row]:
    """A report of use that names Ann."""
    line = {"address": f"ann@{DOMAIN}", "last_active_at": last_active_at, "deleted": False, "period_days": 90}
    return [line | changed]


class TestAccountDormant:
    @pytest.mark.parametrize(
        ("has", "last", "verdict"),
        [
            pytest.param({}, at(2026, 11, 1), MEETS, id="used this month"),
            pytest.param({}, at(2026, 8, 1), REVIEW, id="not used for more than 90 days"),
            pytest.param({}, at(2026, 8, 23, 0), MEETS, id="used 90 days ago to the hour"),
            pytest.param({}, at(2026, 8, 24), MEETS, id="used less than 90 days ago"),
            pytest.param({}, None, REVIEW, id="no sign-in ever recorded"),
            pytest.param({"created_at": at(2026, 11, 1)}, None, MEETS, id="a new account"),
            pytest.param({"created_at": None}, None, UNJUDGED, id="neither sign-in nor age known"),
            pytest.param({"enabled": False}, at(2025, 1, 1), MEETS, id="sign-in switched off"),
            pytest.param({"user_type": "guest"}, at(2025, 1, 1), MEETS, id="a guest: another check's business"),
            pytest.param({"licences": []}, at(2025, 1, 1), REVIEW, id="no licence, but a mailbox"),
        ],
    )
    def test_table(self, has: Row, last: datetime | None, verdict: Verdict) -> None:
        activity = [] if last is None else [{"account_id": "ID-Ann", "last_success_at": last}]
        found = judge(
            "account-dormant", accounts=[account(**has)], sign_in_activity=activity, mailbox_settings=[settings()]
        )
        assert only(found) == verdict

    @pytest.mark.parametrize(
        ("has", "box", "kind", "verdict"),
        [
            pytest.param({"licences": []}, {"has_mailbox": False}, None, MEETS, id="neither licence nor mailbox"),
            pytest.param({}, {"has_mailbox": False}, None, REVIEW, id="a licence without a mailbox"),
            pytest.param({"licences": []}, {"has_mailbox": None}, None, UNJUDGED, id="no licence, and mailbox unknown"),
            pytest.param({}, {"purpose": "shared"}, None, MEETS, id="a shared mailbox nobody signs in to"),
            pytest.param({}, {}, "break-glass", MEETS, id="a break-glass account on the register"),
            pytest.param({}, {}, "service", REVIEW, id="a service account on the register"),
        ],
    )
    def test_whom_it_is_about(self, has: Row, box: Row, kind: str | None, verdict: Verdict) -> None:
        found = judge(
            "account-dormant",
            accounts=[account(**has)],
            sign_in_activity=[],
            mailbox_settings=[settings(**box)],
            other_accounts=[{"account": f"ann@{DOMAIN}", "kind": kind}] if kind else [],
        )
        assert only(found) == verdict

    def test_never_recorded_is_not_called_never_used(self) -> None:
        found = judge("account-dormant", accounts=[account()], sign_in_activity=[])
        assert "not the same as never used" in found["because"].iloc[0]

    @pytest.mark.parametrize(
        ("has", "mail", "teams", "box", "verdict"),
        [
            pytest.param({}, used(), used(), used(), REVIEW, id="no report shows any use"),
            pytest.param({}, used(at(2026, 11, 1)), used(), used(), MEETS, id="mail was used"),
            pytest.param({}, used(), used(at(2026, 11, 1)), used(), MEETS, id="Teams was used"),
            pytest.param({}, used(), used(), used(at(2026, 11, 1)), MEETS, id="the mailbox was used"),
            pytest.param({}, used(at(2026, 8, 1)), used(), used(), REVIEW, id="used more than 90 days ago"),
            pytest.param({}, used(at(2026, 8, 23, 0)), used(), used(), MEETS, id="used 90 days ago"),
            pytest.param({}, used(), [], [], REVIEW, id="two of the three do not name it"),
            pytest.param({}, [], [], [], UNJUDGED, id="no report names it"),
            pytest.param({}, used(deleted=True), [], [], UNJUDGED, id="only a deleted account of that name"),
            pytest.param({}, used(at(2026, 11, 1)), None, used(), UNJUDGED, id="a report is missing"),
            pytest.param({}, used(), used(), used(period_days=30), UNJUDGED, id="a report of 30 days"),
            pytest.param({"created_at": at(2026, 11, 1)}, used(), used(), used(), MEETS, id="a new account"),
            pytest.param({"created_at": at(2026, 11, 1)}, [], [], [], MEETS, id="too new for any report"),
            pytest.param({"created_at": None}, used(), used(), used(), UNJUDGED, id="its age is not known"),
        ],
    )
    def test_without_sign_ins_use_stands_for_them(
        self, has: Row, mail: list[Row], teams: list[Row] | None, box: list[Row], verdict: Verdict
    ) -> None:
        reports = {"email_activity": mail, "teams_activity": teams, "mailbox_usage": box}
        given = {name: rows for name, rows in reports.items() if rows is not None}
        found = judge("account-dormant", accounts=[account(**has)], mailbox_settings=[settings()], **given)
        assert only(found) == verdict

    def test_use_does_not_stand_for_sign_ins_that_are_known(self) -> None:
        activity = [{"account_id": "ID-Ann", "last_success_at": at(2026, 8, 1)}]
        found = judge(
            "account-dormant",
            accounts=[account()],
            sign_in_activity=activity,
            **dict.fromkeys(("email_activity", "teams_activity", "mailbox_usage"), used(at(2026, 11, 1))),
        )
        assert only(found) == REVIEW

    def test_the_days_can_be_set(self) -> None:
        activity = [{"account_id": "ID-Ann", "last_success_at": at(2026, 8, 1)}]
        found = judge("account-dormant", accounts=[account()], sign_in_activity=activity, parameters={"days": 180})
        assert only(found) == MEETS


class TestMailboxOnCouncilDomain:
    @pytest.mark.parametrize(
        ("has", "box", "verdict"),
        [
            pytest.param({}, {}, MEETS, id="a .gov.uk domain of the council's"),
            pytest.param({"primary_address": f"ann@{TENANT}"}, {}, FAILS, id="the domain Microsoft lends"),
            pytest.param({"primary_address": "ann@btinternet.com"}, {}, FAILS, id="a consumer service"),
            pytest.param({"primary_address": "ann@unproven.example"}, {}, FAILS, id="a domain never verified"),
            pytest.param({"primary_address": None}, {}, UNJUDGED, id="the main address is not known"),
            pytest.param({"primary_address": f"ann@{TENANT}"}, {"has_mailbox": False}, MEETS, id="no mailbox"),
            pytest.param({"primary_address": f"ann@{TENANT}"}, {"purpose": "room"}, MEETS, id="a room"),
            pytest.param(
                {"primary_address": f"ann@{TENANT}"},
                {"has_mailbox": None},
                UNJUDGED,
                id="whether a mailbox is not known",
            ),
            pytest.param({}, {"has_mailbox": None}, MEETS, id="not known, but in order either way"),
            pytest.param(
                {"primary_address": f"ann@{TENANT}", "enabled": False},
                {"purpose": None},
                UNJUDGED,
                id="closed, and not known whether shared",
            ),
            pytest.param({"primary_address": f"ann@{TENANT}", "enabled": False}, {}, MEETS, id="a closed account"),
            pytest.param(
                {"primary_address": f"ann@{TENANT}", "enabled": False},
                {"purpose": "shared"},
                FAILS,
                id="a shared mailbox is in use without sign-in",
            ),
            pytest.param({"user_type": "guest", "primary_address": "a@gmail.com"}, {}, MEETS, id="a guest"),
        ],
    )
    def test_table(self, has: Row, box: Row, verdict: Verdict) -> None:
        found = judge("mailbox-on-council-domain", accounts=[account(**has)], mailbox_settings=[settings(**box)])
        assert only(found) == verdict

    def test_the_domain_microsoft_lends_is_known_by_its_mark_as_well(self) -> None:
        lent = {"domain": "exampleton.mail.example", "verified": True, "initial": True, "owned": True}
        found = judge(
            "mailbox-on-council-domain",
            accounts=[account(address="ann@exampleton.mail.example")],
            mailbox_settings=[settings()],
            domains=[lent],
        )
        assert only(found) == FAILS

    def test_an_owned_domain_outside_gov_uk_is_advice_once(self) -> None:
        org = {"domain": "exampleton.org.uk", "verified": True, "owned": True}
        found = judge(
            "mailbox-on-council-domain",
            accounts=[account(n, address=f"{n}@exampleton.org.uk") for n in ("ann", "bob")],
            mailbox_settings=[settings(), settings("bob")],
            domains=[org],
        )
        assert [(r.subject_kind, r.subject_id, r.result) for r in found.itertuples()] == [
            ("domain", "exampleton.org.uk", ADVICE)
        ]


class TestAccountBelongsToOnePerson:
    @pytest.mark.parametrize(
        ("has", "box", "people", "verdict"),
        [
            pytest.param(account(), {}, [person()], MEETS, id="one account, one person"),
            pytest.param(account(), {"purpose": "shared"}, [person()], FAILS, id="a shared mailbox with sign-in"),
            pytest.param(account(), {"purpose": "room"}, [person()], FAILS, id="a room with sign-in"),
            pytest.param(account(), {"purpose": "equipment"}, [person()], FAILS, id="equipment with sign-in"),
            pytest.param(account(enabled=False), {"purpose": "shared"}, [], MEETS, id="a shared mailbox without"),
            pytest.param(account(), {"purpose": None}, [person()], UNJUDGED, id="what the mailbox is for is not known"),
            pytest.param(account(), {"has_mailbox": False, "purpose": None}, [], MEETS, id="no mailbox at all"),
            pytest.param(
                account(), {}, [person(), person("bob", account=f"ann@{DOMAIN}")], FAILS, id="two people on one account"
            ),
            pytest.param(account(), {}, [person(), person(role="RFO")], MEETS, id="one person in two offices"),
            pytest.param(
                account(),
                {},
                [person(), person("old", account=f"ann@{DOMAIN}", until=date(2025, 1, 1))],
                MEETS,
                id="a predecessor does not count",
            ),
        ],
    )
    def test_table(self, has: Row, box: Row, people: Sequence[Row], verdict: Verdict) -> None:
        found = judge(
            "account-belongs-to-one-person",
            accounts=[has],
            people=people or [person("somebody-else")],
            mailbox_settings=[settings(**box)],
        )
        assert only(found) == verdict

    @pytest.mark.parametrize(
        ("local", "holder", "kind", "verdict"),
        [
            pytest.param("clerk", True, None, MEETS, id="clerk@ of the one Clerk"),
            pytest.param("clerk", False, None, FAILS, id="clerk@ of nobody"),
            pytest.param("cllr.2", False, None, FAILS, id="a numbered councillor of nobody"),
            pytest.param("town.clerk", False, None, FAILS, id="dots do not hide an office"),
            pytest.param("jane.brown", False, None, MEETS, id="a person's name: the register's business"),
            pytest.param("admin", False, "break-glass", MEETS, id="admin@ explained as break-glass"),
            pytest.param("scanner", False, "service", MEETS, id="scanner@: a machine, not an office"),
            pytest.param("office", False, "service", FAILS, id="office@ called a service is still nobody's"),
            pytest.param("office", False, "shared mailbox", FAILS, id="office@ on the register as shared"),
        ],
    )
    def test_accounts_named_after_an_office(
        self, local: str, kind: str | None, verdict: Verdict, *, holder: bool
    ) -> None:
        address = f"{local}@{DOMAIN}"
        found = judge(
            "account-belongs-to-one-person",
            accounts=[account("ann", address=address)],
            people=[person(account=address if holder else f"other@{DOMAIN}")],
            other_accounts=[{"account": address, "kind": kind}] if kind else [],
            mailbox_settings=[settings()],
        )
        assert only(found) == verdict

    def test_without_a_register_only_what_needs_none_is_found(self) -> None:
        found = judge(
            "account-belongs-to-one-person",
            accounts=[account("clerk"), account("hall")],
            mailbox_settings=[settings("clerk"), settings("hall", purpose="room")],
        )
        assert results(found) == {"ID-Hall": FAILS}
