"""How Graph refuses: one envelope, and the exact code and words of each service."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

import orjson

from m365audit.sample.service.message import JSON, Answer, Ask
from m365audit.sample.tenant import Json

_DIAGNOSTIC = json.dumps(
    {"ServerInfo": {"DataCenter": "UK South", "Slice": "E", "Ring": "3", "ScaleUnit": "001", "RoleInstance": "SAMPLE"}}
)


class ProblemError(Exception):
    """A request that is refused: the HTTP status, Microsoft's error code and message, and headers that go with them."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None, inner: Json | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.inner = inner or {}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a service says when it refuses; ``{permission}`` in the message names the permission that is lacking."""

    code: str
    message: str
    status: int = 403

    def refuse(self, permission: str = "", headers: Mapping[str, str] | None = None) -> NoReturn:
        """Refuse.

        Raises:
            ProblemError: always.
        """
        raise ProblemError(self.status, self.code, self.message.replace("{permission}", permission), headers)


DIRECTORY = Refusal("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
REPORTS = Refusal(
    "Authentication_MSGraphPermissionMissing",
    "The principal does not have required Microsoft Graph permission(s): {permission} to call this API. For more "
    "information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview",
)
OUTLOOK = Refusal("ErrorAccessDenied", "Access is denied. Check credentials and try again.")
SHAREPOINT = Refusal("accessDenied", "Access denied")

NOT_PREMIUM = Refusal(
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Tenant is not a B2C tenant and doesn't have premium license",
)
NO_MAILBOX = Refusal(
    "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.", 404
)
NO_ITEM = Refusal("itemNotFound", "The resource could not be found.", 404)
LOCKED = Refusal("resourceLocked", "Access to this site has been blocked.", 423)
NOT_ALLOWED = Refusal("Request_BadRequest", "Specified HTTP method is not allowed for the request target.", 405)


def reject(message: str, code: str = "BadRequest") -> NoReturn:
    """Refuse a request that cannot be understood.

    Raises:
        ProblemError: 400, always.
    """
    raise ProblemError(400, code, message)


def not_found(what: str) -> ProblemError:
    """A directory object that does not exist."""
    return ProblemError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def refused(problem: ProblemError, ask: Ask, now: datetime, request_id: str) -> Answer:
    """The answer that carries a refusal."""
    said: Json = {
        "code": problem.code,
        "message": problem.message,
        "innerError": {
            **problem.inner,
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": ask.headers.get("client-request-id", request_id),
        },
    }
    return Answer(problem.status, orjson.dumps({"error": said}), {"Content-Type": JSON, **problem.headers})


def correlated(answer: Answer, ask: Ask, now: datetime, request_id: str) -> Answer:
    """The answer with the headers every answer of Graph has."""
    answer.headers |= {
        "request-id": request_id,
        "client-request-id": ask.headers.get("client-request-id", request_id),
        "x-ms-ags-diagnostic": _DIAGNOSTIC,
        "Cache-Control": "private",
    }
    if not ask.batched:
        answer.headers["Date"] = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return answer


def new_id() -> str:
    """A request id."""
    return str(uuid.uuid4())
