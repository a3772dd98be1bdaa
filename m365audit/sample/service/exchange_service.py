"""The imitation of the Exchange Online admin service: InvokeCommand, and the list of commands it shows."""

import random
from collections.abc import Mapping

import orjson

from m365audit.sample.service import exchange_errors
from m365audit.sample.service.clock import Clock
from m365audit.sample.service.exchange_cmdlets import CMDLETS
from m365audit.sample.service.exchange_command import Command, MalformedError, read_command
from m365audit.sample.service.exchange_errors import CmdletError
from m365audit.sample.service.exchange_rows import spelled
from m365audit.sample.service.graph_errors import new_id
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.limits import Meters
from m365audit.sample.service.manner import Faults, Manner
from m365audit.sample.service.message import Answer, Ask, Log, Logged
from m365audit.sample.service.tokens import BadTokenError, Claims, Tokens, digest
from m365audit.sample.tenant import Json

_READING_ROLES = frozenset({"Global Reader", "Global Administrator", "Exchange Administrator"})
_LINK_SECONDS = 300
_JSON = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
_MORE = (
    "There are more results available than are currently displayed. To view them, increase the value for the "
    "ResultSize parameter."
)


class ExchangeService:
    """Serves the tenants under ``/adminapi``, strictly by the contract and for whoever asks."""

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
        self._meters = meters
        self._manner = manner
        self._faults = faults
        self._log = log

    async def answer(self, ask: Ask) -> Answer:
        """The answer to any request, refusals included."""
        name = ""
        try:
            claims = self._tokens.read(ask.headers.get("authorization"), "exchange")
        except BadTokenError:
            answer, tenant = exchange_errors.unauthorised(), None
        else:
            name, answer = await self._answer_known(ask, claims)
            tenant = claims.tenant_id
        line = Logged("exchange", ask.method, ask.path, ask.query, tenant, answer.status, what=name)
        self._log.keep(line, write=_writes(ask, name))
        answer.headers["request-id"] = new_id()
        answer.headers["client-request-id"] = ask.headers.get("client-request-id", answer.headers["request-id"])
        answer.headers["Date"] = self._clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return answer

    async def _answer_known(self, ask: Ask, claims: Claims) -> tuple[str, Answer]:
        _, version, tenant_id, what = [*ask.path.strip("/").split("/", 3), "", "", ""][:4]
        permission = "Exchange.Manage" if claims.delegated else "Exchange.ManageAsApp"
        allowed = permission in claims.permissions and claims.roles & _READING_ROLES
        if tenant_id.lower() != claims.tenant_id.lower() or not allowed:
            return "", exchange_errors.forbidden(claims.app_id)
        if claims.delegated and ask.headers.get("x-anchormailbox", "").lower() != f"upn:{claims.upn}".lower():
            return "", exchange_errors.bad_request("The X-AnchorMailbox header does not name who has signed in.")
        if (version, what) == ("v1.0", "EXOModuleFile"):
            return "", _catalogue(ask)
        if (version, what) != ("beta", "InvokeCommand"):
            return "", Answer(404)
        if ask.method != "POST":
            return "", Answer(405, b"", {"Allow": "POST"})
        async with self._meters.in_flight("exchange", claims.tenant_id, self._manner.mailbox_seconds) as admitted:
            return self._invoke(ask, claims) if admitted else ("", exchange_errors.too_many())

    def _invoke(self, ask: Ask, claims: Claims) -> tuple[str, Answer]:
        try:
            command = read_command(ask)
        except MalformedError as malformed:
            return "", exchange_errors.bad_request(str(malformed))
        fault = self._faults.strike(f"{ask.path}/{command.name}", breaking=False)
        if fault is not None:
            body = fault.body or orjson.dumps({"error": {"code": fault.code, "message": fault.message}})
            return command.name, Answer(fault.status, body, {"Content-Type": "application/json", **fault.headers})
        if ask.headers.get("x-responseformat", "").lower() != "json":
            # Exchange speaks PowerShell's own XML to whoever does not ask for anything else.
            return command.name, Answer(200, b'<Objs Version="1.1.0.1"/>', {"Content-Type": "application/clixml"})
        try:
            return command.name, self._run(ask, command, self._tenants[claims.tenant_id])
        except CmdletError as failed:
            return command.name, failed.answer()

    def _run(self, ask: Ask, command: Command, held: Holdings) -> Answer:
        cmdlet, most = command.cmdlet(), command.results
        rows = cmdlet.rows(held, command.parameters)
        unknown = cmdlet.unknown_column(command.select or (), rows)
        if unknown is not None:
            return exchange_errors.bad_request(
                f"Could not find a property named '{unknown}' on type 'Exo.{cmdlet.name}'."
            )
        if self._manner.seed is not None:
            chance = random.Random(f"{self._manner.seed} {held.tenant.tenant_id} {cmdlet.name}")  # noqa: S311 - no secret
            rows = chance.sample(rows, len(rows))
        warnings = [_MORE] if most is not None and len(rows) > most else []
        return self._page(ask, command, spelled(rows[:most], command.select), warnings)

    def _page(self, ask: Ask, command: Command, rows: list[Json], warnings: list[str]) -> Answer:
        fingerprint = digest(ask.path, ask.body.decode(), ",".join(command.select or ()))
        start, skipped = 0, False
        if command.skiptoken is not None:
            state = self._tokens.unseal(command.skiptoken)
            if state is None or state.get("of") != fingerprint or state["until"] < self._clock.seconds():
                return exchange_errors.bad_request("The continuation link is not valid, or no longer.")
            start, skipped = state["at"], state["blank"]
        blank = self._manner.empty_pages and not skipped
        end = start if blank else start + min(command.page_size, self._manner.max_page or command.page_size)
        envelope: Json = {
            "@odata.context": f"{ask.base}{ask.path.removesuffix('/InvokeCommand')}/$metadata#Collection(Exo.Object)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": warnings,
        }
        if blank or end < len(rows):
            until = self._clock.seconds() + _LINK_SECONDS
            token = self._tokens.seal({"at": end, "of": fingerprint, "blank": blank, "until": until})
            select = f"$select={','.join(command.select)}&" if command.select else ""
            envelope["@odata.nextLink"] = f"{ask.base}{ask.path}?{select}$skiptoken={token}"
        return Answer(200, orjson.dumps(envelope | {"value": rows[start:end]}), {"Content-Type": _JSON})


def _catalogue(ask: Ask) -> Answer:
    if ask.method != "GET":
        return Answer(405, b"", {"Allow": "GET"})
    if ask.headers.get("commandname") != "*":
        return exchange_errors.bad_request("The CommandName header is missing.")
    names = ",".join(cmdlet.name for cmdlet in CMDLETS.values())
    return Answer(200, orjson.dumps({"value": [{"exportedCmdlets": names}]}), {"Content-Type": _JSON})


def _writes(ask: Ask, name: str) -> bool:
    if ask.path.endswith("/InvokeCommand") and ask.method == "POST":
        return bool(name) and not name.lower().startswith("get-")
    return ask.method != "GET"
