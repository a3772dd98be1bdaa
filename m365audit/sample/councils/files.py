"""Sites, document libraries, folders and files, and who they are shared with."""

from dataclasses import dataclass, field
from urllib.parse import quote

from m365audit.model.keys import share_key
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.people import Account
from m365audit.sample.councils.permissions import Grant, site_group
from m365audit.sample.tenant import Json

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
}


@dataclass(slots=True)
class Library:
    """A document library being filled. Folders and files go by their path from the top, such as ``2025/Plan.pdf``."""

    draft: Draft
    drive_id: str
    site_id: str
    site_url: str
    url: str
    personal: bool
    ids: dict[str, str] = field(default_factory=dict)
    shares: dict[str, list[Grant]] = field(default_factory=dict)
    unmarked: set[str] = field(default_factory=set)

    def folder(self, path: str) -> str:
        """Make a folder, and those it is in; gives the path."""
        if path not in self.ids:
            if "/" in path:
                self.folder(path.rpartition("/")[0])
            self._add(path, {"folder": {"childCount": 0}})
        return path

    def file(self, path: str) -> str:
        """Make a file, and the folders it is in; gives the path."""
        if "/" in path:
            self.folder(path.rpartition("/")[0])
        mime_type = _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
        self._add(path, {"file": {"mimeType": mime_type}})
        return path

    def fill(self, folder: str, files: int) -> None:
        """Make so many ordinary files in a folder."""
        for number in range(files):
            kind = ("docx", "xlsx", "pdf")[number % 3]
            self.file(f"{self.folder(folder)}/{folder.rpartition('/')[2]} {number + 1:03d}.{kind}")

    def share(self, path: str, grant: Grant) -> str:
        """Share a folder or file; gives the natural key of the share."""
        self.shares.setdefault(path, []).append(grant)
        return self.key(path, grant)

    def share_unmarked(self, path: str, grant: Grant) -> str:
        """Share a folder or file that Microsoft does not mark as shared, as happens; gives the share's natural key."""
        self.unmarked.add(path)
        return self.share(path, grant)

    def key(self, path: str, grant: Grant) -> str:
        """The natural key a grant has, or would have, on an item."""
        return share_key(self.drive_id, self.ids[path], grant.permission["id"])

    def web_address(self, path: str) -> str:
        """The item's web address."""
        return f"{self.url}/{quote(path)}"

    def close(self) -> None:
        """Write the permissions down where they were given; what lies below inherits them. Once, at the end."""
        members = site_group(self.draft, self.site_id)
        everywhere = members | {"inheritedFrom": {}}
        items = {item["id"]: item for item in self.draft.tenant.items[self.drive_id]}
        self.draft.tenant.permissions[self.drive_id, next(iter(items))] = [members]
        for path, grants in self.shares.items():
            item_id = self.ids[path]
            given = [everywhere, *(grant.permission for grant in grants)]
            self.draft.tenant.permissions[self.drive_id, item_id] = given
            if path in self.unmarked:
                continue
            scopes = {grant.scope for grant in grants}
            broadest = next(scope for scope in ("anonymous", "organization", "users") if scope in scopes)
            items[item_id]["shared"] = {"scope": broadest, "sharedDateTime": self.draft.seed.stamp(-40)}

    def _add(self, path: str, what: Json) -> None:
        seed = self.draft.seed
        parent, _, name = path.rpartition("/")
        item_id = "01" + seed.code(32, "item", self.drive_id, path)
        self.ids[path] = item_id
        written = seed.stamp(-20 - seed.number(600, item_id))
        items = self.draft.tenant.items[self.drive_id]
        items.append(
            {
                "id": item_id,
                "name": name,
                "webUrl": self.web_address(path),
                "size": 1024 + seed.number(2_000_000, "size", item_id) if "file" in what else 0,
                "createdDateTime": written,
                "lastModifiedDateTime": written,
                "eTag": f'"{{{seed.guid("tag", item_id)}}},1"',
                "createdBy": {"user": {"displayName": "Sample"}},
                "lastModifiedBy": {"user": {"displayName": "Sample"}},
                "fileSystemInfo": {"createdDateTime": written, "lastModifiedDateTime": written},
                "parentReference": {
                    "driveId": self.drive_id,
                    "driveType": "business" if self.personal else "documentLibrary",
                    "id": self.ids[parent] if parent else items[0]["id"],
                    "siteId": self.site_id.split(",")[1],
                },
                **what,
            }
        )


def add_site(draft: Draft, name: str, *, path: str | None = None) -> Library:
    """Make a SharePoint site with its ``Documents`` library; ``path`` is "" for the root site."""
    place = f"/sites/{name.replace(' ', '')}" if path is None else path
    return _add_site(draft, name, f"https://{draft.host}.sharepoint.com{place}", "Shared%20Documents")


def add_onedrive(draft: Draft, account: Account) -> Library:
    """Make somebody's OneDrive."""
    place = account.user_principal_name.lower().replace("@", "_").replace(".", "_").replace("'", "_")
    url = f"https://{draft.host}-my.sharepoint.com/personal/{place}"
    return _add_site(draft, account.name, url, "Documents", owner=account)


def _add_site(draft: Draft, name: str, url: str, library: str, *, owner: Account | None = None) -> Library:
    seed, tenant = draft.seed, draft.tenant
    host = url.split("/")[2]
    site_id = f"{host},{seed.guid('site', url)},{seed.guid('web', url)}"
    drive_id = "b!" + seed.opaque("drive", url).rstrip("=") + seed.code(20, "drive", url)
    personal = owner is not None
    tenant.sites.append(
        {
            "id": site_id,
            "name": url.removeprefix(f"https://{host}").rpartition("/")[2],
            "displayName": name,
            "webUrl": url,
            "isPersonalSite": personal,
            "createdDateTime": seed.stamp(-900),
            "lastModifiedDateTime": seed.stamp(-3),
            "root": {},
            "siteCollection": {"hostname": host},
        }
    )
    tenant.drives[site_id] = [
        {
            "id": drive_id,
            "name": "OneDrive" if personal else "Documents",
            "driveType": "business" if personal else "documentLibrary",
            "webUrl": f"{url}/{library}",
            "createdDateTime": seed.stamp(-900),
            "lastModifiedDateTime": seed.stamp(-3),
            "owner": {"user": {"displayName": name} if owner is None else {"id": owner.id, "displayName": name}},
            "quota": {
                "total": 1099511627776,
                "used": 10485760,
                "remaining": 1099501142016,
                "deleted": 0,
                "state": "normal",
            },
        }
    ]
    root_id = "01" + seed.code(32, "root", drive_id)
    tenant.items[drive_id] = [
        {
            "id": root_id,
            "name": "root",
            "webUrl": f"{url}/{library}",
            "size": 0,
            "createdDateTime": seed.stamp(-900),
            "lastModifiedDateTime": seed.stamp(-3),
            "folder": {"childCount": 0},
            "root": {},
            "parentReference": {"driveId": drive_id, "driveType": "business" if personal else "documentLibrary"},
        }
    ]
    return Library(draft, drive_id, site_id, url, f"{url}/{library}", personal)
