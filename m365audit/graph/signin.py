"""Why signing in failed, in one sentence: what, where, and what to do."""

import re
from collections.abc import Iterator

from azure.core.exceptions import ServiceRequestError, ServiceResponseError

from m365audit.graph.said import Service
from m365audit.model.tenant import Tenant

REMEDIES: tuple[tuple[str, str, str], ...] = (
    ("AADSTS7000215", "the app's secret is wrong", "put a current secret of the app in the environment"),
    ("AADSTS7000222", "the app's secret has expired", "make a new secret for the app, or better a certificate"),
    ("AADSTS700027", "the app does not know this certificate", "upload the certificate to the app in Entra ID"),
    ("AADSTS700016", "the tenant does not know this app", "see that client_id is right and give admin consent"),
    ("AADSTS90002", "there is no such tenant", "see that tenant_id is right"),
    ("AADSTS900021", "there is no such tenant", "see that tenant_id is right"),
    ("AADSTS65001", "nobody has given consent to the app", "have an administrator give admin consent"),
    ("AADSTS500011", "the tenant does not know the service asked for", "give admin consent to the app's permissions"),
    ("AADSTS650052", "the tenant lacks the service asked for", "give admin consent, or buy the service"),
    ("AADSTS7000112", "the app is switched off in the tenant", "switch it on under Enterprise applications"),
    ("AADSTS53003", "a Conditional Access policy keeps the app out", "leave the app out of that policy"),
    ("AADSTS70043", "the sign-in has expired", "sign in again"),
    ("AADSTS70008", "the sign-in has expired", "sign in again"),
    ("authorization_pending", "nobody entered the code in time", "run the command again and enter the code"),
    ("expired_token", "nobody entered the code in time", "run the command again and enter the code"),
    ("PKCS12", "the certificate file or its password is wrong", "give a PEM or PFX file with its private key"),
    ("private key", "the certificate file has no usable private key", "give a PEM or PFX file with its private key"),
    ("Unable to load PEM", "the certificate cannot be read", "give the path of a PEM or PFX file with its private key"),
    ("password", "the certificate's password is wrong or missing", "set certificate_password from the environment"),
    ("certificate", "the certificate cannot be read", "give the path of a PEM or PFX file with its private key"),
    ("az login", "nobody is signed in to the Azure CLI", "run az login first"),
    ("Azure CLI not found", "the Azure CLI is not installed", "install it, or use another kind of sign-in"),
)
"""What to look for in an error's text, what it means, what to do. The first that fits is said."""

_CODE = re.compile(r"AADSTS\d+")
_LONGEST = 200


def explain(error: Exception, tenant: Tenant, service: Service) -> str:
    """One sentence for the person at the terminal; holds no secret."""
    if any(isinstance(link, ServiceRequestError | ServiceResponseError) for link in _chain(error)):
        return (
            f"Signing in to {tenant.council} failed: {tenant.endpoints.login} could not be reached. "
            "See that this machine has a connection, and try again."
        )
    text = str(error)
    for sign, meaning, remedy in REMEDIES:
        if re.search(rf"{re.escape(sign)}(?!\d)", text, re.IGNORECASE):
            code = _CODE.search(text)
            return (
                f"Signing in to {tenant.council} for {service.capitalize()} failed: {meaning}"
                f"{f' ({code[0]})' if code else ''}; {remedy}."
            )
    first_line = " ".join(text.split("\n", maxsplit=1)[0].split())[:_LONGEST].rstrip(".")
    return (
        f"Signing in to {tenant.council} for {service.capitalize()} failed: {first_line}. "
        f"See auth in {tenant.slug}.yaml."
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those behind it: azure-identity calls a lost connection a failed authentication."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
