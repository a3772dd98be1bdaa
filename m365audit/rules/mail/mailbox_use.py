"""Rules about who uses which mailbox."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import pandas as pd

from m365audit.model.words import Result, Right
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.register_matching import COUNCILLOR, account_ids, current, day, in_roles, text, with_account
from m365audit.rules.facts.verdicts import column, flags, surely

_RIGHTS: Final = {
    "mailitemsaccessed": (Right.FULL_ACCESS, "folder"),
    "sendas": (Right.SEND_AS,),
    "sendonbehalf": (Right.SEND_ON_BEHALF,),
}


@rule(
    "mailbox-access-used",
    subject="mailbox access",
    severity="medium",
    actor="clerk",
    topic="Mailbox access",
    row_by_row=("mailbox_use",),
)
def mailbox_access_used(
    mailbox_use: pd.DataFrame, authorised_access: pd.DataFrame, accounts: pd.DataFrame
) -> pd.DataFrame:
    """Nobody used another's mailbox at a time when that was not authorised.

    Why: a right over a mailbox can be proper and its use not; only the record of its use tells them apart.
    Judged: for the Clerk to look at, every day on which somebody other than the holder opened mail in a mailbox, sent
        as it or on its behalf, and no row of the register's sheet Mailbox access held for the same mailbox, person and
        right on that day.
    Fix: ask what it was for; if it was right, enter it on the register's sheet Mailbox access with its dates.
    """
    ids = account_ids(accounts)
    allowed: dict[tuple[str, str, str], list[tuple[date | None, date | None]]] = {}
    for row in authorised_access.to_dict("records"):
        key = (_id(ids, row["mailbox"]), _id(ids, row["delegate"]), text(row["right"]))
        allowed.setdefault(key, []).append((day(row["from"]), day(row["until"])))
    used = mailbox_use.assign(
        key=[f"{m}|{d}|{o}" for m, d, o in _named(mailbox_use, "mailbox_id", "delegate", "operation")],
        was_allowed=flags(
            mailbox_use,
            (
                any(
                    _held(allowed.get((_id(ids, mailbox), _id(ids, who), str(right)), []), on)
                    for right in _RIGHTS.get(text(operation), ())
                )
                for mailbox, who, operation, on in _named(mailbox_use, "mailbox_id", "delegate", "operation", "day")
            ),
        ),
    )
    names = dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    used["who"] = column(used, (names.get(i, i) for i in used["delegate"]))
    used["whose"] = column(used, (names.get(i, i) for i in used["mailbox_id"]))
    open_ = used[~used["was_allowed"]].sort_values("day", kind="stable")
    days = open_.groupby("key")["day"].agg(["min", "max"]) if len(open_) else pd.DataFrame(columns=["min", "max"])
    once = open_.drop_duplicates("key")
    once = once.assign(
        first=column(once, (days["min"].get(key) for key in once["key"])),
        last=column(once, (days["max"].get(key) for key in once["key"])),
    )
    return breaches(
        once,
        because="{who} used the mailbox of {whose} ({operation}) between {first} and {last}, when nothing on the "
        "register allowed it",
        result=Result.REVIEW,
        subject_id="key",
        subject_name="{who} on {whose}",
    )


def _named(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(frame[name] for name in names), strict=True))


def _id(ids: dict[str, str], name: object) -> str:
    return text(ids.get(text(name), name))


def _held(periods: list[tuple[date | None, date | None]], on: object) -> bool:
    try:
        that_day = date.fromisoformat(str(on)[:10])
    except ValueError:
        return False
    return any(
        (start is None or start <= that_day) and (until is None or that_day <= until) for start, until in periods
    )


@rule(
    "mailbox-in-use",
    subject="account",
    severity="low",
    actor="clerk",
    topic="People and accounts",
    row_by_row=("email_activity",),
    helpful=("mailbox_usage",),
)
def mailbox_in_use(
    email_activity: pd.DataFrame,
    people: pd.DataFrame,
    accounts: pd.DataFrame,
    as_of: date,
    mailbox_usage: pd.DataFrame | None = None,
    *,
    roles: tuple[str, ...] = (COUNCILLOR,),
    since_days: int = 90,
) -> pd.DataFrame:
    """Every councillor writes from the council mailbox.

    Why: somebody who never writes from it may be doing council business from a private address, where the council
        cannot search or keep it.
    Judged: for the Clerk to look at, every current councillor whose account sent nothing in the 90 days of Microsoft's
        report, which is two days late. Left out is whoever began, or whose account was made, within that time, or whose
        account is switched off. Whoever is not in the report is not judged. When the mailbox was last used at all is
        said where a second report tells it.
    Fix: ask why; perhaps there was nothing to write, perhaps help is needed to set the mailbox up.
    """
    began = as_of - pd.Timedelta(days=since_days)
    serving = current(in_roles(people, roles), as_of)
    serving = serving[flags(serving, ((start := day(cell)) is None or start <= began for cell in serving["from"]))]
    ids = set(with_account(serving, accounts)["account_id"].dropna())
    asked = accounts[accounts["account_id"].isin(list(ids)) & ~surely(accounts["enabled"] == False)]  # noqa: E712
    asked = asked[~surely(asked["created_at"] > pd.Timestamp(began, tz="UTC"))]
    live = email_activity[~surely(email_activity["deleted"])]
    sent = dict(zip(live["address"], live["sent"], strict=True))
    found = asked.assign(sent=column(asked, (sent.get(name, pd.NA) for name in asked["user_principal_name"])))
    found["use"] = column(found, _uses(found["user_principal_name"], mailbox_usage))
    untold = found["sent"].isna()
    return together(
        breaches(
            found[~untold & flags(found, (not pd.isna(number) and number == 0 for number in found["sent"]))],
            because="the report shows no message sent from this mailbox in 90 days{use}",
            result=Result.REVIEW,
            subject_id="account_id",
            subject_name="{display_name}",
            evidence=("primary_address",),
        ),
        unjudged(
            found[untold],
            because="the report of mail use does not name this account",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


def _uses(names: pd.Series, mailbox_usage: pd.DataFrame | None) -> Iterator[str]:
    """When each mailbox was last used, as the end of a sentence; empty where the report does not name it."""
    if mailbox_usage is None:
        yield from ("" for _ in names)
        return
    live = mailbox_usage[~surely(mailbox_usage["deleted"])]
    last = dict(zip(live["address"], live["last_active_at"], strict=True))
    for name in names:
        if name not in last:
            yield ""
        elif pd.isna(last[name]):
            yield ", nor any other use of it"
        else:
            yield f"; it was last used on {last[name].day} {last[name]:%b %Y}"
