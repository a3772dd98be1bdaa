"""Microsoft's limits, as one table: which requests share a bucket, and how fast it may be emptied.

Rows are tried in order, the narrowest first; the first whose pattern is found in the path and query (after
``/v1.0``) takes the request. Every row names its source and the date it was read.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

from m365audit.graph.said import Service

Per = Literal["app", "tenant", "report", "mailbox"]
Size = Literal["accounts", "licences"]
Tiers = tuple[tuple[float, int], ...]

THROTTLING = "learn.microsoft.com/graph/throttling-limits, 2026-02-06"
REPORTS = "Microsoft Graph reports API, limits by report, 2025"
INTUNE = "learn.microsoft.com/graph/throttling-limits, Intune, 2023"
SHAREPOINT = "Avoid getting throttled or blocked in SharePoint Online, 2025"
MEETINGS = "Microsoft Graph cloud communications, 2026-02-06"
EXCHANGE = "No published quota; what other auditors found to hold, 2026-03"

BY_ACCOUNTS: Tiers = ((49, 3_500), (500, 5_000), (math.inf, 8_000))
"""Resource units in ten seconds of the directory, for tenants of up to so many accounts."""

BY_LICENCES: Tiers = ((1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (50_000, 4_800), (math.inf, 6_000))
"""Resource units a minute of SharePoint and OneDrive, for tenants of up to so many licences; a day has 1,000 times."""

MOST_IN_BATCH = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs where ``pattern`` is found in its path and query; the first that fits counts."""

    pattern: re.Pattern[str]
    units: int


@dataclass(frozen=True, slots=True)
class Window:
    """So many ``units`` in any stretch of ``seconds``, counted separately ``per`` what is named.

    Where the tenant's size decides, ``units`` has a row for each: up to so many accounts or licences (``by``), units.
    """

    seconds: float
    units: int | Tiers
    per: Per = "tenant"
    by: Size = "accounts"

    @property
    def tiers(self) -> Tiers:
        """Units by size, the smallest size first."""
        return self.units if isinstance(self.units, tuple) else ((math.inf, self.units),)

    @property
    def least(self) -> int:
        """What every tenant has, however small."""
        return self.tiers[0][1]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests that are counted together, in every one of the ``windows``; the first is the narrowest.

    ``in_flight`` may be under way at a time, counted where the first window is; where ``at_first`` is given, only so
    many at the beginning, and more as long as it goes well. ``floor_seconds`` is the shortest pause after a refusal
    without Retry-After. ``resource_units`` marks the service whose costs shrink with ``$select`` and grow with
    ``$expand``. ``also`` names the buckets in which the same requests are counted as well.
    """

    name: str
    pattern: re.Pattern[str]
    windows: tuple[Window, ...]
    in_flight: int
    source: str
    at_first: int | None = None
    floor_seconds: float = 2.0
    costs: tuple[Cost, ...] = ()
    resource_units: bool = False
    also: tuple[str, ...] = ("Graph",)
    service: Service = Service.GRAPH

    @property
    def per(self) -> Per:
        """What the bucket is counted by, at its narrowest."""
        return self.windows[0].per if self.windows else "tenant"

    @property
    def scopes(self) -> tuple[Per, ...]:
        """Everything it is counted by, the narrowest first."""
        return tuple(dict.fromkeys((self.per, *(window.per for window in self.windows))))

    def cost(self, path: str) -> int:
        """What one request for this path and query costs."""
        base = next((cost.units for cost in self.costs if cost.pattern.search(path)), 1)
        if not self.resource_units:
            return base
        top = _TOP.search(path)
        few = top is not None and int(top[1]) < _FEW
        return max(1, base - ("$select=" in path) + ("$expand=" in path) - few)

    def width(self, cost: int) -> int:
        """How many such requests one batch may carry."""
        fitting = (window.least // max(1, cost) for window in self.windows)
        return max(1, min((MOST_IN_BATCH, *fitting)))


_TOP = re.compile(r"\$top=(\d+)")
_FEW = 20
_DAY = 86_400


def _at(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_IDENTITY_COSTS = (
    Cost(_at(r"^/subscribedSkus"), 3),
    Cost(_at(r"^/contracts"), 3),
    Cost(_at(r"^/groups/[^/?]+/transitiveMembers"), 5),
    Cost(_at(r"^/groups/[^/?]+/members"), 3),
    Cost(_at(r"^/domains/[^/?]+/domainNameReferences"), 4),
    Cost(_at(r"^/servicePrincipals/[^/?]+/appRoleAssignments"), 2),
    Cost(_at(r"^/(users|applications|oauth2PermissionGrants)\b"), 2),
    Cost(_at(r"/(memberOf|ownedObjects|transitiveMemberOf|licenseDetails)\b"), 2),
)

_SHAREPOINT_COSTS = (
    Cost(_at(r"/permissions\b|\$expand=permissions"), 5),
    Cost(_at(r"/delta\b.*[?&]\$?(delta)?token="), 1),
    Cost(_at(r"/(delta|children|drives|sites|lists|items|getAllSites)(\(\))?/?(\?|$)"), 2),
)

BUCKETS: tuple[Bucket, ...] = (
    Bucket(
        "sign-in activity",
        _at(r"^/users\b.*signInActivity"),
        (Window(60, 10, "app"),),
        4,
        THROTTLING,
        floor_seconds=10,
        also=("identity", "Graph"),
    ),
    Bucket(
        "key credentials",
        _at(r"^/(applications|servicePrincipals)\b.*keyCredentials"),
        (Window(60, 150),),
        4,
        THROTTLING,
        also=("identity", "Graph"),
    ),
    Bucket(
        "identity reports",
        _at(
            r"^/auditLogs/|^/reports/(authenticationMethods|credential)|^/users/[^/?]+/authentication/"
            r"|^/admin/reportSettings"
        ),
        (Window(10, 5), Window(10, 122, "app")),
        2,
        THROTTLING,
        floor_seconds=10,
    ),
    Bucket(
        "conditional access and risk",
        _at(r"^/identity/conditionalAccess|^/identityProtection/|^/policies/conditionalAccess"),
        (Window(1, 1),),
        1,
        THROTTLING,
        floor_seconds=1.1,
    ),
    Bucket(
        "usage reports",
        _at(r"^/reports/get"),
        (Window(600, 14, "report"), Window(600, 40)),
        2,
        REPORTS,
        floor_seconds=10,
    ),
    Bucket(
        "Outlook",
        _at(r"^/users/[^/?]+/(mailboxSettings|mailFolders|messages|calendars?|calendarGroups|calendarView|events)\b"),
        (Window(600, 10_000, "mailbox"),),
        4,
        THROTTLING,
    ),
    Bucket("online meetings", _at(r"^/users/[^/?]+/onlineMeetings"), (Window(1, 5),), 2, MEETINGS),
    Bucket("call records", _at(r"^/communications/callRecords"), (Window(20, 1_500),), 4, THROTTLING),
    Bucket(
        "service communications",
        _at(r"^/admin/serviceAnnouncement"),
        (Window(60, 240), Window(3_600, 800)),
        4,
        THROTTLING,
    ),
    Bucket("security", _at(r"^/security/"), (Window(60, 150), Window(600, 10_000)), 4, THROTTLING),
    Bucket("Intune", _at(r"^/device(App)?Management"), (Window(20, 2_000),), 16, INTUNE),
    Bucket(
        "SharePoint",
        _at(r"^/(sites|drives|shares|admin/sharepoint)\b|^/(users|groups)/[^/?]+/(drives?|sites)\b"),
        (
            Window(60, BY_LICENCES, by="licences"),
            Window(_DAY, tuple((most, units * 1_000) for most, units in BY_LICENCES), by="licences"),
        ),
        16,
        SHAREPOINT,
        costs=_SHAREPOINT_COSTS,
    ),
    Bucket(
        "identity",
        _at(r"^/"),
        (Window(10, BY_ACCOUNTS), Window(20, 150_000, "app")),
        16,
        THROTTLING,
        costs=_IDENTITY_COSTS,
        resource_units=True,
    ),
    Bucket("Exchange", _at(r""), (), 4, EXCHANGE, at_first=3, also=(), service=Service.EXCHANGE),
    # Last, so that no path is its own: everything sent to Graph is counted here too.
    Bucket("Graph", _at(r""), (Window(10, 130_000, "app"),), 130_000, THROTTLING, also=()),
)

_MAILBOX = re.compile(r"^/users/([^/?]+)", re.IGNORECASE)
_REPORT = re.compile(r"^/reports/([^(/?]+)", re.IGNORECASE)


def bucket_of(service: Service, path: str) -> Bucket:
    """The bucket a request for this path and query is counted in first of all."""
    return next(bucket for bucket in BUCKETS if bucket.service is service and bucket.pattern.search(path))


def bucket_called(name: str) -> Bucket:
    """The bucket of that name.

    Raises:
        StopIteration: there is none.
    """
    return next(bucket for bucket in BUCKETS if bucket.name == name)


def whose(per: Per, path: str) -> str:
    """Which of several separate counts a request belongs to: a mailbox's, a report's, or the only one (empty)."""
    pattern = {"mailbox": _MAILBOX, "report": _REPORT}.get(per)
    found = pattern.match(path) if pattern else None
    return found[1].lower() if found else ""
