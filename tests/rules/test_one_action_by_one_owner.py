"""Each finding says the one thing that mends it, and who does it; the rule's own page keeps all the ways there are."""

from datetime import date
from typing import Any

import pytest
from rule_rows import DOMAIN, Row, access, account, forward, guest, judge, meeting, person, registered, settings, share

LEFT = date(2026, 5, 4)


def case(asked: str, /, actor: str, action: str, **rows: list[Row]) -> Any:  # noqa: ANN401 - pytest names no type for it
    rule, name = asked.split(": ")
    return pytest.param(rule, rows, actor, action, id=name)


@pytest.mark.parametrize(
    ("rule", "rows", "actor", "action"),
    [
        case("mail-forwarded-outside: set on the mailbox", "provider", "Email forwarding", forwards=[forward()]),
        case(
            "mail-forwarded-outside: an inbox rule", "person", "delete the rule", forwards=[forward(route="rule:AQ1")]
        ),
        case(
            "mail-forwarded-outside: a mail-flow rule",
            "provider",
            "Mail flow > Rules",
            forwards=[forward(mailbox_id="*", mailbox_address=None, mailbox_name=None, route="transport:Copy")],
        ),
        case(
            "person-has-account: the register gives none",
            "clerk",
            "enter the account of Ann on the register",
            people=[person(account=None)],
        ),
        case("person-has-account: there is none", "provider", "add the account", people=[person()]),
        case(
            "person-has-account: sign-in is switched off",
            "provider",
            "Unblock sign-in",
            people=[person()],
            accounts=[account(enabled=False)],
            mailbox_settings=[settings()],
        ),
        case(
            "leaver-access-removed: sign-in is left",
            "provider",
            "block sign-in",
            people=[person(until=LEFT)],
            accounts=[account(licences=[], sessions_valid_from=None)],
            mailbox_settings=[settings()],
            eligible_roles=[],
        ),
        case(
            "mailbox-access-authorised: the register has no row",
            "clerk",
            "decide whether it is right, and until when",
            mailbox_access=[access()],
            accounts=[account("bob")],
            people=[person()],
        ),
        case(
            "mailbox-access-authorised: a guest",
            "provider",
            "remove the right",
            mailbox_access=[access(delegate_kind="guest")],
            people=[person()],
        ),
        case(
            "private-address-in-use: as a guest",
            "provider",
            "delete the guest account",
            accounts=[account(), guest(mail="ann.at.home@example-mail.test")],
            people=[person(private_addresses=["ann.at.home@example-mail.test"])],
        ),
        case(
            "private-address-in-use: in a meeting",
            "person",
            "invite the council account",
            accounts=[account()],
            people=[person(private_addresses=["ann.at.home@example-mail.test"])],
            meetings=[meeting(outside_addresses=["ann.at.home@example-mail.test"])],
        ),
        case("share-outside-accepted: an outside address", "clerk", "decide whether it may stay", sharing=[share()]),
        case(
            "two-step-method-strong: an administrator",
            "person",
            "add a passkey",
            accounts=[account()],
            registration=[registered(methods=["mobilePhone"], admin=True)],
        ),
        case(
            "two-step-method-strong: anybody else",
            "person",
            "add the Microsoft Authenticator app",
            accounts=[account()],
            registration=[registered(methods=["mobilePhone"], admin=False)],
        ),
    ],
)
def test_the_action_fits_what_was_found(rule: str, rows: dict[str, list[Row]], actor: str, action: str) -> None:
    found = judge(rule, **rows)
    assert found["actor"].tolist() == [actor]
    assert action in found["fix"].iloc[0]


def test_a_delegate_goes_by_the_name_of_the_account() -> None:
    given = access(delegate_name=f"bob@{DOMAIN}")
    found = judge("mailbox-access-authorised", mailbox_access=[given], accounts=[account("bob")], people=[person()])
    assert found["subject_name"].tolist() == ["Bob on Ann"]


def test_a_delegate_that_is_gone_is_called_so() -> None:
    given = access(delegate="S-1-5-21-7", delegate_name="S-1-5-21-7", delegate_address=None, delegate_kind="deleted")
    found = judge("mailbox-access-authorised", mailbox_access=[given], people=[person()])
    assert found["subject_name"].tolist() == ["a deleted account (number ending 7) on Ann"]
