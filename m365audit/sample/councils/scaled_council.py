"""A council of any size, for benchmarks: much the same person again and again, with a breach now and then."""

from datetime import datetime

from m365audit.sample.councils.calendars import Meeting, add_meeting
from m365audit.sample.councils.draft import Draft, Outline, draft
from m365audit.sample.councils.files import add_onedrive, add_site
from m365audit.sample.councils.licences import SPB
from m365audit.sample.councils.mail import FORWARDED, RULE, authorise, forward_all, full_access, inbox_rule
from m365audit.sample.councils.people import Account, Invitation, Sketch, add_account, add_guest
from m365audit.sample.councils.permissions import anyone_link, guest, people_link

_DOMAIN = "scaled-tc.gov.uk"
_GIVEN = ("Siân", "Owen", "Niamh", "Rhys", "Priya", "Tomasz", "Mair", "Yusuf", "Grace", "Iolo")
_FAMILY = ("Smith", "O'Neill", "Powell", "Adeyemi", "Llewelyn-Jones", "Kaur", "Nowak", "Tate", "Abara", "Griffiths")


def build(people: int, seed: int, as_of: datetime) -> Draft:
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
        sku_id=SPB,
        seats=people,
    )
    council = draft(town, as_of, salt=f" {seed}")
    accounts = [_person(council, number) for number in range(people)]
    guests = [_guest(council, number) for number in range(max(1, people // 10))]
    for number in range(max(1, people // 20)):
        _shared_mailbox(council, number, accounts)
    for number in range(max(1, people // 50)):
        _site(council, number)
    for number, account in enumerate(accounts):
        _work(council, number, account, accounts, guests)
    council.tenant.sharing_settings["sharingCapability"] = "externalUserAndGuestSharing"
    council.plant("sharing-limits-set", "sharepoint.sharingCapability", "links for anyone are allowed")
    council.register.add("Accepted sharing", "anywhere", "contoso.example", "Suppliers", "Town Clerk")
    return council


def _person(council: Draft, number: int) -> Account:
    name = f"{_GIVEN[number % 10]} {_FAMILY[number // 10 % 10]}"
    no_second_step, only_phone = number % 20 == 7, number % 25 == 3  # noqa: PLR2004
    steps = () if no_second_step else ("mobile",) if only_phone else ("push",)
    role = "Town Clerk" if number == 0 else "Councillor"
    account = add_account(council, Sketch(name=name, address=f"person{number:06d}@{_DOMAIN}", steps=steps, title=role))
    council.register.add("People", name, role, account.user_principal_name, council.seed.day(-900))
    if no_second_step:
        council.plant("two-step-registered", account.id, "no second step")
    elif only_phone:
        council.plant("two-step-method-strong", account.id, "only text messages and calls")
    return account


def _guest(council: Draft, number: int) -> Account:
    address = f"guest{number:06d}@contoso.example"
    council.register.add("Third parties", "Contoso", "guest", address, "On file", "Files", council.seed.day(-400))
    return add_guest(council, Invitation(name=f"Guest {number}", address=address))


def _shared_mailbox(council: Draft, number: int, accounts: list[Account]) -> None:
    sketch = Sketch(
        name=f"Team {number}",
        address=f"team{number:06d}@{_DOMAIN}",
        purpose="shared",
        enabled=False,
        licensed=False,
        steps=(),
    )
    mailbox = add_account(council, sketch)
    council.register.add("Other accounts", mailbox.user_principal_name, "shared mailbox", mailbox.name, "Town Clerk")
    delegate = accounts[number * 20 % len(accounts)]
    key = full_access(council, mailbox, delegate)
    if number % 10 == 1:
        council.plant(RULE, key, "no authorisation")
    else:
        authorise(council, mailbox, delegate, "Full access")
    if number % 25 == 2:  # noqa: PLR2004
        key = forward_all(council, mailbox, f"team{number}@example-mail.test")
        council.plant(FORWARDED, key, "the whole mailbox goes outside")


def _site(council: Draft, number: int) -> None:
    site = add_site(council, f"Department {number}")
    for year in (2024, 2025, 2026):
        site.fill(f"Papers/{year}", 20)


def _work(council: Draft, number: int, account: Account, accounts: list[Account], guests: list[Account]) -> None:
    colleagues = tuple(accounts[(number + step) % len(accounts)] for step in range(1, min(3, len(accounts))))
    visitor = guests[number % len(guests)]
    outsiders = ((visitor.name, visitor.address),) if number % 10 == 0 else ()
    meeting = Meeting(
        subject=f"Catch-up {number}",
        organiser=account,
        invited=colleagues,
        outsiders=outsiders,
        day=number % 80 + 1,
        link="teams",
    )
    add_meeting(council, meeting)
    if number % 100 == 11:  # noqa: PLR2004
        (key,) = inbox_rule(council, account, "Home", "forwardTo", (("Me", f"home{number}@example-mail.test"),))
        council.plant(FORWARDED, key, "forwards to a private address")
    home = add_onedrive(council, account)
    home.fill("Papers", 5)
    if number % 50 == 13:  # noqa: PLR2004
        key = home.share("Papers", anyone_link(council, f"link {number}", "view"))
        council.plant("share-anyone-link", key, "a folder open to anyone")
    if number % 5 == 0:
        home.share("Papers/Papers 001.docx", people_link(council, f"guest {number}", "view", guest(visitor)))
    home.close()
