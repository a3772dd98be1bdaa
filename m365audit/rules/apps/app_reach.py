"""Which apps can get at what a council answers for."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from m365audit.model.privileges import reach_of
from m365audit.rules.facts.populations import is_live_app
from m365audit.rules.facts.verdicts import column, joined, joined_few, surely

MICROSOFT = "Microsoft"
OWN = "own"


def far_reaching(service_principals: pd.DataFrame, app_grants: pd.DataFrame) -> pd.DataFrame:
    """The apps switched on, other than Microsoft's, that reach mail, files, sites or the like; one row an app.

    Adds to the columns of ``service_principals``: ``reach`` and ``permissions`` (in words), ``for_all`` (for everybody,
    or in its own right), ``held`` (every permission, and for whom). Index: default.
    """
    apps = service_principals[is_live_app(service_principals) & ~surely(service_principals["origin"] == MICROSOFT)]
    grants = app_grants.assign(reach=column(app_grants, map(_reach, app_grants["permission"])))
    grants = grants[grants["reach"].notna()]
    own = grants["kind"].map({"app-only": " in its own right"}).fillna("")
    for_all = (grants["user_id"].fillna("") == "").astype(bool)
    grants = grants.assign(
        said=grants["permission"] + own,
        for_all=for_all,
        held=grants["permission"].astype(object) + own.mask((own == "") & for_all, " for everybody").astype(object),
    )
    by_app = grants.groupby("principal_id")
    reached = pd.DataFrame(
        {
            "reach": by_app["reach"].agg(joined),
            "permissions": by_app["said"].agg(lambda said: joined_few(said, 6)),
            "for_all": by_app["for_all"].agg("any"),
            "held": by_app["held"].agg(frozenset),
        }
    ).reset_index(names="principal_id")
    found = apps.astype({"principal_id": object}).merge(reached.astype({"principal_id": object}), on="principal_id")
    return found.sort_values("principal_id", ignore_index=True)


def names_of(app: Mapping[Hashable, Any]) -> tuple[object, ...]:
    """What the register may call an app: its application id, its object id, its name."""
    return (app["app_id"], app["principal_id"], app["name"])


def _reach(permission: object) -> str | None:
    return reach_of(str(permission))
