"""What is wrong with rights over calendars."""

from collections.abc import Collection
from datetime import date
from typing import Final

import pandas as pd

from m365audit.model.keys import mailbox_access_key
from m365audit.model.words import Actor, Result, Severity
from m365audit.rules.declare import breaches, together, unjudged
from m365audit.rules.facts.addresses import domain_of, outside
from m365audit.rules.facts.populations import is_guest, may_sign_in
from m365audit.rules.facts.register_matching import account_ids, current, text
from m365audit.rules.facts.verdicts import column, first_fault, first_known, flags, surely

RIGHT: Final = "folder"
"""The register's word for a right over single folders."""
EVERYBODY: Final = ("default", "anonymous")
"""Words for everybody in the council, and for anybody at all, where another right has a delegate."""
_TIMES_ONLY: Final = ("none", "freeBusyRead")
"""Roles that show nothing but when somebody is free."""
_NOBODYS: Final = ("room", "equipment")
_MEND: Final = "the holder changes it: Outlook > Calendar > the calendar > Sharing and permissions"


def over_folders(
    folder_access: pd.DataFrame,
    authorised_access: pd.DataFrame,
    accounts: pd.DataFrame,
    own: frozenset[str],
    leaver_ids: Collection[str],
    as_of: date,
) -> pd.DataFrame:
    """Rights over folders that nothing allows, as breaches; ``own`` are the council's domains.

    What shows only when somebody is free is no right over mail, and a room's calendar is there to be seen.
    """
    rows = folder_access[~folder_access["mailbox_kind"].isin(_NOBODYS)]
    given = described(rows[~rows["role"].isin(_TIMES_ONLY)], accounts)
    for_all = given["delegate"].isin(EVERYBODY)
    unfit = _unfit(given, accounts, own, leaver_ids).mask(for_all, "")
    allowed = _authorised(given, authorised_access, accounts, as_of)
    given["fault"] = first_fault(
        given,
        {
            "anybody at all may see more of the {folder} of {whose} than free times": given["delegate"].isin(
                ["anonymous"]
            ),
            "everybody in the council may see more of the {folder} of {whose} than free times": for_all,
            "{who} may see or change the {folder} of {whose}, and the register does not authorise it": ~allowed,
        },
    )
    # The key names the folder; what may be done with it can become more.
    given = given.assign(unfit=unfit, extent=column(given, ({text(role)} for role in given["role"])))
    wrong = (unfit != "") | (given["fault"] != "")
    unsaid = given["role"].isna()
    # What would be wrong on a person's calendar is in order on a room's.
    unknown = given["mailbox_kind"].isna() & wrong & ~unsaid
    known = ~unsaid & ~unknown
    return together(
        breaches(
            given[known & (unfit != "")],
            because="{who} may see or change the {folder} of {whose}: {unfit}",
            subject_id="key",
            subject_name="{who} on {whose}",
            severity=Severity.HIGH,
            actor=Actor.PROVIDER,
            fix="see that it is taken away: the holder does it in Outlook > Calendar > the calendar > Sharing",
            evidence=("mailbox_address", "delegate_address", "role"),
            extent="extent",
        ),
        breaches(
            given[known & (unfit == "") & (given["fault"] != "")],
            because="{fault}",
            result=Result.REVIEW,
            subject_id="key",
            subject_name="{who} on {whose}",
            severity=Severity.LOW,
            fix="decide whether it is right; " + _MEND,
            evidence=("mailbox_address", "delegate_address", "role"),
            extent="extent",
        ),
        unjudged(
            given[unsaid],
            because="what may be done with the {folder} was not said",
            subject_id="key",
            subject_name="{who} on {whose}",
        ),
        unjudged(
            given[unknown],
            because="whether the {folder} is a person's or a room's was not said, and a room's is there to be seen",
            subject_id="key",
            subject_name="{who} on {whose}",
        ),
    )


def described(given: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The rights with ``key``, ``who`` and ``whose``."""
    names = dict(zip(accounts["account_id"], accounts["display_name"], strict=True))
    words = {"default": "Everybody in the council", "anonymous": "Anybody"}
    parts = list(zip(given["mailbox_id"], given["delegate"], given["folder"], strict=True))
    return given.assign(
        key=column(given, (mailbox_access_key(m, d, f"folder:{f}") for m, d, f in parts)),
        who=column(
            given,
            (
                first_known(words.get(delegate), names.get(delegate), name, delegate)
                for delegate, name in zip(given["delegate"], given["delegate_name"], strict=True)
            ),
        ),
        whose=given["mailbox_name"].fillna(given["mailbox_address"]).fillna(given["mailbox_id"]),
    )


def _authorised(given: pd.DataFrame, rows: pd.DataFrame, accounts: pd.DataFrame, as_of: date) -> pd.Series:
    """Where the register allows the delegate a folder, or all, of the mailbox today."""
    ids = account_ids(accounts)

    def known(name: object) -> str:
        return text(ids.get(text(name), name))

    open_ = current(rows, as_of)
    open_ = open_[flags(open_, (text(right) in {RIGHT, "full access"} for right in open_["right"]))]
    pairs = {(known(m), known(d)) for m, d in zip(open_["mailbox"], open_["delegate"], strict=True)}
    mine = zip(given["mailbox_id"], given["delegate"], strict=True)
    return flags(given, ((known(mailbox), known(delegate)) in pairs for mailbox, delegate in mine))


def _unfit(given: pd.DataFrame, accounts: pd.DataFrame, own: frozenset[str], leaver_ids: Collection[str]) -> pd.Series:
    delegate = given["delegate"]
    abroad = outside(domain_of(given["delegate_address"]), own) | surely(given["inside"] == False)  # noqa: E712
    return first_fault(
        given,
        {
            "a guest": delegate.isin(accounts.loc[is_guest(accounts), "account_id"]),
            "somebody outside the council": abroad,
            "somebody whose service with the council has ended": delegate.isin(list(leaver_ids)),
            "an account that is switched off": delegate.isin(accounts.loc[~may_sign_in(accounts), "account_id"]),
        },
    )
