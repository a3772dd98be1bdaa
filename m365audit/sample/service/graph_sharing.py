"""How sharing runs down a document library: which items show it, and which permissions reach them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal
from urllib.parse import quote

from m365audit.sample.tenant import Json

Marked = Literal["reference", "empty", "absent"]


class Library:
    """One drive: its items in order, the tree they make, and the permissions given on them."""

    def __init__(self, drive_id: str, items: Sequence[Json], permissions: Mapping[tuple[str, str], list[Json]]) -> None:
        self.drive_id = drive_id
        self.items = items
        self.by_id = {item["id"]: item for item in items}
        self._permissions = permissions
        self._shown: dict[bool, list[Json]] = {}

    def above(self, item: Json) -> Iterator[Json]:
        """The folders an item lies in, the nearest first, the root last."""
        seen: set[str] = set()
        while (above := item.get("parentReference", {}).get("id")) in self.by_id and above not in seen:
            seen.add(above)
            item = self.by_id[above]
            yield item

    def described(self, item: Json) -> Json:
        """An item by itself: with the path of its folder, and marked as shared with whatever is above it."""
        above = list(self.above(item))
        marked = next((one["shared"] for one in (item, *above) if one.get("shared") is not None), None)
        seen = {key: value for key, value in item.items() if key not in {"shared", "permissions"}}
        if above:
            path = "/".join(quote(folder["name"]) for folder in reversed(above[:-1]))
            place = f"/drives/{self.drive_id}/root:{f'/{path}' if path else ''}"
            seen["parentReference"] = seen["parentReference"] | {"path": place}
        return seen | {"shared": marked} if marked else seen

    def granted(self, item: Json) -> list[Json]:
        """The permissions given on the item itself, not on a folder above it."""
        given = self._permissions.get((self.drive_id, item["id"]), [])
        return [permission for permission in given if "inheritedFrom" not in permission]

    def reaching(self, item: Json, marked: Marked) -> list[Json]:
        """Every permission that lets somebody at the item, those it inherits included, each id once.

        An item whose ``shared`` facet is empty has permissions of its own and inherits none.
        """
        found = {permission["id"]: permission for permission in self.granted(item)}
        given = self._permissions.get((self.drive_id, item["id"]), [])
        found |= {permission["id"]: permission for permission in given if permission["id"] not in found}
        if item.get("shared") == {}:
            return list(found.values())
        for folder in self.above(item):
            for permission in self.granted(folder):
                found.setdefault(permission["id"], permission | self._mark(folder, marked))
            if folder.get("shared") == {}:
                break
        return list(found.values())

    def shown(self, *, hierarchical: bool) -> list[Json]:
        """Every item as a delta shows it.

        Hierarchical: ``shared`` stands only where sharing was given, and empty where permissions are unique but
        nothing is shared. Otherwise it stands on everything below as well, and an empty one nowhere.
        """
        if hierarchical not in self._shown:
            below = {} if hierarchical else self._spread()
            self._shown[hierarchical] = [
                _faced(item, self._own_facet(item) if hierarchical else below[item["id"]]) for item in self.items
            ]
        return self._shown[hierarchical]

    def _own_facet(self, item: Json) -> Json | None:
        shared: Json | None = item.get("shared")
        inherits = bool(shared) and not self.granted(item) and any(folder.get("shared") for folder in self.above(item))
        return None if inherits else shared

    def _spread(self) -> dict[str, Json | None]:
        facets: dict[str, Json | None] = {}
        for item in self.items:
            for step in (item, *self.above(item)):
                if step.get("shared") is not None:
                    facets[item["id"]] = step["shared"] or None
                    break
            else:
                facets[item["id"]] = None
        return facets

    def _mark(self, folder: Json, marked: Marked) -> Json:
        if marked == "absent":
            return {}
        return {"inheritedFrom": {"driveId": self.drive_id, "id": folder["id"]} if marked == "reference" else {}}


def earlier(item: Json) -> Json:
    """An item as it was before: under another name, not yet shared."""
    before = {key: value for key, value in item.items() if key != "shared"}
    return before | {"name": f"earlier {item.get('name', '')}"}


def without_secrets(permission: Json) -> Json:
    """A permission as a caller sees it who could not have given it: no address of the link, no share id."""
    seen = {key: value for key, value in permission.items() if key != "shareId"}
    if "link" in seen:
        seen["link"] = {key: value for key, value in seen["link"].items() if key not in {"webUrl", "webHtml"}}
    return seen


def _faced(item: Json, shared: Json | None) -> Json:
    seen = {key: value for key, value in item.items() if key not in {"shared", "permissions"}}
    if "parentReference" in seen:
        # A delta never says a path: only the folder's id.
        seen["parentReference"] = {key: value for key, value in seen["parentReference"].items() if key != "path"}
    return seen if shared is None else seen | {"shared": shared}
