"""Sites, OneDrives and their document libraries."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from m365audit.connectors.declare import connector
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

SITE_PROPERTIES = ("id", "name", "displayName", "webUrl", "isPersonalSite", "createdDateTime", "siteCollection")
DRIVE_PROPERTIES = ("id", "name", "driveType", "webUrl")

_ONEDRIVE = frozenset({"business", "personal"})
# Every tenant has its root site: a list of none is no answer, whatever its status says.
_NO_SITES = Gap(
    GapKind.ERROR, "Microsoft sent an empty list of sites, and every tenant has one.", "Run the audit again."
)


# Files.Read.All would be less for the libraries, but lists no sites; this one opens both.
@connector("drives", permission="Sites.Read.All", parts=(Part(("Sites.Read.All",), app_only=True),))
async def drives(graph: Graph) -> AsyncIterator[Row | Gap | Looked]:
    """Every document library of every site and OneDrive; a site that refuses is a gap of its own."""
    sites: dict[str, Mapping[str, Any]] = {}
    # Filtering by isPersonalSite is known to answer nothing at all, so everything is read.
    async for page in graph.pages(graph.request(graph.sdk.sites.get_all_sites, select=SITE_PROPERTIES)):
        sites.update((site["id"], site) for site in page)
    if not sites:
        yield _NO_SITES
        return
    requests = (
        (site_id, graph.request(graph.sdk.sites.by_site_id(site_id).drives, select=DRIVE_PROPERTIES))
        for site_id in sites
    )
    seen: set[str] = set()
    async for site_id, answer in graph.batch(requests, scope="site:{}".format, lists=True):
        if isinstance(answer, Gap):
            yield answer
            continue
        for drive in () if isinstance(answer, Absent) else answer["value"]:
            if drive["id"] not in seen:
                seen.add(drive["id"])
                yield _row(sites[site_id], drive)
        yield Looked(f"site:{site_id}")


def _row(site: Mapping[str, Any], drive: Mapping[str, Any]) -> Row:
    """One library. Some of Microsoft's own sites have neither name nor address: both stay null."""
    personal = site.get("isPersonalSite")
    return {
        "drive_id": drive["id"],
        "drive_name": drive.get("name"),
        "drive_kind": drive.get("driveType"),
        "drive_url": drive.get("webUrl"),
        "site_id": site["id"],
        "site_name": site.get("displayName") or site.get("name"),
        "site_url": site.get("webUrl"),
        "personal": drive.get("driveType") in _ONEDRIVE if personal is None else personal,
    }
