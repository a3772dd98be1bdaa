"""Microsoft's limits, as one table: which requests share a bucket, and how fast it may be emptied.

Rows are tried in order, the narrowest first; the first whose pattern is found in the path and query (after
``/v1.0``) takes the request. Every row names its source and the date it was read.
"""

import re
from dataclasses import dataclass
from typing import Literal

from m365audit.graph.said import Service

Per = Literal["app", "tenant", "report", "mailbox"]

THROTTLING = "learn.microsoft.com/graph/throttling-limits, 2026-02-06"
SHAREPOINT = "Avoid getting throttled or blocked in SharePoint Online, 2025"
EXCHANGE = "No published quota; what other auditors found to hold, 2026-03"

SHAREPOINT_UNITS_PER_MINUTE = ((1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (50_000, 4_800))
"""Resource units a minute of one app by licences, up to and including the first number; beyond them 6,000."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs where ``pattern`` is found in its path and query; the first that fits counts."""

    pattern: re.Pattern[str]
    units: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """``units`` per ``seconds``, at most ``in_flight`` at a time, counted separately ``per`` what is named.

    ``floor_seconds`` is the shortest pause after a refusal without Retry-After.
    ``resource_units`` marks the service whose costs shrink with ``$select`` and grow with ``$expand``.
    """

    name: str
    pattern: re.Pattern[str]
    units: int
    seconds: float
    in_flight: int
    source: str
    per: Per = "tenant"
    floor_seconds: float = 2.0
    costs: tuple[Cost, ...] = ()
    resource_units: bool = False
    service: Service = Service.GRAPH

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
        return max(1, min(20, self.units // max(1, cost)))


_TOP = re.compile(r"\$top=(\d+)")
_FEW = 20


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
    Cost(_at(r"/(delta|children|drives|sites|lists|items|getAllSites)/?(\?|$)"), 2),
)

BUCKETS: tuple[Bucket, ...] = (
    Bucket("sign-in activity", _at(r"^/users\b.*signInActivity"), 10, 60, 1, THROTTLING, "app", 10),
    Bucket("key credentials", _at(r"^/(applications|servicePrincipals)\b.*keyCredentials"), 150, 60, 2, THROTTLING),
    Bucket(
        "identity reports",
        _at(r"^/auditLogs/|^/reports/(authenticationMethods|credential)|^/users/[^/?]+/authentication/"),
        5,
        10,
        5,
        THROTTLING,
        floor_seconds=10,
    ),
    Bucket(
        "conditional access and risk",
        _at(r"^/identity/conditionalAccess|^/identityProtection/|^/policies/conditionalAccess"),
        1,
        1,
        1,
        THROTTLING,
        floor_seconds=1.1,
    ),
    Bucket("usage reports", _at(r"^/reports/get"), 14, 600, 2, THROTTLING, "report", 10),
    Bucket(
        "Outlook",
        _at(r"^/users/[^/?]+/(mailboxSettings|mailFolders|messages|calendars?|calendarGroups|calendarView|events)\b"),
        10_000,
        600,
        4,
        THROTTLING,
        "mailbox",
    ),
    Bucket("online meetings", _at(r"^/users/[^/?]+/onlineMeetings"), 5, 1, 4, THROTTLING),
    Bucket("call records", _at(r"^/communications/callRecords"), 1_500, 20, 4, THROTTLING),
    Bucket("service health", _at(r"^/admin/serviceAnnouncement"), 240, 60, 4, THROTTLING),
    Bucket("security", _at(r"^/security/"), 150, 60, 4, THROTTLING),
    Bucket("Intune", _at(r"^/device(App)?Management"), 2_000, 20, 8, THROTTLING),
    Bucket(
        "SharePoint",
        _at(r"^/(sites|drives|shares)\b|^/(users|groups)/[^/?]+/(drives?|sites)\b"),
        1_200,
        60,
        8,
        SHAREPOINT,
        costs=_SHAREPOINT_COSTS,
    ),
    Bucket("identity", _at(r"^/"), 3_500, 10, 8, THROTTLING, costs=_IDENTITY_COSTS, resource_units=True),
    Bucket("Exchange", _at(r""), 10, 1, 3, EXCHANGE, service=Service.EXCHANGE),
)

_MAILBOX = re.compile(r"^/users/([^/?]+)", re.IGNORECASE)
_REPORT = re.compile(r"^/reports/([^(/?]+)", re.IGNORECASE)


def bucket_of(service: Service, path: str) -> Bucket:
    """The bucket a request for this path and query is counted in."""
    return next(bucket for bucket in BUCKETS if bucket.service is service and bucket.pattern.search(path))


def share_of(bucket: Bucket, path: str) -> str:
    """Which of the bucket's separate counts a request belongs to: the mailbox's, the report's, or the only one."""
    pattern = {"mailbox": _MAILBOX, "report": _REPORT}.get(bucket.per)
    found = pattern.match(path) if pattern else None
    return f"{bucket.name}:{found[1].lower()}" if found else bucket.name
