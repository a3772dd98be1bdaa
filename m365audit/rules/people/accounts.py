"""Rules about what accounts are like: their addresses, and how many people use them."""

import re
from datetime import date

import pandas as pd

from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import CONSUMER, GOVERNMENT, TENANT_ENDING, domain_of, outside, owned
from m365audit.rules.facts.populations import is_nobodys, may_sign_in, members, signing_in, with_mailbox
from m365audit.rules.facts.register_matching import accounts_of_kind, current, text, texts, with_account
from m365audit.rules.facts.verdicts import first_fault, flags, joined, surely

GENERIC = frozenset(
    {
        "accounts", "admin", "administration", "administrator", "assistant", "assistantclerk", "bookings", "chair",
        "chairman", "cllr", "cllrs", "clerk", "clerks", "clerksoffice", "contact", "contactus", "council",
        "counciloffice", "councillor", "councillors", "deputy", "deputyclerk", "deputymayor",
        "enquiries", "enquiry", "facilities", "finance", "general", "hello", "help", "info", "information", "mail",
        "mayor", "mayors", "member", "members", "office", "parish", "parishclerk", "parishcouncil", "parishoffice",
        "planning", "reception",
        "rfo", "secretary", "shared", "staff", "team", "townclerk", "towncouncil", "townhall", "treasurer", "user",
    }
)  # fmt: skip
"""First parts of an address that name an office people hold or share; digits and dots in them do not count."""

# Kind on the register's sheet Other accounts: nobody's own on purpose.
_BREAK_GLASS = "break-glass"


@rule(
    "mailbox-on-council-domain",
    subject="account",
    severity="medium",
    actor="provider",
    topic="People and accounts",
    row_by_row=("accounts", "mailbox_settings"),
    helpful=("mailbox_settings", "mailboxes"),
)
def mailbox_on_council_domain(
    accounts: pd.DataFrame,
    domains: pd.DataFrame,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every council mailbox has its main address on a domain the council owns.

    Why: an address on somebody else's domain goes with that somebody; the yearly governance statement asks for a
        domain of the council's own, and a .gov.uk one tells residents that a message is genuine.
    Judged: the main address of every member account with a mailbox that is in use (sign-in allowed, or shared): on a
        domain the council owns, and not on the onmicrosoft.com domain Microsoft lends to every tenant. Rooms and
        equipment are left out. For a domain the council owns that is not a .gov.uk one, that one is advised.
    Fix: Microsoft 365 admin centre > Users > the account > Manage username and email: make the address on the
        council's domain the primary one; Settings > Domains adds a domain.
    """
    judged = with_mailbox(members(accounts), mailbox_settings, mailboxes)
    purpose = judged["purpose"]
    shared = purpose.isin(["shared"]).astype("boolean").where(purpose.notna())
    in_use = judged["has_mailbox"] & (may_sign_in(judged) | shared)
    judged = judged.assign(in_use=in_use)[~surely(~in_use) & ~purpose.isin(("room", "equipment"))]
    judged = judged.assign(domain=domain_of(judged["primary_address"]))
    domain, own = judged["domain"], owned(domains)
    lent = surely(domain.str.endswith(TENANT_ENDING)) | domain.isin(domains.loc[surely(domains["initial"]), "domain"])
    judged["fault"] = first_fault(
        judged,
        {
            "is on the domain Microsoft lends to every customer": lent,
            "is at a mail service anybody can use": domain.isin(CONSUMER),
            "is on {domain}, which the council does not own": outside(domain, own),
        },
    )
    sure = surely(judged["in_use"])
    sound = judged[sure & (judged["fault"] == "") & domain.notna()].drop_duplicates("domain")
    return together(
        breaches(
            judged[sure & (judged["fault"] != "")],
            because="the main address of {display_name}, {primary_address}, {fault}",
            subject_id="account_id",
            subject_name="{display_name}",
            fix="make an address on the council's domain the primary one: Microsoft 365 admin centre > Users > "
            "Active users > Manage username and email",
            evidence=("primary_address", "purpose"),
        ),
        breaches(
            sound[~flags(sound, (name.endswith(GOVERNMENT) for name in sound["domain"]))],
            because="the council's mail is on {domain}, which the council owns; a .gov.uk domain is advised",
            fix="ask the IT provider what moving to a .gov.uk domain would take; the old addresses can be kept",
            result=Result.ADVICE,
            subject=SubjectKind.DOMAIN,
            subject_id="domain",
            subject_name="{domain}",
            severity=Severity.LOW,
            actor="council",
        ),
        unjudged(
            judged[(~sure & (judged["fault"] != "")) | domain.isna()],
            because="its main address, or whether it has a mailbox in use, could not be read",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


@rule(
    "account-belongs-to-one-person",
    subject="account",
    severity="high",
    actor="provider",
    topic="People and accounts",
    row_by_row=("mailbox_settings",),
    helpful=("mailbox_settings", "mailboxes", "other_accounts"),
)
def account_belongs_to_one_person(
    accounts: pd.DataFrame,
    as_of: date,
    people: pd.DataFrame | None = None,
    other_accounts: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every account that can sign in belongs to exactly one person.

    Why: where several people know one password, nobody can tell who did what, and it is not changed when one leaves.
    Judged: accounts with sign-in allowed. A shared mailbox, a room or equipment must have it switched off; an account
        named after an office (clerk, office, admin, info, cllr and the like) must belong to exactly one person in
        office, unless the register's sheet Other accounts has it as a break-glass account; no account may stand on the
        sheet People for two people in office. A licensed clerk's address used by the one Clerk is in order.
    Fix: Microsoft 365 admin centre > Users > the account > Block sign-in, and give those who need the mailbox access to
        it under their own names; or say on the register whose account it is.
    """
    judged = with_mailbox(signing_in(accounts), mailbox_settings, mailboxes)
    judged = _with_holders(judged, people, accounts, as_of)
    generic = flags(judged, map(_is_generic, judged["user_principal_name"])) & ~judged["account_id"].isin(
        accounts_of_kind(other_accounts, accounts, _BREAK_GLASS)
    )
    shared, several = is_nobodys(judged), judged["count"] > 1
    unclaimed = generic & (judged["count"] == 0) & (people is not None)
    judged["fault"] = first_fault(
        judged,
        {
            "{display_name} is a {purpose} mailbox, and sign-in to it is allowed": shared,
            "{display_name} can sign in and stands on the register for {count} people: {holders}": several,
            "{display_name} ({user_principal_name}) is named after an office, can sign in, and belongs to nobody on"
            " the register": unclaimed,
        },
    )
    judged["mend"] = first_fault(
        judged,
        {
            "switch off its sign-in: Microsoft 365 admin centre > Users > the account > Block sign-in": shared,
            "give each of them an account of their own, and leave this one to one of them": several,
            "enter on the register who uses it, or what it is for": unclaimed,
        },
    )
    judged["who"] = [Actor.CLERK if cell.startswith("enter") else Actor.PROVIDER for cell in judged["mend"]]
    clear, mailbox = judged["fault"] == "", judged["has_mailbox"]
    unread = clear & (mailbox.isna() | (surely(mailbox) & judged["purpose"].isna()))
    return together(
        breaches(
            judged[~clear],
            because="{fault}",
            subject_id="account_id",
            subject_name="{display_name}",
            actor="{who}",
            fix="{mend}",
            evidence=("user_principal_name", "purpose", "holders"),
        ),
        unjudged(
            judged[unread],
            because="what its mailbox is for could not be read",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


def _is_generic(sign_in_name: object) -> bool:
    return re.sub(r"[^a-z]", "", text(sign_in_name).partition("@")[0]) in GENERIC


def _with_holders(
    judged: pd.DataFrame, people: pd.DataFrame | None, accounts: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """The accounts with ``count``, how many people in office have them, and ``holders``, their names."""
    if people is None:
        return judged.assign(count=0, holders="")
    held = with_account(current(people, as_of), accounts)
    by_account = held[held["account_id"].notna()].groupby("account_id")["name"]
    # One name twice is one person in two offices.
    count = by_account.agg(lambda names: texts(names).nunique()).to_dict()
    holders = by_account.agg(joined).to_dict()
    ids = judged["account_id"]
    return judged.assign(count=[count.get(i, 0) for i in ids], holders=[holders.get(i, "") for i in ids])
