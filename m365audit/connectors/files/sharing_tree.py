"""One document library as its delta feed tells it: the folders, and the items somebody shared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from m365audit.connectors.files.estate import Estate
from m365audit.connectors.files.file_kinds import FileKinds
from m365audit.model.evidence import Row

DELTA_PROPERTIES = (
    "id", "name", "webUrl", "folder", "package", "shared", "deleted", "parentReference", "remoteItem", "file", "size",
)  # fmt: skip
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
    """One library while its feed is read; ``drive`` is its row of ``drives``, ``is_cut`` says the feed broke off.

    A library may hold millions of files, so only folders and shared items stay, and after :meth:`prune` only the
    folders above shared items.
    """

    drive: Row
    shared: dict[str, SharedItem] = field(default_factory=dict)
    is_cut: bool = False
    kinds: FileKinds = field(default_factory=FileKinds)
    estate: Estate = field(default_factory=Estate)
    marks_own: bool | None = None
    """Whether Microsoft says that it marks only what was shared itself, and not all below it; not known at first."""
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
        self.kinds.take(item)
        for known in (self.shared, self._folders, self._parents):
            known.pop(item_id, None)
        parent = (item.get("parentReference") or {}).get("id")
        holds_others = parent is None or item.get("folder") is not None or item.get("package") is not None
        self.estate.take(item, folder=holds_others)
        if item.get("deleted") is not None:
            return
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

    def reaches_top(self, item_id: str) -> bool:
        """Whether the feed told of every folder above an item."""
        highest = [item_id, *self.ancestors(item_id)][-1]
        if highest in self._parents:
            return self._parents[highest] is None
        return highest in self._folders and self._folders[highest][0] is None

    def path(self, item_id: str) -> str:
        """Names of the folders from the top of the library down to the item, the item's own left out: ``A/B``."""
        folders = (self._folders.get(folder, (None, "")) for folder in self.ancestors(item_id))
        # The top has no parent, and its name ("root") is no folder people know.
        return "/".join(reversed([name for parent, name in folders if parent is not None]))
