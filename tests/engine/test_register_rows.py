"""Rows of the register that name nothing there: named, unless nobody could tell."""

from datetime import date
from typing import Any

import pytest
from bench import ANN, gap, inputs, register, snapshot

from m365audit.engine.deciding.register_rows import register_notes
from m365audit.model.months import Match, RegisterNote
from m365audit.register import SHEETS

CLERK = {**ANN, "user_principal_name": "clerk@e.test", "addresses": ["clerk@e.test", "town@e.test"]}
DEPUTY = {**ANN, "account_id": "d", "user_principal_name": "deputy@e.test", "display_name": "Deputy"}
GUEST = {
    **ANN, "account_id": "g", "user_type": "guest", "user_principal_name": "bob_far.test#ext#@e.test",
    "mail": "bob@far.test",
}  # fmt: skip
RIGHT = {
    "mailbox_id": "a", "mailbox_address": "clerk@e.test", "delegate": "d", "delegate_address": "deputy@e.test",
    "delegate_kind": "member", "right": "full access",
}  # fmt: skip
SHARE = {
    "drive_id": "x", "item_id": "1", "permission_id": "p", "grantee": "g", "grantee_kind": "guest",
    "grantee_address": "bob@far.test", "item_name": "Plan.docx", "site_url": "https://e.test/sites/Plots",
    "item_url": "https://e.test/sites/Plots/Plan.docx", "roles": ["read"],
}  # fmt: skip
LINK = {**SHARE, "permission_id": "q", "grantee": "", "grantee_address": None, "link_scope": "anonymous"}
GROUP = {"group_id": "t", "display_name": "Finance", "mail": "finance@e.test", "kinds": ["Unified"]}
SITE = {"group_id": "t", "site_id": "s", "site_name": "Finance", "site_url": "https://e.test/sites/Finance"}
APP = {"principal_id": "p1", "app_id": "0a0a", "name": "Mail Merge", "enabled": True}
PARTNER = {"partner_tenant": "77777777-0000-0000-0000-000000000000"}
THERE: dict[str, list[dict[str, Any]]] = {
    "accounts": [CLERK, DEPUTY, GUEST], "mailbox_access": [RIGHT], "folder_access": [], "mail_folder_access": [],
    "sharing": [SHARE, LINK],
    "groups": [GROUP], "group_sites": [SITE], "service_principals": [APP], "partners": [PARTNER],
}  # fmt: skip


def notes(
    sheet: str, row: dict[str, Any], evidence: dict[str, list[dict[str, Any]]] | None = None, **gaps: str
) -> tuple[RegisterNote, ...]:
    whole = {field.name: None for one in SHEETS if one.name == sheet for field in one.fields}
    missing = {name: [gap(scope=scope)] for name, scope in gaps.items()}
    rows = register(**{sheet: [{**whole, "row": 7, **row}]})
    return register_notes(inputs(snapshot({**THERE, **(evidence or {})}, missing), rows))


def access(
    mailbox: str = "clerk@e.test", delegate: str = "deputy@e.test", right: str = "full access"
) -> dict[str, Any]:
    return {"mailbox": mailbox, "delegate": delegate, "right": right}


def party(kind: str, identifier: str) -> dict[str, Any]:
    return {"organisation": "Somebody Ltd", "kind": kind, "identifier": identifier}


def shared(location: str, shared_with: str) -> dict[str, Any]:
    return {"location": location, "shared_with": shared_with}


FOLDER = {"folder_access": [{"mailbox_id": "a", "delegate": "d", "folder": "calendar", "role": "read"}]}


@pytest.mark.parametrize(
    ("sheet", "row", "is_there"),
    [
        pytest.param("authorised_access", access(), True, id="a right that is there"),
        pytest.param("authorised_access", access(mailbox="town@e.test"), True, id="by another address of the mailbox"),
        pytest.param("authorised_access", access(right="send as"), False, id="another right"),
        pytest.param("authorised_access", access("deputy@e.test", "clerk@e.test"), False, id="the other way round"),
        pytest.param("authorised_access", access(right="folder"), False, id="a folder nobody was given"),
        pytest.param("accepted_sharing", shared("anywhere", "bob@far.test"), True, id="an address shared with"),
        pytest.param("accepted_sharing", shared("anywhere", "far.test"), True, id="its domain"),
        pytest.param(
            "accepted_sharing", shared("anywhere", "eve@gone.test"), False, id="an address nobody shares with"
        ),
        pytest.param(
            "accepted_sharing",
            shared("https://e.test/sites/Plots", "anyone with the link"),
            True,
            id="a link for anyone",
        ),
        pytest.param(
            "accepted_sharing",
            shared("https://e.test/sites/Other", "anyone with the link"),
            False,
            id="not at that site",
        ),
        pytest.param("third_parties", party("app", "0a0a"), True, id="an app by its id"),
        pytest.param("third_parties", party("app", "mail merge"), True, id="an app by its name"),
        pytest.param("third_parties", party("app", "other"), False, id="an app that is not there"),
        pytest.param("third_parties", party("guest", "far.test"), True, id="a guest by its domain"),
        pytest.param("third_parties", party("guest", "gone.test"), False, id="a guest that is not there"),
        pytest.param(
            "third_parties", party("provider", PARTNER["partner_tenant"]), True, id="a provider by its tenant"
        ),
        pytest.param("third_parties", party("provider", "deputy@e.test"), True, id="a provider by its account here"),
        pytest.param("third_parties", party("provider", "gone.test"), False, id="a provider that is not there"),
        pytest.param("site_access", {"site": "finance", "role_or_account": "staff"}, True, id="a team by its name"),
        pytest.param(
            "site_access",
            {"site": "https://e.test/sites/Finance/", "role_or_account": "staff"},
            True,
            id="by its address",
        ),
        pytest.param("site_access", {"site": "Old", "role_or_account": "staff"}, False, id="a team that is not there"),
        pytest.param(
            "other_accounts", {"account": "town@e.test", "kind": "service"}, True, id="an account by an alias"
        ),
        pytest.param("other_accounts", {"account": "gone@e.test", "kind": "room"}, False, id="an account that is gone"),
    ],
)
def test_a_row_is_named_when_nothing_it_speaks_of_is_there(
    sheet: str,
    row: dict[str, Any],
    is_there: bool,  # noqa: FBT001 - a table
) -> None:
    found = notes(sheet, row)
    assert [(note.row, note.match, note.why) for note in found] == ([] if is_there else [(7, Match.GONE, "")])


def test_a_folder_that_was_given_is_there() -> None:
    assert notes("authorised_access", access(right="folder"), FOLDER) == ()


@pytest.mark.parametrize(
    ("until", "named"),
    [
        pytest.param(date(2026, 11, 20), False, id="a row that ended yesterday"),
        pytest.param(date(2026, 11, 21), True, id="a row that ends today"),
    ],
)
def test_only_rows_in_force_are_looked_up(until: date, named: bool) -> None:  # noqa: FBT001 - a table
    assert bool(notes("authorised_access", {**access(right="send as"), "until": until})) is named


@pytest.mark.parametrize(
    ("sheet", "row", "hidden"),
    [
        pytest.param(
            "authorised_access", access(right="send as"), {"mailbox_access": "tenant"}, id="no right was read"
        ),
        pytest.param(
            "authorised_access", access(right="send as"), {"mailbox_access": "mailbox:a"}, id="its mailbox was not read"
        ),
        pytest.param("accepted_sharing", shared("anywhere", "eve@gone.test"), {"sharing": "drive:y"}, id="one library"),
        pytest.param("third_parties", party("app", "other"), {"service_principals": "tenant"}, id="apps were not read"),
        pytest.param("third_parties", party("provider", "x.test"), {"partners": "tenant"}, id="partners were not read"),
        pytest.param(
            "site_access", {"site": "Old", "role_or_account": "staff"}, {"group_sites": "group:u"}, id="one site"
        ),
        pytest.param(
            "other_accounts", {"account": "gone@e.test", "kind": "room"}, {"accounts": "tenant"}, id="accounts"
        ),
    ],
)
def test_what_was_not_read_whole_could_not_be_compared(sheet: str, row: dict[str, Any], hidden: dict[str, str]) -> None:
    (note,) = notes(sheet, row, **hidden)
    assert (note.match, note.why) == (Match.UNKNOWN, "permission refused.")


def test_another_mailbox_that_was_not_read_is_no_excuse() -> None:
    (note,) = notes("authorised_access", access(right="send as"), mailbox_access="mailbox:z")
    assert note.match is Match.GONE


def test_a_name_exchange_does_not_tell_apart_may_be_the_one_meant() -> None:
    nameless = {**RIGHT, "delegate": "x", "delegate_address": None, "delegate_kind": "unknown", "right": "send as"}
    (note,) = notes("authorised_access", access(right="send as"), {"mailbox_access": [RIGHT, nameless]})
    assert note.match is Match.UNKNOWN


def test_without_a_register_there_is_no_row() -> None:
    assert register_notes(inputs(snapshot(THERE))) == ()
