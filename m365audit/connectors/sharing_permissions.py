"""Permissions of the shared items of one library, made into rows once all of them are there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from m365audit.connectors.sharing_identities import Grantee, Grantees, invited_address
from m365audit.connectors.sharing_tree import Library, SharedItem
from m365audit.model.evidence import Gap, Row
from m365audit.model.words import GapKind

Json = Mapping[str, Any]

_OF_THE_DRIVE = ("drive_name", "drive_url", "site_id", "site_name", "site_url", "personal")
_NO_DATE = "0001-01-01"


@dataclass(slots=True)
class Answers:
    """What came back for the shared items of one library. ``awaited`` counts those still to come."""

    library: Library
    awaited: int
    _permissions: dict[str, Sequence[Json]] = field(default_factory=dict)
    _refused: list[Gap] = field(default_factory=list)

    def answered(self, item_id: str, permissions: Sequence[Json]) -> None:
        """The permissions of one item."""
        self.awaited -= 1
        self._permissions[item_id] = permissions

    def gone(self) -> None:
        """One item was deleted meanwhile."""
        self.awaited -= 1

    def refused(self, gap: Gap) -> None:
        """One item could not be read."""
        self.awaited -= 1
        self._refused.append(gap)

    def gap(self) -> Gap | None:
        """What was not seen of the library, in one gap."""
        if self._refused:
            first, count = self._refused[0], len(self._refused)
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

    def rows(self, grantees: Grantees) -> Iterator[Row]:
        """The rows of ``sharing``: every permission at the highest place it was given."""
        for item_id, permissions in self._permissions.items():
            above = [p for folder in self.library.ancestors(item_id) for p in self._permissions.get(folder, ())]
            for permission in permissions:
                if not any(_comes_from(permission, other) for other in above):
                    yield from _rows(self.library, self.library.shared[item_id], permission, grantees)


def _is_open(permission: Json) -> bool:
    return (permission.get("link") or {}).get("scope") == "anonymous"


def _comes_from(permission: Json, above: Json) -> bool:
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


def _rows(library: Library, item: SharedItem, permission: Json, grantees: Grantees) -> Iterator[Row]:
    """One row per person or group the permission names. The link's address is left behind here."""
    link = permission.get("link") or {}
    ends = permission.get("expirationDateTime")
    row = {
        "drive_id": library.drive_id,
        "item_id": item.item_id,
        "permission_id": permission["id"],
        **{name: library.drive[name] for name in _OF_THE_DRIVE},
        "item_name": item.name,
        "path": library.path(item.item_id),
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
