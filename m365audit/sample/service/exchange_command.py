"""One InvokeCommand request, read and checked before any command runs."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

import orjson

from m365audit.sample.service.exchange_cmdlets import CMDLETS, Cmdlet, Parameters
from m365audit.sample.service.exchange_errors import bad_parameters, not_visible
from m365audit.sample.service.message import Ask
from m365audit.sample.tenant import Json

_ANCHOR = re.compile(
    r"(?:APP|UPN):SystemMailbox\{bb558c35-97f1-4cb9-8ff7-d53741dc928c\}@[A-Za-z0-9.-]+|UPN:[^@\s]+@[A-Za-z0-9.-]+"
)
_LARGEST_PAGE = 1000
DEFAULT_RESULT_SIZE = 1000


class MalformedError(Exception):
    """A request that is no InvokeCommand request; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as sent: its parameters by lower-case name, what is selected, and how much is wanted.

    ``results`` is how many objects at most, ``None`` without end. ``page_size`` is per page.
    """

    name: str
    parameters: Parameters
    select: tuple[str, ...] | None
    page_size: int
    skiptoken: str | None

    def cmdlet(self) -> Cmdlet:
        """The command's declaration, once its parameters have been checked.

        Raises:
            CmdletError: there is no such command to see, or its parameters are wrong.
        """
        cmdlet = CMDLETS.get(self.name.lower())
        if cmdlet is None:
            raise not_visible(self.name)
        unknown = sorted(self.parameters.keys() - cmdlet.parameters)
        if unknown:
            text = f"A parameter cannot be found that matches parameter name '{unknown[0]}'."
            raise bad_parameters(text)
        missing = sorted(cmdlet.mandatory - self.parameters.keys())
        if missing:
            text = f"Cannot process command because of one or more missing mandatory parameters: {missing[0].title()}."
            raise bad_parameters(text)
        return cmdlet

    @property
    def results(self) -> int | None:
        """Objects wanted at most.

        Raises:
            CmdletError: the ResultSize is neither a number nor Unlimited.
        """
        wanted = self.parameters.get("resultsize", DEFAULT_RESULT_SIZE)
        if isinstance(wanted, str) and wanted.lower() == "unlimited":
            return None
        if isinstance(wanted, bool) or not str(wanted).isdigit() or int(str(wanted)) < 1:
            text = f"Cannot bind parameter 'ResultSize'. Cannot convert value '{wanted}' to type 'Unlimited`1'."
            raise bad_parameters(text)
        return int(str(wanted))


def read_command(ask: Ask) -> Command:
    """The command of a request.

    Raises:
        MalformedError: a header, the query or the body is not as the service wants it.
    """
    _check_headers(ask)
    query = _query(ask.query)
    cmdlet_input = _cmdlet_input(ask.body)
    selected = query.get("$select")
    return Command(
        name=cmdlet_input["CmdletName"],
        parameters={name.lower(): value for name, value in cmdlet_input.get("Parameters", {}).items()},
        select=_split(selected) if selected is not None else None,
        page_size=_page_size(ask),
        skiptoken=query.get("$skiptoken"),
    )


def _check_headers(ask: Ask) -> None:
    content_type, _, parameters = ask.headers.get("content-type", "").partition(";")
    if content_type.strip().lower() != "application/json":
        msg = "The Content-Type must be application/json."
        raise MalformedError(msg)
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        msg = "The charset must be utf-8."
        raise MalformedError(msg)
    if not _ANCHOR.fullmatch(ask.headers.get("x-anchormailbox", "")):
        msg = "The X-AnchorMailbox header is missing or names no mailbox."
        raise MalformedError(msg)


def _query(query: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        if name not in {"$select", "$skiptoken"} or name in said or not value:
            msg = f"The query option '{name}' is not supported, repeated or empty."
            raise MalformedError(msg)
        said[name] = unquote_plus(value)
    return said


def _cmdlet_input(body: bytes) -> Json:
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        msg = "The body is not JSON."
        raise MalformedError(msg) from None
    inner = sent.get("CmdletInput") if isinstance(sent, dict) and set(sent) == {"CmdletInput"} else None
    well_formed = (
        isinstance(inner, dict)
        and set(inner) <= {"CmdletName", "Parameters"}
        and isinstance(inner.get("CmdletName"), str)
        and isinstance(inner.get("Parameters", {}), dict)
    )
    if not well_formed:
        msg = "The body must be a CmdletInput with a CmdletName and Parameters."
        raise MalformedError(msg)
    return dict(inner) if isinstance(inner, dict) else {}


def _split(selected: str) -> tuple[str, ...]:
    names = [name.strip() for name in selected.split(",")]
    if not all(names):
        msg = "The query option '$select' has an empty name."
        raise MalformedError(msg)
    return tuple(dict.fromkeys(names))


def _page_size(ask: Ask) -> int:
    wanted = ask.preferences.get("odata.maxpagesize", str(_LARGEST_PAGE))
    if not wanted.isdigit() or int(wanted) < 1:
        msg = f"The preference odata.maxpagesize={wanted} is no number of objects."
        raise MalformedError(msg)
    return min(int(wanted), _LARGEST_PAGE)
