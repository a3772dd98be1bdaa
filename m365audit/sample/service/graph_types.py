"""What properties the entities of Graph have: a table taken from Microsoft's own v1.0 metadata."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from m365audit.sample.tenant import Json

USER_DEFAULT = (
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName",
)  # fmt: skip
"""All a user shows when nothing is selected."""

BASIC = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType"})
"""All of a user that ``User.ReadBasic.All`` shows."""

_SPARSE = frozenset({"driveItem", "permission", "site", "drive", "authenticationMethod", "directoryObject"})
"""Entities that leave out what they do not have. The others say null, or an empty list."""

_LEFT_OUT = frozenset({"signInActivity", "perUserMfaState"})
"""Properties that are left out when there is nothing to say, even by entities that say null."""

UNDOCUMENTED = {"user": frozenset({"perUserMfaState"})}
"""Properties that stand in no metadata, and come to who selects them all the same."""


@dataclass(frozen=True, slots=True)
class EntityType:
    """One entity type: property name to its type, the names of its relations, and its enumerations that grew.

    ``evolving`` is the dotted path of a property to the members that were added after ``unknownFutureValue``: they
    are only sent to callers who say they can take them.
    """

    name: str
    properties: dict[str, str]
    relations: frozenset[str]
    evolving: dict[str, frozenset[str]]

    def unknown(self, names: Iterable[str]) -> str | None:
        """The first name that is neither a property nor a relation."""
        known = self.properties.keys() | self.relations | UNDOCUMENTED.get(self.name, frozenset())
        return next((name for name in names if name not in known), None)

    def projection(self, names: Iterable[str], hidden: frozenset[str] = frozenset()) -> Callable[[Json], Json]:
        """How an object is cut down to those properties; what is hidden is left out without a word."""
        known = self.properties.keys() | UNDOCUMENTED.get(self.name, frozenset())
        wanted = [name for name in names if name in known and name not in hidden]
        if self.name in _SPARSE:
            return lambda thing: {key: value for key, value in thing.items() if key in wanted or key[0] == "@"}
        blank: list[tuple[str, Any]] = [
            (name, [] if self.properties[name].startswith("Collection(") else None)
            for name in wanted
            if name not in _LEFT_OUT
        ]
        maybe = [name for name in wanted if name in _LEFT_OUT]

        def project(thing: Json) -> Json:
            cut = {name: thing.get(name, nothing) for name, nothing in blank}
            cut.update((name, thing[name]) for name in maybe if thing.get(name) is not None)
            return cut

        return project

    def as_kept(self, hidden: frozenset[str] = frozenset()) -> Callable[[Json], Json]:
        """How an object looks when nothing is selected: everything it has but relations."""
        omit = self.relations | hidden | UNDOCUMENTED.get(self.name, frozenset())
        return lambda thing: {key: value for key, value in thing.items() if key not in omit}

    def veil(self, thing: Json) -> Json:
        """The object with newer enumeration members as ``unknownFutureValue``, for callers who did not ask for them."""
        for path, newer in self.evolving.items():
            thing = _veiled(thing, path.split("."), newer)
        return thing


@cache
def entity_types() -> dict[str, EntityType]:
    """Every entity type the imitation serves, by its short name (``user``)."""
    raw: Json = {}
    for table in files("m365audit.sample.service").iterdir():
        if table.name.startswith("graph_types") and table.name.endswith(".json"):
            raw |= orjson.loads(table.read_bytes())
    types = {
        name: EntityType(
            name,
            parts["properties"],
            frozenset(parts["relations"]),
            {path: frozenset(newer) for path, newer in parts["evolving"].items()},
        )
        for name, parts in raw.items()
    }
    # Members of a group are of several types, and may be asked for the properties of any of them.
    member = types["user"].properties | types["group"].properties
    types["directoryObject"] = EntityType("directoryObject", member, types["user"].relations | {"members"}, {})
    return types


def _veiled(thing: Json, path: list[str], newer: frozenset[str]) -> Json:
    head, *rest = path
    value = thing.get(head)
    if not rest and isinstance(value, list):
        return {**thing, head: ["unknownFutureValue" if one in newer else one for one in value]}
    if not rest:
        return {**thing, head: "unknownFutureValue"} if value in newer else thing
    if isinstance(value, dict):
        return {**thing, head: _veiled(value, rest, newer)}
    if isinstance(value, list):
        return {**thing, head: [_veiled(one, rest, newer) for one in value]}
    return thing
