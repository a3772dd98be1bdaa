"""Where what the census found was given: the folders above it, looked at one by one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from m365audit.connectors.files.permission_calls import ItemId, descriptions_of, of_drive, permissions_of
from m365audit.connectors.files.sharing_identities import Grantees
from m365audit.connectors.files.sharing_permissions import CENSUS, comes_from, rows_of
from m365audit.connectors.files.sharing_tree import SharedItem
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Gap, Row

Json = Mapping[str, Any]

_OPENS_NOTHING = "existingAccess"


def lets_in(permission: Json, grantees: Grantees) -> bool:
    """Whether a permission shares something: not the owner's own, nor that of the groups a site is made with."""
    link = permission.get("link")
    if link:
        return bool(link.get("scope") != _OPENS_NOTHING)
    if permission.get("invitation"):
        return True
    return "owner" not in (permission.get("roles") or ()) and any(
        grantee.kind != "site group" for grantee in grantees.of(permission)
    )


@dataclass(slots=True)
class Tree:
    """Items that share something, and every folder above them as far as the top."""

    drives: Mapping[str, Row]
    grantees: Grantees
    given: dict[ItemId, Sequence[Json]] = field(default_factory=dict)
    """Permissions of every item in the tree that share something."""
    _described: dict[ItemId, Json] = field(default_factory=dict)
    _refused: dict[ItemId, Gap] = field(default_factory=dict)

    def found(self, key: ItemId, permissions: Iterable[Json]) -> bool:
        """Take in an item's permissions; whether any of them shares something."""
        sharing = [one for one in permissions if lets_in(one, self.grantees)]
        if sharing:
            self.given[key] = sharing
        return bool(sharing)

    async def climb(self, graph: Graph, start: Iterable[ItemId]) -> list[ItemId]:
        """Learn of the folders above some items; gives those whose permissions were seen on the way."""
        seen: list[ItemId] = []
        todo = [key for key in start if key not in self._described]
        while todo:
            async for key, answer in descriptions_of(graph, todo):
                if isinstance(answer, Gap):
                    self._refused[key] = answer
                elif not isinstance(answer, Absent):
                    self._described[key] = answer
            above = dict.fromkeys(parent for key in todo if (parent := self._above(key)))
            todo = [key for key in above if key not in self._described and key not in self._refused]
            async for key, answer in permissions_of(graph, [key for key in todo if key not in self.given]):
                if isinstance(answer, Gap):
                    self._refused[key] = answer
                elif not isinstance(answer, Absent):
                    self.given[key] = []
                    self.found(key, answer["value"])
                    seen.append(key)
            todo = [key for key in todo if key in self.given]
        return seen

    def gap(self, items: Iterable[ItemId]) -> Iterator[Gap]:
        """What is known to be shared and not known where: one gap for each library."""
        lost: dict[str, list[Gap]] = {}
        for key in items:
            if gap := self._unplaced(key):
                lost.setdefault(of_drive(key), []).append(gap)
        for scope, gaps in lost.items():
            detail = f"{len(gaps)} items were found shared, and not told where: {gaps[0].detail}"
            yield replace(gaps[0], scope=scope, detail=detail)

    def rows(self, key: ItemId) -> Iterator[Row]:
        """What was given on an item itself, as rows of ``sharing``; none where that cannot be told."""
        if key not in self._described or self._unplaced(key):
            return
        above = list(self._all_above(key))
        from_above = [permission for folder in above for permission in self.given.get(folder, ())]
        drive, said = self.drives[key[0]], self._described[key]
        is_top = self._above(key) is None
        name = said.get("name") if not is_top else drive["drive_name"] or said.get("name")
        folder = is_top or said.get("folder") is not None or said.get("package") is not None
        item = SharedItem(key[1], name, said.get("webUrl"), folder=folder, scope=None)
        for permission in self.given.get(key, ()):
            if not any(comes_from(permission, other) for other in from_above):
                yield from rows_of(drive, item, self._path(above), permission, self.grantees, CENSUS)

    def _unplaced(self, key: ItemId) -> Gap | None:
        return next((self._refused[one] for one in (key, *self._all_above(key)) if one in self._refused), None)

    def _path(self, above: Sequence[ItemId]) -> str:
        # The top has no parent, and its name is no folder people know.
        named = [str(self._described[key].get("name") or "") for key in above if self._above(key)]
        return "/".join(reversed(named))

    def _all_above(self, key: ItemId) -> Iterator[ItemId]:
        seen = {key}
        above = self._above(key)
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self._above(above)

    def _above(self, key: ItemId) -> ItemId | None:
        parent = (self._described.get(key, {}).get("parentReference") or {}).get("id")
        return (key[0], parent) if parent else None
