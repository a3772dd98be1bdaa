"""Take returned answers in: read the files, say what was understood, and keep it when somebody has agreed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from m365audit.engine.custody.protection import NO_KEYS, Keyring
from m365audit.engine.places import Places
from m365audit.model.decisions import Decision
from m365audit.model.tenant import Tenant
from m365audit.register import BadRegister, read_register
from m365audit.register.altered import Written, as_sent
from m365audit.register.endings import write_endings
from m365audit.register.ingest import Handed, Now, understand
from m365audit.register.judged import Judged, NotAnswerable, parse
from m365audit.register.ledger import Ledger, append, read
from m365audit.register.offices import Offices
from m365audit.register.package import BadReturn
from m365audit.register.returned import Returned, read_returned
from m365audit.register.told import read_told
from m365audit.register.understood import Ending, Refusal, Understood
from m365audit.settings import BadFile, load_tenant
from m365audit.snapshot import BadRun, Busy, RunFolder, run_folder, runs

LONDON: Final = ZoneInfo("Europe/London")
_TYPED: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one council's files were understood to say. Nothing of it is kept yet."""

    tenant: Tenant
    understood: Understood
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: the decisions, and the last days that went into the register."""

    decisions: tuple[Decision, ...]
    endings: tuple[Ending, ...]


def today(now: datetime) -> date:
    """The day it is in the council's own time."""
    return now.astimezone(LONDON).date()


def sort_by_council(
    files: Sequence[Path], places: Places, keys: Keyring = NO_KEYS
) -> tuple[Mapping[str, tuple[Tenant, tuple[Returned, ...]]], tuple[Refusal, ...]]:
    """Returned files by the tenant they are of; those that cannot be read at all are refused, each by itself.

    ``keys`` are the passwords to try on those that are encrypted.
    """
    found: dict[str, tuple[Tenant, tuple[Returned, ...]]] = {}
    refused: list[Refusal] = []
    for path in dict.fromkeys(files):
        try:
            returned = _read(path, keys)
            tenant, others = found.get(returned.tenant) or (_tenant_of(returned, places), ())
            found[returned.tenant] = (tenant, (*others, returned))
        except BadReturn as error:
            refused.append(_whole(error))
    return found, tuple(refused)


def hear(tenant: Tenant, files: Iterable[Returned], places: Places, now: Now, keys: Keyring = NO_KEYS) -> Heard:
    """Understand one council's returned files; one whose run cannot be answered is refused, the others stand.

    The workbook that was sent is read beside them, with the passwords at hand where it is encrypted.

    Raises:
        BadRegister, BadLedger, BadRun: something of the council's own cannot be read.
    """
    register = read_register(tenant.register_path)
    if register is None:
        message = (
            f"{tenant.council} has no register, so nobody may decide; `m365audit init {tenant.slug}` writes one, and "
            "its sheet People says who the Clerk is"
        )
        raise BadRegister(message)
    offices = Offices.of(register["people"], register["third_parties"], tenant.provider)
    ledger = read(tenant.decisions_path)
    latest = _latest(tenant, places)
    handed, refused = _hand_over(tenant, files, latest, places, keys)
    understood = understand(handed, latest, offices, ledger, now)
    torn = (ledger.torn,) if ledger.torn else ()
    understood = replace(understood, refused=(*refused, *understood.refused), notices=(*torn, *understood.notices))
    return Heard(tenant, understood, ledger)


def _hand_over(
    tenant: Tenant, files: Iterable[Returned], latest: Judged, places: Places, keys: Keyring
) -> tuple[list[Handed], list[Refusal]]:
    judged: dict[str, Judged] = {latest.run: latest}
    handed: list[Handed] = []
    refused: list[Refusal] = []
    for returned in files:
        try:
            folder = _run_of(returned, tenant, places)
            if folder.run not in judged:
                judged[folder.run] = _judged(folder, tenant)
            handed.append(Handed(returned, judged[folder.run], _as_it_was_sent(folder, keys)))
        except (NotAnswerable, BadReturn) as error:
            refused.append(_unanswerable(returned, error, tenant))
    return handed, refused


def keep(heard: Heard, now: Now) -> Kept:
    """Keep what was understood: the decisions in the ledger first, then last days in the register.

    Raises:
        Busy: the ledger has grown since it was shown what would be kept.
        BadLedger: the ledger cannot be written; nothing was kept.
        BadRegister: the register cannot be written; the decisions are kept, and giving the file again mends it.
    """
    understood = heard.understood

    def unless_moved(ledger: Ledger) -> Sequence[Decision]:
        if ledger.head != heard.ledger.head:
            message = f"somebody else has kept decisions of {heard.tenant.slug} meanwhile; run the command again"
            raise Busy(message)
        return understood.decisions

    if understood.decisions:
        append(heard.tenant.decisions_path, unless_moved)
    path = heard.tenant.register_path
    endings = write_endings(path, understood.endings, now.at) if path and understood.endings else []
    return Kept(understood.decisions, tuple(endings))


def _read(path: Path, keys: Keyring) -> Returned:
    return read_told(path) if path.suffix.lower() in _TYPED else read_returned(path, keys.all)


def _tenant_of(returned: Returned, places: Places) -> Tenant:
    try:
        return load_tenant(places.config, returned.tenant, signs_in=False)
    except BadFile as error:
        why = f"it is of the tenant '{returned.tenant[:60]}', which cannot be read here ({error.problem})"
        raise BadReturn(
            returned.file, why, "see that it is given to the right place, or mend the tenant file"
        ) from error


def _latest(tenant: Tenant, places: Places) -> Judged:
    """The newest run that was judged.

    Raises:
        BadRun: there is none, or it cannot be read.
    """
    known = [
        folder for folder in runs(places.reports, tenant.slug) if folder.is_complete and folder.assessment.exists()
    ]
    if not known:
        message = f"{places.reports / tenant.slug} holds no run that was judged; name its folder with --reports"
        raise BadRun(message)
    try:
        return _judged(known[-1], tenant)
    except NotAnswerable as error:
        message = f"{known[-1].assessment}: {error}; {_again(tenant, known[-1].run)}"
        raise BadRun(message) from error


def _judged(folder: RunFolder, tenant: Tenant) -> Judged:
    try:
        judged = parse(folder.assessment.read_bytes())
    except OSError as error:
        message = f"its assessment cannot be read ({error.strerror})"
        raise NotAnswerable(message) from error
    if judged.tenant_id.lower() != tenant.tenant_id.lower() or judged.run != folder.run:
        message = "its assessment is of another tenant or run"
        raise NotAnswerable(message)
    return judged


def _run_of(returned: Returned, tenant: Tenant, places: Places) -> RunFolder:
    try:
        return run_folder(places.reports, tenant.slug, returned.run)
    except BadRun as error:
        remedy = "give the reports' folder with --reports, or have the workbook of a run that is there filled in"
        raise BadReturn(returned.file, str(error), remedy) from error


def _as_it_was_sent(folder: RunFolder, keys: Keyring) -> Written | None:
    """The sheet of decisions of the run's own workbook; ``None`` where that is not there any more, or does not open."""
    for path in sorted(folder.path.glob("* - Clerk - *.xlsx")):
        try:
            sent = read_returned(path, keys.at_hand)
        except BadReturn:
            continue
        if sent.run == folder.run:
            return as_sent(sent.rows)
    return None


def _whole(error: BadReturn) -> Refusal:
    return Refusal(error.file, 0, "", "the whole file", error.why, error.remedy)


def _unanswerable(returned: Returned, error: Exception, tenant: Tenant) -> Refusal:
    if isinstance(error, BadReturn):
        return _whole(error)
    why = f"the run {returned.run} cannot be answered: {error}"
    return Refusal(returned.file, 0, "", "the whole file", why, _again(tenant, returned.run))


def _again(tenant: Tenant, run: str) -> str:
    return f"write it again with `m365audit evaluate {tenant.slug} --run {run}`"


def document(heard: Heard, kept: Kept | None) -> Mapping[str, object]:
    """What was understood, as the command prints it for machines; ``kept`` is false before it was kept."""
    understood = heard.understood
    return {
        "tenant": heard.tenant.slug,
        "kept": kept is not None,
        "decisions": understood.decisions,
        "replaced": understood.replaced,
        "already_kept": understood.again,
        "refused": understood.refused,
        "edits_ignored": understood.edits,
        "register": kept.endings if kept else understood.endings,
        "to_do": understood.to_do,
        "notices": understood.notices,
        "unanswered": understood.unanswered,
    }
