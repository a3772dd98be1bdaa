"""A council of any size: thousands whose evidence is in order, and among them, again and again, one that is not."""

from dataclasses import dataclass
from datetime import datetime

from m365audit.sample.councils import policies
from m365audit.sample.councils.calendars import Meeting, add_meeting
from m365audit.sample.councils.directory import furnish
from m365audit.sample.councils.draft import Draft, Outline, draft
from m365audit.sample.councils.files import add_site
from m365audit.sample.councils.licences import SPB
from m365audit.sample.councils.people import Account
from m365audit.sample.councils.permissions import guest, people_link
from m365audit.sample.councils.scaled_access import add_apps, add_rooms, change_things, give_roles, let_in
from m365audit.sample.councils.scaled_guard import add_devices, guard
from m365audit.sample.councils.scaled_people import GUESTS_TO_A_PERSON, add_person, add_shared_mailbox, add_visitors
from m365audit.sample.councils.scaled_stories import story, tell
from m365audit.sample.councils.scaled_work import keep_files, meet, send_mail

_DOMAIN = "scaled-tc.gov.uk"
_TO_A_TEAM = 20


@dataclass(frozen=True, slots=True)
class Scale:
    """What is out of the ordinary of a council of some size.

    ``product`` is what it has bought, and ``licences`` how many (as many as people, if not said). So many files in
    one library are ``shared``, each with a guest; so many ``series`` of meetings are in the Town Clerk's calendar.
    """

    product: str = SPB
    licences: int | None = None
    shared: int = 0
    series: int = 0


ORDINARY = Scale()


def build(people: int, seed: int, as_of: datetime, scale: Scale = ORDINARY) -> Draft:
    """A council of so many people; a twentieth as many shared mailboxes, a tenth guests, a fiftieth sites.

    Raises:
        ValueError: there is nobody.
    """
    if people < 1:
        message = f"a council has at least one person, not {people}"
        raise ValueError(message)
    town = Outline(
        slug=f"scaled-{people}",
        name=f"Scaled Town Council ({people:,} people)",
        policy="towcester",
        domain=_DOMAIN,
        sku_id=scale.product,
        seats=people if scale.licences is None else scale.licences,
    )
    council = draft(town, as_of, salt=f" {seed}")
    accounts = [add_person(council, number) for number in range(people)]
    guests = add_visitors(council, max(1, people // GUESTS_TO_A_PERSON))
    for number in range(max(1, people // _TO_A_TEAM)):
        add_shared_mailbox(council, number, accounts)
    add_rooms(council, accounts)
    _work(council, accounts, guests, scale)
    auditor = furnish(council)
    guard(council, accounts)
    give_roles(council, accounts)
    let_in(council, accounts)
    add_apps(council, accounts, auditor)
    change_things(council, accounts)
    add_devices(council, accounts)
    send_mail(council, accounts)
    council.plant("password-age", council.outline.policy, "shown for information")
    council.plant("policy-references-current", council.outline.policy, "the text names law that has been replaced")
    return council


def _work(council: Draft, accounts: list[Account], guests: list[Account], scale: Scale) -> None:
    council.register.add("Accepted sharing", "anywhere", "contoso.example", "Suppliers", "Town Clerk")
    council.tenant.sharing_settings["sharingCapability"] = "externalUserAndGuestSharing"
    council.plant("sharing-limits-set", "sharepoint.sharingCapability", "links for anyone are allowed")
    meet(council, accounts, guests)
    keep_files(council, accounts, guests)
    _much_shared(council, scale.shared, guests[0])
    _many_series(council, scale.series, accounts[0])
    _leave(council, accounts)


def _leave(council: Draft, accounts: list[Account]) -> None:
    """Those who left, and may still open something by a group or a share."""
    within = [a.id for n, a in enumerate(accounts) if story(n) == "leaver in a group"]
    policies.security_group(council, "Readers", *within)

    def remains(council: Draft, account: Account, _number: int) -> None:
        council.plant("leaver-access-removed", account.id, "is still in a group, or let in to a file")

    tell(council, accounts, {"leaver in a group": remains, "leaver with a share": remains})


def _much_shared(council: Draft, files: int, visitor: Account) -> None:
    if not files:
        return
    site = add_site(council, "Published")
    site.fill("Papers", files)
    for path in [path for path in site.ids if path.startswith("Papers/")]:
        site.share(path, people_link(council, f"published {path}", "view", guest(visitor)))
    site.close()


def _many_series(council: Draft, series: int, clerk: Account) -> None:
    for number in range(series):
        subject, day = f"Round {number}", number % 20 + 1
        add_meeting(council, Meeting(subject=subject, organiser=clerk, day=day, link="zoom", every=7, times=2))
