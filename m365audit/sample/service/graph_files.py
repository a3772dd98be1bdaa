"""The routes of SharePoint and OneDrive: sites, drives, everything in them, and who may open it."""

from m365audit.sample.service.graph_errors import LOCKED, NO_ITEM, SHAREPOINT, ProblemError, reject
from m365audit.sample.service.graph_options import comparison
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, UNCUT, Call, Route, Single
from m365audit.sample.service.graph_sharing import Library, earlier, without_secrets
from m365audit.sample.service.tokens import holds

_READ_SITES = ("Sites.Read.All", "Sites.Manage.All", "Sites.FullControl.All")
_READ_FILES = ("Files.Read.All", *_READ_SITES)
_FULL_CONTROL = ("Sites.FullControl.All",)
# The three that follow sharing through later deltas are heard together or not at all.
_TOGETHER = frozenset({"deltashowremovedasdeleted", "deltatraversepermissiongaps", "deltashowsharingchanges"})


def _sites(call: Call) -> Listing:
    sites = call.tenant.sites
    if "$filter" in call.options.said:
        path, value = comparison(call.options.said["$filter"])
        if path != "isPersonalSite" or value not in {"true", "false"}:
            reject(f"The filter on '{path}' is not supported.", "invalidRequest")
        # 'eq false' finds nothing at Microsoft, though most sites are not personal.
        sites = [site for site in sites if site.get("isPersonalSite") is True and value == "true"]
    return Listing(sites, echo=lambda site: site)


def _drives(call: Call) -> Listing:
    site = call.captured["site"]
    if not call.holdings.has_site(site):
        NO_ITEM.refuse()
    drives = call.tenant.drives.get(site, [])
    if "system" not in (call.options.select or ()):
        drives = [drive for drive in drives if "system" not in drive]
    return Listing(drives)


def _library(call: Call) -> Library:
    if not call.holdings.has_drive(call.captured["drive"]):
        NO_ITEM.refuse()
    library = call.holdings.library(call.captured["drive"])
    if library is None:
        LOCKED.refuse()
    return library


def _delta(call: Call) -> Listing:
    library = _library(call)
    if call.options.expand:
        raise ProblemError(501, "notSupported", "Permission is not supported in this item.")
    applied = _preferences(call)
    headers = (("Preference-Applied", ", ".join(applied)),) if applied else ()
    if call.options.token is not None:
        _recognise(call)
        return Listing([], delta=True, headers=headers)
    hierarchical = "hierarchicalsharing" in applied
    items = library.shown(hierarchical=hierarchical)
    return Listing(items, echo=earlier, delta=True, variant=hierarchical, headers=headers)


def _preferences(call: Call) -> list[str]:
    """The preferences that are honoured; nothing says of one that is not but silence.

    Microsoft documents Sites.FullControl.All for them. Whether it marks only what was shared itself for others too is
    its own choice.
    """
    asked, full = frozenset(call.ask.preferences), holds(call.claims.permissions, _FULL_CONTROL)
    marks_own = full if call.manner.marks_own is None else call.manner.marks_own
    honoured = ["hierarchicalsharing"] if marks_own and "hierarchicalsharing" in asked else []
    return honoured + (sorted(_TOGETHER) if full and asked >= _TOGETHER else [])


def _recognise(call: Call) -> None:
    state = call.tokens.unseal(call.options.token or "")
    if state is None or state.get("delta") != call.ask.path:
        message = "Resync required. Replace any local items with the server's version."
        raise ProblemError(410, "resyncRequired", message, {"Location": f"{call.ask.base}{call.ask.path}"})


def _item(call: Call) -> Single:
    library = _library(call)
    item = library.by_id.get(call.captured["item"])
    if item is None:
        NO_ITEM.refuse()
    return Single(library.described(item))


def _permissions(call: Call) -> Listing:
    library = _library(call)
    item = library.by_id.get(call.captured["item"])
    if item is None:
        NO_ITEM.refuse()
    reaching = library.reaching(item, call.manner.inherited_from)
    if holds(call.claims.permissions, _FULL_CONTROL):
        return Listing(reaching, variant="whole")
    return Listing([without_secrets(permission) for permission in reaching], variant="without secrets")


def _delta_route(path: str) -> Route:
    return Route(
        path=path,
        entity="driveItem",
        answer=_delta,
        needs=_READ_FILES,
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="Collection(driveItem)",
        options=PAGED | {"$expand", "token"},
        expands=frozenset({"permissions"}),
        page=200,
        units=2,
    )


def _sites_route(path: str) -> Route:
    return Route(
        path=path,
        entity="site",
        answer=_sites,
        needs=_READ_SITES,
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="sites",
        options=PAGED | {"$filter"},
        units=2,
        app_only=True,
    )


FILE_ROUTES = (
    _sites_route("/sites/getAllSites"),
    _sites_route("/sites/getAllSites()"),
    Route(
        path="/sites/{site}/drives",
        entity="drive",
        answer=_drives,
        needs=_READ_FILES,
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="drives",
        units=2,
    ),
    _delta_route("/drives/{drive}/root/delta"),
    _delta_route("/drives/{drive}/root/delta()"),
    _delta_route("/drives/{drive}/items/root/delta"),
    _delta_route("/drives/{drive}/items/root/delta()"),
    Route(
        path="/drives/{drive}/items/{item}",
        entity="driveItem",
        answer=_item,
        needs=_READ_FILES,
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="drives('{drive}')/items/$entity",
        options=SELECT,
    ),
    Route(
        path="/drives/{drive}/items/{item}/permissions",
        entity="permission",
        answer=_permissions,
        needs=_READ_FILES,
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="drives('{drive}')/items('{item}')/permissions",
        options=SELECT | UNCUT,
        units=5,
    ),
    Route(
        path="/admin/sharepoint/settings",
        entity="sharepointSettings",
        answer=lambda call: Single(call.tenant.sharing_settings),
        needs=("SharePointTenantSettings.Read.All",),
        refusal=SHAREPOINT,
        bucket="sharepoint",
        context="admin/sharepoint/settings",
        options=SELECT,
    ),
)
