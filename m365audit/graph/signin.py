"""Why signing in failed, in one sentence: what, where, and what to do."""

import re
from collections.abc import Iterator

from azure.core.exceptions import ServiceRequestError, ServiceResponseError

from m365audit.graph.said import Service
from m365audit.model.tenant import AuthKind, Tenant

Remedy = tuple[str, str, str]
"""What to look for in an error's text, what it means, what to do; SLUG stands for the tenant file's name."""

_CONSENT = (
    "let an administrator of the council consent to it (sign in to the Entra admin centre of the council and open the "
    "app's consent link), or the provider through Partner Center"
)
_RELATIONSHIP = (
    "see Partner Center > Customers > the council > Admin relationships: renew the relationship with the role Global "
    "Reader, and see that the account signed in is in the group it is assigned to"
)
_TWO_STEP = "sign in again as the provider's account, with two-step sign-in"
_SIGN_IN_AGAIN = "sign in again: run m365audit doctor SLUG at a terminal"

PARTNER_REMEDIES: tuple[Remedy, ...] = (
    ("AADSTS700082", "the provider's sign-in expired, as it was not used for too long", _SIGN_IN_AGAIN),
    ("AADSTS700084", "the provider's sign-in was made for a web page and lasts a day only", _SIGN_IN_AGAIN),
    ("AADSTS50173", "the provider's sign-in was revoked, as a new password does", _SIGN_IN_AGAIN),
    ("AADSTS70043", "Conditional Access takes no sign-in as old as the provider's", _SIGN_IN_AGAIN),
    ("AADSTS70008", "the provider's sign-in has expired", _SIGN_IN_AGAIN),
    ("AADSTS70000", "the provider's sign-in is not valid", _SIGN_IN_AGAIN),
    ("AADSTS9002313", "what was given as the provider's sign-in is none", _SIGN_IN_AGAIN),
    ("AADSTS50076", "the council asks for two-step sign-in, and the provider signed in without", _TWO_STEP),
    ("AADSTS50078", "the provider's two-step sign-in is too old for the council", _TWO_STEP),
    ("AADSTS50079", "two-step sign-in is asked for, and the provider's account has registered none", _TWO_STEP),
    ("AADSTS50158", "Conditional Access asks for a further check that the provider's sign-in did not pass", _TWO_STEP),
    ("AADSTS50020", "the council's tenant does not let the provider's account in", _RELATIONSHIP),
    ("AADSTS50034", "the council's tenant does not let the provider's account in", _RELATIONSHIP),
    ("AADSTS90072", "the council's tenant does not let the provider's account in", _RELATIONSHIP),
    ("AADSTS16003", "the council's tenant does not let the provider's account in", _RELATIONSHIP),
    ("AADSTS51004", "the council's tenant does not let the provider's account in", _RELATIONSHIP),
    ("AADSTS500213", "the council's cross-tenant access settings keep the provider out", "let the provider in there"),
    ("AADSTS500212", "the provider's cross-tenant access settings keep its account in", "let it out to the council"),
    ("AADSTS90099", "the council's tenant has not authorised the provider's app", _CONSENT),
    ("AADSTS65001", "the council's tenant has not consented to the provider's app", _CONSENT),
    (
        "AADSTS700016",
        "the council's tenant does not know the provider's app",
        f"see that client_id is right; {_CONSENT}",
    ),
    (
        "AADSTS700025",
        "the provider's app is registered as a public one, which may not use a secret or certificate",
        "give it a redirect address of the kind Web, take the others away, and sign in again",
    ),
    ("AADSTS50057", "the provider's account is disabled", "enable it, or sign in again as another"),
    (
        "AADSTS530034",
        "Microsoft blocks the provider's account as suspicious",
        "clear its risk in the provider's tenant",
    ),
    ("AADSTS53011", "Microsoft blocks the provider's account as risky", "clear its risk in the provider's tenant"),
    (
        "AADSTS50105",
        "the app is only for accounts assigned to it",
        "assign the provider's account to the app in the provider's tenant",
    ),
)
"""What an error means where a provider signs in to a customer's tenant; looked through before the others."""

REMEDIES: tuple[Remedy, ...] = (
    ("AADSTS7000215", "the app's secret is wrong", "put a current secret of the app in the environment"),
    ("AADSTS7000222", "the app's secret has expired", "make a new secret for the app, or better a certificate"),
    ("AADSTS700027", "the app does not know this certificate", "upload the certificate to the app in Entra ID"),
    (
        "AADSTS7000218",
        "the app must show a secret or certificate for this kind of sign-in",
        "switch 'Allow public client flows' on for the app, or sign in by certificate",
    ),
    ("AADSTS700025", "the app may not use a secret or certificate", "give it a redirect address of the kind Web"),
    ("AADSTS700016", "the tenant does not know this app", "see that client_id is right and give admin consent"),
    ("AADSTS90002", "there is no such tenant", "see that tenant_id is right"),
    ("AADSTS900021", "there is no such tenant", "see that tenant_id is right"),
    ("AADSTS900382", "the app and the tenant are in different clouds", "see that endpoints name the tenant's cloud"),
    ("AADSTS90038", "the tenant is in another cloud", "see that endpoints name the tenant's cloud"),
    ("AADSTS65001", "nobody has given consent to the app", "have an administrator give admin consent"),
    ("AADSTS90094", "an administrator must consent to the app", "have an administrator give admin consent"),
    (
        "AADSTS650051",
        "the app is half set up in the tenant",
        "try again in a few minutes; if it stays, delete it under Enterprise applications and consent again",
    ),
    ("AADSTS500011", "the tenant does not know the service asked for", "give admin consent to the app's permissions"),
    ("AADSTS650052", "the tenant lacks the service asked for", "give admin consent, or buy the service"),
    ("AADSTS650057", "the app does not ask for this service", "add its permissions to the app and give admin consent"),
    ("AADSTS7000112", "the app is switched off in the tenant", "switch it on under Enterprise applications"),
    ("AADSTS70001", "the app is switched off in the tenant", "switch it on under Enterprise applications"),
    ("AADSTS50057", "the account is disabled", "enable it, or sign in as another"),
    ("AADSTS50053", "the account is locked", "wait, or have an administrator unlock it"),
    ("AADSTS50020", "the tenant does not know this account", "sign in as an account of the tenant"),
    ("AADSTS50034", "the tenant does not know this account", "sign in as an account of the tenant"),
    ("AADSTS90072", "the tenant does not know this account", "sign in as an account of the tenant"),
    ("AADSTS50076", "two-step sign-in is asked for", "sign in again, with two-step sign-in"),
    ("AADSTS50079", "two-step sign-in is asked for, and none is registered", "register it, and sign in again"),
    ("AADSTS50158", "Conditional Access asks for a further check", "sign in again and pass it"),
    ("AADSTS53000", "Conditional Access asks for a compliant device", "leave the audit's sign-in out of that policy"),
    ("AADSTS53001", "Conditional Access asks for a joined device", "leave the audit's sign-in out of that policy"),
    ("AADSTS53003", "a Conditional Access policy keeps the app out", "leave the app out of that policy"),
    ("AADSTS50173", "the sign-in was revoked", "sign in again"),
    ("AADSTS700082", "the sign-in has expired", "sign in again"),
    ("AADSTS70043", "the sign-in has expired", "sign in again"),
    ("AADSTS70008", "the sign-in has expired", "sign in again"),
    ("authorization_pending", "nobody entered the code in time", "run the command again and enter the code"),
    ("expired_token", "nobody entered the code in time", "run the command again and enter the code"),
    ("interaction_required", "a person must sign in", "sign in again at a terminal"),
    ("Unable to get authority configuration", "there is no such tenant", "see that tenant_id is right"),
    ("az login", "nobody is signed in to the Azure CLI", "run az login first"),
    ("Azure CLI not found", "the Azure CLI is not installed", "install it, or use another kind of sign-in"),
)
"""The first that fits is said. The numbers are from Microsoft's list of sign-in error codes (24 April 2024)."""

_CODE = re.compile(r"AADSTS\d+")
_LONGEST = 200


def explain(error: Exception, tenant: Tenant, service: Service) -> str:
    """One sentence for the person at the terminal; holds no secret."""
    if any(isinstance(link, ServiceRequestError | ServiceResponseError) for link in _chain(error)):
        return unreachable(tenant)
    return explain_words(str(error), tenant, service)


def unreachable(tenant: Tenant) -> str:
    """The sentence for a login service that does not answer."""
    return (
        f"Signing in to {tenant.council} failed: {tenant.endpoints.login} could not be reached. "
        "See that this machine has a connection, and try again."
    )


def explain_words(text: str, tenant: Tenant, service: Service) -> str:
    """One sentence for what the login service said; holds no secret."""
    known = (*PARTNER_REMEDIES, *REMEDIES) if tenant.auth.kind is AuthKind.PARTNER else REMEDIES
    for sign, meaning, remedy in known:
        if re.search(rf"{re.escape(sign)}(?!\d)", text, re.IGNORECASE):
            code = _CODE.search(text)
            return (
                f"Signing in to {tenant.council} for {service.capitalize()} failed: {meaning}"
                f"{f' ({code[0]})' if code else ''}; {remedy.replace('SLUG', tenant.slug)}."
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
