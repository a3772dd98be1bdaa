"""What an administrator is given: the permissions for the app's manifest, the link, the steps no link can do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from m365audit.model.directory_roles import GLOBAL_READER
from m365audit.model.permissions import Permission, Resource
from m365audit.model.tenant import Endpoints


@dataclass(frozen=True, slots=True)
class App:
    """The app that asks, and the tenant it asks in: both ids as GUIDs."""

    tenant_id: str
    client_id: str


def manifest(permissions: Iterable[Permission]) -> dict[str, Any]:
    """``requiredResourceAccess`` as an app's manifest has it: application permissions by service and id."""
    wanted = list(permissions)
    return {
        "requiredResourceAccess": [
            {
                "resourceAppId": str(resource),
                "resourceAccess": [{"id": one.role_id, "type": "Role"} for one in wanted if one.resource is resource],
            }
            for resource in Resource
            if any(one.resource is resource for one in wanted)
        ]
    }


def consent_url(app: App, endpoints: Endpoints) -> str:
    """The link by which an administrator consents to everything the app's manifest asks for."""
    return f"{_login(app, endpoints)}/adminconsent?{urlencode({'client_id': app.client_id})}"


def consent_urls_by_service(app: App, endpoints: Endpoints) -> dict[Resource, str]:
    """The same through the newer address, which takes one service at a time and wants a registered redirect address.

    ``scope=…/.default`` stands for all that the manifest asks of that service.
    """
    services = {Resource.GRAPH: endpoints.graph, Resource.EXCHANGE: endpoints.exchange}
    return {
        resource: f"{_login(app, endpoints)}/v2.0/adminconsent?"
        + urlencode(
            {"client_id": app.client_id, "scope": f"{address.rstrip('/')}/.default"}, quote_via=quote, safe=":/"
        )
        for resource, address in services.items()
    }


def _login(app: App, endpoints: Endpoints) -> str:
    return f"{endpoints.login.rstrip('/')}/{app.tenant_id}"


def script(app: App) -> str:
    """The steps only an administrator can do, as a commented PowerShell script; it holds no secret."""
    return _SCRIPT.format(tenant=app.tenant_id, client=app.client_id, reader=GLOBAL_READER)


_SCRIPT = """\
# What only an administrator of the tenant can do for the audit. Read it first; run it step by step, not as a whole.
# Tenant {tenant}, app {client}. It holds no secret.
# Each step says what it allows, what it does not, when it works, and how to undo it.
# Before these: consent to the app's permissions, by the link that m365audit permissions --consent-url prints.

$TenantId = '{tenant}'
$AppId    = '{client}'

# ---- Step 1: the directory role Global Reader, so that Exchange lets the app read --------------------------------
# Needs   the module Microsoft.Graph (Install-Module Microsoft.Graph -Scope CurrentUser); a Privileged Role
#         Administrator or Global Administrator.
# Allows  the app to read settings of the directory and of Exchange: who may open whose mailbox, where mail is sent on.
# Not     to change anything, and not to read messages.
# Works   within a few minutes up to an hour, and only for a new sign-in: a token made before does not know of it.
Connect-MgGraph -TenantId $TenantId -Scopes 'RoleManagement.ReadWrite.Directory', 'Application.Read.All'
$App    = Get-MgServicePrincipal -Filter "appId eq '$AppId'"
$Reader = '{reader}'
New-MgRoleManagementDirectoryRoleAssignment -PrincipalId $App.Id -RoleDefinitionId $Reader -DirectoryScopeId '/'
# Undo:
# Get-MgRoleManagementDirectoryRoleAssignment -Filter "principalId eq '$($App.Id)' and roleDefinitionId eq '$Reader'" |
#     ForEach-Object {{ Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId $_.Id }}

# ---- Step 2: a Teams application access policy, so that options of meetings can be read --------------------------
# Needs   the module MicrosoftTeams (Install-Module MicrosoftTeams -Scope CurrentUser); a Teams Administrator.
# Allows  the app to read the options of online meetings whoever holds them: lobby, presenters, whether a passcode is
#         asked for.
# Not     to make, change, join or record meetings, nor to read chats, recordings or transcripts. Without the
#         permission OnlineMeetings.Read.All it allows nothing at all.
# Works   mostly within 30 minutes; up to two days have been seen.
Connect-MicrosoftTeams -TenantId $TenantId
New-CsApplicationAccessPolicy -Identity CouncilAudit -AppIds $AppId -Description 'Options of meetings, for the audit'
Grant-CsApplicationAccessPolicy -PolicyName CouncilAudit -Global
# Undo:
# Grant-CsApplicationAccessPolicy -PolicyName $null -Global
# Remove-CsApplicationAccessPolicy -Identity CouncilAudit

# ---- Step 3, only if wished: let the app into some mailboxes and not into others ---------------------------------
# Consent to MailboxSettings.Read and Calendars.Read opens every mailbox. Exchange can give them for some instead.
# Needs   the module ExchangeOnlineManagement; an Exchange Administrator; a mail-enabled security group whose members
#         are the mailboxes the audit may look at (here: audited@example.org).
# Allows  the app to read settings, inbox rules and calendars of the members of that group.
# Not     those of anybody else: what concerns them is then Not assessed. The consent in Entra ID would open them all
#         the same, so it must be taken away for these two permissions. The token then no longer names them, and
#         m365audit doctor, which reads the token, lists them as missing although the group's mailboxes will be read.
# Works   within two hours.
# Connect-ExchangeOnline -Organization $TenantId
# New-ServicePrincipal -AppId $AppId -ObjectId $App.Id -DisplayName 'Council audit'
# $Group = (Get-DistributionGroup 'audited@example.org').DistinguishedName
# New-ManagementScope -Name CouncilAudit -RecipientRestrictionFilter "MemberOfGroup -eq '$Group'"
# New-ManagementRoleAssignment -App $App.Id -Role 'Application MailboxSettings.Read' -CustomResourceScope CouncilAudit
# New-ManagementRoleAssignment -App $App.Id -Role 'Application Calendars.Read' -CustomResourceScope CouncilAudit
# Test-ServicePrincipalAuthorization -Identity $App.Id -Resource clerk@example.org
# Undo: Get-ManagementRoleAssignment -RoleAssignee $App.Id | Remove-ManagementRoleAssignment; then
#     Remove-ManagementScope CouncilAudit; and consent to both permissions again.
"""
