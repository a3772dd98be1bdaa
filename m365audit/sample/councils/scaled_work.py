"""What the people of a large council do: their mail, their meetings and their files."""

from collections.abc import Sequence

from m365audit.model.keys import mailbox_access_key
from m365audit.sample.councils.calendars import Meeting, Options, add_meeting
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.files import Library, add_onedrive
from m365audit.sample.councils.mail import FORWARDED, RULE, authorise, forward_all, full_access, inbox_rule
from m365audit.sample.councils.mailboxes import add_group
from m365audit.sample.councils.people import Account, Invitation, add_guest
from m365audit.sample.councils.permissions import (
    anyone_link,
    direct,
    entra_group,
    guest,
    guest_by_code,
    member,
    organisation_link,
    people_link,
)
from m365audit.sample.councils.safeguards import calendar_right
from m365audit.sample.councils.scaled_people import private_address
from m365audit.sample.councils.scaled_stories import Tell, followed_by, story, tell

_ANYONE, _INSIDE, _OUTSIDE = "share-anyone-link", "share-everyone-inside", "share-outside-accepted"
_GONE, _PRIVATE = "leaver-access-removed", "private-address-in-use"
_PASSCODE, _PLATFORM = "meeting-outside-passcode", "meeting-on-teams"
_IN_PERSON, _LINK = "council-meeting-in-person", "meeting-link-provided"


def send_mail(draft: Draft, accounts: Sequence[Account]) -> None:
    """Rights over people's own mailboxes, and the routes their mail is sent on by."""

    def leaver_with_right(draft: Draft, account: Account, number: int) -> None:
        mailbox = followed_by(accounts, number, 0)
        draft.plant(RULE, full_access(draft, mailbox, account), "may still open it after leaving")
        draft.plant(_GONE, account.id, "may still open a mailbox")

    def colleague(draft: Draft, account: Account, number: int) -> None:
        to = followed_by(accounts, number, 1).address
        (key,) = inbox_rule(draft, account, "Cover", "forwardTo", (("Colleague", to),))
        draft.near(FORWARDED, key, "to a colleague")

    def open_calendar(draft: Draft, account: Account, number: int) -> None:
        draft.plant(RULE, _open_calendar(draft, account, followed_by(accounts, number, 2)), "nobody authorised it")

    def authorised_calendar(draft: Draft, account: Account, number: int) -> None:
        delegate = followed_by(accounts, number, 3)
        authorise(draft, account, delegate, "Folder")
        draft.near(RULE, _open_calendar(draft, account, delegate), "authorised to a folder")

    tales: dict[str, Tell] = {
        "leaver with a right": leaver_with_right,
        "leaver whose mail goes home": _mail_goes_home,
        "mail forwarded home": _forwarded_home,
        "mail forwarded to a colleague": colleague,
        "mail forwarded outside by a rule that is off": _forwarded_once,
        "calendar open to a colleague": open_calendar,
        "calendar open as authorised": authorised_calendar,
    }
    tell(draft, accounts, tales)


def _mail_goes_home(draft: Draft, account: Account, number: int) -> None:
    draft.plant(FORWARDED, forward_all(draft, account, private_address(number)), "a leaver's mailbox goes outside")
    draft.plant(_GONE, account.id, "the old mailbox sends everything on")


def _forwarded_home(draft: Draft, account: Account, number: int) -> None:
    (key,) = inbox_rule(draft, account, "Home", "forwardTo", (("Me", private_address(number)),))
    draft.plant(FORWARDED, key, "forwards to a private address")


def _forwarded_once(draft: Draft, account: Account, number: int) -> None:
    # Neither found nor missed: a rule that is switched off is listed as information.
    inbox_rule(draft, account, "Away", "forwardTo", (("Me", private_address(number)),), enabled=False)


def _open_calendar(draft: Draft, account: Account, delegate: Account) -> str:
    given = calendar_right(f"{delegate.id}=", delegate.name, delegate.address, "read")
    draft.tenant.calendar_permissions.setdefault(account.id, []).append(given)
    return mailbox_access_key(account.id, delegate.id, "folder:calendar")


def meet(draft: Draft, accounts: Sequence[Account], guests: Sequence[Account]) -> None:
    """A meeting of everybody's with the two next; of every tenth with somebody from outside."""
    for number, account in enumerate(accounts):
        if not account.mailbox_name:
            continue
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
        key = add_meeting(draft, meeting)
        if outsiders:
            draft.near(_PASSCODE, key, "passcode, lobby, and callers wait")

    def with_link(draft: Draft, account: Account, number: int) -> None:
        meeting = Meeting(
            subject=f"Paths Working Group {number}", organiser=accounts[0], invited=(account,), day=8, link="teams"
        )
        draft.near(_LINK, add_meeting(draft, meeting), "link, in time, by the Clerk")

    tales: dict[str, Tell] = {
        "meeting on another platform": _on_another_platform,
        "meeting without a passcode": _without_passcode,
        "committee on Teams": _committee_on_teams,
        "committee in a room": _committee_in_room,
        "working group without a link": _without_link,
        "working group with a link": with_link,
        "private guest": _private_guest,
        "official address elsewhere": _official_elsewhere,
    }
    tell(draft, accounts, tales)


def _on_another_platform(draft: Draft, account: Account, number: int) -> None:
    meeting = Meeting(subject=f"Surgery {number}", organiser=account, day=number % 80 + 1, hour=10, link="zoom")
    draft.plant(_PLATFORM, add_meeting(draft, meeting), "a Zoom link as its place")


def _without_passcode(draft: Draft, account: Account, number: int) -> None:
    meeting = Meeting(
        subject=f"Tender {number}",
        organiser=account,
        outsiders=((f"Bidder {number}", f"bidder{number}@contoso.example"),),
        day=number % 80 + 1,
        hour=11,
        link="teams",
        options=Options(passcode=False),
    )
    draft.plant(_PASSCODE, add_meeting(draft, meeting), "no passcode")


def _committee_on_teams(draft: Draft, account: Account, number: int) -> None:
    meeting = Meeting(subject=f"Ward {number} Committee", organiser=account, day=12, link="teams")
    draft.plant(_IN_PERSON, add_meeting(draft, meeting), "a committee on Teams")


def _committee_in_room(draft: Draft, account: Account, number: int) -> None:
    meeting = Meeting(subject=f"Parks {number} Committee", organiser=account, day=12)
    draft.near(_IN_PERSON, add_meeting(draft, meeting), "in the committee room")


def _without_link(draft: Draft, account: Account, number: int) -> None:
    meeting = Meeting(subject=f"Trees Working Group {number}", organiser=account, day=9)
    draft.plant(_LINK, add_meeting(draft, meeting), "no link")


def _private_guest(draft: Draft, account: Account, number: int) -> None:
    address = private_address(number)
    invited = add_guest(draft, Invitation(name=account.name, address=address))
    draft.register.add("Third parties", "Friends", "guest", address, "On file", "Files", draft.seed.day(-400))
    draft.plant(_PRIVATE, invited.id, "a guest with the private address of somebody who has an account")


def _official_elsewhere(draft: Draft, account: Account, number: int) -> None:
    outsiders = ((account.name, f"person{number:06d}@county.example"),)
    meeting = Meeting(subject=f"County visit {number}", organiser=account, outsiders=outsiders, day=19)
    draft.near(_PRIVATE, add_meeting(draft, meeting), "an official address at another council")


def keep_files(draft: Draft, accounts: Sequence[Account], guests: Sequence[Account]) -> None:
    """Everybody's OneDrive, every fifth with a file somebody outside may see, as accepted."""
    staff = add_group(draft, "All Staff")
    for number, account in enumerate(accounts):
        if not account.mailbox_name:
            continue
        home = add_onedrive(draft, account)
        home.fill("Papers", 5)
        _share(draft, home, account, number, entra_group(staff.name, staff.id))
        if number % 5 == 0:
            visitor = guests[number % len(guests)]
            link = people_link(draft, f"guest {number}", "view", guest(visitor))
            key = home.share("Papers/Papers 002.xlsx", link)
            inside = visitor.address.endswith("@contoso.example")
            (draft.near if inside else draft.plant)(_OUTSIDE, key, "the domain is accepted anywhere, or nowhere")
        home.close()


def _share(draft: Draft, home: Library, account: Account, number: int, staff: dict[str, object]) -> None:
    first = "Papers/Papers 001.docx"
    match story(number):
        case "open folder":
            key = home.share("Papers", anyone_link(draft, f"link {number}", "view"))
            draft.plant(_ANYONE, key, "a folder open to anyone")
        case "folder passed down":
            link = anyone_link(draft, f"folder {number}", "edit", expires=30)
            draft.plant(_ANYONE, home.share("Papers", link), "a folder anyone may change")
            draft.near(_ANYONE, home.key(first, link), "passed down from the folder above, and reported there")
        case "open folder as accepted":
            where, until = home.web_address(first), draft.seed.day(30)
            draft.register.add("Accepted sharing", where, "Anyone with the link", "Notice", "Town Clerk", until)
            draft.near(_ANYONE, home.share(first, anyone_link(draft, f"notice {number}", "view")), "accepted")
        case "shared with everybody":
            key = home.share(first, organisation_link(draft, f"rota {number}", "edit"))
            draft.plant(_INSIDE, key, "a link for everybody in the council")
        case "shared with a group":
            draft.near(_INSIDE, home.share(first, direct(staff)), "a group, not everybody")
        case "shared with a stranger":
            stranger = guest_by_code("Stranger", f"stranger{number}@example.org")
            draft.plant(_OUTSIDE, home.share(first, direct(stranger)), "somebody nobody accepted")
        case "shared with a stranger as accepted":
            address = f"surveyor{number}@fabrikam.example"
            draft.register.add("Accepted sharing", home.site_url, address, "Survey", "Town Clerk", draft.seed.day(0))
            link = people_link(draft, f"survey {number}", "edit", guest_by_code("Surveyor", address, escaped=True))
            draft.near(_OUTSIDE, home.share(first, link), "accepted; today is the last day")
        case "games" | "photographs" as kind:
            _personal(draft, home, kind)
        case "leaver with a share":
            other = f"Papers/Papers {3:03d}.pdf"
            home.share(other, direct(member(account)))
        case _:
            pass


def _personal(draft: Draft, home: Library, kind: str) -> None:
    if kind == "games":
        home.file("Old things/Castle.gba")
        draft.plant("personal-files-stored", home.drive_id, "a game")
        return
    for number in range(30):
        home.file(f"Fete/IMG_{number + 1:04d}.heic")
    draft.near("personal-files-stored", home.drive_id, "a few photographs")
