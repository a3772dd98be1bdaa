"""One document library as its delta feed tells it: the folders, and the items somebody shared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DELTA_PROPERTIES = ("id", "name", "webUrl", "folder", "package", "shared", "deleted", "parentReference", "remoteItem")
"""Properties asked of every item; of files that nobody shared nothing is kept at all."""


@dataclass(frozen=True, slots=True)
class SharedItem:
    """A file or folder with a ``shared`` facet. ``scope`` is the widest one Microsoft says it is shared in."""

    item_id: str
    name: str | None
    url: str | None
    folder: bool
    scope: str | None


@dataclass(slots=True)
class Library:
    """One library while its feed is read; ``drive`` is its row of ``drives``.

    A library may hold millions of files, so only folders and shared items stay, and after :meth:`prune` only the
    folders above shared items.
    """

    drive: Mapping[str, Any]
    shared: dict[str, SharedItem] = field(default_factory=dict)
    _folders: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """Folder id to its parent's id (none: the top) and its own name."""
    _parents: dict[str, str | None] = field(default_factory=dict)
    """Shared item's id to its parent's id."""

    @property
    def drive_id(self) -> str:
        """Id of the library."""
        drive_id: str = self.drive["drive_id"]
        return drive_id

    def take(self, item: Mapping[str, Any]) -> None:
        """One row of the feed; what it says replaces all that was said of the item before."""
        item_id = item["id"]
        for known in (self.shared, self._folders, self._parents):
            known.pop(item_id, None)
        if item.get("deleted") is not None:
            return
        parent = (item.get("parentReference") or {}).get("id")
        holds_others = parent is None or item.get("folder") is not None or item.get("package") is not None
        if holds_others:
            self._folders[item_id] = (parent, item.get("name") or "")
        # An empty facet is one too: permissions of its own. A shortcut's target is reported where it lives.
        facet = item.get("shared")
        if facet is not None and item.get("remoteItem") is None:
            self._parents[item_id] = parent
            # The top is called "root", which nobody knows it by.
            name = item.get("name") if parent else self.drive["drive_name"] or item.get("name")
            self.shared[item_id] = SharedItem(
                item_id, name, item.get("webUrl"), folder=holds_others, scope=facet.get("scope")
            )

    def prune(self) -> None:
        """Forget every folder that stands above no shared item."""
        needed = {folder for item_id in self.shared for folder in self.ancestors(item_id)}
        self._folders = {folder: self._folders[folder] for folder in needed if folder in self._folders}

    def ancestors(self, item_id: str) -> Iterator[str]:
        """Ids of the folders above an item, nearest first, up to the top or as far as the feed told."""
        seen = {item_id}
        above = self._parents.get(item_id)
        while above is not None and above not in seen:
            seen.add(above)
            yield above
            above = self._folders.get(above, (None, ""))[0]

    def path(self, item_id: str) -> str:
        """Names of the folders from the top of the library down to the item, the item's own left out: ``A/B``."""
        folders = (self._folders.get(folder, (None, "")) for folder in self.ancestors(item_id))
        # The top has no parent, and its name ("root") is no folder people know.
        return "/".join(reversed([name for parent, name in folders if parent is not None]))
