"""Exampleton's meetings, from sixty days ago to a hundred and thirty ahead."""

from typing import Any

from m365audit.sample.councils.calendars import Meeting, Options, add_meeting
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast

IN_PERSON = "council-meeting-in-person"
LINK = "meeting-link-provided"
PASSCODE = "meeting-outside-passcode"
PRIVATE = "private-address-in-use"
TEAMS = "meeting-on-teams"
_SUPPLIER = (("Alex Lee", "a.lee@contoso.example"),)
_RESIDENT = (("Jean Resident", "jean.resident@example-mail.test"),)


def answer(draft: Draft, cast: Cast) -> None:
    """Put the meetings into the calendars, and write the answers down."""
    _council(draft, cast)
    _working_groups(draft, cast)
    _with_outsiders(draft, cast)
    _platforms(draft, cast)
    _private_addresses(draft, cast)


def _council(draft: Draft, cast: Cast) -> None:
    clerk, members = cast["clerk"], tuple(cast[name] for name in ("jane", "john", "niamh", "dafydd", "priya"))

    def council(subject: str, day: int, **rest: Any) -> str:  # noqa: ANN401 - what a meeting takes
        return add_meeting(draft, Meeting(subject=subject, organiser=clerk, invited=members, day=day, **rest))

    key = council("Full Council", -41, link="teams", every=28, times=5, moved=2, created=-120)
    draft.plant(IN_PERSON, key, "the monthly meeting is held on Teams")
    key = council("Planning Committee", 12, link="teams, old link", room=cast["chamber"])
    draft.plant(IN_PERSON, key, "a committee in the chamber and on Teams at once")
    draft.near(IN_PERSON, council("Full Council - extraordinary", 20, room=cast["chamber"]), "in the chamber only")
    draft.near(IN_PERSON, council("Full Council (postponed)", 24, link="teams", cancelled=True), "cancelled")
    draft.near(IN_PERSON, council("Full Council", -60, hour=19, link="teams", created=-90), "before the window")
    draft.near(IN_PERSON, council("Full Council", 130, hour=19, link="teams"), "after the window")
    key = council("Agenda for Full Council", 5, link="teams")
    draft.near(IN_PERSON, key, "the name only ends like a council meeting's")
    draft.near(TEAMS, key, "on Teams")
    theirs = Meeting(
        subject="District Planning Committee",
        organiser=("Exampleshire District", "democracy@exampleshire-dc.example"),
        invited=members[:1],
        day=9,
        link="teams, old link",
    )
    draft.near(IN_PERSON, add_meeting(draft, theirs), "another council's committee")


def _working_groups(draft: Draft, cast: Cast) -> None:
    clerk, members = cast["clerk"], (cast["jane"], cast["priya"])
    key = add_meeting(
        draft,
        Meeting(
            subject="Neighbourhood Plan Working Group",
            organiser=clerk,
            invited=members,
            outsiders=_RESIDENT,
            day=-22,
            link="teams",
            every=14,
            times=6,
            created=-100,
        ),
    )
    for rule, because in ((LINK, "link, in time, by the Clerk"), (PASSCODE, "passcode, lobby"), (TEAMS, "on Teams")):
        draft.near(rule, key, because)
    draft.near(IN_PERSON, key, "a working group is no council meeting")
    key = add_meeting(draft, Meeting(subject="Events Working Group", organiser=clerk, invited=members, day=8))
    draft.plant(LINK, key, "no link")
    late = Meeting(subject="Climate Working Group", organiser=clerk, invited=members, day=-10, created=-9, link="teams")
    draft.plant(LINK, add_meeting(draft, late), "put in the calendar a day after it was held")
    meeting = Meeting(subject="Youth Working Group", organiser=cast["john"], invited=members, day=15, link="teams")
    draft.plant(
        LINK, add_meeting(draft, meeting), "the organiser is neither the Clerk nor authorised on the Clerk's mailbox"
    )
    meeting = Meeting(
        subject="Allotments Working Group", organiser=cast["deputy"], invited=members, day=16, link="teams"
    )
    draft.near(LINK, add_meeting(draft, meeting), "the organiser is authorised on the Clerk's mailbox")
    meeting = Meeting(subject="Twinning Working Group", organiser=clerk, invited=members, day=18, cancelled=True)
    draft.near(LINK, add_meeting(draft, meeting), "cancelled")


def _with_outsiders(draft: Draft, cast: Cast) -> None:
    for number, (subject, options, because) in enumerate(
        (
            ("Playground tender", Options(passcode=False), "no passcode"),
            ("Playground site safety", Options(lobby="everyone"), "nobody waits in the lobby"),
            ("Playground by phone", Options(phone_skips_lobby=True), "callers skip the lobby"),
            ("Playground opening", Options(meeting_id=False), "no meeting ID to join by"),
        )
    ):
        meeting = Meeting(
            subject=subject,
            organiser=cast["deputy"],
            invited=(cast["marcus"],),
            outsiders=_SUPPLIER,
            day=number + 2,
            link="teams" if number % 2 else "teams, old link",
            options=options,
        )
        draft.plant(PASSCODE, add_meeting(draft, meeting), because)
    safe = Meeting(subject="Playground review", organiser=cast["deputy"], outsiders=_SUPPLIER, day=7, link="teams")
    draft.near(PASSCODE, add_meeting(draft, safe), "passcode, lobby, and callers wait")
    inside = Meeting(
        subject="Staff catch-up",
        organiser=cast["clerk"],
        # An alias and another spelling are still the council's own.
        invited=(cast["deputy"], cast["marcus"]),
        outsiders=(("Clerk", "Sian.Powell@Exampleton-TC.gov.uk"), ("Deputy", "b.ogden@exampleton.onmicrosoft.com")),
        day=-20,
        hour=9,
        link="teams",
        every=7,
        times=12,
        moved=3,
        options=Options(passcode=False, lobby="everyone"),
    )
    key = add_meeting(draft, inside)
    draft.near(PASSCODE, key, "nobody from outside")
    draft.near(TEAMS, key, "on Teams")
    hers = Meeting(subject="Hospital", organiser=cast["ruth"], outsiders=_RESIDENT, day=3, hour=11, private=True)
    draft.near(PASSCODE, add_meeting(draft, hers), "private, and not online")
    theirs = Meeting(
        subject="Supplier open day",
        organiser=_SUPPLIER[0],
        invited=(cast["deputy"],),
        outsiders=_RESIDENT,
        day=6,
        link="teams, old link",
        options=Options(passcode=False),
    )
    draft.near(PASSCODE, add_meeting(draft, theirs), "somebody else's meeting")


def _platforms(draft: Draft, cast: Cast) -> None:
    meeting = Meeting(subject="Budget surgery", organiser=cast["ruth"], invited=(cast["marcus"],), day=10, link="zoom")
    draft.plant(TEAMS, add_meeting(draft, meeting), "a Zoom link as its place")
    meeting = Meeting(subject="Audit call", organiser=cast["marcus"], outsiders=_SUPPLIER, day=11, link="meet")
    key = add_meeting(draft, meeting)
    draft.plant(TEAMS, key, "a Google Meet link in its text")
    draft.near(PASSCODE, key, "not on Teams, so it has no such options")
    theirs = Meeting(
        subject="Association of councils",
        organiser=("County association", "events@association.example"),
        invited=(cast["clerk"], cast["jane"]),
        day=13,
        link="zoom",
    )
    draft.near(TEAMS, add_meeting(draft, theirs), "somebody else chose Zoom")
    meeting = Meeting(
        subject="Old surgery", organiser=cast["ruth"], invited=(cast["marcus"],), day=14, link="zoom", cancelled=True
    )
    draft.near(TEAMS, add_meeting(draft, meeting), "cancelled")


def _private_addresses(draft: Draft, cast: Cast) -> None:
    for subject, address, found, because in (
        ("Park walkabout", "Dale.Family@example-mail.test", True, "a private address of a councillor with an account"),
        ("Highways visit", "jane.smith@exampleshire-dc.example", False, "her official address at another council"),
        ("Flood visit", "yusuf.rahman@example-mail.test", False, "he has no council account yet"),
        ("Church visit", "kenneth.dale@example.org", False, "sounds like him, but is on no register"),
    ):
        outsiders = ((subject, address),)
        key = add_meeting(draft, Meeting(subject=subject, organiser=cast["deputy"], outsiders=outsiders, day=19))
        (draft.plant if found else draft.near)(PRIVATE, key, because)
        draft.near(TEAMS, key, "nobody meets online")
