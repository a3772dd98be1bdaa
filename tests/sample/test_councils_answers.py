"""What the sample councils say must be found is there to be found, and what must not is there to be mistaken."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from m365audit.model.tenant import Auth, Tenant
from m365audit.sample import councils
from m365audit.sample.councils.register import SHEETS, Register
from m365audit.sample.tenant import Json, Planted
from m365audit.sample.tenant import Tenant as SampleTenant

AS_OF = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RULES = {
    "auditor-read-only",
    "person-has-account",
    "account-on-register",
    "leaver-access-removed",
    "account-dormant",
    "mailbox-on-council-domain",
    "account-belongs-to-one-person",
    "two-step-registered",
    "two-step-method-strong",
    "mailbox-access-authorised",
    "mail-forwarded-outside",
    "private-address-in-use",
    "share-anyone-link",
    "share-outside-accepted",
    "share-everyone-inside",
    "sharing-limits-set",
    "guest-accounted-for",
    "meeting-on-teams",
    "meeting-outside-passcode",
    "council-meeting-in-person",
    "meeting-link-provided",
    "policy-review-due",
    "password-age",
    "policy-references-current",
    "training-current",
    "admin-changes-expected",
    "admin-roles-justified",
    "app-access-approved",
    "site-access-by-role",
    "third-party-access-ended",
    "third-party-under-contract",
    "two-step-enforced",
    "two-step-exclusions-on-register",
    "legacy-sign-in-blocked",
    "password-protection-on",
    "audit-log-on",
    "backup-running",
    "device-meets-standard",
    "device-on-asset-list",
    "domain-mail-protected",
    "encryption-available",
    "idle-sign-out-on",
    "incidents-reported",
    "local-copies-limited",
    "mail-protection-on",
    "mail-retained",
    "mailbox-in-use",
    "meeting-policy-limits",
    "personal-files-stored",
    "unmanaged-device-limited",
}
# Rules that have one thing to look at, which is either a breach or none.
OF_ONE_THING = {
    "auditor-read-only",
    "policy-review-due",
    "password-age",
    "policy-references-current",
    "backup-running",
    "idle-sign-out-on",
    "incidents-reported",
    "local-copies-limited",
    "unmanaged-device-limited",
}
TOLD = {"Exampleton": councils.exampleton(AS_OF), "Little Sampling": councils.little_sampling(AS_OF)}
COUNCILS = TOLD | {"a scaled one": councils.scaled(200, 7, AS_OF)}


GUARDS = {
    "backup.serviceStatus",
    "entra.activityBasedTimeoutPolicies",
    "entra.unmanagedDevices",
    "exchange.SafeAttachments",
    "exchange.SafeLinks",
    "exchange.antiPhishing",
    "exchange.attachmentFilter",
    "exchange.cleanUp",
    "exchange.outsideTag",
    "exchange.reportButton",
    "exchange.retention",
    "exchange.spamFilter",
    "intune.secureByDefault",
    "security.incidents",
}
AT_SIGN_IN = {
    "entra.legacy-sign-in",
    "entra.authentication-methods",
    "entra.password-protection",
    "exchange.smtp-auth",
    "conditional-access.emergency-accounts",
    "conditional-access.service-providers",
}


def known_subjects(council: councils.SampleCouncil) -> set[str]:
    """Every natural key the tenant, its register and its policy could give a subject."""
    tenant = council.tenant
    known = {user["id"] for user in (*tenant.users, *tenant.deleted_users)} | {group["id"] for group in tenant.groups}
    known |= {domain["id"] for domain in tenant.domains} | {council.policy}
    known |= {f"sharepoint.{name}" for name in tenant.sharing_settings}
    known |= {str(row["Account"]).lower() for row in council.register["People"]}
    known |= {event["iCalUId"] for events in tenant.calendars.values() for event in events}
    return known | in_the_directory(tenant) | AT_SIGN_IN | guarded(tenant)


def in_the_directory(tenant: SampleTenant) -> set[str]:
    """Apps, other organisations, places in groups (taken or empty), changes, and the settings of all that."""
    known = {app["id"] for app in tenant.service_principals}
    known |= {partner["tenantId"] for partner in tenant.cross_tenant_partners}
    known |= {f"{group['id']}|{user['id']}" for group in tenant.groups for user in tenant.users}
    changes = ((row["activityDisplayName"], row["activityDateTime"][:10]) for row in tenant.directory_audits)
    known |= {f"directory.{activity}.{day}" for activity, day in changes}
    return known | {"roles.globalAdministrators", "authorizationPolicy.permissionGrantPoliciesAssigned"}


def guarded(tenant: SampleTenant) -> set[str]:
    """Devices, libraries, and the settings that guard the mail and the rest."""
    known = {device["id"] for device in (*tenant.devices, *tenant.managed_devices)} | set(tenant.items)
    known |= {f"intune.compliance.{kind}.{need}" for kind in ("windows", "ios") for need in ("unlock", "screen lock")}
    known |= {f"exchange.phishing.{one['Name']}" for one in tenant.exchange_settings["Get-AntiPhishPolicy"]}
    known |= {f"exchange.{name}" for rows in tenant.exchange_settings.values() for row in rows for name in row}
    policies = (one["properties"]["Identity"] for each in tenant.configuration_snapshots for one in each["resources"])
    known |= {f"teams.meetingPolicy.{name.removeprefix('Tag:')}" for name in ("Global", *policies)}
    return known | GUARDS


def is_there(council: councils.SampleCouncil, subject: str) -> bool:
    first, _, rest = subject.partition("|")
    second, _, third = rest.partition("|")
    if subject in known_subjects(council):
        return True
    if first == "*":
        rules = {rule["Name"]: rule for rule in council.tenant.transport_rules}
        return third in str(rules[second.removeprefix("transport:")]).lower()
    if first in council.tenant.items:
        return is_shared(council, first, second, third)
    if third == "folder:calendar":
        given = council.tenant.calendar_permissions[first]
        names = {user["id"]: user["mail"] for user in council.tenant.users} | {"default": None}
        return names.get(second, second) in {one["emailAddress"].get("address") for one in given}
    boxes = {box["ExternalDirectoryObjectId"]: box for box in council.tenant.mailboxes}
    if third.startswith("folder:"):
        names = {user["id"]: user["displayName"] for user in council.tenant.users}
        folders = council.tenant.mail_folders[boxes[first]["Guid"]]
        let_in = {user for folder in folders for user, _ in folder.get("LetIn", ())}
        return names.get(second) in let_in or (second == "default" and any("Default" in folder for folder in folders))
    return first in boxes and reaches_mailbox(council, boxes[first], second, third)


def reaches_mailbox(council: councils.SampleCouncil, box: Json, second: str, third: str) -> bool:
    if third in {"full access", "send as", "send on behalf"}:
        return may_use(council, box, second, third)
    if second == "mailbox":
        recipients = {row["Name"]: row["PrimarySmtpAddress"] for row in council.tenant.recipients}
        return third in {str(box["ForwardingSmtpAddress"])[5:], recipients.get(box["ForwardingAddress"])}
    rules = {f"rule:{rule['id']}": rule for rule in council.tenant.inbox_rules[box["ExternalDirectoryObjectId"]]}
    return third in str(rules[second]["actions"]).lower()


def is_shared(council: councils.SampleCouncil, drive: str, item: str, permission: str) -> bool:
    """Whether the permission stands on the item or on a folder above it."""
    above = {held["id"]: held["parentReference"].get("id") for held in council.tenant.items[drive]}
    while item in above:
        if permission in {given["id"] for given in council.tenant.permissions.get((drive, item), [])}:
            return True
        item = above[item]
    return False


def may_use(council: councils.SampleCouncil, box: Json, delegate: str, right: str) -> bool:
    tenant = council.tenant
    names = {delegate}
    names |= {str(user["userPrincipalName"]) for user in tenant.users if user["id"] == delegate}
    for row in tenant.recipients:
        if delegate in {row["ExternalDirectoryObjectId"], row["PrimarySmtpAddress"]}:
            names |= {row["Name"], row["DisplayName"]}
    given = {
        "full access": [row["User"] for row in tenant.mailbox_permissions[str(box["Guid"])]],
        "send as": [row["Trustee"] for row in tenant.recipient_permissions if row["Identity"] == box["Name"]],
        "send on behalf": box["GrantSendOnBehalfTo"],
    }[right]
    return bool(names & set(given))


@pytest.mark.parametrize("council", COUNCILS.values(), ids=COUNCILS.keys())
def test_every_subject_of_an_answer_is_in_the_council(council: councils.SampleCouncil) -> None:
    missing = [answer for answer in (*council.planted, *council.near_misses) if not is_there(council, answer.subject)]
    assert missing == []


@pytest.mark.parametrize("council", COUNCILS.values(), ids=COUNCILS.keys())
def test_nothing_is_both_planted_and_a_near_miss_nor_told_twice(council: councils.SampleCouncil) -> None:
    told = Counter((answer.rule, answer.subject) for answer in (*council.planted, *council.near_misses))
    assert [key for key, times in told.items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "impossible"),
    [
        pytest.param(
            "Exampleton",
            {"policy-review-due", "backup-running", "auditor-read-only"},
            id="Exampleton's policy names no date of review, its backup was confirmed, and its auditor only reads",
        ),
        pytest.param(
            "Little Sampling",
            {
                "account-dormant",
                "meeting-outside-passcode",
                "two-step-exclusions-on-register",
                "password-protection-on",
                "device-meets-standard",
                "mailbox-in-use",
                "meeting-policy-limits",
                "unmanaged-device-limited",
            },
            id="Little Sampling has no Entra ID P1, no Intune, no access policy, and hides names in reports",
        ),
    ],
)
def test_every_rule_has_a_breach_wherever_there_is_evidence(name: str, impossible: set[str]) -> None:
    assert {answer.rule for answer in TOLD[name].planted} == RULES - impossible
    assert {answer.rule for answer in TOLD[name].near_misses} >= RULES - OF_ONE_THING


@pytest.mark.parametrize("council", COUNCILS.values(), ids=COUNCILS.keys())
def test_the_register_has_its_sheets_and_headers_exactly(council: councils.SampleCouncil) -> None:
    assert list(council.register) == [
        "People", "Other accounts", "Mailbox access", "Accepted sharing", "Third parties", "Site access", "Assets",
        "Training", "Statements",
    ]  # fmt: skip
    for sheet, rows in council.register.items():
        assert all(tuple(row) == SHEETS[sheet] for row in rows)


def test_a_register_row_with_too_many_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="Assets has 3 columns, not 4"):
        Register().add("Assets", "LAPTOP-01", "Jane", "council", "blue")


@pytest.mark.parametrize("council", TOLD.values(), ids=TOLD)
def test_the_register_of_a_council_told_in_full_leaves_no_sheet_empty(council: councils.SampleCouncil) -> None:
    assert [sheet for sheet, rows in council.register.items() if not rows] == []


@pytest.mark.parametrize("council", COUNCILS.values(), ids=COUNCILS.keys())
def test_the_tenant_file_is_one_the_program_reads(council: councils.SampleCouncil) -> None:
    tenant = Tenant.model_validate(council.tenant_file | {"slug": council.slug, "auth": Auth(kind="token")})
    assert (tenant.tenant_id, tenant.policy) == (council.tenant.tenant_id, council.policy)


@pytest.mark.parametrize(
    ("name", "premium", "policy"),
    [
        pytest.param("Exampleton", True, True, id="Exampleton"),
        pytest.param("Little Sampling", False, False, id="Little Sampling"),
    ],
)
def test_what_a_council_bought_decides_what_can_be_read(name: str, *, premium: bool, policy: bool) -> None:
    tenant = TOLD[name].tenant
    assert (tenant.premium, tenant.access_policy) == (premium, policy)
    assert {"Exchange.ManageAsApp", "OnlineMeetings.Read.All"} <= tenant.granted
    assert not any("Write" in permission or "FullControl" in permission for permission in tenant.granted)


def test_little_sampling_stays_small_enough_for_the_paced_fallback() -> None:
    enabled = [u for u in TOLD["Little Sampling"].tenant.users if u["accountEnabled"] and u["userType"] == "Member"]
    assert len(enabled) <= 10


def scaled(as_of: datetime) -> councils.SampleCouncil:
    return councils.scaled(40, 3, as_of)


@pytest.mark.parametrize("make", [councils.exampleton, councils.little_sampling, scaled])
def test_the_same_day_gives_the_same_council(make: Callable[[datetime], councils.SampleCouncil]) -> None:
    assert make(AS_OF) == make(AS_OF)


def test_another_day_moves_the_dates_and_keeps_the_people() -> None:
    later = councils.exampleton(AS_OF + timedelta(days=31))
    assert [user["id"] for user in later.tenant.users] == [user["id"] for user in TOLD["Exampleton"].tenant.users]
    assert [undated(answer) for answer in later.planted] == [undated(answer) for answer in TOLD["Exampleton"].planted]
    assert later.tenant.calendars != TOLD["Exampleton"].tenant.calendars


def undated(answer: Planted) -> tuple[str, str, str]:
    """An answer without the day in it."""
    return answer.rule, re.sub(r"\d{4}-\d\d-\d\d$", "", answer.subject), answer.because


def test_another_seed_gives_other_ids() -> None:
    assert councils.scaled(40, 3, AS_OF).tenant.tenant_id != councils.scaled(40, 4, AS_OF).tenant.tenant_id


def test_a_day_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        councils.exampleton(AS_OF.replace(tzinfo=None))


def test_a_council_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one person"):
        councils.scaled(0, 1, AS_OF)


def test_ten_times_the_people_is_ten_times_of_everything() -> None:
    small, large = councils.scaled(500, 1, AS_OF), councils.scaled(5000, 1, AS_OF)
    counts: tuple[Callable[[councils.SampleCouncil], int], ...] = (
        lambda council: len(council.tenant.users),
        lambda council: len(council.tenant.mailboxes),
        lambda council: sum(map(len, council.tenant.calendars.values())),
        lambda council: len(council.tenant.sites),
        lambda council: sum(map(len, council.tenant.items.values())),
        lambda council: len(council.tenant.permissions),
        lambda council: len(council.register["People"]),
    )
    for count in counts:
        assert count(large) == pytest.approx(10 * count(small), rel=0.05)
    few, many = (Counter(answer.rule for answer in council.planted) for council in (small, large))
    of_people = [rule for rule, times in many.items() if times > 2]
    assert len(of_people) >= 5
    assert sum(many[rule] for rule in of_people) == pytest.approx(10 * sum(few[rule] for rule in of_people), rel=0.1)


def test_the_hostile_names_are_there_and_will_be_reported() -> None:
    council = TOLD["Exampleton"]
    hostile = {user["id"] for user in council.tenant.users if user["displayName"].startswith("=HYPERLINK(")}
    files = {item["id"] for items in council.tenant.items.values() for item in items if item["name"].startswith("=")}
    reported = {part for answer in council.planted for part in answer.subject.split("|")}
    assert len(hostile) == len(files) == 1
    assert hostile | files <= reported
