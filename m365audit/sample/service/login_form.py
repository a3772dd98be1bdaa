"""What is said to the login service: its form, its errors, and how an app shows who it is."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl

import orjson

from m365audit.sample.service.message import Ask
from m365audit.sample.service.tokens import RESOURCES, Audience

CLIENT_ID = "66666666-7777-8888-9999-000000000000"
CLIENT_SECRET = "a-sample-secret-that-opens-nothing"  # noqa: S105 - it is published here

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_OPENID_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})


class LoginError(Exception):
    """A sign-in that is refused: OAuth's word for it, and the number and text of Microsoft's."""

    def __init__(self, number: int, error: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.status = status


def read_form(ask: Ask) -> dict[str, str]:
    """The fields of a form.

    Raises:
        LoginError: it was sent as something else.
    """
    if ask.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        text = "The request body must be sent as application/x-www-form-urlencoded."
        raise LoginError(900144, "invalid_request", text)
    return dict(parse_qsl(ask.body.decode()))


def needed(form: Mapping[str, str], name: str) -> str:
    """A field that must be there.

    Raises:
        LoginError: it is not.
    """
    if not form.get(name):
        text = f"The request body must contain the following parameter: '{name}'."
        raise LoginError(900144, "invalid_request", text)
    return form[name]


def check_client(form: Mapping[str, str], directory: str) -> None:
    """See that the app is known in a directory.

    Raises:
        LoginError: it is not.
    """
    client_id = needed(form, "client_id")
    if client_id != CLIENT_ID:
        text = f"Application with identifier '{client_id}' was not found in the directory '{directory}'."
        raise LoginError(700016, "unauthorized_client", text)


def check_credential(ask: Ask, form: Mapping[str, str], tenant: str) -> None:
    """See that the app shows its secret, or an assertion signed for this very address (the signature is not checked).

    Raises:
        LoginError: it shows neither, or a wrong one.
    """
    if "client_secret" in form:
        if form["client_secret"] != CLIENT_SECRET:
            text = f"Invalid client secret provided for app '{CLIENT_ID}'."
            raise LoginError(7000215, "invalid_client", text, 401)
        return
    if form.get("client_assertion_type") != _ASSERTION or "client_assertion" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise LoginError(7000218, "invalid_client", text, 401)
    if not _well_formed(form["client_assertion"], f"{ask.base}/{tenant}/oauth2/v2.0/token"):
        text = "Client assertion failed signature validation."
        raise LoginError(700027, "invalid_client", text, 401)


def _well_formed(assertion: str, endpoint: str) -> bool:
    try:
        header, claims, signature = (
            base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
            for part in assertion.split(".")
        )
        head, said = orjson.loads(header), orjson.loads(claims)
    except (ValueError, binascii.Error):
        return False
    return (
        bool(signature)
        and head.get("alg") in {"RS256", "PS256"}
        and bool(head.keys() & {"x5t", "x5t#S256"})
        and _address(said.get("aud")) == _address(endpoint)
        and said.get("iss") == said.get("sub") == CLIENT_ID
        and bool(said.get("jti"))
        and isinstance(said.get("exp"), int)
    )


def _address(endpoint: object) -> str:
    """An address without its scheme: whoever stands in front of this service may speak https for it."""
    return str(endpoint).partition("://")[2]


def audience_of(scope: str, *, people: bool) -> Audience:
    """The one service a scope is for.

    Raises:
        LoginError: it is for several, for none there is, or of the wrong form.
    """
    wanted = [one for one in scope.split() if not (people and one in _OPENID_SCOPES)]
    if len({one.rpartition("/")[0] for one in wanted}) != 1:
        raise LoginError(
            70011, "invalid_scope", f"The provided value for the input parameter 'scope' is not valid: '{scope}'."
        )
    resource, _, permission = wanted[0].rpartition("/")
    for audience, known in RESOURCES.items():
        if resource == known and (people or permission == ".default"):
            return audience
    if not people and permission != ".default":
        raise LoginError(
            1002012, "invalid_scope", f"The provided value for scope {scope} is not valid: it must end in /.default."
        )
    raise LoginError(
        500011, "invalid_resource", f"The resource principal named {resource} was not found in the tenant."
    )
