"""Exchange lets nobody in, and somebody had a snapshot of the configuration made: what it holds is judged by."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from virtual import NOW, LoopClock, outside, run

from m365audit.engine.audit import Outcome, audit
from m365audit.engine.doctor.examine import Diagnosis, diagnose
from m365audit.engine.doctor.preflight import Foreseen
from m365audit.engine.places import Places
from m365audit.model.evidence import Coverage
from m365audit.model.words import GapKind, Result
from m365audit.sample.councils import SampleCouncil, exampleton
from m365audit.sample.councils.configuration import MAILBOX_PERMISSION, with_rights_in_snapshot
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import Snapshot

RULE = "mailbox-access-authorised"
RECENT, STALE = NOW - timedelta(days=4), NOW - timedelta(days=36)


def unpermitted(council: SampleCouncil) -> SampleCouncil:
    """The council, its app without the permission for Exchange."""
    return replace(council, tenant=replace(council.tenant, granted=council.tenant.granted - {"Exchange.ManageAsApp"}))


def without_role(council: SampleCouncil) -> SampleCouncil:
    """The council, its app without a directory role."""
    return replace(council, tenant=replace(council.tenant, directory_roles=frozenset()))


class Audited:
    """A council audited in virtual time, and looked at by the doctor."""

    def __init__(self, council: SampleCouncil, folder: Path) -> None:
        clock = LoopClock()
        self.service = Service([council.tenant], clock=clock)
        self.service.url = "http://127.0.0.1:1"
        write_config(folder / "config", [council], self.service.url)
        tenant = load_tenant(folder / "config", council.slug)
        wire = outside(self.service, clock, tenant)

        async def main() -> tuple[Outcome, Diagnosis]:
            outcome = await audit(tenant, Places(folder / "config", folder / "reports"), now=NOW, outside=wire)
            return outcome, await diagnose(tenant, outside=wire)

        self.outcome, self.diagnosis = run(main())
        assert not self.service.writes

    @property
    def found(self) -> set[tuple[str, str]]:
        return {(one.rule, one.subject.id) for one in self.outcome.assessment.findings}

    @property
    def rights(self) -> set[str]:
        """The findings about rights over whole mailboxes."""
        return {key for rule, key in self.found if rule == RULE and "folder:" not in key}

    @property
    def coverage(self) -> Coverage:
        return Snapshot.open(self.outcome.folder).coverage("mailbox_access")

    @property
    def good(self) -> set[str]:
        return {check.check for check in self.outcome.assessment.checks if check.result is Result.MEETS}

    @property
    def foreseen(self) -> Foreseen:
        return next(one.verdict for one in self.diagnosis.data_sets if one.data_set == "mailbox_access")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The council that Exchange tells everything, beside a snapshot nobody needs."""
    return Audited(with_rights_in_snapshot(exampleton(NOW), RECENT), tmp_path_factory.mktemp("whole"))


@pytest.fixture(
    scope="module",
    params=[pytest.param(unpermitted, id="no permission"), pytest.param(without_role, id="no role")],
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The council that Exchange tells nothing, with a recent snapshot."""
    refused: Callable[[SampleCouncil], SampleCouncil] = request.param
    return Audited(with_rights_in_snapshot(refused(exampleton(NOW)), RECENT), tmp_path_factory.mktemp("told"))


def test_where_exchange_answers_no_snapshot_is_looked_at(whole: Audited) -> None:
    planted = {plant.subject for plant in exampleton(NOW).planted if plant.rule == RULE}

    assert whole.rights == {key for key in planted if "folder:" not in key}
    assert whole.coverage.is_whole
    assert not whole.coverage.notes
    assert whole.foreseen is Foreseen.ASSESSED


def test_the_same_breaches_are_found_as_far_as_the_snapshot_can_tell(whole: Audited, told: Audited) -> None:
    def is_told(key: str) -> bool:
        _, delegate, right = key.split("|")
        return right != "send on behalf" and delegate not in _untold()

    expected = {key for key in whole.rights if is_told(key)}
    assert {key.rpartition("|")[2] for key in expected} == {"full access", "send as"}
    assert told.rights == expected
    assert told.found <= whole.found


def only_exchange_knows() -> set[str]:
    """Whom it calls by a name that anybody outside may have as well."""
    tenant = exampleton(NOW).tenant
    rows = [row for rows in tenant.mailbox_permissions.values() for row in rows if "FullAccess" in row["AccessRights"]]
    names = {row["User"] for row in rows} | {row["Trustee"] for row in tenant.recipient_permissions}
    return {name for name in names if "@" not in name and "\\" not in name and not name.startswith("S-1-")}


def _untold() -> set[str]:
    """What these are kept under where Exchange tells who they are."""
    groups = {group["displayName"]: group["id"] for group in exampleton(NOW).tenant.groups}
    return {groups.get(name, name) for name in only_exchange_knows()}


def test_what_the_snapshot_does_not_tell_is_a_gap_with_exchanges_remedy(told: Audited) -> None:
    gaps = told.coverage.gaps

    names = {f"recipient:{name}" for name in only_exchange_knows()}
    assert {gap.scope for gap in gaps} == {"send on behalf", *names}
    assert {gap.kind for gap in gaps} <= {GapKind.ROLE, GapKind.PERMISSION}
    assert all("Exchange.ManageAsApp" in gap.fix for gap in gaps)


def test_nothing_is_in_order_that_was_not_and_the_clerk_reads_how_old_it_is(whole: Audited, told: Audited) -> None:
    check = next(one for one in told.outcome.assessment.checks if one.check == RULE)

    assert told.good <= whole.good
    assert RULE not in told.good
    assert "send on behalf" in {gap.scope for gap in check.gaps}
    assert "a snapshot of the configuration of 17 November 2026" in check.limits
    found = told.outcome.assessment.findings
    findings = [one for one in found if one.rule == RULE and "folder:" not in one.subject.id]
    assert findings
    assert all("as a snapshot of 17 November 2026 has it" in one.because for one in findings)


def test_the_rows_carry_when_it_was_made(told: Audited) -> None:
    rows = Snapshot.open(told.outcome.folder).frame("mailbox_access")

    assert set(rows["source"]) == {"configuration snapshot"}
    assert set(rows["taken_at"]) == {RECENT}


def test_the_doctor_foresees_it(told: Audited) -> None:
    foresight = next(one for one in told.diagnosis.data_sets if one.data_set == "mailbox_access")

    assert foresight.verdict is Foreseen.PARTLY
    parts = {why.partition(": ")[0] for why in foresight.why}
    assert parts == {"send on behalf", "names the directory does not settle"}


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda council: with_rights_in_snapshot(council, STALE), id="too old"),
        pytest.param(lambda council: with_rights_in_snapshot(council, RECENT, status="failed"), id="failed"),
        pytest.param(lambda council: council, id="there is none"),
        pytest.param(
            lambda council: with_rights_in_snapshot(_unwatched(council), RECENT), id="the app may not look at it"
        ),
    ],
)
def test_a_snapshot_of_no_use_leaves_it_all_not_assessed(
    spoilt: Callable[[SampleCouncil], SampleCouncil], tmp_path: Path
) -> None:
    blind = Audited(spoilt(unpermitted(exampleton(NOW))), tmp_path)

    assert blind.coverage.is_absent
    assert blind.rights == set()
    check = next(one for one in blind.outcome.assessment.checks if one.check == RULE)
    assert check.result is Result.NOT_ASSESSED
    assert "ConfigurationMonitoring.Read.All" in check.gaps[0].fix
    assert blind.foreseen is Foreseen.NOT


def _unwatched(council: SampleCouncil) -> SampleCouncil:
    granted = {name for name in council.tenant.granted if not name.startswith("ConfigurationMonitoring.")}
    return replace(council, tenant=replace(council.tenant, granted=frozenset(granted)))


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            lambda council: with_rights_in_snapshot(
                council, RECENT, held=(MAILBOX_PERMISSION,), status="partiallySuccessful", errors=("timed out",)
            ),
            id="a part came",
        ),
        pytest.param(
            lambda council: with_rights_in_snapshot(council, RECENT, held=(MAILBOX_PERMISSION,)), id="a kind is missing"
        ),
        pytest.param(
            lambda council: with_rights_in_snapshot(council, RECENT, asked=(MAILBOX_PERMISSION,)),
            id="a kind was not asked for",
        ),
    ],
)
def test_a_part_of_a_snapshot_is_never_the_whole(
    part: Callable[[SampleCouncil], SampleCouncil], whole: Audited, tmp_path: Path
) -> None:
    partly = Audited(part(unpermitted(exampleton(NOW))), tmp_path)

    assert {key.rpartition("|")[2] for key in partly.rights} == {"full access"}
    assert partly.rights <= whole.rights
    assert {"send as", "send on behalf"} <= {gap.scope for gap in partly.coverage.gaps}
    assert partly.good <= whole.good
