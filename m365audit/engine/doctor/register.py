"""What the doctor says of a council's register, from the last run's evidence; nobody is asked anything for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from m365audit.engine.audit import policies
from m365audit.engine.deciding.register_rows import register_notes
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.places import LONDON, Places
from m365audit.model.months import Match, RegisterNote
from m365audit.model.tenant import Tenant
from m365audit.register import read_register, rows_to_confirm
from m365audit.snapshot import RunFolder, Snapshot, runs


@dataclass(frozen=True, slots=True)
class RegisterLook:
    """The register as the doctor sees it.

    ``waiting`` counts rows to be confirmed by sheet. ``rows`` are those in force that name nothing there was in
    ``run``, the last one; empty where there is no run of this tenant.
    """

    exists: bool
    waiting: dict[str, int]
    run: str
    rows: tuple[RegisterNote, ...]

    @property
    def sentences(self) -> Iterator[str]:
        """What a person should read, one line each."""
        if not self.exists:
            yield "There is no register, so much will not be assessed: m365audit init --from-tenant proposes one."
        if self.waiting:
            yield waiting_words(self.waiting)
        for note in self.rows:
            place = f"Register, sheet {note.sheet}, row {note.row}: {note.says}"
            if note.match is Match.GONE:
                yield f"{place}: nothing goes by that in run {self.run}. Correct the row, end it, or delete it."


def waiting_words(waiting: Mapping[str, int]) -> str:
    """How many rows of which sheets wait to be confirmed, in a sentence; empty where none do."""
    counted = ", ".join(f"{title} {number}" for title, number in waiting.items())
    return f"Rows of the register that wait to be confirmed, and count for nothing yet: {counted}." if counted else ""


def words_on_waiting(tenant: Tenant) -> str:
    """The same of a council's register as it is now.

    Raises:
        BadRegister: it cannot be read.
    """
    return waiting_words(rows_to_confirm(read_register(tenant.register_path)))


def look_at_register(tenant: Tenant, places: Places) -> RegisterLook:
    """Hold the register against what the last run collected.

    Raises:
        BadRegister, BadFile: the register or the policy cannot be read.
        BadRun: the last run's evidence is not what it should be.
    """
    register = read_register(tenant.register_path)
    last = _last(tenant, places)
    rows: tuple[RegisterNote, ...] = ()
    if register is not None and last is not None:
        as_of = last.folder.started_at.astimezone(LONDON).date()
        rows = register_notes(Inputs(tenant, last, register, policies(tenant, places)[0], as_of))
    return RegisterLook(register is not None, rows_to_confirm(register), last.folder.run if last else "", rows)


def _last(tenant: Tenant, places: Places) -> Snapshot | None:
    """The last finished run, if it is of this tenant and not of another one of the name."""
    finished: list[RunFolder] = [folder for folder in runs(places.reports, tenant.slug) if folder.is_complete]
    if not finished or Snapshot.open(finished[-1], check=False).about.get("tenant_id") != tenant.tenant_id:
        return None
    return Snapshot.open(finished[-1])
