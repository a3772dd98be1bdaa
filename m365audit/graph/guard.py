"""The read-only guard: every request passes it, and what is not plainly a read is never sent."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx

from m365audit.graph.errors import NotAllowed

MOST_IN_A_BATCH = 20

READ_CMDLETS: frozenset[str] = frozenset(
    {
        "Get-AcceptedDomain",
        "Get-AdminAuditLogConfig",
        "Get-AntiPhishPolicy",
        "Get-CASMailbox",
        "Get-EOPProtectionPolicyRule",
        "Get-ExternalInOutlook",
        "Get-HostedContentFilterPolicy",
        "Get-HostedOutboundSpamFilterPolicy",
        "Get-HostedOutboundSpamFilterRule",
        "Get-IRMConfiguration",
        "Get-InboundConnector",
        "Get-InboxRule",
        "Get-Mailbox",
        "Get-MailboxAuditBypassAssociation",
        "Get-MailboxFolderPermission",
        "Get-MailboxFolderStatistics",
        "Get-MailboxPermission",
        "Get-MalwareFilterPolicy",
        "Get-OrganizationConfig",
        "Get-OutboundConnector",
        "Get-Recipient",
        "Get-RecipientPermission",
        "Get-RemoteDomain",
        "Get-ReportSubmissionPolicy",
        "Get-SafeAttachmentPolicy",
        "Get-SafeLinksPolicy",
        "Get-TransportConfig",
        "Get-TransportRule",
    }
)
"""The only Exchange commands that may be sent."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_FIRST_PRINTABLE = 0x20
_OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of an address: what decides where a token may go."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str | httpx.URL) -> "Origin":
        """The origin of an absolute address, the default port written out.

        Raises:
            NotAllowed: the address is not absolute http(s), carries a user name, or is plain http to another machine.
        """
        try:
            url = httpx.URL(address)
            host = url.host
        except (httpx.InvalidURL, TypeError, UnicodeError) as error:
            msg = f"An address could not be read, so nothing was sent: {error}"
            raise NotAllowed(msg) from None
        if url.scheme not in _DEFAULT_PORTS or not host:
            msg = f"Only absolute https addresses are allowed, not {url.scheme or 'a relative one'}"
            raise NotAllowed(msg)
        # "https://graph.microsoft.com@evil.test/" reads like Microsoft and goes elsewhere.
        if url.userinfo:
            msg = f"An address with a user name in it is not allowed (host {host})"
            raise NotAllowed(msg)
        if url.scheme == "http" and not is_loopback(host):
            msg = f"Plain http is allowed to this machine only, not to {host}"
            raise NotAllowed(msg)
        return cls(url.scheme, url.raw_host.decode("ascii").lower(), url.port or _DEFAULT_PORTS[url.scheme])

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard(httpx.AsyncBaseTransport):
    """A transport that lets reads of the configured services through to ``inner`` and raises on all else.

    ``graph`` and ``exchange`` are the tenant's endpoints; their scheme, host and port must match exactly.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, graph: str, exchange: str) -> None:
        self._inner = inner
        self._graph = Origin.of(graph)
        self._exchange = Origin.of(exchange)
        self._batch_path = f"{httpx.URL(graph).path.rstrip('/')}/v1.0/$batch"
        self._invoke_path = f"{httpx.URL(exchange).path.rstrip('/')}/adminapi/beta/".lower()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check, then send.

        Raises:
            NotAllowed: the request is not a read of the tenant's own endpoints; nothing was sent.
        """
        self.check(request, await request.aread())
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport behind."""
        await self._inner.aclose()

    def check(self, request: httpx.Request, content: bytes) -> None:
        """Raise unless the request is a read of a configured endpoint."""
        origin = Origin.of(request.url)
        if origin not in (self._graph, self._exchange):
            msg = f"{origin} is none of the tenant's endpoints, so nothing was sent to it"
            raise NotAllowed(msg)
        if Origin.of(f"{origin.scheme}://{request.headers.get('host', '')}") != origin:
            msg = "A request whose Host header names another machine is not allowed"
            raise NotAllowed(msg)
        if not {_plain(name) for name in request.headers}.isdisjoint(_OVERRIDES):
            msg = "A request that asks to be taken for another method is not allowed"
            raise NotAllowed(msg)
        if request.method == "GET":
            if content:
                msg = "A GET with a body is not allowed"
                raise NotAllowed(msg)
        elif request.method == "POST":
            self._check_post(request, origin, content)
        else:
            msg = f"This program only reads: {request.method} was not sent"
            raise NotAllowed(msg)

    def _check_post(self, request: httpx.Request, origin: Origin, content: bytes) -> None:
        path = request.url.path
        if "content-encoding" in request.headers or not _is_utf8(request.headers.get("content-type", "")):
            msg = "A POST whose body could be read in another way than it was here is not allowed"
            raise NotAllowed(msg)
        if ".." in path:
            msg = "A POST to an address with .. in it is not allowed"
            raise NotAllowed(msg)
        if origin == self._graph and path == self._batch_path:
            _check_batch(_document(content))
            return
        is_invoke = path.lower().startswith(self._invoke_path) and path.lower().endswith("/invokecommand")
        if origin == self._exchange and is_invoke:
            _check_cmdlet(_document(content), request.headers.get("x-cmdletname"))
            return
        msg = f"This program only reads: POST to {path} was not sent"
        raise NotAllowed(msg)


def _document(content: bytes) -> Mapping[str, Any]:
    """The body as the service would read it; a repeated key could be read either way, so it is refused."""
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_unambiguous)
    except ValueError as error:
        msg = f"A body that is not plain JSON is not allowed: {error}"
        raise NotAllowed(msg) from None
    if not isinstance(document, Mapping):
        msg = "A body that is not a JSON object is not allowed"
        raise NotAllowed(msg)
    return document


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = {name.lower(): value for name, value in pairs}
    if len(document) != len(pairs):
        msg = "a key stands twice"
        raise ValueError(msg)
    return dict(pairs)


def _check_batch(document: Mapping[str, Any]) -> None:
    requests = document.get("requests")
    if set(document) != {"requests"} or not isinstance(requests, list) or not 0 < len(requests) <= MOST_IN_A_BATCH:
        msg = f"A batch holds 1 to {MOST_IN_A_BATCH} requests and nothing else"
        raise NotAllowed(msg)
    for request in requests:
        if not isinstance(request, Mapping) or not set(request) <= {"id", "method", "url", "headers"}:
            msg = "A request in a batch has an id, a method, a url and headers, and no body"
            raise NotAllowed(msg)
        if request.get("method") != "GET":
            msg = f"This program only reads: {request.get('method')} inside a batch was not sent"
            raise NotAllowed(msg)
        _check_relative(request.get("url"))
        _check_headers(request.get("headers") or {})


def _check_headers(headers: object) -> None:
    if not isinstance(headers, Mapping) or any(_breaks(name) or _breaks(value) for name, value in headers.items()):
        msg = "The headers of a request in a batch are names with one line of text each"
        raise NotAllowed(msg)
    if {_plain(name) for name in headers} & {*_OVERRIDES, "authorization", "host"}:
        msg = "A request in a batch may not bring its own token, host or method"
        raise NotAllowed(msg)


def _check_relative(url: object) -> None:
    if not isinstance(url, str) or not url.startswith("/") or _breaks(url):
        msg = "A request in a batch has an address relative to the service"
        raise NotAllowed(msg)
    path = _unquoted(url.partition("?")[0])
    if path.startswith("//") or "\\" in path or ".." in path.split("/"):
        msg = "A request in a batch has an address relative to the service, and does not climb out of it"
        raise NotAllowed(msg)
    if "$batch" in path.lower():
        msg = "A batch inside a batch is not allowed"
        raise NotAllowed(msg)


def _unquoted(path: str) -> str:
    """A path as it reads when nothing is percent-encoded any more, however often it was."""
    while (plain := unquote(path)) != path:
        path = plain
    return path


def _breaks(text: object) -> bool:
    """Whether this is no text, or one that could end a line of HTTP."""
    return not isinstance(text, str) or any(ord(character) < _FIRST_PRINTABLE for character in text)


def _plain(name: str) -> str:
    """A header's name as a careless server reads it."""
    return name.strip().lower().replace("_", "-")


def _is_utf8(content_type: str) -> bool:
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    return charset in ("", "utf-8")


def _check_cmdlet(document: Mapping[str, Any], named: str | None) -> None:
    command = document.get("CmdletInput")
    if set(document) != {"CmdletInput"} or not isinstance(command, Mapping):
        msg = "A request to Exchange holds one command and nothing else"
        raise NotAllowed(msg)
    name = command.get("CmdletName")
    if not set(command) <= {"CmdletName", "Parameters"} or name not in READ_CMDLETS or named not in (None, name):
        msg = f"This program only reads: the Exchange command {named if name in READ_CMDLETS else name} was not sent"
        raise NotAllowed(msg)
