"""Why something could not be read, as one table: first row that fits decides.

Rows match on status, ``error.code`` (at any depth, in any case) and a part of the message, in that order of trust:
Microsoft may change its messages, but several refusals share one code and differ only there.
A refusal no row knows is ``error``, with what was said; nothing is guessed.
"""

import re
from dataclasses import dataclass

from m365audit.graph.said import BROKEN_PAGING, CONNECTION_LOST, NO_ANSWER, UNREADABLE, Said, Service
from m365audit.model.evidence import TENANT, Gap
from m365audit.model.words import GapKind

PREMIUM_NEEDED = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
"""Says that the tenant lacks Entra ID P1, and is known to say so wrongly now and then."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: what must have been said, and what it means. None and the empty string match anything."""

    kind: GapKind
    meaning: str
    fix: str
    status: int | None = None
    code: str = ""
    part: str = ""
    service: Service | None = None
    delegated: bool | None = None

    def fits(self, said: Said) -> bool:
        """Whether this row speaks of what was said."""
        return (
            self.service in (None, said.service)
            and self.delegated in (None, said.delegated)
            and self.status in (None, said.status)
            and (not self.code or said.has_code(self.code))
            and (not self.part or said.mentions(self.part))
        )


_TEAMS_POLICY = (
    "A Teams administrator runs, in Teams PowerShell: New-CsApplicationAccessPolicy -Identity CouncilAudit "
    "-AppIds <the app's client id>; Grant-CsApplicationAccessPolicy -PolicyName CouncilAudit -Global. "
    "It takes effect within a few hours"
)
_CONSENT = "Grant the app this permission in Entra ID and give admin consent"
_EXCHANGE_ROLE = (
    "Give the app the permission Exchange.ManageAsApp with admin consent, and its service principal "
    "the Entra role Global Reader; a new role needs a new sign-in to count"
)
_PARTNER_ROLE = (
    "Give the partner relationship (GDAP) the role Global Reader in Partner Center, and put the provider's account "
    "into the group it is assigned to; without a relationship, give the account itself that role"
)
_AS_AN_APP = "None for a provider's account: to have it assessed, sign in as an app of the council's own tenant"
_BUY_P1 = "A licence with Entra ID P1, such as Microsoft 365 Business Premium"
_BUY_P2 = "A licence with Entra ID P2 or Microsoft Entra ID Governance"
_BUY_INTUNE = "A licence with Intune, such as Microsoft 365 Business Premium"
_TRY_AGAIN = "Run the audit again; if it stays, give Microsoft the request id from the run's log"

REASONS: tuple[Reason, ...] = (
    # Licences.
    Reason(GapKind.LICENCE, "The council has no Entra ID P1 licence", _BUY_P1, 403, PREMIUM_NEEDED),
    Reason(GapKind.LICENCE, "The council has no Entra ID P2 licence", _BUY_P2, 400, "AadPremiumLicenseRequired"),
    Reason(GapKind.LICENCE, "The council has no licence for this", _BUY_P2, 403, part="not licensed for this feature"),
    Reason(
        GapKind.LICENCE,
        "The council has no licence for this",
        "A licence with the product that shows it",
        403,
        part="account is not provisioned",
    ),
    Reason(GapKind.LICENCE, "Intune is not licensed or set up", _BUY_INTUNE, 401, "Forbidden", service=Service.GRAPH),
    Reason(
        GapKind.LICENCE,
        "The council has no SharePoint licence",
        "A licence with SharePoint Online",
        part="Tenant does not have a SPO license",
    ),
    Reason(GapKind.LICENCE, "This is paid for by use and no payment is set up", "Set up pay-as-you-go billing", 402),
    # Not switched on.
    Reason(
        GapKind.NOT_ENABLED,
        "The council does not use this product",
        "None is needed unless the council means to use it",
        400,
        part="Request not applicable to target tenant",
    ),
    Reason(
        GapKind.NOT_ENABLED,
        "There is no mailbox that can be asked",
        "None is needed unless the account should have a mailbox",
        404,
        "MailboxNotEnabledForRESTAPI",
    ),
    Reason(GapKind.NOT_ENABLED, "The site is locked or archived", "Unlock it and run the audit again", 423),
    # Policies that keep the app out.
    Reason(
        GapKind.POLICY,
        "No Teams application access policy lets the app in",
        _TEAMS_POLICY,
        part="application access policy",
    ),
    Reason(
        GapKind.POLICY,
        "A Conditional Access policy keeps the app out",
        "Leave the app out of the Conditional Access policy for workload identities",
        403,
        "insufficient_claims",
    ),
    # What is shown to an app, and not to an account that signs in, such as a provider's.
    Reason(
        GapKind.ROLE,
        "The partner relationship (GDAP), or the account signed in, lacks the role Global Reader",
        _PARTNER_ROLE,
        403,
        "Authorization_RequestDenied",
        delegated=True,
    ),
    Reason(
        GapKind.UNSUPPORTED,
        "An account that signs in is shown no mailbox but its own",
        _AS_AN_APP,
        403,
        "ErrorAccessDenied",
        delegated=True,
    ),
    Reason(
        GapKind.UNSUPPORTED,
        "An account that signs in is not shown every site",
        _AS_AN_APP,
        403,
        "accessDenied",
        service=Service.GRAPH,
        delegated=True,
    ),
    Reason(
        GapKind.UNSUPPORTED,
        "An account that signs in is shown no meeting but its own",
        _AS_AN_APP,
        403,
        part="does not have access to lookup meeting",
        delegated=True,
    ),
    Reason(
        GapKind.ROLE,
        "Exchange knows no suitable role of the account signed in",
        f"{_PARTNER_ROLE}; and give the provider's app the permission Exchange.Manage",
        403,
        service=Service.EXCHANGE,
        delegated=True,
    ),
    # Permissions of the app.
    Reason(GapKind.PERMISSION, "The app lacks a permission", _CONSENT, 403, "Authentication_MSGraphPermissionMissing"),
    Reason(GapKind.PERMISSION, "The app lacks a permission or a role", _CONSENT, 403, "Authorization_RequestDenied"),
    # Intune, the security products and the usage reports each have words of their own for it.
    Reason(GapKind.PERMISSION, "The app lacks a permission", _CONSENT, 403, part="one of the following scopes"),
    Reason(GapKind.PERMISSION, "The app lacks a permission", _CONSENT, 403, part="missing application roles"),
    Reason(GapKind.PERMISSION, "The app lacks a permission", _CONSENT, 403, part="required scopes are missing"),
    Reason(GapKind.PERMISSION, "The app lacks a permission", _CONSENT, 403, "S2SUnauthorized"),
    Reason(
        GapKind.PERMISSION,
        "Exchange lets the app into no such mailbox",
        f"{_CONSENT}; and see whether an application access policy or RBAC for Applications leaves the mailbox out",
        403,
        "ErrorAccessDenied",
    ),
    Reason(GapKind.PERMISSION, "SharePoint refuses the app", _CONSENT, 403, "accessDenied", service=Service.GRAPH),
    # Roles in Exchange.
    Reason(GapKind.ROLE, "Exchange knows no suitable role", _EXCHANGE_ROLE, 401, part="is not allowed to call"),
    Reason(GapKind.ROLE, "Exchange knows no suitable role", _EXCHANGE_ROLE, 403, service=Service.EXCHANGE),
    Reason(
        GapKind.ROLE,
        "The app's role does not show it this command",
        _EXCHANGE_ROLE,
        code="CommandNotFoundException",
        service=Service.EXCHANGE,
    ),
    Reason(
        GapKind.ROLE,
        "The app's role does not show it this command",
        _EXCHANGE_ROLE,
        part="is not recognized",
        service=Service.EXCHANGE,
    ),
    # Throttling that outlasted our patience.
    Reason(GapKind.THROTTLED, "Microsoft asked to slow down until we gave up", "Run the audit again later", 429),
    Reason(GapKind.THROTTLED, "Microsoft asked to slow down until we gave up", "Run the audit again later", 509),
    Reason(
        GapKind.THROTTLED,
        "Exchange asked to slow down until we gave up",
        "Run the audit again later",
        part="maximum number of concurrent requests",
        service=Service.EXCHANGE,
    ),
    # What Microsoft does not offer to an app.
    Reason(
        GapKind.UNSUPPORTED,
        "Microsoft does not let an app read this",
        "None; look at it in the Purview portal",
        500,
        "DataInsightsRequestError",
    ),
    Reason(GapKind.UNSUPPORTED, "Microsoft does not offer this", "None", 501),
    Reason(GapKind.UNSUPPORTED, "Microsoft does not offer this", "None", 405),
    # Faults.
    Reason(GapKind.ERROR, "The sign-in token was refused", "See that the app may still sign in, and run again", 401),
    Reason(GapKind.ERROR, "The connection was lost every time", _TRY_AGAIN, NO_ANSWER, CONNECTION_LOST),
    Reason(GapKind.ERROR, "The answers could not be read", _TRY_AGAIN, NO_ANSWER, UNREADABLE),
    Reason(GapKind.ERROR, "The pages did not follow each other", _TRY_AGAIN, NO_ANSWER, BROKEN_PAGING),
    Reason(GapKind.ERROR, "It is not there", _TRY_AGAIN, 404),
)

_UNKNOWN = Reason(GapKind.ERROR, "The request failed", _TRY_AGAIN)
_NAMED_PERMISSION = re.compile(r"permission\(s\):\s*([A-Za-z][\w.,\- ]*?[A-Za-z])(?=\s+to\b|\s*$|\.\s|\.$)")


def reason(said: Said) -> Reason:
    """The row that explains a refusal."""
    return next((row for row in REASONS if row.fits(said)), _UNKNOWN)


def gap(said: Said, scope: str = TENANT) -> Gap:
    """A refusal as a gap: the row's words, and Microsoft's own beside them."""
    row = reason(said)
    named = _NAMED_PERMISSION.search(said.message)
    fix = row.fix.replace("this permission", f"the permission {named[1]}") if named else row.fix
    return Gap(row.kind, f"{row.meaning}.", f"{fix.rstrip('.')}.", scope, said=_quote(said))


def _quote(said: Said) -> str:
    source = "Exchange" if said.service is Service.EXCHANGE else "Microsoft"
    words = " ".join(part for part in (str(said.status or ""), said.code) if part)
    message = said.message.rstrip(".")
    if said.status == NO_ANSWER:
        return message or words
    return f"{source} said: {words}{f', {message}' if message else ''}"
