"""The ledger of decisions: one line each, only ever added to, each bound to the line before by its digest."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from m365audit.model.answers import Answer, Effect
from m365audit.model.decisions import Channel, Decision, Source
from m365audit.model.words import SubjectKind
from m365audit.snapshot import Busy

BEGINNING = "0" * 64
"""What the first line has for the digest of the line before."""
_VERSION = 1
_PATIENCE_SECONDS = 30
_OWNER_ONLY = 0o600
_AS_BYTES = getattr(os, "O_BINARY", 0)


class BadLedger(Exception):
    """A ledger that cannot be read or written. One sentence, with the remedy."""


class TamperedLedger(BadLedger):
    """A ledger that is not as it was written."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every decision there is, in the order they were kept. ``head``: the digest of the last line.

    ``torn`` is empty, or says that a last line was left unfinished; the decision on it was never kept.
    """

    decisions: tuple[Decision, ...] = ()
    head: str = BEGINNING
    torn: str = ""
    size: int = 0
    """Bytes of the whole lines."""
    ended: bool = True
    """Whether the last whole line ends with a line feed."""

    @property
    def next_id(self) -> int:
        """The id the next decision gets."""
        return len(self.decisions) + 1


def read(path: Path) -> Ledger:
    """The ledger; an empty one where there is no file.

    Raises:
        TamperedLedger: a line is not what was written there; the line is named.
        BadLedger: the file cannot be read.
    """
    try:
        return parse(path.name, path.read_bytes())
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}); see that it is a file you may read"
        raise BadLedger(message) from error


def parse(name: str, data: bytes) -> Ledger:
    """The ledger in some bytes; ``name`` is the file's, for what is said of it.

    Raises:
        TamperedLedger: as :func:`read`.
    """
    *lines, rest = data.split(b"\n")
    ledger = Ledger()
    for line in lines:
        ledger = _with_line(name, ledger, line, ended=True)
    if not rest:
        return ledger
    try:
        orjson.loads(rest)
    except orjson.JSONDecodeError:
        # Nothing but the last line of all can be unfinished: each is written behind the one before.
        number = ledger.next_id
        torn = f"line {number} of {name} was left unfinished when the computer stopped; the decision on it was not kept"
        return replace(ledger, torn=torn)
    return _with_line(name, ledger, rest, ended=False)


def append(path: Path, decide: Callable[[Ledger], Sequence[Decision]]) -> Ledger:
    """Add what ``decide`` makes of the ledger as it is now, while nobody else can add to it.

    An unfinished last line is cut off first. What is added is on the disk when this returns.

    Raises:
        ValueError: the ids of the new decisions do not follow on.
        TamperedLedger, BadLedger: it cannot be read or written; then nothing is added.
        Busy: somebody else has been adding to it for half a minute.
    """
    with _alone(path):
        ledger = read(path)
        new = decide(ledger)
        if not new:
            return ledger
        if [one.id for one in new] != list(range(ledger.next_id, ledger.next_id + len(new))):
            message = f"decisions number {[one.id for one in new]} cannot follow {len(ledger.decisions)} others"
            raise ValueError(message)
        data = b"" if ledger.ended else b"\n"
        head = ledger.head
        for decision in new:
            line = as_line(decision, head)
            head, data = _digest(line), data + line + b"\n"
        _write(path, ledger.size, data)
        return Ledger((*ledger.decisions, *new), head, ledger.torn, ledger.size + len(data))


def as_line(decision: Decision, previous: str) -> bytes:
    """A decision as its line, without the line feed; ``previous`` is the digest of the line before."""
    return orjson.dumps({"version": _VERSION, "previous": previous, **asdict(decision)})


def _with_line(name: str, ledger: Ledger, line: bytes, *, ended: bool) -> Ledger:
    number = ledger.next_id
    try:
        body = orjson.loads(line)
        previous, decision = body["previous"], _decision(body)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise TamperedLedger(_tampered(name, number, f"cannot be read ({type(error).__name__}: {error})")) from error
    if previous != ledger.head:
        raise TamperedLedger(_tampered(name, number, "does not follow from the line before it"))
    if decision.id != number:
        raise TamperedLedger(_tampered(name, number, f"has the number {decision.id}"))
    size = ledger.size + len(line) + ended
    return Ledger((*ledger.decisions, decision), _digest(line), "", size, ended)


def _tampered(name: str, number: int, what: str) -> str:
    return (
        f"{name}, line {number} {what}: the ledger of decisions was changed by something else; put back a copy of it "
        "from before"
    )


def _decision(body: dict[str, Any]) -> Decision:
    source = body["source"]
    return Decision(
        id=body["id"],
        reference=body["reference"],
        rule=body["rule"],
        subject_kind=SubjectKind(body["subject_kind"]),
        subject_id=body["subject_id"],
        subject_name=body["subject_name"],
        answer=Answer(body["answer"]),
        effect=Effect(body["effect"]),
        reason=body["reason"],
        until=date.fromisoformat(body["until"]) if body["until"] is not None else None,
        decided_by=body["decided_by"],
        decided_on=date.fromisoformat(body["decided_on"]),
        recorded_at=datetime.fromisoformat(body["recorded_at"]),
        run=body["run"],
        source=Source(source["file"], source["sha256"], source["row"], Channel(source["channel"])),
        supersedes=body["supersedes"],
        # Lines from before it was written down have none.
        extent=tuple(body["extent"]) if body.get("extent") is not None else None,
    )


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = FileLock(f"{path}.lock", timeout=_PATIENCE_SECONDS, mode=_OWNER_ONLY)
    try:
        lock.acquire()
    except Timeout:
        message = f"somebody else is adding to {path.name}; wait until that has ended, then try again"
        raise Busy(message) from None
    except (OSError, NotImplementedError) as error:
        said = error.strerror if isinstance(error, OSError) else "this file system has no locks"
        message = f"{path} cannot be locked ({said}); see that you may write in its folder"
        raise BadLedger(message) from error
    try:
        yield
    finally:
        lock.release()


def _write(path: Path, size: int, data: bytes) -> None:
    """Put bytes behind the first ``size`` ones of a file, on the disk; or leave those as they were."""
    try:
        is_new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | _AS_BYTES, _OWNER_ONLY)
        try:
            os.ftruncate(descriptor, size)
            os.lseek(descriptor, size, os.SEEK_SET)
            try:
                written = 0
                while written < len(data):
                    written += os.write(descriptor, data[written:])
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        if is_new:
            _remember_name(path.parent)
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}); nothing was kept; free some space, or see its rights"
        raise BadLedger(message) from error


def _remember_name(folder: Path) -> None:
    """See that a new file's name outlives a loss of power; Windows does so by itself, and cannot be asked."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
