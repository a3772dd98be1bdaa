"""A council of hundreds, audited in virtual time: what is planted among thousands of rows is found, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import collect, evaluate
from m365audit.engine.places import Places
from m365audit.model.assessment import Assessment
from m365audit.model.words import GapKind, Result
from m365audit.rules import RULES
from m365audit.sample.councils import SampleCouncil, scaled
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.sample.tenant import ENTRA_P1, Tenant
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

PEOPLE = 200
WITHOUT_BREACH = {
    "audit-cadence",
    "auditor-read-only",
    "mailbox-access-used",
    "policy-documents-on-file",
    "policy-review-due",
    "workbooks-accessible",
}
"""About the audit itself, about the policy's own text, or about what an audit that only reads cannot see."""
NEED_P1 = {
    "guest-accounted-for",
    "two-step-exclusions-on-register",
    "two-step-registered",
    "unmanaged-device-limited",
}
"""Rules that see less without Entra ID P1: no last sign-ins, no policies, and methods account by account."""
NEED_SHARES = {"share-anyone-link", "share-everyone-inside", "share-outside-accepted", "personal-files-stored"}


@dataclass(frozen=True)
class Large:
    """The audit of a large council, but for its workbooks."""

    council: SampleCouncil
    folder: RunFolder
    assessment: Assessment

    @property
    def found(self) -> set[tuple[str, str]]:
        return {(finding.rule, finding.subject.id) for finding in self.assessment.findings}

    @property
    def planted(self) -> set[tuple[str, str]]:
        return {(plant.rule, plant.subject) for plant in self.council.planted}

    def results(self) -> dict[str, Result]:
        return {check.check: check.result for check in self.assessment.checks}

    def of(self, rule: str) -> set[str]:
        return {subject for name, subject in self.found if name == rule}


def audited(council: SampleCouncil, folder: Path) -> Large:
    clock = LoopClock()
    service = Service([council.tenant], clock=clock)
    service.url = "http://127.0.0.1:1"
    write_config(folder, [council], service.url)
    tenant = load_tenant(folder, council.slug)
    places = Places(folder, folder / "reports")

    async def main() -> RunFolder:
        return await collect(tenant, places, NOW, outside=outside(service, clock, tenant))

    kept = run(main())
    assert service.writes == []
    return Large(council, kept, evaluate(tenant, places, kept))


def with_tenant(**changes: object) -> SampleCouncil:
    council = scaled(PEOPLE, 1, NOW)
    return replace(council, tenant=replace(council.tenant, **changes))  # type: ignore[arg-type]


def skus_without_p1(tenant: Tenant) -> list[dict[str, object]]:
    """Everything bought, but for the one plan."""
    return [
        sku | {"servicePlans": [plan for plan in sku["servicePlans"] if plan["servicePlanId"] != ENTRA_P1]}
        for sku in tenant.skus
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    return audited(scaled(PEOPLE, 1, NOW), tmp_path_factory.mktemp("large"))


def test_every_planted_breach_is_found_among_thousands_and_nothing_else(whole: Large) -> None:
    assert whole.planted - whole.found == set()
    assert whole.found - whole.planted == set()
    near = {(answer.rule, answer.subject) for answer in whole.council.near_misses}
    assert len(near) > 3 * PEOPLE
    assert near & whole.found == set()


def test_every_rule_that_can_have_a_breach_has_one(whole: Large) -> None:
    with_breach = set(RULES) - WITHOUT_BREACH
    assert with_breach == {rule for rule, _ in whole.found}


def test_a_breach_of_people_is_there_once_in_every_hundred(whole: Large) -> None:
    for rule in ("two-step-enforced", "mail-retained", "site-access-by-role", "leaver-access-removed"):
        assert len(whole.of(rule)) >= 2 * PEOPLE // 100


def test_every_data_set_that_can_be_read_holds_something(whole: Large) -> None:
    snapshot = Snapshot.open(whole.folder)
    # Some take further licences, some were never set up or given or tried, and who used a mailbox is never seen.
    unseen = {"attack_simulations", "eligible_roles", "mailbox_use", "risky_accounts"}
    unset = {"legacy_sign_ins", "mail_folder_access", "sensitivity_labels", "session_timeouts"}
    empty = {name for name in snapshot.records if not len(snapshot.frame(name))}
    assert empty - unseen == unset


def test_groups_within_groups_of_hundreds_are_opened(whole: Large) -> None:
    members = Snapshot.open(whole.folder).frame("group_members")
    assert members["group_id"].value_counts().max() > PEOPLE // 2


def test_without_p1_less_is_found_and_nothing_is_called_clean(whole: Large, tmp_path: Path) -> None:
    less = audited(with_tenant(skus=skus_without_p1(whole.council.tenant)), tmp_path)
    # Without the plan its policies do not run, so that nobody is asked any more; that much is true.
    assert {rule for rule, _ in less.found - whole.planted} == {"two-step-enforced"}
    assert {rule for rule, _ in whole.found - less.found} == NEED_P1
    assert_nothing_newly_clean(less, whole)
    assert GapKind.LICENCE in {note.gap.kind for note in less.assessment.gaps}


def test_without_one_permission_what_it_showed_is_missed_by_name(whole: Large, tmp_path: Path) -> None:
    granted = whole.council.tenant.granted - {"Sites.Read.All", "Files.Read.All"}
    less = audited(with_tenant(granted=granted), tmp_path)
    assert less.found - whole.planted == set()
    lost = {rule for rule, _ in whole.found - less.found}
    assert lost >= NEED_SHARES
    assert {less.results()[rule] for rule in NEED_SHARES} == {Result.NOT_ASSESSED}
    assert_nothing_newly_clean(less, whole)


def assert_nothing_newly_clean(less: Large, whole: Large) -> None:
    clean = {rule for rule, result in less.results().items() if result is Result.MEETS}
    assert clean <= {rule for rule, result in whole.results().items() if result is Result.MEETS}
