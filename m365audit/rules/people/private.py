"""The rule about private addresses where an official one is due."""

from datetime import date

import pandas as pd

from m365audit.model.words import Actor, SubjectKind
from m365audit.rules.declare import breaches, rule
from m365audit.rules.facts.populations import signing_in
from m365audit.rules.facts.register_matching import (
    EVERYBODY,
    current,
    each_listed,
    in_roles,
    official_elsewhere,
    with_account,
)
from m365audit.rules.facts.traces import as_guest, guest_addresses, in_meetings, in_sharing
from m365audit.rules.facts.verdicts import joined

_MEND = {
    SubjectKind.GUEST: "delete the guest account: Microsoft Entra admin centre > Users > the guest > Delete",
    SubjectKind.SHARE: "share it with the council account instead: the item > Manage access",
    SubjectKind.MEETING: "invite the council account instead",
}
_WHO = {
    SubjectKind.GUEST: Actor.PROVIDER,
    SubjectKind.SHARE: Actor.PROVIDER,
    SubjectKind.MEETING: Actor.PERSON,
}


@rule(
    "private-address-in-use",
    subject="guest",
    severity="medium",
    actor="person",
    topic="People and accounts",
    row_by_row=("sharing", "meetings"),
)
def private_address_in_use(
    accounts: pd.DataFrame,
    people: pd.DataFrame,
    as_of: date,
    sharing: pd.DataFrame | None = None,
    meetings: pd.DataFrame | None = None,
    *,
    roles: tuple[str, ...] = EVERYBODY,
) -> pd.DataFrame:
    """Nobody who has a council account is invited or let in under a private address.

    Why: what reaches a private account is still the council's to find and disclose, and goes with the person.
    Judged: the private addresses on the register's sheet People of everybody in office whose council account works: as
        a guest of the tenant, as somebody a file or folder is shared with, as an attendee of a meeting the council's
        people organise. Another body's official address, a district council's for one, never counts, even where it
        stands among the private ones; nor does an address that merely looks like a name.
    Fix: take the private address away, and invite or share with the person's council account instead.
    """
    held = with_account(in_roles(current(people, as_of), roles), signing_in(accounts))
    private = each_listed(held[held["account_id"].notna()], "private_addresses", official_elsewhere(people))
    persons = {str(address): who for address, who in private.groupby("address")["name"].agg(joined).items()}
    guests = guest_addresses(accounts)
    guests = guests[guests["address"].isin(persons)]
    # A share may name a guest by object id alone.
    ids = {i.casefold(): persons[a] for i, a in zip(guests["account_id"], guests["address"], strict=True)}
    found = [as_guest(accounts, persons).assign(kind=SubjectKind.GUEST, place="is a guest of the council")]
    if sharing is not None:
        shares = in_sharing(sharing, {*persons, *ids}, as_of)
        found.append(shares.assign(kind=SubjectKind.SHARE, place="is let in to " + shares["label"]))
    if meetings is not None:
        met = in_meetings(meetings, persons)
        found.append(met.assign(kind=SubjectKind.MEETING, place="is invited to " + met["label"]))
    places = pd.concat([piece.astype(object) for piece in found], ignore_index=True)
    places["person"] = places["name"].map({**ids, **persons})
    places["mend"], places["who"] = places["kind"].map(_MEND), places["kind"].map(_WHO)
    single = places.groupby(["kind", "key", "label", "place", "mend", "who"])["person"].agg(joined).reset_index()
    return breaches(
        single,
        because="a private address of {person}, who has a council account, {place}",
        subject="{kind}",
        subject_id="key",
        subject_name="{label} ({person})",
        actor="{who}",
        fix="{mend}",
    )
