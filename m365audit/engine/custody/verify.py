"""Hold everything that is kept of a council against its digests: evidence, the chain of manifests, the decisions."""

from dataclasses import dataclass

from m365audit.engine.places import Places
from m365audit.model.tenant import Tenant
from m365audit.register import ledger
from m365audit.snapshot.check import CheckedRun, Fault, check_runs

UNTOUCHED, TAMPERED = 0, 5


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found.

    ``runs`` are all there are or were, oldest first. ``decisions`` counts those of the ledger and ``ledger`` is the
    SHA-256 its last line gives; both ``None`` where it is not as it was written. ``notes`` are sentences of what is
    no fault.
    """

    slug: str
    council: str
    runs: tuple[CheckedRun, ...]
    decisions: int | None
    ledger: str | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the newest manifest; as each names the one before, it fixes every run. Empty without one."""
        return next((run.manifest for run in reversed(self.runs) if run.manifest), "")

    @property
    def exit_code(self) -> int:
        """5 where a file is not what it was."""
        return TAMPERED if self.faults else UNTOUCHED


def verify(tenant: Tenant, places: Places) -> Verified:
    """Read everything and change nothing; needs no network.

    Raises:
        BadRun, BadLedger: a list cannot be read at all.
    """
    checked = check_runs(places.reports, tenant.slug)
    faults = [*(fault for run in checked.runs for fault in run.faults), *checked.faults]
    path = tenant.decisions_path
    decisions: int | None = None
    head: str | None = None
    notes: tuple[str, ...] = ()
    try:
        kept = ledger.read(path)
    except ledger.TamperedLedger as error:
        faults.append(Fault(path, f"is not as it was written ({error})"))
    else:
        decisions, head = len(kept.decisions), kept.head
        notes = (kept.torn,) if kept.torn else ()
    return Verified(tenant.slug, tenant.council, checked.runs, decisions, head, tuple(dict.fromkeys(faults)), notes)
