"""One council's audit: collect, evaluate, report, and what became of it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from m365audit.engine import document
from m365audit.engine.access import read_access
from m365audit.engine.assess import LONDON
from m365audit.engine.collect import Collection, Progress, Silent, plan
from m365audit.engine.history import EARLIER_AUDITS, as_record, earlier, first_seen
from m365audit.engine.judge import Inputs
from m365audit.engine.parameters import check_parameters
from m365audit.engine.runlog import logging_to
from m365audit.engine.safety import refuse_unsafe
from m365audit.engine.specimen import assess_and_look
from m365audit.graph import REAL, Outside, connect
from m365audit.model.assessment import Assessment
from m365audit.model.policy import Policy
from m365audit.model.tenant import Tenant
from m365audit.model.words import SHOULD_HAVE_COME, GapKind, Severity
from m365audit.policy import BASELINE, load
from m365audit.register import read_register
from m365audit.report import clerk, technician
from m365audit.report.names import file_name
from m365audit.rules import RULES
from m365audit.rules.planned import PLANNED
from m365audit.snapshot import RunFolder, Snapshot, new_run

log = logging.getLogger(__name__)

DONE, FINDINGS, REFUSED, PARTIAL, TRY_LATER = 0, 1, 3, 4, 75


@dataclass(frozen=True, slots=True)
class Places:
    """Where settings are and where results go."""

    config: Path
    reports: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished audit."""

    tenant: Tenant
    folder: RunFolder
    assessment: Assessment
    workbooks: tuple[Path, ...]

    def exit_code(self, fail_on: Severity | None) -> int:
        """What the process should end with: partial before findings, for a half audit says nothing of the rest."""
        nothing = all(note.coverage.is_absent for note in self.assessment.data_sets)
        code = collected_code(self.assessment.gap_kinds, nothing_came=nothing)
        if code != DONE:
            return code
        threshold = list(Severity).index(fail_on) if fail_on else -1
        urgent = [f for f in self.assessment.findings if list(Severity).index(f.severity) <= threshold]
        return FINDINGS if urgent else DONE


def collected_code(kinds: Iterable[GapKind], *, nothing_came: bool) -> int:
    """The exit code of a collecting whose gaps are of these kinds; where nothing came at all, consent is refused."""
    missing = set(kinds) & SHOULD_HAVE_COME
    if missing == {GapKind.THROTTLED}:
        return TRY_LATER
    if nothing_came and GapKind.PERMISSION in missing:
        return REFUSED
    return PARTIAL if missing else DONE


async def collect(
    tenant: Tenant,
    places: Places,
    now: datetime,
    *,
    only: Iterable[str] | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
    outside: Outside = REAL,
) -> RunFolder:
    """Sign in and collect all evidence of one tenant into a new run; calendars are read around ``as_of``, else now.

    Raises:
        SignInFailed: Microsoft did not let us in; no run is left behind.
        UnsafePermission: the app may do more than read; no run is left behind.
        BadRun: the evidence could not be written.
    """
    async with connect(tenant, outside) as session:
        await session.sign_in()
        access = await read_access(session.credentials)
        refuse_unsafe(access.roles, tenant.accept_write_permissions, tenant.council)
        folder = new_run(places.reports, tenant.slug, now)
        with logging_to(folder.log):
            around = datetime.combine(as_of, datetime.min.time(), UTC) if as_of else now
            collection = Collection(tenant, folder, session, around, progress or Silent())
            await collection.run(plan(only))
    return folder


def evaluate(tenant: Tenant, places: Places, folder: RunFolder, as_of: date | None = None) -> Assessment:
    """Judge a run's evidence and write ``assessment.json``; needs no network.

    Raises:
        BadRun, BadFile: the evidence, the policy or the register is not what it should be.
    """
    policy, baseline = policies(tenant, places)
    snapshot = Snapshot.open(folder)
    audits = earlier(places.reports, tenant.slug, folder)
    inputs = Inputs(
        tenant=tenant,
        snapshot=snapshot,
        register=read_register(tenant.register_path),
        policy=policy,
        as_of=as_of or folder.started_at.astimezone(LONDON).date(),
        records={EARLIER_AUDITS: as_record(audits)},
    )
    with logging_to(folder.log):
        assessment = assess_and_look(inputs, baseline, first_seen(audits))
    document.write(assessment, folder)
    return assessment


def policies(tenant: Tenant, places: Places) -> tuple[Policy, Policy]:
    """The council's policy and the baseline, checked against the rules there are."""
    known = {*RULES, *PLANNED}
    parameters = {rule.id: tuple(rule.parameters) for rule in RULES.values()}
    beside = tenant.folder / tenant.policy
    name = beside if tenant.policy.endswith(".yaml") and beside.exists() else tenant.policy
    policy = load(name, config_dir=places.config, known_checks=known, parameters=parameters)
    baseline = load(BASELINE, config_dir=places.config, known_checks=known, parameters=parameters)
    check_parameters((policy, baseline), tenant)
    return policy, baseline


def report(assessment: Assessment, folder: RunFolder) -> tuple[Path, ...]:
    """Write the workbooks of an assessment; the same assessment gives the same bytes."""
    snapshot = Snapshot.open(folder)
    for_clerk = folder.path / file_name(assessment, "Clerk")
    for_technician = folder.path / file_name(assessment, "Technician")
    clerk.write(assessment, for_clerk)
    technician.write(assessment, snapshot.frame, for_technician)
    for path in (for_clerk, for_technician):
        path.chmod(0o600)
    return for_clerk, for_technician


async def audit(
    tenant: Tenant,
    places: Places,
    *,
    now: datetime | None = None,
    as_of: date | None = None,
    progress: Progress | None = None,
    outside: Outside = REAL,
) -> Outcome:
    """The whole way for one council.

    A mistake in policy or register is refused before anything is asked of Microsoft 365.
    """
    policies(tenant, places)
    read_register(tenant.register_path)
    folder = await collect(tenant, places, now or datetime.now(UTC), as_of=as_of, progress=progress, outside=outside)
    assessment = evaluate(tenant, places, folder, as_of)
    return Outcome(tenant, folder, assessment, report(assessment, folder))
