"""Begin with a council: its tenant file and an empty register, both or neither; and rows proposed for a register."""

import tempfile
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import pandas as pd

from m365audit.engine.audit import collect
from m365audit.engine.collecting.collect import Progress
from m365audit.engine.deciding.propose import Evidence, Proposal, propose
from m365audit.engine.places import LONDON, Places
from m365audit.graph import REAL, Outside
from m365audit.model.evidence import Gap
from m365audit.model.tenant import Tenant
from m365audit.register import read_register, write_register
from m365audit.settings import BadFile
from m365audit.settings.template import NewTenant, tenant_file
from m365audit.snapshot import Snapshot, runs

# What is shared is read from an earlier run, if there is one: to read every library takes as long as an audit.
_FROM_AN_EARLIER_RUN = "sharing"
_ASKED_FOR = tuple(field.name for field in fields(Evidence) if field.name != _FROM_AN_EARLIER_RUN)


def begin(config: Path, new: NewTenant) -> tuple[Path, Path]:
    """Write ``config/tenants/SLUG.yaml`` and the register beside it; return their paths.

    Raises:
        BadFile: one of them is there already, or the folder cannot be written. Nothing is left behind.
    """
    folder = config / "tenants"
    file, register = folder / f"{new.slug}.yaml", folder / new.register_file
    for path in (file, register):
        if path.exists():
            raise BadFile(path, None, "", "it is there already", "edit it, or name another council")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_register(register, new.council or new.slug)
        part = file.with_name(file.name + ".part")
        part.write_text(tenant_file(new), encoding="utf-8")
        part.replace(file)
    except OSError as error:
        register.unlink(missing_ok=True)
        problem = f"it cannot be written ({error.strerror})"
        raise BadFile(file, None, "", problem, "name another folder with --config") from error
    return file, register


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was proposed. ``path`` is the workbook written, ``None`` where the register lacks nothing.

    ``beside`` is the register it stands beside; ``None`` where the workbook is the register. ``gaps`` are what could
    not be read, so that nothing is proposed from it.
    """

    path: Path | None
    beside: Path | None
    proposal: Proposal
    gaps: tuple[Gap, ...]

    @property
    def nothing_came(self) -> bool:
        """Whether not even the accounts could be read."""
        return not self.proposal.rows


async def propose_register(
    tenant: Tenant, places: Places, now: datetime, progress: Progress | None = None, outside: Outside = REAL
) -> Proposed:
    """Sign in, read what rows are proposed from, and write those the register lacks; no run is left behind.

    They are the register where there is none, else a workbook beside it.

    Raises:
        SignInFailed, UnsafePermission: as for collecting.
        BadRegister: the register cannot be read.
        BadFile: the tenant file names no register, or what would be written is there already.
        BadRun: there is no room for what is read, or an earlier run cannot be read.
    """
    register, target = _target(tenant)
    known = read_register(register)
    with tempfile.TemporaryDirectory(prefix="m365audit-") as folder:
        aside = Places(places.config, Path(folder))
        run = await collect(tenant, aside, now, only=_ASKED_FOR, progress=progress, outside=outside)
        snapshot = Snapshot.open(run)
        absent = {name for name in _ASKED_FOR if snapshot.coverage(name).is_absent}
        frames = {name: None if name in absent else snapshot.frame(name) for name in _ASKED_FOR}
    gaps = tuple(gap for name in _ASKED_FOR for gap in snapshot.coverage(name).gaps)
    accounts = frames.pop("accounts")
    if accounts is None:
        return Proposed(None, None, Proposal({}), gaps)
    shared = _shared_before(places.reports, tenant.slug)
    evidence = Evidence(accounts, **frames, sharing=shared)
    proposal = propose(evidence, tenant, known, now.astimezone(LONDON).date())
    if not proposal.counts:
        return Proposed(None, register, proposal, gaps)
    try:
        write_register(target, tenant.council, proposal.rows)
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        raise BadFile(target, None, "", problem, "see that you may write in its folder") from error
    return Proposed(target, register if target != register else None, proposal, gaps)


def _target(tenant: Tenant) -> tuple[Path, Path]:
    """The register, and the workbook the proposal goes to."""
    register = tenant.register_path
    if register is None:
        file = tenant.folder / f"{tenant.slug}.yaml"
        remedy = f"add a line 'register: {tenant.slug}-register.xlsx'"
        raise BadFile(file, None, "", "it names no register", remedy)
    target = register.with_name(f"{tenant.slug}-register-proposed.xlsx") if register.exists() else register
    if target.exists():
        remedy = "copy what is right in it to the register and delete it, or move it elsewhere"
        raise BadFile(target, None, "", "it is there already", remedy)
    return register, target


def _shared_before(reports: Path, slug: str) -> pd.DataFrame | None:
    finished = [folder for folder in runs(reports, slug) if folder.is_complete]
    if not finished:
        return None
    snapshot = Snapshot.open(finished[-1])
    return None if snapshot.coverage(_FROM_AN_EARLIER_RUN).is_absent else snapshot.frame(_FROM_AN_EARLIER_RUN)
