"""The imitation of Microsoft Graph v1.0: one question in, one answer out."""

import random
from collections.abc import Callable, Mapping

import orjson

from m365audit.sample.service import graph_batch
from m365audit.sample.service.clock import Clock
from m365audit.sample.service.graph_apps import APP_ROUTES
from m365audit.sample.service.graph_devices import DEVICE_ROUTES
from m365audit.sample.service.graph_errors import NOT_ALLOWED, ProblemError, correlated, new_id, refused
from m365audit.sample.service.graph_files import FILE_ROUTES
from m365audit.sample.service.graph_gate import Gate
from m365audit.sample.service.graph_identity import IDENTITY_ROUTES
from m365audit.sample.service.graph_meetings import MEETING_ROUTES
from m365audit.sample.service.graph_options import Options
from m365audit.sample.service.graph_outlook import OUTLOOK_ROUTES
from m365audit.sample.service.graph_pages import Cut, Listing, Pager
from m365audit.sample.service.graph_policies import POLICY_ROUTES
from m365audit.sample.service.graph_reports import REPORT_ROUTES
from m365audit.sample.service.graph_roles import ROLE_ROUTES
from m365audit.sample.service.graph_route import Call, Route, Single, match
from m365audit.sample.service.graph_signals import SIGNAL_ROUTES
from m365audit.sample.service.graph_types import entity_types
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.limits import Meters
from m365audit.sample.service.manner import Fault, Faults, Manner
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import BadTokenError, Claims, Tokens
from m365audit.sample.tenant import Json

ROUTES: tuple[Route, ...] = (
    *IDENTITY_ROUTES,
    *OUTLOOK_ROUTES,
    *MEETING_ROUTES,
    *FILE_ROUTES,
    *DEVICE_ROUTES,
    *SIGNAL_ROUTES,
    *ROLE_ROUTES,
    *APP_ROUTES,
    *POLICY_ROUTES,
    *REPORT_ROUTES,
)

_VERSION = "/v1.0"
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


class GraphService:
    """Serves the tenants under ``/v1.0``, strictly by the contract and for whoever asks."""

    def __init__(
        self,
        tenants: Mapping[str, Holdings],
        tokens: Tokens,
        clock: Clock,
        meters: Meters,
        manner: Manner,
        faults: Faults,
        log: Log,
    ) -> None:
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock
        self._manner = manner
        self._faults = faults
        self._log = log
        self._gate = Gate(meters, manner.false_refusals)
        self._pager = Pager(manner, tokens)
        self._chance = random.Random(manner.seed)  # noqa: S311 - no secret

    def forget_pages(self) -> None:
        """Throw away the pages made so far, after a tenant has changed."""
        self._pager = Pager(self._manner, self._tokens)

    async def answer(self, ask: Ask) -> Answer:
        """The answer to any request, refusals included."""
        try:
            claims = self._tokens.read(ask.headers.get("authorization"), "graph")
        except BadTokenError as bad:
            problem = ProblemError(401, "InvalidAuthenticationToken", str(bad), {"WWW-Authenticate": _CHALLENGE})
            return self._finish(ask, None, problem)
        return await self._answer_known(ask, claims)

    async def _answer_known(self, ask: Ask, claims: Claims) -> Answer:
        try:
            answer = await self._answer_or_refuse(ask, claims)
        except ProblemError as problem:
            return self._finish(ask, claims, problem)
        return self._finish(ask, claims, answer)

    def _finish(self, ask: Ask, claims: Claims | None, outcome: Answer | ProblemError) -> Answer:
        now, request_id = self._clock.now(), new_id()
        answer = refused(outcome, ask, now, request_id) if isinstance(outcome, ProblemError) else outcome
        tenant = claims.tenant_id if claims else None
        line = Logged("graph", ask.method, ask.path, ask.query, tenant, answer.status, ask.batched)
        self._log.keep(line, write=ask.method != "GET" and not _is_batch(ask))
        return correlated(answer, ask, now, request_id)

    async def _answer_or_refuse(self, ask: Ask, claims: Claims) -> Answer:
        fault = self._faults.strike(ask.path, breaking=False)
        if fault is not None:
            return _failing(fault)
        if not ask.path.startswith(f"{_VERSION}/"):
            version = ask.path.strip("/").partition("/")[0]
            raise ProblemError(404, "ResourceNotFound", f"Invalid version: {version}.")
        if _is_batch(ask):
            return await graph_batch.run(ask, lambda step: self._part(step, claims), self._chance)
        if ask.method != "GET":
            NOT_ALLOWED.refuse(headers={"Allow": "GET"})
        return await self._read(ask, claims)

    async def _part(self, ask: Ask, claims: Claims) -> Answer:
        return self._faults.befall(ask, await self._answer_known(ask, claims))[0]

    async def _read(self, ask: Ask, claims: Claims) -> Answer:
        route, captured = match(ROUTES, ask.path.removeprefix(_VERSION))
        holdings = self._tenants[claims.tenant_id]
        options = self._gate.options(route, ask)
        mailbox = _mailbox(holdings, captured)
        usage = self._gate.charge(route, options, holdings.tenant, mailbox)
        call = Call(ask, options, claims, holdings, captured, self._manner, self._tokens)
        self._gate.admit(route, call)
        async with self._gate.at_work(route, holdings.tenant, mailbox, self._manner.mailbox_seconds):
            return self._render(route, call, usage)

    def _render(self, route: Route, call: Call, headers: dict[str, str]) -> Answer:
        result = route.answer(call)
        context = route.context.format(**call.captured)
        if call.options.select is not None:
            context += f"({','.join(call.options.select)})"
        newer = "include-unknown-enum-members" in call.ask.preferences
        show, hidden = _shown(route, call, newer=newer)
        if isinstance(result, Listing):
            cut = Cut(self._gate.size(route, call.options), show, context, (newer, bool(hidden)))
            answer = self._pager.page(call.ask, call.options, call.claims.tenant_id, result, cut)
        else:
            answer = _single(result, show, f"{call.ask.base}{_VERSION}/$metadata#{context}")
        if newer and entity_types()[route.entity].evolving:
            answer.headers.setdefault("Preference-Applied", "include-unknown-enum-members")
        answer.headers |= headers
        return answer


def _single(result: Single, show: Callable[[Json], Json], context: str) -> Answer:
    if result.bare:
        return Answer.of({"@odata.context": context} | result.thing, headers=result.headers)
    return Answer.of({"@odata.context": f"{context}/$entity"} | show(result.thing), headers=result.headers)


def _shown(route: Route, call: Call, *, newer: bool) -> tuple[Callable[[Json], Json], frozenset[str]]:
    """How objects are shown to this caller, and what is hidden from them."""
    kind, options = entity_types()[route.entity], call.options
    hidden = route.hides(call.claims)
    names = route.default if options.select is None else options.select
    show = kind.as_kept(hidden) if names is None else kind.projection(names, hidden)
    if kind.evolving and not newer:
        cut = show
        show = lambda thing: kind.veil(cut(thing))  # noqa: E731 - a step of a chain
    if not options.expand:
        return show, hidden
    return _expanding(show, options), hidden


def _expanding(show: Callable[[Json], Json], options: Options) -> Callable[[Json], Json]:
    return lambda thing: show(thing) | {name: thing[name] for name in options.expand if thing.get(name) is not None}


def _mailbox(holdings: Holdings, captured: Mapping[str, str]) -> str:
    user = holdings.user(captured["user"]) if "user" in captured else None
    return str(user["id"]) if user else ""


def _is_batch(ask: Ask) -> bool:
    return ask.path == f"{_VERSION}/$batch" and ask.method == "POST" and not ask.batched


def _failing(fault: Fault) -> Answer:
    if fault.body is not None:
        return Answer(fault.status, fault.body, dict(fault.headers))
    body: Json = {"error": {"code": fault.code, "message": fault.message, "innerError": {}}}
    return Answer(fault.status, orjson.dumps(body), {"Content-Type": "application/json", **fault.headers})
