"""The rule about where mail is sent on to."""

import pandas as pd

from m365audit.model.keys import forward_key
from m365audit.model.words import Actor
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import CONSUMER, outside, owned
from m365audit.rules.facts.register_matching import each_listed, text
from m365audit.rules.facts.verdicts import joined, surely

_MEND = {
    "mailbox": "switch it off: Exchange admin centre > Mailboxes > the mailbox > Email forwarding",
    "rule": "delete the rule: Outlook > Settings > Mail > Rules",
    "transport": "switch off the rule: Exchange admin centre > Mail flow > Rules",
}


@rule(
    "mail-forwarded-outside",
    subject="forward",
    severity="high",
    actor="provider",
    topic="Forwarding",
    row_by_row=("forwards",),
    helpful=("people", "outbound_mail"),
)
def mail_forwarded_outside(
    forwards: pd.DataFrame,
    domains: pd.DataFrame,
    people: pd.DataFrame | None = None,
    outbound_mail: pd.DataFrame | None = None,
    *,
    exempt: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """The council's mail is sent on to nobody outside it.

    Why: council business in a private mailbox is still the council's to search and disclose, but out of its reach; and
        an intruder's first act is often to send mail on.
    Judged: mailbox forwarding, inbox rules and mail-flow rules that are switched on and whose target is on no domain
        the council owns; a sub-domain nobody verified is not the council's. Where the target is a private or another
        official address on the register's sheet People, it says whose. A target Exchange names but that leads to no
        address is not judged. Targets named in the tenant file are left out. It says where the tenant's outbound policy
        holds such mail back today; that can be changed in a moment, and is no reason to leave the route there. Routes
        Microsoft shows to nobody, such as Power Automate flows, cannot be seen.
    Fix: Exchange admin centre > Mailboxes > the mailbox > Email forwarding; an inbox rule is removed by the person in
        Outlook > Settings > Mail > Rules; a mail-flow rule in Exchange admin centre > Mail flow > Rules.
    """
    on = forwards[~surely(forwards["enabled"] == False)]  # noqa: E712 - the column holds true, false and unknown
    on = on.assign(
        key=[forward_key(*r) for r in zip(on["mailbox_id"], on["route"], on["target_address"].fillna(""), strict=True)],
        whose=on["mailbox_name"].fillna(on["mailbox_address"]).fillna("several mailboxes"),
        by=_route_in_words(on),
        target_is=_in_words(on, people),
        mend=_kind(on).map(_MEND).fillna("find out where it is set, and switch it off"),
        who=_kind(on).map({"rule": Actor.PERSON}).fillna(Actor.PROVIDER),
        held=_held_back(on, outbound_mail),
    )
    spared = on["target_address"].isin(exempt) | on["target_domain"].isin(exempt)
    found = outside(on["target_domain"].str.lower(), owned(domains)) & ~spared
    known = surely(on["enabled"])
    return together(
        breaches(
            on[found & known],
            because="mail to {whose} is sent on to {target_address}, {target_is}, by {by}{held}",
            subject_id="key",
            subject_name="{whose} to {target_address}",
            actor="{who}",
            fix="{mend}",
            evidence=("mailbox_address", "route", "action", "target_is", "keeps_copy"),
        ),
        unjudged(
            on[(found & ~known) | (on["target_domain"].isna() & ~spared)],
            because="where the mail goes, or whether the route is switched on, could not be told",
            subject_id="key",
            subject_name="{whose} to {target_address}",
        ),
    )


def _kind(forwards: pd.DataFrame) -> pd.Series:
    """Of each route: mailbox, rule or transport."""
    return forwards["route"].str.partition(":")[0] if len(forwards) else forwards["route"]


def _held_back(forwards: pd.DataFrame, outbound_mail: pd.DataFrame | None) -> list[str]:
    """Of each route, whether the tenant's outbound policy lets such mail out, in words; empty where nobody can tell."""
    if outbound_mail is None:
        return [""] * len(forwards)
    kind, policy = outbound_mail["kind"], outbound_mail[outbound_mail["kind"].isin(["outbound policy"])]
    said = set(policy.loc[surely(policy["everybody"]), "forwarding"].dropna())
    opened = set(policy.loc[policy["forwarding"].isin(["on"]), "name"])
    switched_on = outbound_mail[kind.isin(["outbound rule"]) & ~surely(outbound_mail["enabled"] == False)]  # noqa: E712
    for_some = bool(opened & set(switched_on["policy"].dropna()))
    word = "; such mail is let out" if said == {"on"} else ""
    if said and said <= {"off", "automatic"} and not for_some:
        word = "; a setting holds such mail back today"
    # The policy has no say over mail-flow rules.
    return [word if route in {"mailbox", "rule"} else "" for route in _kind(forwards)]


def _route_in_words(forwards: pd.DataFrame) -> pd.Series:
    words = {"mailbox": "a setting of the mailbox", "rule": "an inbox rule", "transport": "a mail-flow rule"}
    return _kind(forwards).map(words).fillna(forwards["route"])


def _in_words(forwards: pd.DataFrame, people: pd.DataFrame | None) -> list[str]:
    """What each target is: somebody's private or other official address, a consumer service, another organisation."""
    known: dict[str, str] = {}
    if people is not None:
        for rows, what in (
            (each_listed(people, "private_addresses"), "a private address of"),
            (each_listed(people, "other_official_addresses"), "another official address of"),
        ):
            names = rows.groupby("address")["name"].agg(joined)
            known |= {str(address): f"{what} {name}" for address, name in names.items()}
    return [
        known.get(text(address)) or ("a consumer mail service" if domain in CONSUMER else "another organisation")
        for address, domain in zip(forwards["target_address"], forwards["target_domain"], strict=True)
    ]
