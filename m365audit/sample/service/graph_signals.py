"""The routes of what Microsoft noticed and offers: scores, alerts, risks, exercises, labels, backup, snapshots."""

import re
from typing import Final

from m365audit.sample.service.graph_errors import DIRECTORY, Refusal, not_found, reject
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import PAGED, SELECT, Call, Route, Single

SECURITY = Refusal("Forbidden", "Missing application roles. API required roles: {permission}, application roles: .")
RISK = Refusal("Forbidden", "You cannot perform the requested operation, required scopes are missing in the token.")
UNLICENSED = Refusal("Forbidden", "Your tenant is not licensed for this feature.")
NOT_PROVISIONED = Refusal("Forbidden", "Account is not provisioned.")

_SINCE: Final = re.compile(r"createdDateTime ge (\S+)")
_AT_RISK: Final = re.compile(r"riskState eq '(\w+)'")


def _alerts(call: Call) -> Listing:
    asked = call.options.said.get("$filter")
    since = _SINCE.fullmatch(asked) if asked else None
    if asked and since is None:
        reject(f"Invalid filter clause: '{asked}' is not supported on this resource.")
    after = since[1] if since else ""
    return Listing([alert for alert in call.tenant.alerts if alert["createdDateTime"] >= after])


def _risky(call: Call) -> Listing:
    if not call.tenant.has_plan("AAD_PREMIUM_P2"):
        UNLICENSED.refuse()
    asked = call.options.said.get("$filter")
    state = _AT_RISK.fullmatch(asked) if asked else None
    if asked and state is None:
        reject(f"Invalid filter clause: '{asked}' is not supported on this resource.")
    return Listing([one for one in call.tenant.risky_users if state is None or one["riskState"] == state[1]])


def _simulations(call: Call) -> Listing:
    if not call.tenant.has_plan("THREAT_INTELLIGENCE"):
        NOT_PROVISIONED.refuse()
    return Listing(call.tenant.simulations)


def _labels_below(call: Call) -> Listing:
    wanted = call.captured["label"]
    found = next((one for one in call.tenant.sensitivity_labels if one["id"] == wanted), None)
    if found is None:
        raise not_found(wanted)
    return Listing(found.get("sublabels", []))


def _snapshot(call: Call) -> Single:
    wanted = call.captured["snapshot"]
    found = next((one for one in call.tenant.configuration_snapshots if one["id"] == wanted), None)
    if found is None:
        raise not_found(wanted)
    return Single(found)


SIGNAL_ROUTES = (
    Route(
        path="/security/secureScores",
        entity="secureScore",
        answer=lambda call: Listing(call.tenant.secure_scores),
        needs=("SecurityEvents.Read.All",),
        refusal=SECURITY,
        bucket="security",
        context="security/secureScores",
    ),
    Route(
        path="/security/alerts_v2",
        entity="security.alert",
        answer=_alerts,
        needs=("SecurityAlert.Read.All",),
        refusal=SECURITY,
        bucket="security",
        context="security/alerts_v2",
        options=frozenset({"$filter", "$top", "$skip", "$count", "$skiptoken"}),
        most=100,
    ),
    Route(
        path="/identityProtection/riskyUsers",
        entity="riskyUser",
        answer=_risky,
        needs=("IdentityRiskyUser.Read.All",),
        refusal=RISK,
        bucket="conditional access",
        context="identityProtection/riskyUsers",
        options=PAGED | {"$filter"},
        most=500,
    ),
    Route(
        path="/security/attackSimulation/simulations",
        entity="simulation",
        answer=_simulations,
        needs=("AttackSimulation.Read.All",),
        refusal=SECURITY,
        bucket="security",
        context="security/attackSimulation/simulations",
        options=PAGED | {"$filter", "$orderby", "$count"},
    ),
    Route(
        path="/security/dataSecurityAndGovernance/sensitivityLabels",
        entity="sensitivityLabel",
        answer=lambda call: Listing(call.tenant.sensitivity_labels),
        needs=("SensitivityLabel.Read",),
        refusal=SECURITY,
        bucket="security",
        context="security/dataSecurityAndGovernance/sensitivityLabels",
    ),
    Route(
        path="/security/dataSecurityAndGovernance/sensitivityLabels/{label}/sublabels",
        entity="sensitivityLabel",
        answer=_labels_below,
        needs=("SensitivityLabel.Read",),
        refusal=SECURITY,
        bucket="security",
        context="security/dataSecurityAndGovernance/sensitivityLabels('{label}')/sublabels",
    ),
    Route(
        path="/solutions/backupRestore",
        entity="backupRestoreRoot",
        answer=lambda call: Single({"serviceStatus": call.tenant.backup_status}),
        needs=("BackupRestore-Control.Read.All",),
        refusal=SECURITY,
        bucket="none",
        context="solutions/backupRestore",
        options=SELECT,
    ),
    Route(
        path="/admin/configurationManagement/configurationSnapshotJobs",
        entity="configurationSnapshotJob",
        answer=lambda call: Listing(call.tenant.snapshot_jobs),
        needs=("ConfigurationMonitoring.Read.All", "ConfigurationMonitoring.ReadWrite.All"),
        refusal=DIRECTORY,
        bucket="none",
        context="admin/configurationManagement/configurationSnapshotJobs",
        # These two come only when they are asked for.
        default=("id", "displayName", "description", "status", "createdDateTime", "completedDateTime", "resources"),
    ),
    Route(
        path="/admin/configurationManagement/configurationSnapshots/{snapshot}",
        entity="configurationBaseline",
        answer=_snapshot,
        needs=("ConfigurationMonitoring.Read.All", "ConfigurationMonitoring.ReadWrite.All"),
        refusal=DIRECTORY,
        bucket="none",
        context="admin/configurationManagement/configurationSnapshots",
        options=SELECT,
    ),
)
