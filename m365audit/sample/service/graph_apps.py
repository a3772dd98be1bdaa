"""The routes of apps and what they may do, of policies of the whole tenant, and of the log of changes."""

import re
from datetime import datetime, timedelta

from m365audit.sample.service.graph_errors import DIRECTORY, REPORTS, not_found, reject
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import SELECT, UNCUT, Call, Route, Single
from m365audit.sample.tenant import Json

_READ_APPS = ("Application.Read.All", "Directory.Read.All")
_READ_POLICIES = ("Policy.Read.All",)
_SINCE = re.compile(r"activityDateTime ge (?P<since>\S+)")
_DAYS_KEPT, _DAYS_KEPT_FREE = 30, 7
_LARGEST_LOG_PAGE = 1_000


def _principal(call: Call) -> Single:
    return Single(_known_principal(call))


def _assigned_to(call: Call) -> Listing:
    resource = _known_principal(call)["id"]
    return Listing([given for given in call.tenant.app_roles_given if given["resourceId"] == resource])


def _known_principal(call: Call) -> Json:
    key = call.captured["principal"]
    found = next((one for one in call.tenant.service_principals if one["id"] == key), None)
    if found is None:
        raise not_found(key)
    return found


def _audits(call: Call) -> Listing:
    days = _DAYS_KEPT if call.tenant.premium else _DAYS_KEPT_FREE
    since = call.tokens.now() - timedelta(days=days)
    if (said := call.options.said.get("$filter")) is not None:
        since = max(since, _since(said))
    rows = [row for row in call.tenant.directory_audits if datetime.fromisoformat(row["activityDateTime"]) >= since]
    return Listing(sorted(rows, key=lambda row: str(row["activityDateTime"]), reverse=True))


def _since(filtered: str) -> datetime:
    found = _SINCE.fullmatch(filtered)
    try:
        return datetime.fromisoformat(found["since"]) if found else reject(f"Invalid filter clause: '{filtered}'.")
    except ValueError:
        reject(f"Invalid filter clause: '{filtered}'.")


APP_ROUTES = (
    Route(
        path="/servicePrincipals",
        entity="servicePrincipal",
        answer=lambda call: Listing(call.tenant.service_principals),
        needs=_READ_APPS,
        refusal=DIRECTORY,
        bucket="identity",
        context="servicePrincipals",
    ),
    Route(
        path="/servicePrincipals/{principal}",
        entity="servicePrincipal",
        answer=_principal,
        needs=_READ_APPS,
        refusal=DIRECTORY,
        bucket="identity",
        context="servicePrincipals",
        options=SELECT,
    ),
    Route(
        path="/servicePrincipals/{principal}/appRoleAssignedTo",
        entity="appRoleAssignment",
        answer=_assigned_to,
        needs=_READ_APPS,
        refusal=DIRECTORY,
        bucket="identity",
        context="servicePrincipals('{principal}')/appRoleAssignedTo",
    ),
    Route(
        path="/oauth2PermissionGrants",
        entity="oAuth2PermissionGrant",
        answer=lambda call: Listing(call.tenant.delegated_grants),
        needs=("Directory.Read.All",),
        refusal=DIRECTORY,
        bucket="identity",
        context="oauth2PermissionGrants",
        units=2,
    ),
    Route(
        path="/applications",
        entity="application",
        answer=lambda call: Listing(call.tenant.applications),
        needs=_READ_APPS,
        refusal=DIRECTORY,
        bucket="identity",
        context="applications",
        units=2,
    ),
    Route(
        path="/policies/authorizationPolicy",
        entity="authorizationPolicy",
        answer=lambda call: Single(call.tenant.authorization_policy),
        needs=_READ_POLICIES,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/authorizationPolicy",
        options=SELECT,
    ),
    Route(
        path="/policies/adminConsentRequestPolicy",
        entity="adminConsentRequestPolicy",
        answer=lambda call: Single(call.tenant.admin_consent_policy),
        needs=_READ_POLICIES,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/adminConsentRequestPolicy",
        options=SELECT,
    ),
    Route(
        path="/policies/activityBasedTimeoutPolicies",
        entity="activityBasedTimeoutPolicy",
        answer=lambda call: Listing(call.tenant.timeout_policies),
        needs=_READ_POLICIES,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/activityBasedTimeoutPolicies",
    ),
    Route(
        path="/policies/crossTenantAccessPolicy/partners",
        entity="crossTenantAccessPolicyConfigurationPartner",
        answer=lambda call: Listing(call.tenant.cross_tenant_partners),
        needs=_READ_POLICIES,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/crossTenantAccessPolicy/partners",
        options=SELECT | UNCUT,
    ),
    Route(
        path="/auditLogs/directoryAudits",
        entity="directoryAudit",
        answer=_audits,
        needs=("AuditLog.Read.All",),
        refusal=REPORTS,
        bucket="reports",
        context="auditLogs/directoryAudits",
        options=UNCUT | {"$top", "$filter"},
        most=_LARGEST_LOG_PAGE,
    ),
)
