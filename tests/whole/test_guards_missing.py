"""What guards the council, when it may not be looked at: never in order, never a breach."""

from dataclasses import replace
from pathlib import Path

import pytest
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import Outcome, audit
from m365audit.engine.places import Places
from m365audit.model.words import GapKind, Result
from m365audit.sample.councils import exampleton
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import Snapshot

READ_BY = {
    "devices": "Device.Read.All",
    "managed_devices": "DeviceManagementManagedDevices.Read.All",
    "device_protection": "DeviceManagementManagedDevices.Read.All",
    "compliance_policies": "DeviceManagementConfiguration.Read.All",
    "device_management": "DeviceManagementConfiguration.Read.All",
    "mail_protection": "Exchange.ManageAsApp",
    "link_protection": "Exchange.ManageAsApp",
    "outbound_mail": "Exchange.ManageAsApp",
    "mailbox_retention": "Exchange.ManageAsApp",
    "mail_organisation": "Exchange.ManageAsApp",
    "audit_settings": "Exchange.ManageAsApp",
    "audit_bypasses": "Exchange.ManageAsApp",
    "mail_encryption": "Exchange.ManageAsApp",
    "email_activity": "Reports.Read.All",
    "teams_activity": "Reports.Read.All",
    "mailbox_usage": "Reports.Read.All",
    "report_settings": "ReportSettings.Read.All",
    "secure_score": "SecurityEvents.Read.All",
    "alerts": "SecurityAlert.Read.All",
    "sensitivity_labels": "SensitivityLabel.Read",
    "backup": "BackupRestore-Control.Read.All",
    "meeting_policies": "ConfigurationMonitoring.Read.All",
    "file_kinds": "Files.Read.All",
}
WIDER = ("Directory.Read.All", "Sites.Read.All")
"""These open what some of those open."""
RULES = (
    "audit-log-on",
    "backup-running",
    "device-meets-standard",
    "device-on-asset-list",
    "encryption-available",
    "incidents-reported",
    "mail-protection-on",
    "mail-retained",
    "mailbox-access-used",
    "mailbox-in-use",
    "meeting-policy-limits",
    "personal-files-stored",
)


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """An audit of a council that has not consented to any of it."""
    council = exampleton(NOW)
    tenant = replace(council.tenant, granted=council.tenant.granted - {*READ_BY.values(), *WIDER})
    return _audited(replace(council, tenant=tenant), tmp_path_factory.mktemp("blind"))


def _audited(council: object, folder: Path) -> Outcome:
    clock = LoopClock()
    service = Service([council.tenant], clock=clock)  # type: ignore[attr-defined]
    service.url = "http://127.0.0.1:1"
    write_config(folder / "config", [council], service.url)  # type: ignore[list-item]
    tenant = load_tenant(folder / "config", council.slug)  # type: ignore[attr-defined]

    async def main() -> Outcome:
        places = Places(folder / "config", folder / "reports")
        return await audit(tenant, places, now=NOW, outside=outside(service, clock, tenant))

    return run(main())


@pytest.mark.parametrize("data_set", READ_BY)
def test_a_permission_that_was_not_given_is_a_gap_that_says_so(blind: Outcome, data_set: str) -> None:
    coverage = Snapshot.open(blind.folder).coverage(data_set)

    assert coverage.is_absent
    assert coverage.rows == 0
    # Exchange tells a role that lacks from a permission that lacks only by the token.
    assert {gap.kind for gap in coverage.gaps} <= {GapKind.PERMISSION, GapKind.ROLE}
    assert all(gap.fix for gap in coverage.gaps)


@pytest.mark.parametrize("rule", RULES)
def test_what_could_not_be_looked_at_is_not_assessed_and_no_breach(blind: Outcome, rule: str) -> None:
    checks = [check for check in blind.assessment.checks if check.check == rule]

    assert checks
    assert {check.result for check in checks} == {Result.NOT_ASSESSED}
    assert [finding for finding in blind.assessment.findings if finding.rule == rule] == []
