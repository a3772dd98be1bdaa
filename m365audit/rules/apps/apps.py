"""The rule about apps that get at mail, files and sites."""

from datetime import date
from typing import Final

import pandas as pd

from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.rules.apps.agreements import Agreements, agreements, ended, holds, naming
from m365audit.rules.apps.app_reach import OWN, far_reaching, numbered
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.populations import is_live_app
from m365audit.rules.facts.register_matching import listed
from m365audit.rules.facts.verdicts import column, first_fault, flags, joined, surely

_CONSENT_KEY: Final = "authorizationPolicy.permissionGrantPoliciesAssigned"
_FOR_SELF: Final = "managepermissiongrantsforself."
# Microsoft's own rules by which people may let in only apps of small reach.
_NARROW: Final = frozenset({f"{_FOR_SELF}microsoft-user-default-{name}" for name in ("low", "recommended")})


@rule(
    "app-access-approved",
    subject="app",
    severity="high",
    actor="clerk",
    topic="Apps",
    row_by_row=("app_grants", "authorization_policy", "app_credentials"),
)
def app_access_approved(
    service_principals: pd.DataFrame,
    app_grants: pd.DataFrame,
    third_parties: pd.DataFrame,
    as_of: date,
    authorization_policy: pd.DataFrame | None = None,
    app_credentials: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every app that can get at mail, files or sites has been approved.

    Why: an app keeps what it was once allowed, day and night and without a second step, whoever runs it by then.
    Judged: every app that is switched on, is not Microsoft's, and holds a permission over mail, calendars, contacts,
        files, sites, notes, chats or recordings, to search through them, or to change the directory, on behalf of
        people or in its own right: a row of the register's sheet Third parties of the kind app names its application
        id, and holds. A name does as well where no other app from outside has it and Microsoft has verified the
        publisher; otherwise the app is for the Clerk to look at, for anybody can choose a name. Another organisation's
        app without a row does not meet; one made in the tenant, the app of this audit included, or whose maker is not
        known, is for the Clerk to look at, and so is a setting that lets everybody let in apps. An app with a password
        or certificate that has run out: Advice. An app whose permission is told by a number only is not assessed.
    Fix: enter the app, by its application id, on the register's sheet Third parties, or have it taken out: Microsoft
        Entra admin centre > Enterprise applications > the app > Properties > Delete.
    """
    agreed = agreements(third_parties, as_of, ("app",))
    reaching = _not_approved(far_reaching(service_principals, app_grants), agreed)
    found = _with_verdict(reaching)
    return together(
        breaches(
            found,
            because="{name}, {whose}, reaches {reach} {extent} ({permissions}), {fault}",
            result="{result}",
            subject_id="principal_id",
            subject_name="{name}",
            severity="{severity}",
            fix="decide whether {name} may stay: enter its application id on the register's sheet Third parties, or "
            "have it taken out",
            evidence=("app_id", "publisher", "owner_tenant", "permissions"),
            extent="held",
        ),
        _untold(_not_approved(numbered(service_principals, app_grants), agreed), set(found["principal_id"])),
        _run_out(service_principals, app_credentials, as_of, set(found["principal_id"])),
        _open_consent(authorization_policy),
    )


def _not_approved(apps: pd.DataFrame, agreed: Agreements) -> pd.DataFrame:
    """The apps no row of the register approves for certain.

    Adds ``ended`` (the last day of an approval that is past) and ``by_name`` (only a name anybody can choose does).
    """
    rows = [naming(agreed, names) for names in apps["known_as"]]
    others = [() if sure else naming(agreed, names) for sure, names in zip(rows, apps["called"], strict=True)]
    apps = apps.assign(
        by_name=flags(apps, map(holds, others)),
        ended=column(apps, (ended(sure or other) for sure, other in zip(rows, others, strict=True))),
    )
    return apps[~flags(apps, map(holds, rows))]


def _untold(apps: pd.DataFrame, said_already: set[str]) -> pd.DataFrame:
    """The apps of which nobody can tell what they may do; those named above have enough said of them."""
    apps = apps[~apps["principal_id"].isin(said_already)]
    return unjudged(
        apps.assign(name=apps["name"].fillna(apps["app_id"]).fillna(apps["principal_id"])),
        because="what it may do was told by a number only ({numbers})",
        subject_id="principal_id",
        subject_name="{name}",
        fix="look up what {name} may do: Microsoft Entra admin centre > Enterprise applications > {name} > Permissions",
    )


def _with_verdict(found: pd.DataFrame) -> pd.DataFrame:
    """The apps nobody approved, with what is said of each."""
    theirs = surely(found["origin"] == "third party")
    known = found["origin"].notna()
    extent = {True: "of everybody", False: "of single people"}
    whose = first_fault(
        found,
        {
            "an app of the council's own": surely(found["origin"] == OWN),
            "another organisation's app ({publisher})": theirs & found["publisher"].notna(),
            "another organisation's app (its publisher is not verified)": theirs,
            "an app whose maker Microsoft does not name": ~known,
        },
    )
    fault = first_fault(
        found,
        {
            "and the register names an app of this name, and anybody can choose a name: enter its id": found["by_name"],
            "and its approval on the register ended on {ended}": found["ended"].notna(),
            "and no row of the register approves it": found["ended"].isna(),
        },
    )
    return found.assign(
        whose=whose,
        fault=fault,
        name=found["name"].fillna(found["app_id"]).fillna(found["principal_id"]),
        extent=[extent[bool(every)] for every in found["for_all"]],
        result=[Result.DOES_NOT_MEET if outside else Result.REVIEW for outside in theirs & ~found["by_name"]],
        severity=[Severity.HIGH if every else Severity.MEDIUM for every in found["for_all"]],
    )


def _run_out(
    service_principals: pd.DataFrame, app_credentials: pd.DataFrame | None, as_of: date, said_already: set[str]
) -> pd.DataFrame:
    """Advice on apps with a password or certificate past its end; those named above have enough said of them."""
    if app_credentials is None:
        return together()
    past = app_credentials[is_older(app_credentials["ends_at"], as_of, 0)]
    apps = service_principals[is_live_app(service_principals) & ~service_principals["principal_id"].isin(said_already)]
    apps = apps[["principal_id", "app_id", "name"]].rename(columns={"name": "called"})
    apps = apps[apps["app_id"].notna()].drop_duplicates("app_id").astype({"app_id": object})
    past = past.astype({"app_id": object}).merge(apps, on="app_id", how="inner")
    by_app = past.sort_values("ends_at").groupby("principal_id")
    stale = pd.DataFrame(
        {
            "name": by_app["called"].agg("first"),
            "what": by_app["kind"].agg(joined),
            "number": by_app["credential_id"].agg("nunique"),
            "since": by_app["ends_at"].agg("min"),
        }
    ).reset_index(names="principal_id")
    return breaches(
        # That it may stay so says nothing of what the app can get at.
        stale.assign(held=column(stale, (frozenset() for _ in stale.index))),
        because="{name} has {number} past its end ({what}), the oldest since {since}",
        result=Result.ADVICE,
        subject_id="principal_id",
        subject_name="{name}",
        severity=Severity.LOW,
        actor=Actor.PROVIDER,
        fix="take away what has run out: Microsoft Entra admin centre > App registrations > {name} > Certificates & "
        "secrets",
        extent="held",
    )


def _open_consent(authorization_policy: pd.DataFrame | None) -> pd.DataFrame:
    """Where people may let in apps by themselves, further than Microsoft's narrow rules go."""
    if authorization_policy is None:
        return together()
    given = [
        [name for name in listed(cell) if name.startswith(_FOR_SELF)]
        for cell in authorization_policy["consent_policies"]
    ]
    policies = authorization_policy.assign(
        key=_CONSENT_KEY, wide=column(authorization_policy, (sorted(set(names) - _NARROW) for names in given))
    )
    wide = policies[flags(policies, map(bool, policies["wide"]))].drop_duplicates("key")
    return breaches(
        wide,
        because="everybody in the council may let in apps by themselves, whatever those ask for ({wide})",
        result=Result.REVIEW,
        subject=SubjectKind.SETTING,
        subject_id="key",
        subject_name="Apps people may let in",
        severity=Severity.MEDIUM,
        actor=Actor.PROVIDER,
        fix="let Microsoft decide which apps people may let in, or allow none: Microsoft Entra admin centre > "
        "Enterprise applications > Consent and permissions",
    )
