"""Groups, roles, Conditional Access, apps and other organisations of a large council."""

from collections.abc import Sequence
from typing import Final

from m365audit.model.keys import site_access_key
from m365audit.sample.councils import policies, roles
from m365audit.sample.councils.apps import APPROVED, CONTRACT, ENDED, on_register
from m365audit.sample.councils.directory import (
    MICROSOFT,
    App,
    add_app,
    add_partner,
    allow,
    certificate,
    change,
    consent,
    give_role,
    password,
    register_app,
)
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.files import add_site
from m365audit.sample.councils.mailboxes import Group, add_group
from m365audit.sample.councils.people import Account, Sketch, add_account
from m365audit.sample.councils.scaled_stories import followed_by, story, tell
from m365audit.sample.councils.sign_in_settings import places, strengths

TO_A_SITE: Final = 50
_TO_A_WARD: Final = 250
_OLD_CLIENTS: Final = ("exchangeActiveSync", "other")
_NEW_CLIENTS: Final = ("browser", "mobileAppsAndDesktopClients")
_ELSEWHERE: Final = "00000000-aaaa-bbbb-cccc-000000000001"
_TALES_OF_SIGN_IN: Final = {
    "left out": "left out by a group",
    "left out by a group in a group": "left out by a group within a group",
    "device instead": "a managed device is taken instead of the second step",
}
_NO_COUNCILLOR_IN: Final = ("unknown", "leaver", "switched off")


def add_rooms(draft: Draft, accounts: Sequence[Account]) -> None:
    """For every fifty people a site and its group, named on the register person by person."""
    for number in range(max(1, len(accounts) // TO_A_SITE)):
        name = f"Department {number}"
        site = add_site(draft, name)
        for year in (2024, 2025, 2026):
            site.fill(f"Papers/{year}", 20)
        group = add_group(draft, name, unified=True, visibility="Public" if number % 10 == 3 else "Private")  # noqa: PLR2004
        (draft.plant if number % 10 == 3 else draft.near)("share-everyone-inside", group.id, "who may join it")  # noqa: PLR2004
        first = number * TO_A_SITE
        _let_in(draft, group, accounts, range(first, min(first + TO_A_SITE, len(accounts))), name)


def _let_in(draft: Draft, group: Group, accounts: Sequence[Account], numbers: range, name: str) -> None:
    there = []
    for number in numbers:
        account, tale = accounts[number], story(number)
        key = site_access_key(group.id, account.id)
        if tale.startswith(_NO_COUNCILLOR_IN):
            continue
        if tale != "too much in a group":
            draft.register.add("Site access", name, account.user_principal_name)
        if tale != "not in the group":
            there.append(account)
        found = tale in {"too much in a group", "not in the group"}
        (draft.plant if found else draft.near)(roles.SITES, key, "in it as the register has it, or not")
    roles.join(draft, group, *there, owner=there[0] if there else None, site=name)


def let_in(draft: Draft, accounts: Sequence[Account]) -> None:
    """What is asked of people who sign in: with Entra ID P1 by policies, else by security defaults alone."""
    glass = _emergency(draft)
    if not draft.tenant.premium:
        policies.settings_of_sign_in(draft, defaults=True, smtp_off=True, weak=(), migration="migrationComplete")
        return
    policies.settings_of_sign_in(draft, defaults=False, smtp_off=True, weak=(), migration="migrationComplete")
    draft.tenant.named_locations = places(draft)
    draft.tenant.group_settings = [policies.password_rules(draft)]
    whose: dict[str, list[str]] = {}
    for number, account in enumerate(accounts):
        whose.setdefault(story(number), []).append(account.id)
    wards = _wards(draft, accounts)
    within = policies.security_group(draft, "Kiosks", *whose.get("left out by a group in a group", ()))
    spared = policies.security_group(draft, "Without second step", *whose.get("left out", ()), within)
    old = policies.security_group(
        draft, "Old scanners", *whose.get("old sign-in for mail", ()), *whose.get("old sign-in refused", ())
    )
    devices = policies.security_group(draft, "Managed computers", *whose.get("device instead", ()))
    keys = policies.security_group(draft, "With keys", *whose.get("key instead", ()), *wards[::2])
    excluded = {"excludeUsers": [glass.id], "excludeGroups": [spared, devices, keys]}
    draft.tenant.conditional_access = [
        policies.access_policy(
            draft, "Second step for everybody", {"includeUsers": ["All"]} | excluded, clients=_NEW_CLIENTS
        ),
        policies.access_policy(
            draft,
            "Keys",
            {"includeGroups": [keys]},
            {"builtInControls": [], "authenticationStrength": strengths()[2]},
            clients=_NEW_CLIENTS,
        ),
        policies.access_policy(
            draft,
            "Device or step",
            {"includeGroups": [devices]},
            {"builtInControls": ["mfa", "compliantDevice"]},
            clients=_NEW_CLIENTS,
        ),
        policies.access_policy(
            draft,
            "Block old clients",
            {"includeUsers": ["All"], "excludeGroups": [old]},
            {"builtInControls": ["block"]},
            clients=_OLD_CLIENTS,
        ),
        *(
            policies.access_policy(draft, f"Ward {n}", {"includeGroups": [ward]}, clients=_NEW_CLIENTS)
            for n, ward in enumerate(wards)
        ),
        *(policies.access_policy(draft, f"Trial {n}", {"includeUsers": ["All"]}, state="disabled") for n in range(10)),
    ]
    _answer_sign_in(draft, accounts, glass)


def _emergency(draft: Draft) -> Account:
    sketch = Sketch(
        name="Emergency",
        address=f"emergency@{draft.initial}",
        purpose=None,
        licensed=False,
        steps=("key",),
        admin=True,
    )
    glass = add_account(draft, sketch)
    draft.register.add("Other accounts", glass.user_principal_name, "break-glass", "Emergencies", "Town Clerk")
    give_role(draft, glass.id, "Global Administrator")
    return glass


def _wards(draft: Draft, accounts: Sequence[Account]) -> list[str]:
    """Groups of some hundred people, without those of whom a story of signing in is told."""
    elsewhere = (*_TALES_OF_SIGN_IN, "key instead", "leaver")
    numbers = [number for number in range(len(accounts)) if not story(number).startswith(elsewhere)]
    cut = [numbers[start : start + _TO_A_WARD] for start in range(0, len(numbers), _TO_A_WARD)]
    return [
        policies.security_group(draft, f"Ward {ward}", *(accounts[number].id for number in people))
        for ward, people in enumerate(cut)
    ]


def _answer_sign_in(draft: Draft, accounts: Sequence[Account], glass: Account) -> None:
    def left_out(draft: Draft, account: Account, number: int) -> None:
        for rule in (policies.ENFORCED, policies.EXCLUDED):
            draft.plant(rule, account.id, _TALES_OF_SIGN_IN[story(number)])

    def asked(draft: Draft, account: Account, _number: int) -> None:
        for rule in (policies.ENFORCED, policies.EXCLUDED):
            draft.near(rule, account.id, "left out, and asked for a key by another policy")

    tell(draft, accounts, dict.fromkeys(_TALES_OF_SIGN_IN, left_out) | {"key instead": asked})
    draft.near(policies.ENFORCED, glass.id, "an emergency account on the register")
    draft.near(policies.EXCLUDED, glass.id, "left out, and on the register for emergencies")
    spared = any(story(number) == "old sign-in for mail" for number in range(len(accounts)))
    answer = draft.plant if spared else draft.near
    answer(policies.LEGACY, policies.OLD_CLIENTS, "blocked by a policy, for whoever it does not leave out")


def give_roles(draft: Draft, accounts: Sequence[Account]) -> None:
    """One person who does everything, many who administer a part, and many who only read."""
    helpers = add_group(draft, "Helpers")
    inner = add_group(draft, "Inner helpers")
    kept = {group["id"]: group for group in draft.tenant.groups}
    by_group = [account.id for number, account in enumerate(accounts) if story(number) == "administers by a group"]
    kept[inner.id]["members"], kept[helpers.id]["members"] = by_group, [inner.id]
    give_role(draft, helpers.id, "Helpdesk Administrator")
    give_role(draft, accounts[0].id, "Global Administrator")
    draft.plant(roles.ROLES, accounts[0].id, "administers from an account with a mailbox")
    draft.plant(policies.STRONG, accounts[0].id, "administers with an app alone")
    draft.near(roles.ROLES, "roles.globalAdministrators", "two may do everything, one of them for emergencies")

    def administers(draft: Draft, account: Account, _number: int) -> None:
        give_role(draft, account.id, "User Administrator")
        draft.plant(roles.ROLES, account.id, "a councillor who administers")
        draft.near(policies.STRONG, account.id, "administers with a key")

    def by_a_group(draft: Draft, account: Account, _number: int) -> None:
        draft.plant(roles.ROLES, account.id, "a councillor who administers, through a group in a group")
        draft.plant(policies.STRONG, account.id, "administers with an app alone")

    def reads(draft: Draft, account: Account, _number: int) -> None:
        give_role(draft, account.id, "Reports Reader")
        draft.near(roles.ROLES, account.id, "a role that only reads")

    tell(draft, accounts, {"administers": administers, "administers by a group": by_a_group, "reads everything": reads})


def add_apps(draft: Draft, accounts: Sequence[Account], auditor: App) -> None:
    """Apps: a twentieth as many as people, most approved; and some that single people let in."""
    on_register(draft, auditor, "Example IT Support Ltd")
    certificate(draft, register_app(draft, auditor), 200)
    draft.near(APPROVED, auditor.id, "the app of this audit, approved")
    for number in range(max(1, len(accounts) // 20)):
        _add_app(draft, number, accounts)

    def own(draft: Draft, account: Account, number: int) -> None:
        app = add_app(draft, f"Letters {number}", owner=_ELSEWHERE, publisher=None)
        consent(draft, app, "Mail.Send User.Read", user=account.id)
        for rule in (APPROVED, CONTRACT):
            draft.plant(rule, app.id, "sends mail for one person, and nobody approved it")

    def harmless(draft: Draft, account: Account, number: int) -> None:
        app = add_app(draft, f"Survey {number}", owner=_ELSEWHERE, publisher=None)
        consent(draft, app, "User.Read openid profile", user=account.id)
        for rule in (APPROVED, CONTRACT):
            draft.near(rule, app.id, "sees who signs in, and nothing else")

    tell(draft, accounts, {"app of one's own": own, "app that only knows who signs in": harmless})
    provider = "00000000-aaaa-bbbb-cccc-000000000002"
    row = ("Example IT Support Ltd", "provider", provider, "Support 2025", "Everything", draft.seed.day(-700))
    draft.register.add("Third parties", *row)
    for number in range(max(1, len(accounts) // 100)):
        forgotten = f"00000000-aaaa-bbbb-dddd-{number:012d}"
        add_partner(draft, forgotten, provider=number % 5 == 0)
        (draft.near if number % 5 else draft.plant)(CONTRACT, forgotten, "a provider nobody wrote down, or none")
    add_partner(draft, provider, provider=True)
    draft.near(CONTRACT, provider, "the provider, under contract")


def _add_app(draft: Draft, number: int, accounts: Sequence[Account]) -> None:
    kind = number % 25
    if kind == 1:
        phone = add_app(draft, f"Microsoft {number}", owner=MICROSOFT)
        consent(draft, phone, "Mail.ReadWrite Calendars.ReadWrite")
        draft.near(APPROVED, phone.id, "Microsoft's own")
        return
    if kind == 2:  # noqa: PLR2004
        intranet = add_app(draft, f"Intranet {number}", owner=draft.tenant.tenant_id, publisher=None)
        password(draft, register_app(draft, intranet), -40)
        draft.plant(APPROVED, intranet.id, "an old password that ran out was never taken away")
        return
    app = add_app(draft, f"App {number}", owner=_ELSEWHERE)
    allow(draft, app, "Sites.Read.All")
    for step in range(5):
        consent(draft, app, "Calendars.Read", user=followed_by(accounts, number * 20, step).id)
    if kind == 3:  # noqa: PLR2004
        for rule in (APPROVED, CONTRACT):
            draft.plant(rule, app.id, "reads every site, and nobody approved it")
        return
    until = draft.seed.day(-30) if kind == 4 else draft.seed.day(0) if kind == 5 else None  # noqa: PLR2004
    row = ("Contoso", "app", app.app_id, "Contract of 2025", "As agreed", draft.seed.day(-600), until)
    draft.register.add("Third parties", *row)
    for rule in (APPROVED, CONTRACT, ENDED):
        because = "the contract ended 30 days ago, or it runs"
        (draft.plant if kind == 4 else draft.near)(rule, app.id, because)  # noqa: PLR2004


def change_things(draft: Draft, accounts: Sequence[Account]) -> None:
    """Everyday changes by the hundred, and a few that somebody should have expected."""
    who = accounts[0].user_principal_name
    for number in range(len(accounts) // 5):
        change(draft, "Update user", "UserManagement", -(number % 25) - 0.01, who, f"Person {number}")
    for day in (-3, -6):
        change(draft, "Add member to role", "RoleManagement", day, who, "Siân Smith")
        draft.plant(roles.CHANGES, f"directory.Add member to role.{draft.seed.day(day)}", "somebody was given a role")
    change(draft, "Add member to role", "RoleManagement", -7.5, who, "Owen Smith")
    draft.tenant.directory_audits[-1]["result"] = "failure"
