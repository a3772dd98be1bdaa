"""One council's audit: collect, evaluate, report, and what became of it."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import gettempdir

from m365audit.connectors import CONNECTORS
from m365audit.engine import notice, workbooks
from m365audit.engine.collecting.access import read_access
from m365audit.engine.collecting.collect import Collection, Progress, Silent, plan
from m365audit.engine.collecting.resume import AUDIT, COLLECT, FRESH, Asked, Council, begin, come_to_its_end, unreported
from m365audit.engine.collecting.runlog import logging_to
from m365audit.engine.collecting.safety import refuse_unsafe
from m365audit.engine.custody.protection import OPEN, Protection
from m365audit.engine.custody.room import room_for
from m365audit.engine.documents import document
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.parameters import check_parameters
from m365audit.engine.months.history import EARLIER_AUDITS, as_record, read_history
from m365audit.engine.places import LONDON, Places
from m365audit.engine.specimen import assess_and_look
from m365audit.graph import REAL, Outside, WallClock, connect
from m365audit.model.assessment import Assessment
from m365audit.model.decisions import Decision, current
from m365audit.model.policy import Policy
from m365audit.model.tenant import Reader, Tenant
from m365audit.model.words import SHOULD_HAVE_COME, GapKind, Result, Severity
from m365audit.policy import BASELINE, load
from m365audit.register import ledger, read_register
from m365audit.rules import RULES
from m365audit.snapshot import CouncilLock, RunFolder, Snapshot, Unfinished

log = logging.getLogger(__name__)

DONE, FINDINGS, REFUSED, PARTIAL, TRY_LATER = 0, 1, 3, 4, 75

ASKED_FOR = frozenset(name for connector in CONNECTORS if connector.permission for name in connector.data_sets)
"""The data sets that Microsoft is asked for; the others come from the audit's own sign-in."""

_REFUSALS = frozenset({GapKind.PERMISSION, GapKind.ROLE, GapKind.POLICY})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished audit."""

    tenant: Tenant
    folder: RunFolder
    assessment: Assessment
    workbooks: tuple[Path, ...]
    notice: str = ""
    encrypted: frozenset[Reader] = frozenset()

    def exit_code(self, fail_on: Severity | None) -> int:
        """What the process should end with: partial before findings, for a half audit says nothing of the rest."""
        nothing = all(note.coverage.brought_nothing for note in self.assessment.data_sets if note.name in ASKED_FOR)
        code = collected_code(self.assessment.gap_kinds, nothing_came=nothing)
        if code != DONE:
            return code
        threshold = list(Severity).index(fail_on) if fail_on else -1
        open_ = [finding for finding in self.assessment.present if finding.result is not Result.ACCEPTED]
        urgent = [finding for finding in open_ if list(Severity).index(finding.severity) <= threshold]
        return FINDINGS if urgent else DONE


def collected_code(kinds: Iterable[GapKind], *, nothing_came: bool) -> int:
    """The exit code of a collecting whose gaps are of these kinds; where nothing came at all, the audit was refused."""
    missing = set(kinds) & SHOULD_HAVE_COME
    if missing == {GapKind.THROTTLED}:
        return TRY_LATER
    if nothing_came and missing & _REFUSALS:
        return REFUSED
    return PARTIAL if missing else DONE


async def collect(  # noqa: PLR0913 - each is an option of the command
    tenant: Tenant,
    places: Places,
    now: datetime,
    *,
    only: Iterable[str] | None = None,
    as_of: date | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    outside: Outside = REAL,
) -> RunFolder:
    """Sign in and collect all evidence of one tenant; calendars are read around ``as_of``, else now.

    It goes into a new run, or into the last one where that was stopped (unless ``fresh``).

    Raises:
        SignInFailed: Microsoft did not let us in; no run is left behind.
        UnsafePermission: the app may do more than read; no run is left behind.
        BadRun: the evidence could not be written.
        Busy: the council is being audited already.
    """
    asked = Asked(COLLECT, now, only if only is None else tuple(only), as_of, fresh)
    with CouncilLock(places.reports, tenant.slug) as lock:
        folder = await gather(tenant, places, asked, lock, progress, outside)
        come_to_its_end(folder)
    return folder


async def gather(
    tenant: Tenant,
    places: Places,
    asked: Asked,
    lock: CouncilLock,
    progress: Progress | None = None,
    outside: Outside = REAL,
) -> RunFolder:
    """A run with all its evidence: what an earlier process of the same day could not finish, or collected now.

    Raises:
        SignInFailed, UnsafePermission, BadRun, Busy: as :func:`collect`.
    """
    progress = progress or Silent()
    connectors = plan(asked.only)
    council = Council(places.reports, tenant.slug, [name for one in connectors for name in one.data_sets])
    terms = asked.terms(tenant)
    if not asked.fresh and (waiting := unreported(council, terms, asked.now)):
        progress.say(f"all evidence of run {waiting.run} is there, and only judged and reported now; {FRESH}")
        Unfinished(waiting).tidy()
        return waiting
    async with connect(tenant, outside) as session:
        await session.sign_in()
        access = await read_access(session.credentials, tenant)
        refuse_unsafe(access, tenant.council)
        lock.take()
        beginning = begin(council, terms, asked.now, fresh=asked.fresh)
        if beginning.words:
            progress.say(beginning.words)
        for words in session.notices(asked.now):
            progress.say(words)
        folder, around = beginning.folder, beginning.around
        with logging_to(folder.log):
            clock = outside.clock or WallClock()
            collection = Collection(tenant, folder, session, around, progress, clock, access)
            await collection.run(connectors)
    return folder


def evaluate(tenant: Tenant, places: Places, folder: RunFolder, as_of: date | None = None) -> Assessment:
    """Judge a run's evidence and write ``assessment.json``; needs no network.

    Raises:
        BadRun, BadFile, BadLedger: the evidence, the policy, the register or the ledger is not what it should be.
    """
    policy, baseline = policies(tenant, places)
    snapshot = Snapshot.open(folder)
    history = read_history(places.reports, tenant.slug, folder)
    on = as_of or day_of(folder)
    inputs = Inputs(
        tenant=tenant,
        snapshot=snapshot,
        register=read_register(tenant.register_path),
        policy=policy,
        as_of=on,
        records={EARLIER_AUDITS: as_record(history.audits)},
        decisions=decided_by(tenant, on),
    )
    # The Clerk's workbook is written once to be looked at, before it is written to be kept.
    with logging_to(folder.log), room_for(Path(gettempdir())):
        assessment = assess_and_look(inputs, baseline, history)
    document.write(assessment, folder)
    return assessment


def day_of(folder: RunFolder) -> date:
    """The day a run is judged by: that of its beginning, in the United Kingdom."""
    return folder.started_at.astimezone(LONDON).date()


def decided_by(tenant: Tenant, on: date) -> Mapping[str, Decision]:
    """Reference to the decision that counts on a day: what was decided later says nothing of it.

    Raises:
        BadLedger: the ledger cannot be read, or is not as it was written.
    """
    return current(decision for decision in ledger.read(tenant.decisions_path).decisions if decision.decided_on <= on)


def policies(tenant: Tenant, places: Places) -> tuple[Policy, Policy]:
    """The council's policy and the baseline, checked against the rules there are."""
    parameters = {rule.id: tuple(rule.parameters) for rule in RULES.values()}
    beside = tenant.folder / tenant.policy
    name = beside if tenant.policy.endswith(".yaml") and beside.exists() else tenant.policy
    policy = load(name, config_dir=places.config, known_checks=RULES, parameters=parameters)
    baseline = load(BASELINE, config_dir=places.config, known_checks=RULES, parameters=parameters)
    check_parameters((policy, baseline), tenant)
    return policy, baseline


@contextmanager
def alone(tenant: Tenant, places: Places) -> Iterator[CouncilLock]:
    """The time of one audit: nobody else audits the council meanwhile.

    Raises:
        BadFile, BadRegister, BadParameter: a mistake in policy or register, before anything is asked of Microsoft 365.
        Busy: the council is being audited already.
    """
    policies(tenant, places)
    read_register(tenant.register_path)
    with CouncilLock(places.reports, tenant.slug) as lock:
        yield lock


def report(tenant: Tenant, assessment: Assessment, folder: RunFolder, protection: Protection = OPEN) -> Outcome:
    """Write the workbooks of an assessment, and the notice that they are there.

    Raises:
        BadRun: something cannot be read or written.
    """
    written = workbooks.write(assessment, folder, protection)
    said = notice.write(tenant, assessment, folder, protection)
    return Outcome(tenant, folder, assessment, written, said, protection.readers)


def finish(
    tenant: Tenant, places: Places, folder: RunFolder, as_of: date | None = None, protection: Protection = OPEN
) -> Outcome:
    """Judge and report a run that has all its evidence; it has come to its end then.

    Raises:
        BadRun: something cannot be read or written.
    """
    outcome = report(tenant, evaluate(tenant, places, folder, as_of), folder, protection)
    come_to_its_end(folder)
    return outcome


async def audit(  # noqa: PLR0913 - each is an option of the command
    tenant: Tenant,
    places: Places,
    *,
    now: datetime | None = None,
    as_of: date | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    outside: Outside = REAL,
    protection: Protection = OPEN,
) -> Outcome:
    """The whole way for one council."""
    asked = Asked(AUDIT, now or datetime.now(UTC), as_of=as_of, fresh=fresh)
    with alone(tenant, places) as lock:
        folder = await gather(tenant, places, asked, lock, progress, outside)
        return finish(tenant, places, folder, as_of, protection)
