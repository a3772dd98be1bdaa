"""Permissions of the shared items of one library, made into rows once all of them are there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from m365audit.connectors.files.sharing_identities import Grantee, Grantees, invited_address
from m365audit.connectors.files.sharing_tree import Library, SharedItem
from m365audit.model.evidence import Gap, Row
from m365audit.model.words import GapKind

Json = Mapping[str, Any]

_OF_THE_DRIVE = ("drive_name", "drive_url", "site_id", "site_name", "site_url", "personal")
_NO_DATE = "0001-01-01"

FACET, CENSUS = "facet", "census"
"""What found an item: Microsoft's own mark on it, or looking at it all the same."""


@dataclass(slots=True)
class Answers:
    """What came back for the shared items of one library. ``awaited`` counts those still to come."""

    library: Library
    awaited: int
    _permissions: dict[str, Sequence[Json]] = field(default_factory=dict)
    _refused: dict[str, Gap] = field(default_factory=dict)

    def answered(self, item_id: str, permissions: Sequence[Json]) -> None:
        """The permissions of one item."""
        self.awaited -= 1
        self._permissions[item_id] = permissions

    def gone(self) -> None:
        """One item was deleted meanwhile."""
        self.awaited -= 1

    def refused(self, item_id: str, gap: Gap) -> None:
        """One item could not be read."""
        self.awaited -= 1
        self._refused[item_id] = gap

    def gap(self) -> Gap | None:
        """What was not seen of the library, in one gap."""
        if self._refused:
            first, count = next(iter(self._refused.values())), len(self._refused)
            return replace(first, detail=f"{count} of its {len(self.library.shared)} shared items: {first.detail}")
        hidden = sum(
            self.library.shared[item_id].scope == "anonymous" and not any(map(_is_open, permissions))
            for item_id, permissions in self._permissions.items()
        )
        if not hidden:
            return None
        return Gap(
            GapKind.PERMISSION,
            f"The app reads only part of the permissions: {hidden} items are shared by an Anyone link "
            "that was not among them.",
            "Look at them in SharePoint > Manage access. Sites.FullControl.All would show them to the app, but it is a "
            "permission to change things, and the tenant file has to accept it under accept_write_permissions.",
            f"drive:{self.library.drive_id}",
        )

    @property
    def seen(self) -> Iterable[str]:
        """Ids of the items whose permissions came."""
        return self._permissions.keys()

    @property
    def is_throttled(self) -> bool:
        """Whether an item was refused only because Microsoft asked to slow down."""
        return any(gap.is_throttled for gap in self._refused.values())

    def rows(self, grantees: Grantees) -> Iterator[Row]:
        """The rows of ``sharing``: every permission at the highest place it was given, as far as that can be told."""
        for item_id, permissions in self._permissions.items():
            if not self._is_placed(item_id):
                continue
            above = [p for folder in self.library.ancestors(item_id) for p in self._permissions.get(folder, ())]
            for permission in permissions:
                if not any(comes_from(permission, other) for other in above):
                    item, path = self.library.shared[item_id], self.library.path(item_id)
                    yield from rows_of(self.library.drive, item, path, permission, grantees, FACET)

    def _is_placed(self, item_id: str) -> bool:
        """Whether all that is shared above an item is known.

        Otherwise what was given further up would pass for given here: another share than next month's.
        """
        if any(folder in self._refused for folder in self.library.ancestors(item_id)):
            return False
        return not self.library.is_cut or self.library.reaches_top(item_id)


def _is_open(permission: Json) -> bool:
    return (permission.get("link") or {}).get("scope") == "anonymous"


def comes_from(permission: Json, above: Json) -> bool:
    """Whether a permission is one given further up.

    Microsoft's own mark (``inheritedFrom``) is missing, empty or wrong often enough to be no evidence. The id alone
    is none either: that of a direct grant is made from the person's, so a stronger grant further down repeats it.
    """
    link, link_above = permission.get("link") or {}, above.get("link") or {}
    return (
        permission["id"] == above["id"]
        and (link.get("scope"), link.get("type")) == (link_above.get("scope"), link_above.get("type"))
        and set(permission.get("roles") or ()) <= set(above.get("roles") or ())
    )


def rows_of(
    drive: Row, item: SharedItem, path: str, permission: Json, grantees: Grantees, found_by: str
) -> Iterator[Row]:
    """One row per person or group the permission names. The link's address is left behind here."""
    link = permission.get("link") or {}
    ends = permission.get("expirationDateTime")
    row = {
        "drive_id": drive["drive_id"],
        "item_id": item.item_id,
        "permission_id": permission["id"],
        **{name: drive[name] for name in _OF_THE_DRIVE},
        "item_name": item.name,
        "path": path,
        "item_url": item.url,
        "folder": item.folder,
        "link_scope": link.get("scope"),
        "link_kind": link.get("type"),
        "roles": list(permission.get("roles") or ()),
        "expires_at": None if not ends or ends.startswith(_NO_DATE) else ends,
        "password": permission.get("hasPassword"),
        "blocks_download": link.get("preventsDownload"),
        "invited_address": invited_address(permission),
        # "inheritedFrom": {} is Microsoft's shortest way of marking one.
        "marked_inherited": permission.get("inheritedFrom") is not None,
        "found_by": found_by,
    }
    for grantee in grantees.of(permission):
        yield row | _of(grantee)


def _of(grantee: Grantee) -> Row:
    return {
        "grantee": grantee.key,
        "grantee_kind": grantee.kind,
        "grantee_address": grantee.address,
        "grantee_name": grantee.name,
    }
