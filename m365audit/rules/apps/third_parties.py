"""Rules about other organisations with access: whether there is a contract, and whether it has ended."""

from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.rules.apps.agreements import Agreement, agreements, ended, lacks_contract, naming
from m365audit.rules.apps.app_reach import far_reaching
from m365audit.rules.declare import breaches, rule
from m365audit.rules.facts.addresses import domain_of
from m365audit.rules.facts.populations import is_guest, may_sign_in
from m365audit.rules.facts.register_matching import claims
from m365audit.rules.facts.traces import guest_addresses
from m365audit.rules.facts.verdicts import column, surely

_COLUMNS = ("kind", "key", "name", "what", "rows", "by_name")
# Providers come first: the audit is made by one of them.
_ORDER = (SubjectKind.PROVIDER, SubjectKind.ACCOUNT, SubjectKind.APP, SubjectKind.GUEST)


@rule(
    "third-party-under-contract",
    subject="provider",
    severity="medium",
    actor="clerk",
    topic="IT provider access",
    row_by_row=("accounts", "partners", "app_grants"),
)
def third_party_under_contract(
    third_parties: pd.DataFrame,
    accounts: pd.DataFrame,
    as_of: date,
    partners: pd.DataFrame | None = None,
    service_principals: pd.DataFrame | None = None,
    app_grants: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every organisation that can get at the council's data does so under a contract.

    Why: data protection law wants a written contract with everybody who works on the council's data, and the IT
        provider, which makes this audit, can get at all of it.
    Judged: organisations Microsoft names as providers of the tenant's services, and other organisations' apps that
        reach mail, files, sites or the like: a row in force of the register's sheet Third parties names each (a
        provider by its tenant id, an app by its application id); otherwise it does not meet. An app's name does as well
        where no other app from outside has it and Microsoft has verified the publisher; otherwise the Clerk looks at
        it, for anybody can choose a name. Where a row names one of them, an account of the provider's, or a guest, and
        no contract, the Clerk looks at it. Guests on no row
        have a check of their own. A provider that administers from its own tenant may not appear: look at Microsoft 365
        admin centre > Settings > Partner relationships.
    Fix: enter the organisation and its contract on the register's sheet Third parties, or have its access taken away.
    """
    seen = _there(third_parties, accounts, as_of, partners, service_principals, app_grants)
    rows = []
    for one in seen.to_dict("records"):
        without_row = not any(row.holds for row in one["rows"])
        must_have_row = one["kind"] in (SubjectKind.PROVIDER, SubjectKind.APP)
        if without_row and any(row.holds for row in one["by_name"]):
            fault = "and the register names an app of this name, and anybody can choose a name: enter its id"
            rows.append(one | {"fault": fault, "result": Result.REVIEW, "severity": Severity.MEDIUM})
        elif without_row and must_have_row:
            fault = "and no row in force on the register names a contract with it"
            rows.append(one | {"fault": fault, "result": Result.DOES_NOT_MEET, "severity": Severity.HIGH})
        elif lacks_contract(one["rows"]):
            fault = "and its row on the register names no contract"
            rows.append(one | {"fault": fault, "result": Result.REVIEW, "severity": Severity.MEDIUM})
    return breaches(
        pd.DataFrame(rows, columns=[*_COLUMNS, "fault", "result", "severity"]),
        because="{name} {what}, {fault}",
        result="{result}",
        subject="{kind}",
        subject_id="key",
        subject_name="{name}",
        severity="{severity}",
        fix="enter the contract with {name} on the register's sheet Third parties, or have the access taken away",
    )


@rule(
    "third-party-access-ended",
    subject="provider",
    severity="high",
    actor="provider",
    topic="IT provider access",
    row_by_row=("accounts", "partners", "app_grants"),
)
def third_party_access_ended(
    third_parties: pd.DataFrame,
    accounts: pd.DataFrame,
    as_of: date,
    partners: pd.DataFrame | None = None,
    service_principals: pd.DataFrame | None = None,
    app_grants: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Where a contract has ended, so has the access.

    Why: nobody watches what a former supplier can still open, least of all the supplier.
    Judged: every row of the register's sheet Third parties whose last day is past, unless another row in force names
        the same: nothing of it may be left, that is a provider Microsoft still names, an account or guest whose sign-in
        is allowed, or an app that is switched on and reaches mail, files, sites or the like.
    Fix: the IT provider deletes the guest, account, app or partner; or enter the new contract on the register.
    """
    seen = _there(third_parties, accounts, as_of, partners, service_principals, app_grants)
    rows = (sure or by_name for sure, by_name in zip(seen["rows"], seen["by_name"], strict=True))
    seen = seen.assign(ended=column(seen, map(ended, rows)))
    return breaches(
        seen[seen["ended"].notna()],
        because="{name} {what}, though the agreement on the register ended on {ended}",
        subject="{kind}",
        subject_id="key",
        subject_name="{name}",
        actor=Actor.PROVIDER,
        fix="take away the access of {name}, or enter the new agreement on the register's sheet Third parties",
    )


def _there(
    third_parties: pd.DataFrame,
    accounts: pd.DataFrame,
    as_of: date,
    partners: pd.DataFrame | None,
    service_principals: pd.DataFrame | None,
    app_grants: pd.DataFrame | None,
) -> pd.DataFrame:
    """Everybody from outside who has access, with the rows of the register that name them.

    Columns: ``kind``, ``key``, ``name``, ``what`` (what they can do, in words), ``rows`` (agreements), ``by_name``
    (of an app that none of those names: agreements that name one of its name, which anybody can choose).
    """
    found = [*_accounts(third_parties, accounts, as_of)]
    if partners is not None:
        found += _providers(third_parties, partners, as_of)
    if service_principals is not None and app_grants is not None:
        found += _apps(third_parties, service_principals, app_grants, as_of)
    found.sort(key=lambda one: (_ORDER.index(one[0]), one[1]))
    return pd.DataFrame(found, columns=list(_COLUMNS), dtype=object)


_Found = tuple[SubjectKind, str, str, str, tuple[Agreement, ...], tuple[Agreement, ...]]


def _providers(third_parties: pd.DataFrame, partners: pd.DataFrame, as_of: date) -> Iterator[_Found]:
    agreed = agreements(third_parties, as_of, ("provider",))
    for tenant in sorted(partners.loc[surely(partners["service_provider"]), "partner_tenant"].dropna()):
        rows = naming(agreed, [tenant])
        name = rows[0].organisation if rows and rows[0].organisation else f"the organisation numbered {tenant}"
        what = "looks after the council's Microsoft 365, as Microsoft has it"
        yield SubjectKind.PROVIDER, tenant, name, what, rows, ()


def _accounts(third_parties: pd.DataFrame, accounts: pd.DataFrame, as_of: date) -> Iterator[_Found]:
    """Accounts of providers, and guests, that a row names."""
    live = accounts[may_sign_in(accounts)]
    members, guests = live[~is_guest(live)], live[is_guest(live)]
    known = guest_addresses(guests)
    by_domain = known.assign(address=domain_of(known["address"]))
    names = pd.concat([claims(members)[["account_id", "name"]], _renamed(known), _renamed(by_domain)])
    answering = names.dropna().groupby("account_id")["name"].agg(lambda said: sorted(set(said)))
    for people, kinds, kind, what in (
        (members, ("provider",), SubjectKind.ACCOUNT, "is an account of a provider and may sign in"),
        (guests, ("guest", "provider"), SubjectKind.GUEST, "is a guest and may sign in"),
    ):
        agreed = agreements(third_parties, as_of, kinds)
        for account in people[["account_id", "display_name"]].to_dict("records"):
            rows = naming(agreed, answering.get(account["account_id"], ()))
            if rows:
                name = account["display_name"] if pd.notna(account["display_name"]) else account["account_id"]
                yield kind, account["account_id"], str(name), what, rows, ()


def _renamed(addresses: pd.DataFrame) -> pd.DataFrame:
    return addresses.rename(columns={"address": "name"})[["account_id", "name"]]


def _apps(
    third_parties: pd.DataFrame, service_principals: pd.DataFrame, app_grants: pd.DataFrame, as_of: date
) -> Iterable[_Found]:
    agreed = agreements(third_parties, as_of, ("app", "provider"))
    apps = far_reaching(service_principals, app_grants)
    for app in apps[surely(apps["origin"] == "third party")].to_dict("records"):
        name = next((str(n) for n in (app["name"], app["app_id"], app["principal_id"]) if pd.notna(n)), "")
        what = f"is another organisation's app and reaches {app['reach']}"
        rows = naming(agreed, app["known_as"])
        yield SubjectKind.APP, app["principal_id"], name, what, rows, () if rows else naming(agreed, app["called"])
