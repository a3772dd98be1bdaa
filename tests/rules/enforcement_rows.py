# ruff: noqa: E501 - one case a line reads as the table it is
"""Is Ann asked for the second step at every sign-in? Microsoft's documented answer, policy by policy.

A row is a sentence, the right answer, which of the other tools answer wrongly and why, the policies, and what else is
so. ``"MP places"`` reads: Maester and Prowler are wrong here because they do not look at places (M Maester, S ScubaGear,
P Prowler; the words are those of ``other_tools.OVERLOOKED``). Wrong is "required" where Ann can sign in without, or
where it cannot be known, and "not required" where she is asked every time.

Sources: Conditional Access: conditions, grant controls, users and groups, cloud apps, network; security defaults;
per-user MFA states; authentication strengths (learn.microsoft.com/entra/identity). No answer here was taken from what
the program says.
"""

from typing import Any, NamedTuple

from access_rows import ADMINISTRATOR, EXCHANGE, OFF, ON, PAYROLL, READER, group, inside, policy, role
from rule_rows import DOMAIN, FAILS, MEETS, REVIEW, TENANT, UNJUDGED, Row, Verdict, account, guest, settings


class Case(NamedTuple):
    sentence: str
    verdict: Verdict
    wrong: str
    policies: list[Row]
    world: dict[str, Any]


def case(sentence: str, verdict: Verdict, wrong: str = "", *policies: Row, **world: Any) -> Case:  # noqa: ANN401
    return Case(sentence, verdict, wrong, list(policies), world)


def but(*users: str) -> Row:
    return policy(exclude_users=list(users))


STATES = [
    case("security defaults are on", MEETS, "MSP defaults", security_defaults=ON),
    case("security defaults are off and nothing takes their place", FAILS),
    case("security defaults are on beside a policy that leaves Ann out", MEETS, "S defaults", but("ID-Ann"), security_defaults=ON),
    case("whether security defaults are on was not said", UNJUDGED, security_defaults=[OFF[0] | {"enabled": None}]),
    case("not said, but a policy asks everybody", MEETS, "", policy(), security_defaults=[OFF[0] | {"enabled": None}]),
    case("a policy for everybody", MEETS, "", policy()),
    case("the policy is switched off", FAILS, "", policy(state="disabled")),
    case("the policy only reports", FAILS, "", policy(state="enabledForReportingButNotEnforced")),
    case("the policy is in a state nobody has told us of", UNJUDGED, "", policy(state="enabledForSome")),
    case("one policy only reports and another asks", MEETS, "", policy("A", state="enabledForReportingButNotEnforced"), policy("B")),
    case("the tenant has no licence for its policies", UNJUDGED, "SP licence", policy(licensed=False)),
    case("whether the tenant has the licence is not known", UNJUDGED, "SP licence", policy(licensed=None)),
    case("policies without a licence, and none of them would ask", FAILS, "", policy(licensed=False, state="disabled")),
]  # fmt: skip
PER_USER = [
    case("the older setting enforces it", MEETS, "MSP per-user", per_user_mfa=[{"account_id": "ID-Ann", "state": "enforced"}]),
    case("the older setting is on and not yet taken up", MEETS, "MSP per-user", per_user_mfa=[{"account_id": "ID-Ann", "state": "enabled"}]),
    case("the older setting says Enforced with a capital", MEETS, "MSP per-user", per_user_mfa=[{"account_id": "ID-Ann", "state": "Enforced"}]),
    case("the older setting could not be read", UNJUDGED, per_user_mfa=None),
    case("the older setting could not be read, but a policy asks", MEETS, "", policy(), per_user_mfa=None),
    case("the older setting was not said of Ann", UNJUDGED, per_user_mfa=[]),
    case("the older setting says a word nobody has told us of", UNJUDGED, per_user_mfa=[{"account_id": "ID-Ann", "state": "soon"}]),
    case("the older setting is on for somebody else", FAILS, per_user_mfa=[
        {"account_id": "ID-Bob", "state": "enforced"}, {"account_id": "ID-Ann", "state": "disabled"},
    ]),
    case("left out of the policy, but the older setting asks", MEETS, "S per-user", but("ID-Ann"), per_user_mfa=[{"account_id": "ID-Ann", "state": "enforced"}]),
]  # fmt: skip

_STAFF = {"groups": [group("staff")], "group_members": [inside("staff", "ann")]}
_NESTED = {"group_members": [inside("all", "group:staff"), inside("staff", "ann")]}
_EVERYBODY = {"group_members": [inside("all", "ann"), inside("all", "bob")]}
_NOBODY: Row = {"include_users": []}


def whom(**changed: Any) -> Row:  # noqa: ANN401
    return policy(**(_NOBODY | changed))


MEMBERS = [
    case("named by her id", MEETS, "MSP named", whom(include_users=["ID-Ann"])),
    case("ids are compared without case", MEETS, "MSP named", whom(include_users=["id-ann"])),
    case("only somebody else is named", FAILS, "", whom(include_users=["ID-Bob"])),
    case("no users at all", FAILS, "", whom()),
    case("the word None", FAILS, "", whom(include_users=["None"])),
    case("a group she is in", MEETS, "MSP named", whom(include_groups=["staff"]), **_STAFF),
    case("a group she is not in", FAILS, "", whom(include_groups=["staff"])),
    case("a group that holds her group", MEETS, "MSP named", whom(include_groups=["all"]), **_NESTED),
    case("groups that hold each other", MEETS, "MSP named", whom(include_groups=["all"]), group_members=[
        inside("all", "group:staff"), inside("staff", "group:all"), inside("staff", "ann"),
    ]),
    case("she owns the group and is no member", FAILS, "", whom(include_groups=["staff"]), group_members=[inside("staff", "ann", relation="owner")]),
    case("members of the group could not be read", UNJUDGED, "", whom(include_groups=["staff"]), group_members=None),
    case("members unread, but another policy asks her", MEETS, "", whom(include_groups=["staff"]), policy("B"), group_members=None),
    case("members unread, and the policy is switched off", FAILS, "", whom(include_groups=["staff"], state="disabled"), group_members=None),
    case("a role she holds", MEETS, "MSP named", whom(include_roles=[ADMINISTRATOR]), role_members=[role()]),
    case("a role she does not hold", FAILS, "", whom(include_roles=[READER]), role_members=[role()]),
    case("a role she holds over one part only", FAILS, "", whom(include_roles=[ADMINISTRATOR]), role_members=[
        role(scope="/administrativeUnits/1", scope_kind="administrative unit"),
    ]),
    case("a role she may take up and has not", FAILS, "", whom(include_roles=[ADMINISTRATOR]), role_members=[role(assignment="eligible")]),
    case("holders of the role could not be read", UNJUDGED, "", whom(include_roles=[ADMINISTRATOR]), role_members=None),
    case("the role is a group's whose members are unread", UNJUDGED, "", whom(include_roles=[ADMINISTRATOR]), role_members=[
        role(member_kind="group", holder="admins", via_group="ID-Admins"),
    ]),
    case("the role is a group's and she is in it", MEETS, "MSP named", whom(include_roles=[ADMINISTRATOR]), role_members=[
        role(via_group="admins", principal_kind="group"),
    ]),
    case("only guests are asked", FAILS, "", whom(include_users=["GuestsOrExternalUsers"])),
    case("only guests of every kind are asked", FAILS, "", whom(include_guests=["b2bCollaborationGuest"], include_guests_of=["all"])),
]  # fmt: skip
EXCLUDED = [
    case("left out by her id", FAILS, "MP users", but("ID-Ann")),
    case("somebody else is left out", MEETS, "S anybody", but("ID-Bob")),
    case("named, and left out all the same", FAILS, "", policy(include_users=["ID-Ann"], exclude_users=["ID-Ann"])),
    case("in by one group and out by another", FAILS, "", whom(include_groups=["staff"], exclude_groups=["scanners"]), group_members=[
        inside("staff", "ann"), inside("scanners", "ann"),
    ]),
    case("left out by a group", FAILS, "MP groups", policy(exclude_groups=["staff"]), **_STAFF),
    case("left out by a group within the group", FAILS, "MP nested", policy(exclude_groups=["all"]), **_NESTED),
    case("everybody is in the group that is left out", FAILS, "MP groups", policy(exclude_groups=["all"]), **_EVERYBODY),
    case("the group left out is gone or empty", MEETS, "S anybody", policy(exclude_groups=["gone"])),
    case("who is in the group left out could not be read", UNJUDGED, "MP groups", policy(exclude_groups=["staff"]), group_members=None),
    case("left out by a role", FAILS, "MP roles", policy(exclude_roles=[ADMINISTRATOR]), role_members=[role()]),
    case("another role is left out", MEETS, "S anybody", policy(exclude_roles=[READER]), role_members=[role()]),
    case("who holds the role left out could not be read", UNJUDGED, "MP roles", policy(exclude_roles=[READER]), role_members=None),
    case("guests are left out, and she is none", MEETS, "S anybody", but("GuestsOrExternalUsers")),
    case("left out of one and asked by another", MEETS, "", but("ID-Ann"), policy("B")),
    case("left out of one and asked by one that only reports", FAILS, "MP users", but("ID-Ann"), policy("B", state="enabledForReportingButNotEnforced")),
    case("two policies, each leaving her out", FAILS, "MP users groups", but("ID-Ann"), policy("B", exclude_groups=["staff"]), **_STAFF),
    case("named in one policy's group and left out of the other's", MEETS, "S together", policy("A", exclude_groups=["staff"]), policy("B", **_NOBODY | {"include_groups": ["staff"]}), **_STAFF),
]  # fmt: skip

_GUS: dict[str, Any] = {"accounts": [guest("gus", account_id="ID-Ann")], "mailbox_settings": []}
GUESTS = [
    case("a guest: everybody is asked", MEETS, "", policy(), **_GUS),
    case("a guest: nothing asks", REVIEW, **_GUS),
    case("a guest: guests are left out by the old word", REVIEW, "MP guests", but("GuestsOrExternalUsers"), **_GUS),
    case("a guest: the old word takes guests in", MEETS, "MSP named", whom(include_users=["GuestsOrExternalUsers"]), **_GUS),
    case("a guest: invited guests are left out", REVIEW, "MP guests", policy(exclude_guests=["internalGuest", "b2bCollaborationGuest"], exclude_guests_of=["all"]), **_GUS),
    case("a guest: only providers' people are left out", MEETS, "S anybody", policy(exclude_guests=["serviceProvider"], exclude_guests_of=["all"]), **_GUS),
    case("a guest: invited guests are taken in", MEETS, "MSP named", whom(include_guests=["b2bCollaborationGuest"], include_guests_of=["all"]), **_GUS),
    case("a guest: taken in from some organisations only", UNJUDGED, "", whom(include_guests=["b2bCollaborationGuest"], include_guests_of=["T-9"]), **_GUS),
    case("a guest: left out from some organisations only", UNJUDGED, "MP guests", policy(exclude_guests=["b2bCollaborationGuest"], exclude_guests_of=["T-9"]), **_GUS),
    case("a guest: only members' group is asked", REVIEW, "", whom(include_groups=["staff"]), **_GUS),
    case("a guest who has not accepted cannot sign in", MEETS, "MSP accounts", accounts=[guest("gus", invitation_state="PendingAcceptance")], mailbox_settings=[]),
    case("a guest with a password of the tenant", MEETS, "S anybody", policy(exclude_guests=["b2bCollaborationGuest"], exclude_guests_of=["all"]),
         accounts=[guest("gus", account_id="ID-Ann", user_principal_name=f"gus@{DOMAIN}")], mailbox_settings=[]),
    case("a member who belongs to another organisation", FAILS, "MP guests", policy(exclude_guests=["b2bCollaborationMember"], exclude_guests_of=["all"]),
         accounts=[account(user_principal_name=f"ann_other.example#ext#@{TENANT}")]),
]  # fmt: skip

APPS = [
    case("only Office 365", FAILS, "", policy(include_apps=["Office365"])),
    case("only the administrators' portals", FAILS, "", policy(include_apps=["MicrosoftAdminPortals"])),
    case("only one app", FAILS, "", policy(include_apps=[PAYROLL])),
    case("only Exchange", FAILS, "", policy(include_apps=[EXCHANGE])),
    case("the word None for apps", FAILS, "", policy(include_apps=["None"])),
    case("every app but one that is not Office 365", REVIEW, "MP apps", policy(exclude_apps=[PAYROLL])),
    case("every app but Exchange", FAILS, "MP apps", policy(exclude_apps=[EXCHANGE])),
    case("every app but Office 365", FAILS, "MP apps", policy(exclude_apps=["Office365"])),
    case("every app but Office 365, and Office 365", MEETS, "S together", policy("A", exclude_apps=["Office365"]), policy("B", include_apps=["Office365"])),
    case("every app but one, and that one", MEETS, "S together", policy("A", exclude_apps=[PAYROLL]), policy("B", include_apps=[PAYROLL])),
    case("every app but one, and that one only reports", REVIEW, "MP apps", policy("A", exclude_apps=[PAYROLL]), policy("B", include_apps=[PAYROLL], state="enabledForReportingButNotEnforced")),
    case("Office 365 but not Exchange, beside every app but Office 365", FAILS, "MP apps",
         policy("A", include_apps=["Office365"], exclude_apps=[EXCHANGE]), policy("B", exclude_apps=["Office365"])),
    case("only when a second step is registered", FAILS, "", policy(include_apps=[], user_actions=["urn:user:registersecurityinfo"])),
    case("only for an authentication context", FAILS, "", policy(include_apps=[], authentication_contexts=["c1"])),
    case("apps picked by their attributes", UNJUDGED, "", policy(include_apps=[], unknown_conditions=["conditions.applications.applicationFilter"])),
]  # fmt: skip
CLIENTS = [
    case("only browsers", FAILS, "MSP clients", policy(clients=["browser"])),
    case("only apps on computers and telephones", FAILS, "MSP clients", policy(clients=["mobileAppsAndDesktopClients"])),
    case("browsers and apps", MEETS, "", policy(clients=["browser", "mobileAppsAndDesktopClients"])),
    case("browsers in one policy and apps in another", MEETS, "", policy("A", clients=["browser"]), policy("B", clients=["mobileAppsAndDesktopClients"])),
    case("only old ways of signing in", FAILS, "", policy(clients=["exchangeActiveSync", "other"], controls=["block"])),
    case("no client at all", FAILS, "MSP clients", policy(clients=[])),
]  # fmt: skip
_FIVE = ["android", "iOS", "windows", "macOS", "linux"]
PLATFORMS = [
    case("only Windows", FAILS, "MSP platforms", policy(include_platforms=["windows"])),
    case("every platform by the word", MEETS, "", policy(include_platforms=["all"])),
    case("the five platforms by name: a device can claim to be something else", FAILS, "MSP platforms", policy(include_platforms=_FIVE)),
    case("the five by name, and whatever else is blocked", MEETS, "", policy("A", include_platforms=_FIVE),
         policy("B", include_platforms=["all"], exclude_platforms=_FIVE, controls=["block"])),
    case("every platform but Android", FAILS, "MSP platforms", policy(include_platforms=["all"], exclude_platforms=["android"])),
    case("two platforms, and every other one in another policy", MEETS, "", policy("A", include_platforms=["windows", "macOS"]),
         policy("B", include_platforms=["all"], exclude_platforms=["windows", "macOS"])),
    case("platforms shared out with one left over", FAILS, "MSP platforms", policy("A", include_platforms=["windows"]),
         policy("B", include_platforms=["all"], exclude_platforms=["windows", "iOS"])),
    case("browsers on Windows, apps everywhere: browsers elsewhere are left", FAILS, "MSP platforms",
         policy("A", clients=["browser"], include_platforms=["windows"]), policy("B", clients=["mobileAppsAndDesktopClients"])),
]  # fmt: skip


def place(name: str = "Second step", where: list[str] | None = None, *, out: list[str], **changed: Any) -> Row:  # noqa: ANN401
    return policy(name, include_locations=["All"] if where is None else where, exclude_locations=out, **changed)


LOCATIONS = [
    case("every place by the word", MEETS, "", place(out=[])),
    case("everywhere but trusted places", REVIEW, "MSP places", place(out=["AllTrusted"])),
    case("everywhere but the office, which is trusted", REVIEW, "MSP places", place(out=["office"])),
    case("everywhere but a place that is not marked as trusted", FAILS, "MSP places", place(out=["hall"])),
    case("everywhere but the whole country", FAILS, "MSP places", place(out=["gb"])),
    case("only abroad: two countries are named", FAILS, "MSP places", place(where=["gb", "fr"], out=[])),
    case("only at trusted places", FAILS, "MSP places", place(where=["AllTrusted"], out=[])),
    case("everywhere but trusted places, and at trusted places", MEETS, "", place("A", out=["AllTrusted"]), place("B", where=["AllTrusted"], out=[])),
    case("everywhere but the hall, and at the hall", MEETS, "", place("A", out=["hall"]), place("B", where=["hall"], out=[])),
    case("everywhere but the hall, and at the hall unless in Britain", FAILS, "MSP places", place("A", out=["hall"]), place("B", where=["hall"], out=["gb"])),
    case("everywhere but Britain, and in Britain unless in France", MEETS, "", place("A", out=["gb"]), place("B", where=["gb"], out=["fr"])),
    case("everywhere but the office, and at trusted places", MEETS, "", place("A", out=["office"]), place("B", where=["AllTrusted"], out=[])),
    case("everywhere but the hall, and at trusted places", FAILS, "MSP places", place("A", out=["hall"]), place("B", where=["AllTrusted"], out=[])),
    case("abroad is blocked and at home is asked", MEETS, "", place("A", out=["gb"], controls=["block"]), place("B", where=["gb"], out=[])),
    case("abroad is blocked and at home is not asked", FAILS, "", place("A", out=["gb"], controls=["block"])),
    case("everywhere but a place that is gone: nobody is there", MEETS, "", place(out=["gone"])),
    case("everywhere but a place of which nothing could be read", REVIEW, "MSP places", place(out=["hall"]), named_locations=None),
]  # fmt: skip


def grant(*controls: str, operator: str | None = "OR", **changed: Any) -> Row:  # noqa: ANN401
    return policy(controls=list(controls), operator=operator, **changed)


def strength(strength_id: str, *controls: str, **changed: Any) -> Row:  # noqa: ANN401
    return policy(**({"controls": list(controls), "strength_id": strength_id} | changed))


GRANTS = [
    case("both steps and a managed device", MEETS, "", grant("mfa", "compliantDevice", operator="AND")),
    case("the second step or a managed device", FAILS, "MSP operator", grant("mfa", "compliantDevice")),
    case("the second step or a joined device", FAILS, "MSP operator", grant("mfa", "domainJoinedDevice")),
    case("the second step or an approved app", FAILS, "MSP operator", grant("mfa", "approvedApplication")),
    case("the second step or a protected app", FAILS, "MSP operator", grant("mfa", "compliantApplication")),
    case("the second step or terms of use", FAILS, "MSP operator", grant("mfa", terms_of_use=["T1"])),
    case("the second step and terms of use", MEETS, "", grant("mfa", operator="AND", terms_of_use=["T1"])),
    case("the second step or another provider's control", REVIEW, "MSP operator", grant("mfa", custom_controls=["RequireDuo"])),
    case("only another provider's control", REVIEW, "M custom", grant(custom_controls=["RequireDuo"])),
    case("only a managed device", FAILS, "", grant("compliantDevice")),
    case("only a managed or joined device", FAILS, "", grant("compliantDevice", "domainJoinedDevice")),
    case("a managed device in one policy, the second step in another", MEETS, "", policy("A", controls=["compliantDevice"]), policy("B")),
    case("the step or a managed device, and the step unless joined", FAILS, "MSP operator", grant("mfa", "compliantDevice"), policy("B", controls=["mfa", "domainJoinedDevice"])),
    case("a managed device in one, the step or a joined device in another", FAILS, "MSP operator", policy("A", controls=["compliantDevice"]), policy("B", controls=["mfa", "domainJoinedDevice"])),
    case("everything is blocked", MEETS, "MSP block", grant("block")),
    case("only terms of use", FAILS, "", grant(terms_of_use=["T1"])),
    case("what holds once signed in, and nothing at sign-in", FAILS, "", grant(session_controls=["signInFrequency"], operator=None)),
    case("one control and no operator", MEETS, "P stops", grant("mfa", operator=None)),
    case("a new password for risky accounts", FAILS, "SP risks", grant("mfa", "passwordChange", operator="AND", user_risks=["high"])),
    case("risk is to be mended", FAILS, "", grant("riskRemediation", operator="AND", user_risks=["high"])),
    case("a control nobody has told us of", UNJUDGED, "", grant("unknownFutureValue", unknown_conditions=["grantControls"])),
    case("the second step or a control nobody has told us of", UNJUDGED, "MS operator unknown", grant("mfa", "unknownFutureValue", unknown_conditions=["grantControls"])),
    case("a strength of two steps", MEETS, "P strength", strength("mfa")),
    case("a strength that resists phishing", MEETS, "P strength", strength("resistant")),
    case("a strength that is one step", FAILS, "", strength("none")),
    case("a strength with a text message alone among others", FAILS, "M label", strength("text")),
    case("a strength with a method nobody has told us of", UNJUDGED, "M label", strength("new")),
    case("a strength that could not be read", UNJUDGED, "", strength("mfa"), authentication_strengths=None),
    case("a strength that is not there", UNJUDGED, "", strength("gone")),
    case("a strength or a managed device", FAILS, "MS operator", strength("mfa", "compliantDevice")),
    case("a strength and a managed device", MEETS, "P strength", strength("mfa", "compliantDevice", operator="AND")),
    case("risk is to be mended in one policy, and another asks", MEETS, "P stops", grant("riskRemediation", operator="AND", user_risks=["high"]), policy("B")),
    case("the second step, asked again every four hours", MEETS, "", policy(session_controls=["signInFrequency"], sign_in_every="4 hours")),
]  # fmt: skip
_FILTER: Row = {"device_filter": 'device.model -eq "Kiosk"'}
CONDITIONS = [
    case("only risky sign-ins", FAILS, "SP risks", policy(sign_in_risks=["medium", "high"])),
    case("sign-ins of every risk and of none", MEETS, "M risks", policy(sign_in_risks=["none", "low", "medium", "high"])),
    case("only risky accounts", FAILS, "SP risks", policy(user_risks=["high"])),
    case("only insiders at risk", FAILS, "MSP risks", policy(insider_risks=["elevated"])),
    case("only devices a rule fits", FAILS, "MSP devices", policy(**_FILTER, device_filter_mode="include")),
    case("every device but those a rule fits", FAILS, "MSP devices", policy(**_FILTER, device_filter_mode="exclude")),
    case("devices a rule fits, and those it does not", MEETS, "", policy("A", **_FILTER, device_filter_mode="include"), policy("B", **_FILTER, device_filter_mode="exclude")),
    case("devices one rule fits, and those another does not", FAILS, "MSP devices", policy("A", **_FILTER, device_filter_mode="include"),
         policy("B", device_filter='device.model -eq "Other"', device_filter_mode="exclude")),
    case("only sign-ins passed on by a code", FAILS, "", policy(transfer_methods=["deviceCodeFlow"], controls=["block"])),
    case("a code is blocked, and everybody is asked", MEETS, "", policy("A", transfer_methods=["deviceCodeFlow"], controls=["block"]), policy("B")),
    case("about apps signing in as themselves", FAILS, "", policy(for_apps_themselves=True)),
    case("a condition nobody has told us of", UNJUDGED, "MSP unknown", policy(unknown_conditions=["conditions.weather"])),
    case("an unknown condition, and another policy asks", MEETS, "", policy("A", unknown_conditions=["conditions.weather"]), policy("B")),
    case("an unknown condition in a policy that leaves her out", FAILS, "MP users unknown", but("ID-Ann") | {"unknown_conditions": ["conditions.weather"]}),
    case("an unknown condition in a policy for browsers only", FAILS, "MSP clients unknown", policy(clients=["browser"], unknown_conditions=["conditions.weather"])),
]  # fmt: skip

_OTHER = {"purpose": "test", "owner": "Clerk"}
_GLASS = [{"account": f"ann@{DOMAIN}", "kind": "Break-glass", **_OTHER}]
ACCOUNTS = [
    case("sign-in is switched off", MEETS, "MSP accounts", accounts=[account(enabled=False)]),
    case("a shared mailbox: another check", MEETS, "MSP accounts", mailbox_settings=[settings(purpose="shared")]),
    case("a room: another check", MEETS, "MSP accounts", mailbox_settings=[settings(purpose="room")]),
    case("an account without a mailbox signs in too", FAILS, mailbox_settings=[settings(has_mailbox=False)]),
    case("whether it has a mailbox is not known", FAILS, mailbox_settings=None),
    case("an emergency account of the register", MEETS, "S accounts", but("ID-Ann"), other_accounts=_GLASS),
    case("a service account of the register", FAILS, "MP users", but("ID-Ann"), other_accounts=[_GLASS[0] | {"kind": "Service"}]),
    case("no register, and no licence: it may be an emergency account", UNJUDGED, "MP users", but("ID-Ann"), accounts=[account(licences=[])], other_accounts=None),
    case("no register, but a licence", FAILS, "MP users", but("ID-Ann"), other_accounts=None),
    case("the account that synchronises the directory", MEETS, "S accounts", but("ID-Ann"), accounts=[account(
        user_principal_name=f"sync_server_123@{TENANT}", display_name="On-Premises Directory Synchronization Service Account",
    )]),
    case("somebody who calls herself the synchroniser", FAILS, "MP users", but("ID-Ann"), accounts=[account(
        display_name="On-Premises Directory Synchronization Service Account",
    )]),
]  # fmt: skip

TABLE = [
    *STATES, *PER_USER, *MEMBERS, *EXCLUDED, *GUESTS, *APPS, *CLIENTS, *PLATFORMS, *LOCATIONS, *GRANTS, *CONDITIONS,
    *ACCOUNTS,
]  # fmt: skip
