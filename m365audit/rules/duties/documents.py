"""Rules about the policy itself, the documents it leans on, and training."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from m365audit.model.keys import person_key
from m365audit.model.policy import Policy
from m365audit.model.words import Result
from m365audit.rules.declare import breaches, rule, unjudged
from m365audit.rules.facts.register_matching import EVERYBODY, current, day, in_roles, listed, text
from m365audit.rules.facts.verdicts import first_fault

_TOPIC = "Policy and training"


@rule("policy-review-due", subject="policy", severity="medium", actor="council", topic=_TOPIC)
def policy_review_due(policy: Policy, as_of: date, *, notice_days: int = 60) -> pd.DataFrame:
    """The council's IT policy has been reviewed when it was due.

    Why: the yearly governance statement asks for a policy that is in force and up to date.
    Judged: the day the policy file names for the next review, else the last review or adoption and the months between
        reviews. Past it: does not meet. For the Clerk to look at: the day is no more than 60 days off, or the last
        review is longer ago than the months between reviews although the named day is still to come. With no day at
        all it is not assessed.
    Fix: put the review on the next agenda; its day and minute go into the policy file.
    """
    last = max((on for on in (policy.adopted_on, policy.last_review) if on), default=None)
    lapses = _months_later(last, policy.review_every_months) if last else None
    due = policy.next_review or lapses
    row = _about(policy, due=due, last=last, late=_lateness(due, as_of) if due else "")
    if due is None:
        why = "date needed: the policy file names neither its adoption, its last review nor its next one"
        return unjudged(row, because=why, subject_id="id", subject_name="{title}")
    soon = due - as_of <= pd.Timedelta(days=notice_days)
    row["fault"] = first_fault(
        row,
        {
            "the review was due on {due} and is overdue by {late}": pd.Series([as_of > due]),
            "the next review is due on {due}": pd.Series([soon]),
            "the last review was on {last}, longer ago than the months between reviews": pd.Series(
                [lapses is not None and as_of > lapses]
            ),
        },
    )
    return breaches(
        row[row["fault"] != ""],
        because="{fault}",
        result=Result.DOES_NOT_MEET if as_of > due else Result.REVIEW,
        subject_id="id",
        subject_name="{title}",
        evidence=("due", "last"),
    )


def _months_later(day_: date, months: int) -> date:
    later: date = (pd.Timestamp(day_) + pd.DateOffset(months=months)).date()
    return later


def _lateness(due: date, as_of: date) -> str:
    """How long ago a day was: in calendar months, within one in days."""
    months = (as_of.year - due.year) * 12 + as_of.month - due.month
    number, unit = (months, "month") if months > 0 else ((as_of - due).days, "day")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _about(policy: Policy, **facts: object) -> pd.DataFrame:
    return pd.DataFrame([{"id": policy.id, "title": policy.title, **facts}], dtype=object)


@rule("policy-documents-on-file", subject="policy", severity="low", actor="clerk", topic=_TOPIC)
def policy_documents_on_file(policy: Policy, *, documents: tuple[str, ...] = ()) -> pd.DataFrame:
    """Every document the policy leans on is on file, with the day it was adopted.

    Why: a policy that refers to another one nobody can find binds nobody to it.
    Judged: the documents listed in the policy file, or those of them a clause names. One that is not listed, or has no
        day of adoption or no link, is not assessed: whether the council has it is not known until somebody says so.
    Fix: enter adopted_on and link of the document in the council's policy file.
    """
    on_file = {document.name for document in policy.documents if document.adopted_on and document.link}
    asked = documents or tuple(document.name for document in policy.documents) or ("the documents it leans on",)
    missing = [name for name in asked if name not in on_file]
    row = _about(policy, missing=missing)
    return unjudged(
        row if missing else row.head(0),
        because="the day of adoption and the link are needed of {missing}",
        subject_id="id",
        subject_name="{title}",
    )


@rule("policy-references-current", subject="policy", severity="low", actor="council", topic=_TOPIC)
def policy_references_current(policy: Policy, *, references: tuple[Mapping[str, Any], ...] = ()) -> pd.DataFrame:
    """The law and guidance the policy names are those now in force.

    Why: a policy that names what has been replaced is harder to rely on, and the yearly governance statement asks for
        one that is up to date.
    Judged: what the policy file lists as having dated in its text, line by line, as Advice. It is no legal opinion. A
        policy whose file lists nothing has not been looked through, and is not assessed.
    Fix: take these points up at the next review of the policy.
    """
    if not references:
        why = "nobody has noted in the policy file which references of its text have dated"
        return unjudged(_about(policy), because=why, subject_id="id", subject_name="{title}")
    points = [(f"line {p['line']}: " if "line" in p else "") + f"{p['says']} (now: {p['now']})" for p in references]
    return breaches(
        _about(policy, points="; ".join(points)),
        because="the text appears dated in places: {points}",
        result=Result.ADVICE,
        subject_id="id",
        subject_name="{title}",
    )


@rule("training-current", subject="person", severity="low", actor="clerk", topic=_TOPIC)
def training_current(
    people: pd.DataFrame, training: pd.DataFrame, as_of: date, *, months: int = 12, roles: tuple[str, ...] = EVERYBODY
) -> pd.DataFrame:
    """Everybody in office has had some training in the last twelve months.

    Why: most intrusions begin with a message somebody trusts.
    Judged: for the Clerk to look at, everybody in office on the register's sheet People for whom the sheet Training
        has no dated row of the last 12 months, under the account or the name. Entries in the future do not count.
    Fix: arrange the training, and enter it on the register's sheet Training.
    """
    since = (pd.Timestamp(as_of) - pd.DateOffset(months=months)).date()
    recent = [(on := day(cell)) is not None and since <= on <= as_of for cell in training["date"]]
    trained = {name for cell, counts in zip(training["person"], recent, strict=True) if counts for name in listed(cell)}
    serving = in_roles(current(people, as_of), roles)
    lacking = [text(a) not in trained and text(n) not in trained for a, n in _who(serving)]
    untrained = serving[pd.Series(lacking, index=serving.index, dtype=bool)]
    untrained = untrained.assign(key=[person_key(text(a) or None, str(n)) for a, n in _who(untrained)], months=months)
    return breaches(
        untrained,
        because="the register shows no training of {name} ({role}) in the last {months} months",
        result=Result.REVIEW,
        subject_id="key",
        subject_name="{name}",
    )


def _who(people: pd.DataFrame) -> list[tuple[object, object]]:
    return list(zip(people["account"], people["name"], strict=True))
