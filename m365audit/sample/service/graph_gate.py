"""What stands between a request and the route it asks for: options, limits, permissions, licences."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from m365audit.sample.service.graph_errors import DIRECTORY, NOT_PREMIUM, REPORTS, ProblemError, reject
from m365audit.sample.service.graph_options import Options, read_options
from m365audit.sample.service.graph_route import Call, Route
from m365audit.sample.service.graph_types import entity_types
from m365audit.sample.service.limits import IN_FLIGHT, Bucket, Meters, Usage
from m365audit.sample.service.message import Ask
from m365audit.sample.service.tokens import holds
from m365audit.sample.tenant import Tenant

_LAST_SIGN_IN = "signInActivity"
_WITH_KEYS = frozenset({"application", "servicePrincipal"})
_KEYS = "keyCredentials"
_WITH_SIGN_INS = 500
_SMALL_PAGE = 20
_WARNING_SHARE = 0.8
_PARSING = "Parsing OData Select and Expand failed:"


class Gate:
    """Lets requests through to their routes, or refuses them as Microsoft would."""

    def __init__(self, meters: Meters, false_refusals: int) -> None:
        self._meters = meters
        self._false_refusals: Counter[str] = Counter()
        self._refuse_falsely = false_refusals

    def options(self, route: Route, ask: Ask) -> Options:
        """The query options, checked against the route.

        Raises:
            ProblemError: 400.
        """
        options = read_options(ask.query, route.options, route.ignored)
        kind = entity_types()[route.entity]
        unknown = kind.unknown(options.select or ())
        if unknown is not None:
            where = f"on type 'microsoft.graph.{kind.name}'"
            reject(f"{_PARSING} Could not find a property named '{unknown}' {where}.")
        if not route.expands.issuperset(options.expand):
            reject(f"{_PARSING} '{','.join(options.expand)}' cannot be expanded here.")
        if options.top is not None and options.top > route.most:
            message = f"Invalid page size specified: '{options.top}'. Must be between 1 and {route.most} inclusive."
            reject(message, "Request_UnsupportedQuery")
        return options

    def size(self, route: Route, options: Options) -> int:
        """Objects on a page; with the last sign-in selected a larger page is cut to 500 without a word."""
        size = options.top or route.page
        return min(size, _WITH_SIGN_INS) if _asks_for_sign_ins(route, options) else size

    def charge(self, route: Route, options: Options, tenant: Tenant, mailbox: str) -> dict[str, str]:
        """Spend what the request costs; gives the headers that say how much is left.

        Raises:
            ProblemError: 429.
        """
        spent = spends(route, options)
        headers = {"x-ms-resource-unit": str(spent["identity"])} if "identity" in spent else {}
        part = counted_apart(route, mailbox)
        usages = [self._meters.charge(bucket, tenant, part, units) for bucket, units in spent.items()]
        for usage in usages:
            if usage is not None and usage.refused:
                raise throttled(usage.limit.bucket, usage, tenant.tenant_id)
            if usage is not None:
                headers |= _usage_headers(usage)
        return headers

    @asynccontextmanager
    async def at_work(self, route: Route, tenant: Tenant, mailbox: str, seconds: float) -> AsyncIterator[None]:
        """Hold a place among the requests the service works on at once; work in a mailbox takes ``seconds``.

        Raises:
            ProblemError: 429.
        """
        if route.bucket not in IN_FLIGHT:
            yield
            return
        whose = f"{tenant.tenant_id}/{mailbox}"
        async with self._meters.in_flight(route.bucket, whose, seconds) as admitted:
            if not admitted:
                raise throttled(route.bucket, None, tenant.tenant_id)
            yield

    def admit(self, route: Route, call: Call) -> None:
        """Check permissions and licences.

        Raises:
            ProblemError: 403.
        """
        if not holds(call.claims.permissions, route.needs) or (route.app_only and call.claims.delegated):
            route.refusal.refuse(route.needs[0])
        if call.claims.delegated and not call.claims.roles & route.roles:
            DIRECTORY.refuse()
        if _asks_for_sign_ins(route, call.options):
            if not holds(call.claims.permissions, ("AuditLog.Read.All",)):
                REPORTS.refuse("AuditLog.Read.All")
            self._admit_premium(call.tenant)
        if route.path.endswith(("/userRegistrationDetails", "/auditLogs/signIns")):
            self._admit_premium(call.tenant)

    def _admit_premium(self, tenant: Tenant) -> None:
        falsely = self._false_refusals[tenant.tenant_id] < self._refuse_falsely
        self._false_refusals[tenant.tenant_id] += 1
        if falsely or not tenant.premium:
            NOT_PREMIUM.refuse()


def throttled(bucket: Bucket, usage: Usage | None, tenant_id: str) -> ProblemError:
    """The 429 of a service; without a usage, that of too many requests at once."""
    wait = 1 if usage is None else usage.retry_after
    headers = {} if wait is None else {"Retry-After": str(wait)}
    if bucket == "outlook":
        what = "MailboxConcurrency" if usage is None else "RequestCount"
        return ProblemError(429, "ApplicationThrottled", f"Application is over its {what} limit.", headers)
    if bucket == "sharepoint":
        headers |= {} if usage is None else _rate_limit(usage)
        return ProblemError(429, "activityLimitReached", "The request has been throttled.", headers)
    if bucket == "identity":
        headers["x-ms-throttle-scope"] = f"Tenant_Application/ReadWrite/sample/{tenant_id}"
        headers["x-ms-throttle-information"] = "ResourceUnitLimitExceeded"
    inner = {"code": "429", "message": "Please retry after", "status": "429"}
    return ProblemError(429, "TooManyRequests", "Please retry again later.", headers, inner)


def _asks_for_sign_ins(route: Route, options: Options) -> bool:
    return route.entity == "user" and _LAST_SIGN_IN in (options.select or ())


def spends(route: Route, options: Options) -> dict[Bucket, int]:
    """The units a request costs, by bucket."""
    spent: dict[Bucket, int] = {route.bucket: _units(route, options), "graph": 1}
    if _asks_for_sign_ins(route, options):
        spent["sign-in activity"] = 1
    if route.entity in _WITH_KEYS and _KEYS in (options.select or ()):
        spent["key credentials"] = 1
    return spent


def counted_apart(route: Route, mailbox: str) -> str:
    """What a request is counted by where a limit holds for each mailbox or each report."""
    return route.path if route.bucket == "usage reports" else mailbox


def _units(route: Route, options: Options) -> int:
    if route.bucket == "sharepoint":
        return 1 if options.token is not None else route.units
    if route.bucket != "identity":
        return 1
    small = options.top is not None and options.top < _SMALL_PAGE
    return max(1, route.units - (options.select is not None) + bool(options.expand) - small)


def _usage_headers(usage: Usage) -> dict[str, str]:
    bucket = usage.limit.bucket
    if bucket == "identity" and usage.share > _WARNING_SHARE:
        return {"x-ms-throttle-limit-percentage": f"{usage.share:.2f}"}
    if bucket == "sharepoint" and usage.share >= _WARNING_SHARE:
        return _rate_limit(usage)
    return {}


def _rate_limit(usage: Usage) -> dict[str, str]:
    return {
        "RateLimit-Limit": f"{usage.allowed:.0f}",
        "RateLimit-Remaining": f"{max(0.0, usage.allowed - usage.used):.0f}",
        "RateLimit-Reset": f"{usage.limit.seconds:.0f}",
    }
