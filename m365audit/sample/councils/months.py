"""What changes in the sample councils from September to November, what their Clerks answer, what must come of it."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from m365audit.model.answers import Answer
from m365audit.model.decisions import Standing
from m365audit.model.keys import site_access_key
from m365audit.sample.councils.draft import SampleCouncil
from m365audit.sample.councils.taken_away import take_away
from m365audit.sample.tenant import Planted, Tenant

SEPTEMBER, OCTOBER, NOVEMBER = (datetime(2026, month, 21, 9, 30, tzinfo=UTC) for month in (9, 10, 11))
MONTHS = (SEPTEMBER, OCTOBER, NOVEMBER)
"""When each of the three audits is made."""

Breach = tuple[str, str]
"""A planted breach, by its rule and the reason it was planted for."""

DORMANT, FORWARDED, GUEST = "account-dormant", "mail-forwarded-outside", "guest-accounted-for"
ACCESS, ANYONE, OUTSIDE = "mailbox-access-authorised", "share-anyone-link", "share-outside-accepted"
TWO_STEP, CONTRACT, APPROVED = "two-step-registered", "third-party-under-contract", "app-access-approved"

_PETER: Breach = (DORMANT, "last success 120 days ago; the later attempts failed")
_LEFT_ON = date(2026, 10, 20)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a Clerk. ``refused`` is part of the reason for which it must not be kept; empty where it must."""

    breach: Breach
    answer: Answer
    reason: str = ""
    until: date | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a Clerk answers to one month's audit. ``told``: by telephone, and typed by the provider."""

    by: str
    on: date
    taken_in: date
    said: tuple[Said, ...]
    told: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One council over three months.

    ``absent`` are breaches that are not there in some months, ``lost`` permissions that were withdrawn in one and the
    checks that cannot be made without them; ``stands`` is how decisions stand in November; ``grown`` are breaches by
    apps that are given one permission more before November, and which.
    """

    absent: Mapping[Breach, tuple[datetime, ...]]
    lost: Mapping[datetime, tuple[str, tuple[str, ...]]]
    replies: Mapping[datetime, Reply]
    stands: Mapping[Breach, Standing]
    statements: Mapping[str, tuple[date, ...]]
    """Code of a statement to the days it was made on, whatever the month; the last one before an audit is on record."""
    left: Mapping[str, date]
    """Name of somebody whose last day the Clerk confirmed in October, to that day."""
    follows: Callable[[SampleCouncil], tuple[Planted, ...]] = lambda _: ()
    """What must be found in November because of that day, beside what is planted every month."""
    grown: Mapping[Breach, str] = field(default_factory=dict)
    passing: tuple[str, ...] = ()
    """Checks of what Microsoft keeps for so short a time that nobody can tell later whether it was put right."""


def subject_of(council: SampleCouncil, breach: Breach) -> str:
    """The natural key of the subject of a planted breach.

    Raises:
        ValueError: there is not exactly one.
    """
    rule, because = breach
    found = [plant.subject for plant in council.planted if (plant.rule, plant.because) == (rule, because)]
    if len(found) != 1:
        message = f"{council.slug}: {len(found)} breaches of {rule} were planted because: {because}"
        raise ValueError(message)
    return found[0]


def _after_peter_left(council: SampleCouncil) -> tuple[Planted, ...]:
    """What is wrong with somebody's access once the register says that he has left."""
    peter = subject_of(council, _PETER)
    room = subject_of(council, ("site-access-by-role", "a councillor who is not in it")).partition("|")[0]
    return (
        Planted("leaver-access-removed", peter, "the Clerk confirmed that he has left, and nothing was taken away"),
        Planted("site-access-by-role", site_access_key(room, peter), "he has left, and is still among the councillors"),
    )


EXAMPLETON = Story(
    absent={
        (ANYONE, "anyone may edit a file of a OneDrive"): (SEPTEMBER, OCTOBER),
        (OUTSIDE, "an invitation to an address nobody accepted"): (SEPTEMBER,),
        (FORWARDED, "redirects to a private address"): (OCTOBER,),
        (FORWARDED, "to a contact that points outside"): (OCTOBER, NOVEMBER),
        (FORWARDED, "everybody's mail is copied outside"): (NOVEMBER,),
        (FORWARDED, "forwards as attachment to an employer"): (NOVEMBER,),
    },
    lost={NOVEMBER: ("OnlineMeetings.Read.All", ("meeting-outside-passcode",))},
    replies={
        SEPTEMBER: Reply(
            "Siân Powell",
            date(2026, 9, 28),
            date(2026, 10, 1),
            (
                Said(
                    (ACCESS, "the authorisation ended 30 days ago"),
                    Answer.AUTHORISED,
                    "Keeps the office going until the year end",
                    date(2027, 3, 31),
                ),
                Said(
                    (OUTSIDE, "a guest nobody accepted"),
                    Answer.ACCEPTED,
                    "Playground survey, minute 26/114",
                    date(2026, 12, 10),
                ),
                Said(
                    (FORWARDED, "forwards to a private address on the register"),
                    Answer.ACCEPTED,
                    "While the council's phone is being mended",
                    date(2026, 11, 15),
                ),
                Said((ACCESS, "authorised for another mailbox"), Answer.REMOVE),
                Said((FORWARDED, "forwards as attachment to an employer"), Answer.REMOVE),
                Said((ANYONE, "a folder open to anyone, without an end"), Answer.ASK),
                Said(_PETER, Answer.STILL_SERVING, "Ill since July, and expected back"),
                Said(
                    (TWO_STEP, "no second step"),
                    Answer.EXCEPTION,
                    "Cannot use a telephone; a security key is ordered",
                    date(2026, 12, 20),
                ),
                Said(
                    (CONTRACT, "reaches everybody's mail, and there is no contract"),
                    Answer.UNDER_CONTRACT,
                    "Licence of 1 May 2026",
                    date(2027, 4, 30),
                ),
                Said(
                    (APPROVED, "reaches everybody's mail, and nobody approved it"),
                    Answer.UNDER_CONTRACT,
                    "Licence of 1 May 2026, for mail",
                    date(2027, 4, 30),
                ),
                Said(
                    (FORWARDED, "the whole mailbox goes outside"),
                    Answer.ACCEPTED,
                    "Until the new office opens",
                    date(2027, 9, 1),
                    refused="90 days",
                ),
            ),
        ),
        OCTOBER: Reply(
            "Siân Powell",
            date(2026, 10, 26),
            date(2026, 11, 2),
            (
                Said((ANYONE, "a folder open to anyone, without an end"), Answer.REMOVE),
                Said(
                    (OUTSIDE, "an invitation to an address nobody accepted"),
                    Answer.ACCEPTED,
                    "Joint burial committee",
                    date(2027, 3, 31),
                ),
                Said(_PETER, Answer.LEAVER_CONFIRMED, "", _LEFT_ON),
            ),
        ),
    },
    stands={
        (ACCESS, "the authorisation ended 30 days ago"): Standing.HOLDS,
        (OUTSIDE, "a guest nobody accepted"): Standing.RENEW,
        (FORWARDED, "forwards to a private address on the register"): Standing.LAPSED,
        (ACCESS, "authorised for another mailbox"): Standing.TO_GO,
        (FORWARDED, "forwards as attachment to an employer"): Standing.TO_GO,
        (ANYONE, "a folder open to anyone, without an end"): Standing.TO_GO,
        _PETER: Standing.ASKED,
        (TWO_STEP, "no second step"): Standing.RENEW,
        (CONTRACT, "reaches everybody's mail, and there is no contract"): Standing.HOLDS,
        (APPROVED, "reaches everybody's mail, and nobody approved it"): Standing.OUTGROWN,
        (OUTSIDE, "an invitation to an address nobody accepted"): Standing.HOLDS,
    },
    statements={"ATT-BYOD": (date(2025, 11, 10),), "ATT-CONDUCT": (date(2025, 8, 1), date(2026, 11, 2))},
    left={"Peter Calloway": _LEFT_ON},
    grown={(APPROVED, "reaches everybody's mail, and nobody approved it"): "Files.ReadWrite.All"},
    passing=("admin-changes-expected",),
    follows=_after_peter_left,
)

LITTLE_SAMPLING = Story(
    absent={
        (ANYONE, "anyone may see a file of a OneDrive"): (SEPTEMBER, OCTOBER),
        (FORWARDED, "redirects to a private address on the register"): (OCTOBER,),
        (FORWARDED, "everybody's mail is redirected outside"): (NOVEMBER,),
    },
    lost={OCTOBER: ("SecurityAlert.Read.All", ("incidents-reported",))},
    replies={
        SEPTEMBER: Reply(
            "Rhiannon Vaughan",
            date(2026, 9, 27),
            date(2026, 9, 30),
            (
                Said(
                    (FORWARDED, "the whole mailbox goes outside"),
                    Answer.ACCEPTED,
                    "The planning consultant, until the plan is made",
                    date(2026, 12, 20),
                ),
                Said(
                    (ANYONE, "anyone may edit a folder, without an end"),
                    Answer.ACCEPTED,
                    "Footpath survey by volunteers",
                    date(2026, 10, 25),
                ),
                Said((ACCESS, "no authorisation"), Answer.REMOVE),
                Said(
                    (GUEST, "on no row of the register"),
                    Answer.ACCEPTED,
                    "Keeps the key of the village hall",
                    date(2027, 3, 20),
                ),
                Said((TWO_STEP, "a password and nothing else"), Answer.FIX),
                Said(
                    (ACCESS, "authorised until yesterday"),
                    Answer.AUTHORISED,
                    "My own work",
                    date(2027, 3, 31),
                    refused="own",
                ),
            ),
        ),
        OCTOBER: Reply(
            "Rhiannon Vaughan",
            date(2026, 10, 28),
            date(2026, 10, 28),
            (
                Said(
                    (OUTSIDE, "given to a guest nobody accepted"),
                    Answer.ACCEPTED,
                    "Maps for cutting the grass",
                    date(2027, 1, 31),
                ),
                Said((ACCESS, "authorised, but she has left"), Answer.REMOVE),
            ),
            told=True,
        ),
    },
    stands={
        (FORWARDED, "the whole mailbox goes outside"): Standing.RENEW,
        (ANYONE, "anyone may edit a folder, without an end"): Standing.LAPSED,
        (ACCESS, "no authorisation"): Standing.TO_GO,
        (GUEST, "on no row of the register"): Standing.HOLDS,
        (TWO_STEP, "a password and nothing else"): Standing.TO_GO,
        (OUTSIDE, "given to a guest nobody accepted"): Standing.HOLDS,
        (ACCESS, "authorised, but she has left"): Standing.TO_GO,
    },
    statements={},
    left={},
    passing=("admin-changes-expected",),
)


def in_month(make: Callable[[datetime], SampleCouncil], story: Story, month: datetime) -> SampleCouncil:
    """A sample council as its story has it at one month's audit, with what must be found then."""
    council = make(month)
    council = replace(council, tenant=copy.copy(council.tenant), planted=tuple(council.planted))
    for breach, months in story.absent.items():
        if month in months:
            council = _without(council, breach)
    if month in story.lost:
        permission, _ = story.lost[month]
        council.tenant.granted -= {permission}
    _make_statements(council, story, month.date())
    if month == NOVEMBER:
        for breach, permission in story.grown.items():
            _give(council.tenant, subject_of(council, breach), permission)
        for row in council.register["People"]:
            row["Until"] = story.left.get(row["Name"], row["Until"])
        council = replace(council, planted=(*council.planted, *story.follows(council)))
    return council


def unseen_in(story: Story, month: datetime) -> Sequence[str]:
    """The checks of which nobody can tell in a month whether what they found before is gone."""
    return (*(story.lost[month][1] if month in story.lost else ()), *story.passing)


def _without(council: SampleCouncil, breach: Breach) -> SampleCouncil:
    subject = subject_of(council, breach)
    take_away(council.tenant, breach[0], subject)
    return replace(council, planted=tuple(plant for plant in council.planted if plant.subject != subject))


def _give(tenant: Tenant, principal_id: str, permission: str) -> None:
    """One more permission for an app, on behalf of everybody."""
    grant = next(one for one in tenant.delegated_grants if one["clientId"] == principal_id and not one["principalId"])
    grant["scope"] += f" {permission}"


def _make_statements(council: SampleCouncil, story: Story, on: date) -> None:
    rows = council.register["Statements"]
    for code, days in story.statements.items():
        rows[:] = [row for row in rows if row["Statement"] != code]
        rows += [
            {"Statement": code, "Answer": "Confirmed", "Evidence": "Minute 25/92", "By": "Town Clerk", "Date": day}
            for day in days
            if day <= on
        ]
