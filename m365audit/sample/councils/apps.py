"""Apps and other organisations in the sample councils, and what must and must not be found about them."""

from typing import Final

from m365audit.sample.councils.directory import (
    MICROSOFT,
    App,
    add_app,
    add_partner,
    allow,
    certificate,
    consent,
    password,
    register_app,
)
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast

APPROVED, CONTRACT, ENDED = "app-access-approved", "third-party-under-contract", "third-party-access-ended"
_ELSEWHERE: Final = "00000000-aaaa-bbbb-cccc-000000000001"
_PROVIDER: Final = "00000000-aaaa-bbbb-cccc-000000000002"
_FORGOTTEN: Final = "00000000-aaaa-bbbb-cccc-000000000003"
_FORMER: Final = "00000000-aaaa-bbbb-cccc-000000000004"
_NEIGHBOUR: Final = "00000000-aaaa-bbbb-cccc-000000000005"
_CONSENT: Final = "authorizationPolicy.permissionGrantPoliciesAssigned"
_ANY_APP: Final = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"


def exampleton(draft: Draft, cast: Cast, auditor: App) -> None:
    """Let apps and other organisations into Exampleton, and write the answers down."""
    _approved(draft, cast, auditor)
    _not_approved(draft, cast)
    _credentials(draft, auditor)
    _partners(draft)
    draft.tenant.authorization_policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"] = [_ANY_APP]
    draft.plant(APPROVED, _CONSENT, "everybody may let in any app")


def little_sampling(draft: Draft, cast: Cast, auditor: App) -> None:
    """The same for Little Sampling."""
    draft.plant(APPROVED, auditor.id, "the app of this audit, which nobody approved")
    draft.near(CONTRACT, auditor.id, "made in the tenant: no other organisation's")
    letters = add_app(draft, "Parish Newsletter", owner=_ELSEWHERE, publisher=None)
    consent(draft, letters, "Mail.Send User.Read", user=cast["pat"].id)
    draft.plant(APPROVED, letters.id, "sends mail for one person, and nobody approved it")
    draft.plant(CONTRACT, letters.id, "sends mail, and there is no contract")
    maps = add_app(draft, "Parish Maps", owner=_ELSEWHERE)
    allow(draft, maps, "Sites.Read.All")
    draft.register.add(
        "Third parties", "Maps Ltd", "app", maps.name, "Licence of 2025", "Maps", None, draft.seed.day(0)
    )
    draft.near(APPROVED, maps.id, "approved; today is the last day")
    draft.near(ENDED, maps.id, "today is the last day")
    draft.near(APPROVED, _CONSENT, "people may let in only apps of small reach")
    former = ("Former Support Ltd", "provider", _FORMER, "Support 2021", "Everything")
    draft.register.add("Third parties", *former, draft.seed.day(-1500), draft.seed.day(-1))
    add_partner(draft, _FORMER, provider=True)
    draft.plant(CONTRACT, _FORMER, "the contract ended yesterday")
    draft.plant(ENDED, _FORMER, "the contract ended yesterday, and it is still a provider")


def on_register(draft: Draft, app: App, organisation: str) -> None:
    """Approve an app by its application id."""
    row = (organisation, "app", app.app_id, "Contract of 2025", "As agreed", draft.seed.day(-600))
    draft.register.add("Third parties", *row)


def _approved(draft: Draft, cast: Cast, auditor: App) -> None:
    on_register(draft, auditor, "Example IT Support Ltd")
    draft.near(APPROVED, auditor.id, "the app of this audit, approved")
    backup = add_app(draft, "Contoso Backup", owner=_ELSEWHERE)
    allow(draft, backup, "Sites.Read.All")
    on_register(draft, backup, "Contoso")
    draft.near(APPROVED, backup.id, "approved by its application id")
    draft.near(CONTRACT, backup.id, "under contract")
    draft.near(ENDED, backup.id, "the contract runs")
    diary = add_app(draft, "Northwind Diary", owner=_ELSEWHERE)
    consent(draft, diary, "Calendars.Read", user=cast["jane"].id)
    draft.register.add("Third parties", "Northwind Heritage", "app", diary.name)
    draft.near(APPROVED, diary.id, "approved by its name")
    draft.plant(CONTRACT, diary.id, "its row names no contract")
    phone = add_app(draft, "Outlook Mobile", owner=MICROSOFT)
    consent(draft, phone, "Mail.ReadWrite Calendars.ReadWrite")
    draft.near(APPROVED, phone.id, "Microsoft's own")
    draft.near(CONTRACT, phone.id, "Microsoft's own")


def _not_approved(draft: Draft, cast: Cast) -> None:
    merge = add_app(draft, "Mail Merge Pro", owner=_ELSEWHERE)
    consent(draft, merge, "Mail.ReadWrite offline_access User.Read")
    draft.plant(APPROVED, merge.id, "reaches everybody's mail, and nobody approved it")
    draft.plant(CONTRACT, merge.id, "reaches everybody's mail, and there is no contract")
    survey = add_app(draft, "Fabrikam Survey", owner=_ELSEWHERE, publisher=None)
    consent(draft, survey, "User.Read openid profile", user=cast["ruth"].id)
    draft.near(APPROVED, survey.id, "sees who signs in, and nothing else")
    draft.near(CONTRACT, survey.id, "sees who signs in, and nothing else")
    planner = add_app(draft, "Old Planner", owner=_ELSEWHERE)
    allow(draft, planner, "Files.Read.All")
    row = ("Planner Ltd", "app", planner.app_id, "Contract of 2023", "Plans", draft.seed.day(-900), draft.seed.day(-30))
    draft.register.add("Third parties", *row)
    draft.plant(APPROVED, planner.id, "the approval ended 30 days ago")
    draft.plant(CONTRACT, planner.id, "the contract ended 30 days ago")
    draft.plant(ENDED, planner.id, "the contract ended 30 days ago, and it still reads files")
    off = add_app(draft, "Former Mail Tool", owner=_ELSEWHERE, enabled=False)
    consent(draft, off, "Mail.Read")
    draft.near(APPROVED, off.id, "switched off")


def _credentials(draft: Draft, auditor: App) -> None:
    certificate(draft, register_app(draft, auditor), 200)
    website = add_app(draft, "Council Website", owner=draft.tenant.tenant_id, publisher=None)
    consent(draft, website, "User.Read")
    registered = register_app(draft, website)
    password(draft, registered, -40)
    password(draft, registered, 300)
    draft.plant(APPROVED, website.id, "an old password that ran out was never taken away")
    intranet = add_app(draft, "Intranet", owner=draft.tenant.tenant_id, publisher=None)
    password(draft, register_app(draft, intranet), 20)
    draft.near(APPROVED, intranet.id, "its password holds for another 20 days")


def _partners(draft: Draft) -> None:
    support = ("Example IT Support Ltd", "provider")
    draft.register.add("Third parties", *support, _PROVIDER, "Support 2025", "Everything", draft.seed.day(-700))
    former = ("Former Support Ltd", "provider", _FORMER, "Support 2021", "Everything")
    draft.register.add("Third parties", *former, draft.seed.day(-1500), draft.seed.day(-60))
    for tenant, provider in ((_PROVIDER, True), (_FORGOTTEN, True), (_FORMER, True), (_NEIGHBOUR, False)):
        add_partner(draft, tenant, provider=provider)
    draft.near(CONTRACT, _PROVIDER, "the provider, under contract")
    draft.near(CONTRACT, _NEIGHBOUR, "a neighbouring council: no provider")
    draft.plant(CONTRACT, _FORGOTTEN, "a provider nobody wrote down")
    draft.plant(CONTRACT, _FORMER, "the contract ended 60 days ago")
    draft.plant(ENDED, _FORMER, "the contract ended 60 days ago, and it is still a provider")
    draft.near(ENDED, _FORGOTTEN, "never on the register, so nothing has ended")
