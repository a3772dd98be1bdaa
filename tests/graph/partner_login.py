"""The login service as a provider sees it, over `responses`: refresh tokens that are replaced by newer ones."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import requests
import responses
from cryptography.fernet import Fernet
from wire_fakes import TENANT_ID, VirtualClock, tenant_of

from m365audit.graph.partner import Ask, PartnerTokens
from m365audit.graph.persistence import KEY_VARIABLE
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant

LOGIN = "https://login.microsoftonline.com"
CLIENT = "77777777-8888-9999-aaaa-bbbbbbbbbbbb"
SECRET = "s3cret-of-the-provider's-app"
KEY = Fernet.generate_key().decode()
SEED = "1.seed-from-outside"


def answer(number: int, words: str = "words of Microsoft", error: str = "invalid_grant") -> dict[str, Any]:
    """An error as the login service gives it."""
    return {"error": error, "error_description": f"AADSTS{number}: {words}", "error_codes": [number]}


class ProviderLogin:
    """Gives numbered tokens for refresh tokens it knows; every one it gave stays good, as Microsoft's do."""

    def __init__(self, mock: responses.RequestsMock, login: str = LOGIN, tenant: str = TENANT_ID) -> None:
        self.forms: list[dict[str, str]] = []
        self.good = {SEED}
        self.refusal: dict[str, Any] | None = None
        self.status: list[int] = []
        self.stale = answer(700082, "The refresh token has expired due to inactivity.")
        self.issued = 0
        root = f"{login}/{tenant}"
        discovery = {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "issuer": f"{root}/v2.0",
        }
        mock.get(f"{root}/v2.0/.well-known/openid-configuration", json=discovery)
        mock.add_callback(responses.POST, f"{root}/oauth2/v2.0/token", self._token)

    def _token(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        form = {name: values[0] for name, values in parse_qs(str(request.body)).items()}
        self.forms.append(form)
        if self.status:
            return self.status.pop(), {}, "<html>out of order</html>"
        if self.refusal:
            return 400, {}, json.dumps(self.refusal)
        if form.get("refresh_token") not in self.good:
            return 400, {}, json.dumps(self.stale)
        self.issued += 1
        newer = f"1.newer-{self.issued}"
        self.good.add(newer)
        info = base64.urlsafe_b64encode(b'{"uid":"u","utid":"t"}').decode()
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"access-{self.issued}"}
        return 200, {}, json.dumps({**token, "refresh_token": newer, "client_info": info, "scope": form["scope"]})

    @property
    def shown(self) -> list[str]:
        """The refresh tokens that were shown, in order."""
        return [form["refresh_token"] for form in self.forms]


def customer(folder: Path, **auth: object) -> Tenant:
    """A council looked after by a provider."""
    given = {"kind": AuthKind.PARTNER, "client_id": CLIENT, "secret": SECRET, "cache": str(folder / "partner.cache")}
    return tenant_of().model_copy(
        update={"slug": "exampleton", "auth": Auth(**{**given, **auth}), "endpoints": Endpoints(), "folder": folder}
    )


def environment(seed: str | None = SEED, key: str | None = KEY) -> dict[str, str]:
    given = {KEY_VARIABLE: key, "M365AUDIT_PARTNER_REFRESH_TOKEN": seed}
    return {name: value for name, value in given.items() if value is not None}


def partner(tenant: Tenant, environ: dict[str, str] | None = None, ask: Ask | None = None) -> PartnerTokens:
    given = environment() if environ is None else environ
    return PartnerTokens(tenant, VirtualClock(), given, ask, pause_seconds=0)
