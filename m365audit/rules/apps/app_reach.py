"""Which apps can get at what a council answers for."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.model.privileges import is_numbered, reach_of
from m365audit.rules.facts.populations import is_live_app
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import column, flags, joined, joined_few, surely

MICROSOFT = "Microsoft"
OWN = "own"
_IDS: Final = ("app_id", "principal_id")


def far_reaching(service_principals: pd.DataFrame, app_grants: pd.DataFrame) -> pd.DataFrame:
    """The apps switched on, other than Microsoft's, that reach mail, files, sites or the like; one row an app.

    Adds to the columns of ``service_principals``: ``reach`` and ``permissions`` (in words), ``for_all`` (for everybody,
    or in its own right), ``held`` (every permission, and for whom), and those of :func:`_theirs`. Index: default.
    """
    apps = _theirs(service_principals)
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


def numbered(service_principals: pd.DataFrame, app_grants: pd.DataFrame) -> pd.DataFrame:
    """The apps switched on, other than Microsoft's, that hold a permission known by its number only; one row an app.

    Adds to the columns of ``service_principals``: ``numbers`` (in words), and those of :func:`_theirs`. Index: default.
    """
    grants = app_grants[flags(app_grants, (is_numbered(str(one)) for one in app_grants["permission"]))]
    held = grants.groupby("principal_id")["permission"].agg(lambda said: joined_few(said, 2))
    told = held.rename("numbers").reset_index().astype({"principal_id": object})
    found = _theirs(service_principals).astype({"principal_id": object}).merge(told, on="principal_id")
    return found.sort_values("principal_id", ignore_index=True)


def names_of(app: Mapping[Hashable, Any]) -> tuple[object, ...]:
    """What a row of the register may mean an app by: its application id, its object id, its name."""
    return (app["app_id"], app["principal_id"], app["name"])


def _theirs(service_principals: pd.DataFrame) -> pd.DataFrame:
    """The apps switched on, other than Microsoft's, and what the register may call them.

    Adds ``known_as`` (what is an app's alone: application id, object id, and the name where nobody else can have taken
    it) and ``called`` (a name anybody can have chosen), both tuples.
    """
    names = list(_names(service_principals))
    apps = service_principals.assign(
        known_as=column(service_principals, (sure for sure, _ in names)),
        called=column(service_principals, (unsure for _, unsure in names)),
    )
    return apps[is_live_app(apps) & ~surely(apps["origin"] == MICROSOFT)]


def _names(service_principals: pd.DataFrame) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    """What is each app's alone, and what anybody can have chosen.

    A name is an app's alone where no other app from outside has it, and Microsoft has verified who publishes the app.
    """
    apps = service_principals[["app_id", "principal_id", "name", "origin", "publisher"]].to_dict("records")
    outside = [app["origin"] not in {MICROSOFT, OWN} if pd.notna(app["origin"]) else True for app in apps]
    taken = Counter(text(app["name"]) for app, is_outside in zip(apps, outside, strict=True) if is_outside)
    ids = {text(app[key]) for app in apps for key in _IDS}
    for app, is_outside in zip(apps, outside, strict=True):
        name, sure = text(app["name"]), tuple(app[key] for key in _IDS)
        if is_outside and text(app["publisher"]) and taken[name] == 1 and name not in ids:
            yield (*sure, app["name"]), ()
        else:
            yield sure, (app["name"],)


def _reach(permission: object) -> str | None:
    return reach_of(str(permission))
