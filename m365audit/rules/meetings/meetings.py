"""Rules about meetings. Passcodes and join links are never seen here."""

from datetime import date

import pandas as pd

from m365audit.model.words import Result
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.register_matching import account_ids, clerks, current, text
from m365audit.rules.facts.traces import label_of
from m365audit.rules.facts.verdicts import every_fault, flags, surely

_TEAMS = "Teams"
_SHOWN = ("first_starts_at", "occurrences", "platform", "organiser_address")


def _ours(meetings: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The meetings the council's people organise, of some kinds or of all, with what people call them."""
    of_kind = meetings["kind"].isin(kinds) if kinds else meetings["meeting_id"].notna()
    ours = meetings[surely(meetings["ours"]) & of_kind]
    return ours.assign(label=label_of(ours))


@rule(
    "meeting-on-teams",
    subject="meeting",
    severity="low",
    actor="person",
    topic="Meetings",
    row_by_row=("meetings",),
)
def meeting_on_teams(meetings: pd.DataFrame, *, kinds: tuple[str, ...] = ()) -> pd.DataFrame:
    """Online meetings the council's people organise are held on the council's Microsoft Teams.

    Why: on another platform the council has no say over who joins, what is recorded and where that is kept.
    Judged: meetings organised by an account of the tenant that are online, on another platform than Teams; a Teams
        meeting under a personal Microsoft account is another platform. Meetings other bodies organise are not counted.
    Fix: replace the invitation with a Teams meeting: Outlook or Teams calendar > New meeting > Teams meeting on.
    """
    online = _ours(meetings, *kinds)
    online = online[surely(online["online"])]
    platform = online["platform"]
    return together(
        breaches(
            online[platform.notna() & ~platform.isin([_TEAMS])],
            because="{label} on {first_starts_at} is held on {platform}",
            subject_id="meeting_id",
            subject_name="{label}",
            evidence=_SHOWN,
        ),
        unjudged(
            online[platform.isna()],
            because="it is online, but on which platform could not be told",
            subject_id="meeting_id",
            subject_name="{label}",
        ),
    )


@rule(
    "meeting-outside-passcode",
    subject="meeting",
    severity="medium",
    actor="person",
    topic="Meetings",
    row_by_row=("meetings", "meeting_options"),
)
def meeting_outside_passcode(meetings: pd.DataFrame, meeting_options: pd.DataFrame) -> pd.DataFrame:
    """Outside participants of a Teams meeting join by meeting ID and passcode, and wait in the lobby.

    Why: who is let in by an open door is nobody's decision.
    Judged: Teams meetings organised by the council's people with attendees from outside: they can be joined by meeting
        ID, a passcode is asked for, not everyone skips the lobby, and callers by telephone do not either. Options that
        could not be read, or were not given, are not judged. That everyone skips the lobby of a public meeting may be
        meant: it is for the Clerk to say. The passcode itself is never read.
    Fix: open the meeting > Meeting options: require the passcode, and choose who can bypass the lobby.
    """
    ours = _ours(meetings)
    invited = ours[surely(ours["outside_attendees"] > 0) & ours["platform"].isin([_TEAMS])]
    judged = invited.merge(meeting_options.drop(columns="organiser_id"), on="meeting_id", how="left")
    by_id, passcode = judged["has_meeting_id"], judged["passcode_required"]
    lobby, phone = judged["lobby"], judged["phone_skips_lobby"]
    judged["fault"] = every_fault(
        judged,
        {
            "it cannot be joined by meeting ID": ~by_id,
            "it asks for no passcode": ~passcode,
            "everyone skips the lobby": lobby.isin(["everyone"]),
            "callers by telephone skip the lobby": phone,
        },
    )
    clear = judged["fault"] == ""
    unread = clear & (by_id.isna() | passcode.isna() | lobby.isna() | phone.isna())
    return together(
        breaches(
            judged[~clear],
            because="{label} on {first_starts_at} has people from outside, and {fault}",
            subject_id="meeting_id",
            subject_name="{label}",
            evidence=(*_SHOWN, "outside_attendees", "lobby"),
        ),
        unjudged(
            judged[unread],
            because="its meeting options could not be read",
            subject_id="meeting_id",
            subject_name="{label}",
        ),
    )


@rule(
    "council-meeting-in-person",
    subject="meeting",
    severity="medium",
    actor="clerk",
    topic="Meetings",
    row_by_row=("meetings",),
)
def council_meeting_in_person(meetings: pd.DataFrame) -> pd.DataFrame:
    """Meetings of the council and its committees are not set up as online meetings.

    Why: by the Local Government Act 1972 members take part in such meetings in person; that the public can watch from
        afar is allowed. The Government means to change the law, and the rule can then be dropped from the policy file.
    Judged: for the Clerk to look at, meetings the council's people organise that are named like a council or committee
        meeting in the tenant file, and are online. Working groups are not such meetings.
    Fix: confirm that members attend in the room, and that the link is for the public or officers only.
    """
    council = _ours(meetings, "council")
    return breaches(
        council[surely(council["online"])],
        because="{label} on {first_starts_at} is set up as an online meeting ({platform}); whether members attend in"
        " person is for the Clerk to confirm",
        result=Result.REVIEW,
        subject_id="meeting_id",
        subject_name="{label}",
        evidence=_SHOWN,
    )


@rule(
    "meeting-link-provided",
    subject="meeting",
    severity="low",
    actor="clerk",
    topic="Meetings",
    row_by_row=("meetings",),
)
def meeting_link_provided(
    meetings: pd.DataFrame,
    as_of: date,
    people: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    authorised_access: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Working-group meetings have their link in the calendar before they begin, put there by the Clerk.

    Why: who has no link cannot take part.
    Judged: meetings the council's people organise that are named like a working group in the tenant file. One put into
        the calendar only when it had begun, or an online one without a link, does not meet. For the Clerk to look at:
        one with no link at all, which may be held in a room; one organised by somebody who is neither the Clerk on the
        register's sheet People nor authorised, on the sheet Mailbox access, for the Clerk's mailbox. That the link
        reached everybody, a person must judge.
    Fix: set the meeting up in Teams beforehand, and send the invitation to all who take part.
    """
    group = _ours(meetings, "working group")
    organisers = _who_may_organise(people, accounts, authorised_access, as_of)
    linked, online = group["has_link"], surely(group["online"])
    late = surely(group["created_at"] >= group["first_starts_at"])
    another = flags(group, (bool(organisers) and text(i) not in (organisers or ()) for i in group["organiser_id"]))
    group["fault"] = every_fault(
        group,
        {
            "was put into the calendar only on {created_at}, when it had begun": late,
            "is online but has no link": ~linked & online,
            "has no link; if it is held in a room, nothing is wrong": ~linked & ~online,
            "was organised by {organiser_address}, neither the Clerk nor authorised on the Clerk's mailbox": another,
        },
    )
    clear, fails = group["fault"] == "", late | surely(~linked & online)
    group["result"] = [Result.DOES_NOT_MEET if failing else Result.REVIEW for failing in fails]
    group["mend"] = ["" if failing else "say whether it was right as it was" for failing in fails]
    no_clerk = organisers is not None and not organisers
    unread = linked.isna() | group["created_at"].isna() | group["first_starts_at"].isna() | no_clerk
    return together(
        breaches(
            group[~clear],
            because="{label} on {first_starts_at} {fault}",
            result="{result}",
            subject_id="meeting_id",
            subject_name="{label}",
            fix="{mend}",
            evidence=(*_SHOWN, "created_at"),
        ),
        unjudged(
            group[clear & unread],
            because="whether it has a link, when it was set up, or who the Clerk is, is not known",
            subject_id="meeting_id",
            subject_name="{label}",
        ),
    )


def _who_may_organise(
    people: pd.DataFrame | None, accounts: pd.DataFrame | None, authorised_access: pd.DataFrame | None, as_of: date
) -> frozenset[str] | None:
    """Object ids, as they are compared, of the Clerk and of whoever is authorised for the Clerk's mailbox.

    Empty where the register names no Clerk in office; ``None`` where there is nothing to go by.
    """
    if people is None or accounts is None or authorised_access is None:
        return None
    ids = account_ids(accounts)
    held = {ids.get(text(cell)) for cell in clerks(current(people, as_of))["account"]} - {None}
    rows = current(authorised_access, as_of)
    pairs = zip(rows["mailbox"], rows["delegate"], strict=True)
    delegates = {ids.get(text(delegate)) for mailbox, delegate in pairs if ids.get(text(mailbox)) in held}
    return frozenset(map(text, held | delegates)) - {""}
