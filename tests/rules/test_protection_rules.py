"""Rules about what guards the mail, keeps it and records what is done with it."""

from datetime import date
from typing import Any

import pytest
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
    authorised,
    guest,
    judge,
    only,
    person,
    results,
)

STANDARD = {"kind": "preset", "name": "Standard Preset Security Policy", "on": True, "everybody": True}
GUARDS: tuple[Row, ...] = (
    {"kind": "spam", "name": "Default", "everybody": True, "spam_action": "MoveToJmf", "phishing_action": "Quarantine"},
    {"kind": "phishing", "name": "Default", "on": True, "everybody": True, "spoof": True},
    {"kind": "malware", "name": "Default", "on": True, "everybody": True, "attachment_filter": True, "cleans_up": True},
    {"kind": "outside tag", "name": "T", "on": True},
    {"kind": "report button", "name": "T", "on": True},
)  # fmt: skip
LINKS: tuple[Row, ...] = (
    {"kind": "safe links", "name": "Built-in", "on": True},
    {"kind": "safe attachments", "name": "Built-in", "on": True},
)


def guards(kind: str = "", *more: Row, **changed: object) -> list[Row]:
    return [row | (changed if row["kind"] == kind else {}) for row in GUARDS] + list(more)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param(guards(), {}, id="the default policies do it all"),
        pytest.param(guards("spam", spam_action="AddXHeader"), {"spamFilter": FAILS}, id="spam left in the inbox"),
        pytest.param(guards("spam", phishing_action="ModifySubject"), {"spamFilter": FAILS}, id="phishing left there"),
        pytest.param(guards("spam", spam_action=None), {"spamFilter": UNJUDGED}, id="what happens to spam not said"),
        pytest.param(guards("spam", spam_action="Quarantine"), {}, id="spam put in quarantine"),
        pytest.param(guards("phishing", spoof=False), {"antiPhishing": FAILS}, id="false senders not told"),
        pytest.param(guards("phishing", on=False), {"antiPhishing": FAILS}, id="the phishing policy is off"),
        pytest.param(guards("phishing", spoof=None), {"antiPhishing": UNJUDGED}, id="nothing said of false senders"),
        pytest.param(guards("malware", attachment_filter=False), {"attachmentFilter": FAILS}, id="attachments let in"),
        pytest.param(guards("malware", cleans_up=False), {"cleanUp": FAILS}, id="harmful mail not taken back"),
        pytest.param(guards("outside tag", on=False), {"outsideTag": REVIEW}, id="outside mail not marked by Outlook"),
        pytest.param(guards("outside tag", on=None), {"outsideTag": UNJUDGED}, id="nothing said of a mark"),
        pytest.param(guards("report button", on=False), {"reportButton": FAILS}, id="no button"),
        pytest.param(guards("report button", on=None), {"reportButton": UNJUDGED}, id="nothing said of a button"),
        pytest.param(guards("malware", STANDARD, attachment_filter=False), {}, id="a preset for everybody covers it"),
        pytest.param(
            guards("malware", STANDARD | {"on": False}, attachment_filter=False),
            {"attachmentFilter": FAILS},
            id="a preset that is off covers nothing",
        ),
        pytest.param(
            guards("malware", STANDARD | {"everybody": False}, attachment_filter=False),
            {"attachmentFilter": FAILS},
            id="a preset for some covers nothing",
        ),
        pytest.param(
            guards("", {"kind": "malware", "name": "Mayor", "everybody": False, "attachment_filter": False}),
            {"malware.Mayor": REVIEW},
            id="a policy for some that lets attachments in",
        ),
        pytest.param(
            guards("", {"kind": "spam", "name": "Mayor", "everybody": False, "spam_action": "AddXHeader"}),
            {"spam.Mayor": REVIEW},
            id="a policy for some that leaves spam in the inbox",
        ),
        pytest.param(
            guards("", {"kind": "phishing", "name": "Mayor", "everybody": False, "on": False, "spoof": True}),
            {"phishing.Mayor": REVIEW},
            id="a policy for some that is switched off",
        ),
        pytest.param(
            guards("", {"kind": "malware", "name": "Mayor", "everybody": False, "attachment_filter": True}),
            {},
            id="a policy for some that is in order",
        ),
        pytest.param(
            guards("", STANDARD, {"kind": "malware", "name": "Mayor", "everybody": False, "cleans_up": False}),
            {},
            id="a preset goes before a policy for some",
        ),
    ],
)
def test_mail_protection_on(rows: list[Row], found: dict[str, Verdict]) -> None:
    said = judge("mail-protection-on", mail_protection=rows, link_protection=list(LINKS))
    assert results(said) == {f"exchange.{path}": verdict for path, verdict in found.items()}


def test_a_mark_on_mail_from_outside_may_come_from_a_mail_flow_rule() -> None:
    said = judge("mail-protection-on", mail_protection=guards("outside tag", on=False), link_protection=list(LINKS))
    assert "mail-flow rule" in said["because"].iloc[0]


def test_a_policy_that_leaves_links_off_is_named() -> None:
    trial = LINKS[0] | {"name": "Trial", "on": False}
    said = judge("mail-protection-on", mail_protection=guards(), link_protection=[*LINKS, trial])
    assert "the policy “Trial” leaves it off for whom it covers" in said["because"].iloc[0]


@pytest.mark.parametrize(
    ("links", "found"),
    [
        pytest.param([LINKS[0] | {"on": False}, LINKS[1]], {"exchange.SafeLinks": FAILS}, id="links off"),
        pytest.param([LINKS[0]], {"exchange.SafeAttachments": UNJUDGED}, id="not even Microsoft's own for attachments"),
        pytest.param([LINKS[0] | {"on": None}, LINKS[1]], {"exchange.SafeLinks": UNJUDGED}, id="nothing said of links"),
        pytest.param(
            [*LINKS, LINKS[0] | {"name": "Trial", "on": False}],
            {"exchange.SafeLinks.Trial": REVIEW},
            id="a policy for some leaves links off",
        ),
        pytest.param(
            [*LINKS, LINKS[1] | {"name": "Trial", "on": False}],
            {"exchange.SafeAttachments.Trial": REVIEW},
            id="a policy for some leaves attachments off",
        ),
        pytest.param(
            [LINKS[0] | {"on": None}, LINKS[1], LINKS[0] | {"name": "Trial", "on": False}],
            {"exchange.SafeLinks": UNJUDGED, "exchange.SafeLinks.Trial": REVIEW},
            id="off for some, and nothing said for the rest",
        ),
        pytest.param(
            [LINKS[0] | {"on": False}, LINKS[0] | {"name": "Trial", "on": False}, LINKS[1]],
            {"exchange.SafeLinks": FAILS},
            id="all off is one finding",
        ),
        pytest.param([*LINKS, LINKS[0] | {"name": "Trial", "on": True}], {}, id="two policies, both on"),
        pytest.param([*LINKS, LINKS[0] | {"name": "Trial", "on": None}], {}, id="one on, and nothing said of a second"),
        pytest.param(None, {}, id="not bought, which the engine reports"),
    ],
)
def test_links_and_attachments(links: list[Row] | None, found: dict[str, Verdict]) -> None:
    given = {} if links is None else {"link_protection": links}
    assert results(judge("mail-protection-on", mail_protection=guards(), **given)) == found


ALL = "mbx0123456789abcdef0123456789abcdef"
OTHER = "mbxffffffffffffffffffffffffffffffff"


def kept(name: str = "ann", **changed: object) -> Row:
    return {
        "mailbox_id": f"ID-{name.title()}",
        "display_name": name.title(),
        "kind": "user",
        "litigation_hold": False,
        "label_hold": False,
        "holds": [],
        "single_item_recovery": True,
    } | changed


def organisation(*holds: str, **changed: object) -> list[Row]:
    return [{"name": "X", "mailbox_audit_off": False, "holds": list(holds)} | changed]


@pytest.mark.parametrize(
    ("changed", "everywhere", "verdict"),
    [
        pytest.param({}, [f"{ALL}:2"], MEETS, id="covered with all mailboxes"),
        pytest.param({}, [f"{ALL}:3"], MEETS, id="kept, then deleted"),
        pytest.param({}, [f"{ALL}:1"], FAILS, id="a policy that only deletes"),
        pytest.param({}, ["skp0123456789abcdef0123456789abcdef:2"], FAILS, id="a policy on chats"),
        pytest.param({}, [], FAILS, id="nothing"),
        pytest.param({"holds": [f"-{ALL}"]}, [f"{ALL}:2"], FAILS, id="left out of the policy for all"),
        pytest.param({"holds": [f"-{OTHER}"]}, [f"{ALL}:2"], MEETS, id="left out of another policy"),
        pytest.param({"holds": [f"{OTHER}:2"]}, [], MEETS, id="a policy of its own"),
        pytest.param({"holds": [f"{OTHER}:1"]}, [], FAILS, id="one of its own that only deletes"),
        pytest.param({"holds": ["UniH7f6e5d4c-3b2a-1908-f7e6-d5c4b3a29180"]}, [], MEETS, id="an eDiscovery hold"),
        pytest.param({"holds": ["cld0123456789abcdef0123456789abcdef"]}, [], MEETS, id="an old In-Place Hold"),
        pytest.param({"holds": ["0123456789abcdef0123456789abcdef"]}, [], MEETS, id="one without a beginning"),
        pytest.param({"holds": ["something new"]}, [], UNJUDGED, id="a hold of a kind nobody knows"),
        pytest.param({"holds": ["something new"]}, [f"{ALL}:2"], MEETS, id="a strange hold beside a known one"),
        pytest.param({"litigation_hold": True}, [], MEETS, id="litigation hold"),
        pytest.param({"label_hold": True}, [], MEETS, id="a label that keeps"),
        pytest.param({"litigation_hold": None}, [], UNJUDGED, id="litigation hold not said"),
        pytest.param({"holds": None}, [], UNJUDGED, id="holds not said"),
        pytest.param({"kind": "room"}, [], MEETS, id="a room"),
        pytest.param({"kind": "shared"}, [], FAILS, id="a shared mailbox"),
        pytest.param({"single_item_recovery": False}, [f"{ALL}:2"], ADVICE, id="covered, but nothing comes back"),
        pytest.param({"single_item_recovery": None}, [f"{ALL}:2"], MEETS, id="whether things come back not said"),
    ],
)
def test_mail_retained(changed: Row, everywhere: list[str], verdict: Verdict) -> None:
    # Another one is covered, so that this one is a finding of its own.
    rows = [kept(**changed), kept("bob", litigation_hold=True)]
    found = results(judge("mail-retained", mailbox_retention=rows, mail_organisation=organisation(*everywhere)))
    assert found == ({"ID-Ann": verdict} if verdict else {})


def test_mailboxes_of_which_none_is_kept_are_one_finding() -> None:
    rows = [kept(), kept("bob", single_item_recovery=False)]
    found = results(judge("mail-retained", mailbox_retention=rows, mail_organisation=organisation()))
    assert found == {"exchange.retention": FAILS, "ID-Bob": ADVICE}


@pytest.mark.parametrize(
    ("rows", "organisations", "verdict"),
    [
        pytest.param([], organisation(f"{ALL}:2"), UNJUDGED, id="no mailbox was listed"),
        pytest.param([kept()], organisation(holds=None), UNJUDGED, id="the policies for all were not said"),
        pytest.param([kept(litigation_hold=True)], organisation(holds=None), MEETS, id="they do not matter here"),
    ],
)
def test_what_is_not_known_of_retention(rows: list[Row], organisations: list[Row], verdict: Verdict) -> None:
    assert only(judge("mail-retained", mailbox_retention=rows, mail_organisation=organisations)) == verdict


@pytest.mark.parametrize(
    ("unified", "off", "found"),
    [
        pytest.param(True, False, {}, id="all is recorded"),
        pytest.param(False, False, {"UnifiedAuditLogIngestionEnabled": FAILS}, id="the log takes nothing"),
        pytest.param(None, False, {"UnifiedAuditLogIngestionEnabled": UNJUDGED}, id="nothing said of the log"),
        pytest.param(True, True, {"AuditDisabled": FAILS}, id="off in all mailboxes"),
        pytest.param(True, None, {"AuditDisabled": UNJUDGED}, id="nothing said of mailboxes"),
    ],
)
def test_audit_log_on(unified: object, off: object, found: dict[str, Verdict]) -> None:
    said = judge(
        "audit-log-on",
        audit_settings=[{"name": "X", "unified_log": unified}],
        mail_organisation=organisation(mailbox_audit_off=off),
    )
    assert results(said) == {f"exchange.{path}": verdict for path, verdict in found.items()}


def test_an_account_whose_doings_are_not_recorded() -> None:
    found = judge(
        "audit-log-on",
        audit_settings=[{"name": "X", "unified_log": True}],
        mail_organisation=organisation(),
        audit_bypasses=[{"account_id": "ID-Ann", "name": "ann01"}],
        accounts=[account("ann")],
    )
    assert results(found) == {"ID-Ann": FAILS}
    assert found["subject_name"].tolist() == ["Ann"]


@pytest.mark.parametrize(
    ("encryption", "labels", "found"),
    [
        pytest.param((True, True), [], {}, id="a button"),
        pytest.param((True, False), [True, False], {}, id="a label that protects"),
        pytest.param((True, False), [False], {"SimplifiedClientAccessEnabled": FAILS}, id="no label protects"),
        pytest.param((True, False), [], {"SimplifiedClientAccessEnabled": FAILS}, id="no labels at all"),
        pytest.param((True, False), None, {"SimplifiedClientAccessEnabled": UNJUDGED}, id="labels could not be read"),
        pytest.param((True, True), None, {}, id="labels could not be read, and do not matter"),
        pytest.param(
            (True, False), [False, None], {"SimplifiedClientAccessEnabled": UNJUDGED}, id="not said of one label"
        ),
        pytest.param(
            (True, False), [None], {"SimplifiedClientAccessEnabled": UNJUDGED}, id="nothing said of the label"
        ),
        pytest.param((True, False), [True, None], {}, id="one label protects, whatever is not said of another"),
        pytest.param((True, None), [False], {"SimplifiedClientAccessEnabled": UNJUDGED}, id="nothing said of a button"),
        pytest.param((False, True), [True], {"AzureRMSLicensingEnabled": FAILS}, id="encryption is off"),
        pytest.param((None, True), [True], {"AzureRMSLicensingEnabled": UNJUDGED}, id="nothing said of encryption"),
    ],
)
def test_encryption_available(encryption: tuple[object, object], labels: list[bool | None] | None, found: Row) -> None:
    given: dict[str, list[Row]] = {
        "mail_encryption": [{"name": "X", "available": encryption[0], "button": encryption[1]}]
    }
    if labels is not None:
        given["sensitivity_labels"] = [{"label_id": str(n), "protects": label} for n, label in enumerate(labels)]
    said = judge("encryption-available", **given)
    assert results(said) == {f"exchange.{path}": verdict for path, verdict in found.items()}


def used(**changed: object) -> Row:
    return {
        "mailbox_id": "ID-Ann",
        "delegate": "ID-Bob",
        "day": "2026-11-02",
        "operation": "MailItemsAccessed",
        "count": 3,
    } | changed


@pytest.mark.parametrize(
    ("use", "allowed", "verdict"),
    [
        pytest.param({}, {}, MEETS, id="authorised on that day"),
        pytest.param({"day": "2025-12-31"}, {}, REVIEW, id="the day before it began"),
        pytest.param({"day": "2026-01-01"}, {}, MEETS, id="its first day"),
        pytest.param({}, {"until": date(2026, 11, 1)}, REVIEW, id="the day after it ended"),
        pytest.param({}, {"until": date(2026, 11, 2)}, MEETS, id="its last day"),
        pytest.param({}, {"until": None, "from": None}, MEETS, id="authorised without dates"),
        pytest.param({}, {"right": "Send as"}, REVIEW, id="authorised to something else"),
        pytest.param({}, {"right": "Folder"}, MEETS, id="authorised to a folder"),
        pytest.param({"operation": "SendAs"}, {}, REVIEW, id="sent, where only opening was authorised"),
        pytest.param({"operation": "SendAs"}, {"right": "Send as"}, MEETS, id="sent, as authorised"),
        pytest.param(
            {"operation": "SendOnBehalf"}, {"right": "Send on behalf"}, MEETS, id="sent on behalf, authorised"
        ),
        pytest.param({}, {"delegate": f"eve@{DOMAIN}"}, REVIEW, id="somebody else is authorised"),
        pytest.param({}, {"mailbox": f"eve@{DOMAIN}"}, REVIEW, id="authorised to another mailbox"),
        pytest.param({"day": "some day"}, {}, REVIEW, id="a day nobody can read"),
    ],
)
def test_mailbox_access_used(use: Row, allowed: Row, verdict: Verdict) -> None:
    found = judge(
        "mailbox-access-used",
        mailbox_use=[used(**use)],
        authorised_access=[authorised(**allowed)],
        accounts=[account("ann"), account("bob"), account("eve")],
    )
    assert only(found) == verdict


def test_a_use_of_many_days_is_one_finding_with_its_first_and_last_day() -> None:
    days = [used(day=day) for day in ("2026-11-05", "2026-11-02", "2026-11-09")]
    found = judge("mailbox-access-used", mailbox_use=days, accounts=[account("ann"), account("bob")])
    assert results(found) == {"ID-Ann|ID-Bob|MailItemsAccessed": REVIEW}
    assert "between 2026-11-02 and 2026-11-09" in found["because"].iloc[0]


def calendar(**changed: object) -> Row:
    return {
        "mailbox_id": "ID-Ann",
        "mailbox_address": f"ann@{DOMAIN}",
        "mailbox_name": "Ann",
        "mailbox_kind": "user",
        "folder": "calendar",
        "delegate": "ID-Bob",
        "delegate_address": f"bob@{DOMAIN}",
        "delegate_name": "Bob",
        "inside": True,
        "role": "read",
    } | changed


def over_calendar(right: Row, allowed: list[Row], **who: Any) -> Verdict:  # noqa: ANN401 - accounts and people
    given: dict[str, list[Row]] = {"accounts": [account("ann"), account("bob")], "people": [person("ann")]}
    found = judge(
        "mailbox-access-authorised", folder_access=[calendar(**right)], authorised_access=allowed, **(given | who)
    )
    assert set(found["subject_id"]) <= {f"ID-Ann|{calendar(**right)['delegate']}|folder:calendar"}
    return only(found)


FOLDER = authorised(right="Folder")


@pytest.mark.parametrize(
    ("right", "allowed", "verdict"),
    [
        pytest.param({}, [FOLDER], MEETS, id="authorised to a folder"),
        pytest.param({}, [authorised()], MEETS, id="authorised to the whole mailbox"),
        pytest.param({}, [authorised(right="Send as")], REVIEW, id="authorised to send"),
        pytest.param({}, [], REVIEW, id="not authorised"),
        pytest.param({}, [FOLDER | {"until": date(2026, 1, 1)}], REVIEW, id="no longer authorised"),
        pytest.param({"role": "freeBusyRead"}, [], MEETS, id="sees only free times"),
        pytest.param({"role": "none"}, [], MEETS, id="sees nothing"),
        pytest.param({"role": None}, [], UNJUDGED, id="what it may do not said"),
        pytest.param({"delegate": "default", "role": "freeBusyRead"}, [], MEETS, id="everybody sees free times"),
        pytest.param({"delegate": "default", "role": "limitedRead"}, [], REVIEW, id="everybody sees titles"),
        pytest.param({"delegate": "default", "mailbox_kind": "room"}, [], MEETS, id="everybody sees a room's"),
        pytest.param({"mailbox_kind": None}, [], UNJUDGED, id="a room's or a person's"),
        pytest.param({"mailbox_kind": None, "inside": False}, [], UNJUDGED, id="from outside, a room's or a person's"),
        pytest.param({"mailbox_kind": None}, [FOLDER], MEETS, id="authorised, a room's or a person's"),
        pytest.param({"delegate": "anonymous", "inside": False}, [FOLDER], REVIEW, id="anybody at all may read it"),
        pytest.param(
            {"delegate": "x@y.example", "delegate_address": "x@y.example", "inside": None},
            [FOLDER | {"delegate": "x@y.example"}],
            FAILS,
            id="outside the council, whatever the register says",
        ),
        pytest.param({"inside": False}, [FOLDER], FAILS, id="outside, as Microsoft says"),
    ],
)
def test_a_right_over_a_calendar(right: Row, allowed: list[Row], verdict: Verdict) -> None:
    assert over_calendar(right, allowed) == verdict


@pytest.mark.parametrize(
    "who",
    [
        pytest.param({"accounts": [account("ann"), account("bob", enabled=False)]}, id="switched off"),
        pytest.param({"accounts": [account("ann"), guest("bob", address=f"bob@{DOMAIN}")]}, id="a guest"),
        pytest.param({"people": [person("bob", until=date(2026, 1, 1))]}, id="a leaver"),
    ],
)
def test_somebody_who_must_not_see_a_calendar(who: dict[str, list[Row]]) -> None:
    assert over_calendar({}, [FOLDER], **who) == FAILS


def test_a_clause_about_sending_does_not_look_at_calendars() -> None:
    given = {"folder_access": [calendar()], "accounts": [account("ann"), account("bob")], "people": [person("ann")]}
    assert only(judge("mailbox-access-authorised", parameters={"rights": ("send as",)}, **given)) == MEETS


def over_folder(right: Row, allowed: list[Row], **who: Any) -> Verdict:  # noqa: ANN401 - accounts, people, parameters
    row = calendar(folder="inbox", calendar=False, delegate_kind="member", role="Reviewer") | right
    del row["inside"]
    given: dict[str, Any] = {"accounts": [account("ann"), account("bob")], "people": [person("ann")]}
    found = judge("mailbox-access-authorised", mail_folder_access=[row], authorised_access=allowed, **(given | who))
    assert set(found["subject_id"]) <= {f"ID-Ann|{row['delegate']}|folder:{row['folder']}"}
    return only(found)


_GROUP = {"delegate": "G-1", "delegate_address": f"finance@{DOMAIN}", "delegate_name": "Fin", "delegate_kind": "group"}
_NAME = {"delegate": "Fin", "delegate_address": None, "delegate_name": "Fin", "delegate_kind": "unknown"}
_EVERYBODY = {"delegate": "default", "delegate_address": None, "delegate_kind": None}
_ANYBODY = _EVERYBODY | {"delegate": "anonymous"}
_ADDED = {"folder": "/Rota", "calendar": True}


@pytest.mark.parametrize(
    ("right", "allowed", "verdict"),
    [
        pytest.param({}, [FOLDER], MEETS, id="authorised to a folder"),
        pytest.param({}, [authorised()], MEETS, id="authorised to the whole mailbox"),
        pytest.param({}, [authorised(right="Send as")], FAILS, id="authorised to send"),
        pytest.param({}, [], FAILS, id="not authorised"),
        pytest.param({}, [FOLDER | {"until": date(2026, 1, 1)}], FAILS, id="no longer authorised"),
        pytest.param({"role": "FolderVisible"}, [], FAILS, id="sees no more than that it is there"),
        pytest.param({"role": "None"}, [], MEETS, id="may do nothing"),
        pytest.param({"role": None}, [FOLDER], UNJUDGED, id="what it may do not said"),
        pytest.param(_EVERYBODY, [FOLDER], FAILS, id="everybody may read it, whatever the register says"),
        pytest.param(_EVERYBODY | {"role": "None"}, [], MEETS, id="everybody may do nothing"),
        pytest.param(_EVERYBODY | {"mailbox_kind": "room"}, [], FAILS, id="everybody may read a room's mail"),
        pytest.param(_EVERYBODY | {"role": None}, [], UNJUDGED, id="what everybody may do not said"),
        pytest.param(_ANYBODY, [], FAILS, id="anybody at all may read it"),
        pytest.param(_GROUP, [FOLDER | {"delegate": f"finance@{DOMAIN}"}], MEETS, id="a group, authorised as one"),
        pytest.param(_GROUP, [], FAILS, id="a group that is not authorised"),
        pytest.param(_NAME, [FOLDER], UNJUDGED, id="a name, where somebody is authorised"),
        pytest.param({"delegate_kind": "deleted"}, [FOLDER], FAILS, id="an account that is gone"),
        pytest.param(
            {"delegate": "x@y.example", "delegate_address": "x@y.example", "delegate_kind": "unknown"},
            [FOLDER | {"delegate": "x@y.example"}],
            FAILS,
            id="outside the council, whatever the register says",
        ),
        pytest.param(_ADDED, [], REVIEW, id="an added calendar, not authorised"),
        pytest.param(_ADDED | {"role": "AvailabilityOnly"}, [], MEETS, id="free times of an added calendar"),
        pytest.param(_ADDED | _EVERYBODY | {"role": "LimitedDetails"}, [], REVIEW, id="everybody sees its titles"),
        pytest.param(_ADDED | _EVERYBODY | {"role": "AvailabilityOnly"}, [], MEETS, id="everybody sees free times"),
    ],
)
def test_a_right_over_a_mail_folder(right: Row, allowed: list[Row], verdict: Verdict) -> None:
    assert over_folder(right, allowed) == verdict


@pytest.mark.parametrize(
    ("who", "verdict"),
    [
        pytest.param({"accounts": [account("ann"), account("bob", enabled=False)]}, FAILS, id="switched off"),
        pytest.param({"people": [person("bob", until=date(2026, 1, 1))]}, FAILS, id="a leaver"),
        pytest.param({"parameters": {"rights": ("send as",)}}, MEETS, id="a clause about sending"),
        pytest.param({"parameters": {"mailboxes_of": ("councillor",)}}, FAILS, id="a councillor's mailbox"),
        pytest.param({"parameters": {"mailboxes_of": ("staff",)}}, MEETS, id="a clause about other people's mailboxes"),
    ],
)
def test_who_has_a_right_over_a_mail_folder_and_who_asks(who: Row, verdict: Verdict) -> None:
    allowed = [] if "parameters" in who else [FOLDER]
    assert over_folder({}, allowed, **who) == verdict


@pytest.mark.parametrize("verdict", [FAILS, MEETS])
def test_a_group_over_a_mail_folder_is_opened(verdict: Verdict) -> None:
    inside = {"group_id": "G-1", "member_id": "ID-Bob", "relation": "member"}
    bob = account("bob", enabled=verdict == MEETS)
    allowed = [FOLDER | {"delegate": f"finance@{DOMAIN}"}]
    assert over_folder(_GROUP, allowed, group_members=[inside], accounts=[account("ann"), bob]) == verdict


def activity(**changed: object) -> Row:
    return {"address": f"ann@{DOMAIN}", "sent": 0, "deleted": False, "period_days": 90} | changed


@pytest.mark.parametrize(
    ("line", "who", "holds", "verdict"),
    [
        pytest.param({}, {}, {}, REVIEW, id="sent nothing"),
        pytest.param({"sent": 1}, {}, {}, MEETS, id="sent one message"),
        pytest.param({"sent": None}, {}, {}, UNJUDGED, id="how much not said"),
        pytest.param({"address": f"eve@{DOMAIN}"}, {}, {}, UNJUDGED, id="not in the report"),
        pytest.param({"deleted": True}, {}, {}, UNJUDGED, id="only an account that was deleted is"),
        pytest.param({}, {"role": "Assistant"}, {}, MEETS, id="no councillor"),
        pytest.param({}, {"until": date(2026, 11, 20)}, {}, MEETS, id="no longer in office"),
        pytest.param({}, {"from": date(2026, 8, 24)}, {}, MEETS, id="began 89 days ago"),
        pytest.param({}, {"from": date(2026, 8, 23)}, {}, REVIEW, id="began 90 days ago"),
        pytest.param({}, {}, {"enabled": False}, MEETS, id="switched off"),
        pytest.param({}, {}, {"created_at": at(2026, 11, 1)}, MEETS, id="an account made this month"),
    ],
)
def test_mailbox_in_use(line: Row, who: Row, holds: Row, verdict: Verdict) -> None:
    found = judge(
        "mailbox-in-use",
        email_activity=[activity(**line)],
        people=[person("ann", **who)],
        accounts=[account("ann", **holds)],
    )
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("use", "words"),
    [
        pytest.param(None, "in 90 days", id="no second report"),
        pytest.param([], "in 90 days", id="a second report that does not name it"),
        pytest.param([{"address": f"ann@{DOMAIN}"}], "nor any other use of it", id="nobody reads there either"),
        pytest.param(
            [{"address": f"ann@{DOMAIN}", "last_active_at": at(2026, 11, 2)}],
            "; it was last used on 2 Nov 2026",
            id="somebody reads there",
        ),
        pytest.param(
            [{"address": f"ann@{DOMAIN}", "last_active_at": at(2026, 11, 2), "deleted": True}],
            "in 90 days",
            id="a mailbox of that name that was deleted",
        ),
    ],
)
def test_a_second_report_says_when_the_mailbox_was_last_used(use: list[Row] | None, words: str) -> None:
    given = {"email_activity": [activity()], "people": [person("ann")], "accounts": [account("ann")]}
    found = judge("mailbox-in-use", **given, **({} if use is None else {"mailbox_usage": use}))
    assert found["because"].iloc[0].endswith(words)


def test_a_clause_may_ask_after_staff() -> None:
    given = {"email_activity": [activity()], "people": [person("ann", role="Clerk")], "accounts": [account("ann")]}
    assert only(judge("mailbox-in-use", parameters={"roles": ("staff",)}, **given)) == REVIEW
