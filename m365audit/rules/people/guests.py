"""The rule about guests of the tenant."""

from datetime import date

import pandas as pd

from m365audit.model.words import Result
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import domain_of
from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.populations import is_guest, may_sign_in
from m365audit.rules.facts.register_matching import current, listed, official_elsewhere, texts
from m365audit.rules.facts.traces import guest_addresses
from m365audit.rules.facts.verdicts import every_fault
from m365audit.rules.sign_in.dormancy import with_dormancy

_KINDS = ("guest", "provider")


@rule(
    "guest-accounted-for",
    subject="guest",
    severity="medium",
    actor="clerk",
    topic="Guests",
    row_by_row=("accounts",),
)
def guest_accounted_for(  # noqa: PLR0913 - the evidence it looks at
    accounts: pd.DataFrame,
    third_parties: pd.DataFrame,
    accepted_sharing: pd.DataFrame,
    people: pd.DataFrame,
    as_of: date,
    sign_in_activity: pd.DataFrame | None = None,
    *,
    unaccepted_days: int = 30,
    dormant_days: int = 90,
) -> pd.DataFrame:
    """Every guest of the council is accounted for, came when invited, and still comes.

    Why: a guest keeps what was opened for them until somebody thinks of them again.
    Judged: a row of the register that is not past names each guest's address or its domain: Third parties (a guest or a
        provider), Accepted sharing, or another official address of somebody on People; otherwise it does not meet. For
        the Clerk to look at: an invitation not taken up in 30 days; a guest without a successful sign-in for 90 days,
        or with none recorded since being made more than 90 days ago.
    Fix: enter the guest on the register's sheet Third parties or Accepted sharing, or have the guest account deleted:
        Microsoft Entra admin centre > Users > the guest > Delete.
    """
    guests = accounts[is_guest(accounts)].assign(last_success_at=None, idle="")
    if sign_in_activity is not None:
        guests = with_dormancy(guests, sign_in_activity, as_of, dormant_days)
    since = guests["invitation_changed_at"].fillna(guests["created_at"])
    pending = guests["invitation_state"].isin(["PendingAcceptance"])
    strange = ~guests["account_id"].isin(_on_register(guests, third_parties, accepted_sharing, people, as_of))
    guests = guests.assign(since=since)
    guests["fault"] = every_fault(
        guests,
        {
            "no row of the register accounts for this guest": strange,
            "the invitation of {since} has not been taken up": pending & is_older(since, as_of, unaccepted_days),
            "{idle}": ~pending & may_sign_in(guests) & (guests["idle"].fillna("") != ""),
        },
    )
    guests["result"] = [Result.DOES_NOT_MEET if unknown else Result.REVIEW for unknown in strange]
    return together(
        breaches(
            guests[guests["fault"] != ""],
            because="{fault}",
            result="{result}",
            subject_id="account_id",
            subject_name="{display_name}",
            fix="decide whether the guest may stay, and until when",
            evidence=("mail", "invitation_state", "created_at", "last_success_at"),
        ),
        unjudged(
            guests[(guests["fault"] == "") & ~pending & guests["idle"].isna()],
            because="neither a sign-in nor the day the guest was invited is known",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


def _on_register(
    guests: pd.DataFrame, third_parties: pd.DataFrame, accepted_sharing: pd.DataFrame, people: pd.DataFrame, as_of: date
) -> pd.Series:
    """Object ids of the guests a current row of the register names, by address or by domain."""
    parties = current(third_parties, as_of)
    parties = parties[texts(parties["kind"]).isin(_KINDS)]
    cells = [*parties["identifier"], *current(accepted_sharing, as_of)["shared_with"]]
    named = {name.removeprefix("@") for cell in cells for name in listed(cell)}
    named |= official_elsewhere(current(people, as_of))
    known = guest_addresses(guests)
    return known.loc[known["address"].isin(named) | domain_of(known["address"]).isin(named), "account_id"]
