"""Tokens by azure-identity: an app of the tenant itself, a managed identity, or a person of the tenant."""

from collections.abc import Callable
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from m365audit.graph.bearer import Again, Bearer, BearerTokens
from m365audit.graph.certificates import Certificate
from m365audit.graph.clock import Clock
from m365audit.graph.errors import SignInFailed
from m365audit.graph.said import Service
from m365audit.graph.signin import explain
from m365audit.model.tenant import Auth, AuthKind, Tenant

PUBLIC_LOGIN = "https://login.microsoftonline.com"

_ASKS_A_PERSON = frozenset({AuthKind.DEVICE_CODE})


class AzureTokens(BearerTokens):
    """Tokens by azure-identity. ``prompt`` is told what a person must do."""

    def __init__(self, tenant: Tenant, clock: Clock, prompt: Callable[[str], None]) -> None:
        super().__init__(tenant, clock)
        self._prompt = prompt
        self._credential: TokenCredential | None = None

    def _sign_in(self, service: Service, again: Again | None) -> Bearer:
        claims = again.claims if again else None
        if again and self._tenant.auth.kind in _ASKS_A_PERSON:
            # A new object would ask the person again; claims make the old one pass over its memory.
            claims = claims or "{}"
        elif again:
            # azure-identity would hand out the refused token from its memory; a new object has none.
            self._credential = None
        try:
            if self._credential is None:
                self._credential = credential(self._tenant, self._valid_certificate(), self._prompt)
            got = self._credential.get_token(self._scopes[service], claims=claims)
        except (AzureError, ValueError, OSError) as error:
            raise SignInFailed(explain(error, self._tenant, service)) from None
        return Bearer(got.token, got.expires_on)


def credential(tenant: Tenant, certificate: Certificate | None, prompt: Callable[[str], None]) -> TokenCredential:
    """The azure-identity credential for a tenant file's ``auth``.

    Raises:
        SignInFailed: something the kind needs is missing.
    """
    auth = tenant.auth
    login = tenant.endpoints.login.rstrip("/")
    # Asking Microsoft's own cloud whether a private login service is genuine would fail, and tell on it.
    unknown = login != PUBLIC_LOGIN
    place: dict[str, Any] = {"authority": login, "disable_instance_discovery": unknown, "retry_total": 2}
    match auth.kind:
        case AuthKind.CERTIFICATE:
            app = given(auth, "client_id")
            if certificate is None:
                raise _lacking(auth, "certificate")
            return CertificateCredential(tenant.tenant_id, app, certificate_data=certificate.pem, **place)
        case AuthKind.SECRET:
            return ClientSecretCredential(tenant.tenant_id, given(auth, "client_id"), given(auth, "secret"), **place)
        case AuthKind.MANAGED_IDENTITY:
            return ManagedIdentityCredential(client_id=auth.client_id)
        case AuthKind.WORKLOAD_IDENTITY:
            return WorkloadIdentityCredential(tenant_id=tenant.tenant_id, client_id=auth.client_id, **place)
        case AuthKind.AZURE_CLI:
            return AzureCliCredential(tenant_id=tenant.tenant_id)
        case AuthKind.DEVICE_CODE:
            return _device_code(tenant, prompt, place)
        case AuthKind.PARTNER | AuthKind.TOKEN:
            msg = f"azure-identity does not sign in by auth kind '{auth.kind}'"
            raise ValueError(msg)


def _device_code(tenant: Tenant, prompt: Callable[[str], None], place: dict[str, Any]) -> TokenCredential:
    def ask(uri: str, code: str, _until: object) -> None:
        prompt(f"To sign in to {tenant.council}, open {uri} in a browser and enter the code {code}.")

    app: dict[str, Any] = {"client_id": tenant.auth.client_id} if tenant.auth.client_id else {}
    return DeviceCodeCredential(tenant_id=tenant.tenant_id, prompt_callback=ask, **app, **place)


def given(auth: Auth, name: str) -> str:
    """A part of ``auth`` that its kind cannot do without.

    Raises:
        SignInFailed: it is missing.
    """
    value = getattr(auth, name)
    if not value:
        raise _lacking(auth, name)
    return str(value)


def _lacking(auth: Auth, name: str) -> SignInFailed:
    return SignInFailed(
        f"auth kind '{auth.kind}' needs {name}: give it in the tenant file, from an environment variable."
    )
