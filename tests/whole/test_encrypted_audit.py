"""An audit whose workbooks are encrypted: nobody ever sees one in the clear, whatever becomes of the process."""

import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import NOW, Desk, desk
from hamlet import hamlet
from openpyxl import load_workbook

from m365audit.excel.encrypted import decrypt, is_locked

COUNCIL = hamlet(NOW)
PASSWORD = "three unrelated words"
_IN_THE_CLEAR = b"PK\x03\x04"


@contextmanager
def encrypting(folder: Path) -> Iterator[Desk]:
    """A provider's desk with the password in the environment, and a folder of its own for temporary files."""
    aside = folder / "aside"
    aside.mkdir()
    with desk(folder, COUNCIL) as office:
        office.variables = {**office.variables, "M365AUDIT_WORKBOOK_PASSWORD": PASSWORD, "TMPDIR": str(aside)}
        yield office


def files(folder: Path) -> list[Path]:
    """Every file below a folder, as it stood a moment ago."""
    return [Path(place) / name for place, _, names in os.walk(folder) for name in names]


def private(office: Desk) -> list[Path]:
    """What lies in private folders."""
    return [path for path in files(office.folder / "aside") if path.parent.name.startswith("m365audit-private-")]


class Watcher(threading.Thread):
    """Looks at every file of the reports again and again, and remembers those that were workbooks in the clear."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.in_the_clear: set[str] = set()
        self.locked: set[str] = set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            self.look()
            time.sleep(0.005)

    def look(self) -> None:
        for path in files(self.folder):
            try:
                begins = path.read_bytes()[:4]
            except OSError:  # it has gone meanwhile
                continue
            if begins == _IN_THE_CLEAR:
                self.in_the_clear.add(path.name)
            elif path.suffix == ".xlsx":
                self.locked.add(path.name)

    def end(self) -> None:
        self._over.set()
        self.join()
        self.look()


def workbooks(office: Desk) -> dict[str, Path]:
    return {path.name.split(" - ")[1]: path for path in office.run(COUNCIL).glob("*.xlsx")}


def test_all_through_an_audit_only_the_councils_workbook_is_ever_in_the_clear(tmp_path: Path) -> None:
    with encrypting(tmp_path) as office:
        watcher = Watcher(office.reports)
        watcher.start()
        ended = office("audit", COUNCIL.slug, "--encrypt")
        watcher.end()
        assert ended.code in {0, 4}, ended.err
        found = workbooks(office)
        assert set(found) == {"Clerk", "Council", "Technician"}
        assert {kind for kind, path in found.items() if is_locked(path)} == {"Clerk", "Technician"}
        assert {name for name in watcher.in_the_clear if not name.startswith(".workbook-")} == {found["Council"].name}
        assert files(office.folder / "aside") == []
        inside = decrypt(found["Clerk"].read_bytes(), PASSWORD)
        assert "Decisions needed" in load_workbook(io.BytesIO(inside), read_only=True).sheetnames
        said = ended.out + ended.err + (office.run(COUNCIL) / "run.log").read_text(encoding="utf-8")
        assert PASSWORD not in said
        assert "comes as an encrypted file" in ended.sentences
        # Anew in the clear, and back again: under the one name there is only ever the last.
        again = office("report", COUNCIL.slug, "--no-encrypt")
        assert again.code == 0, again.err
        assert "is not encrypted, so it goes by a link" in again.sentences
        assert not any(map(is_locked, workbooks(office).values()))
        assert workbooks(office)["Clerk"].read_bytes() == inside
        assert office("report", COUNCIL.slug, "--encrypt").code == 0
        assert {kind for kind, path in workbooks(office).items() if is_locked(path)} == {"Clerk", "Technician"}


@pytest.mark.parametrize("reader", ["Clerk", "Technician"])
def test_killed_while_it_writes_one_it_leaves_none_in_the_clear_and_the_next_sweeps_up(
    tmp_path: Path, reader: str
) -> None:
    with encrypting(tmp_path) as office:
        started = office.start("audit", COUNCIL.slug, "--encrypt")
        before = {"Clerk": "assessment.json", "Technician": "* - Council - *.xlsx"}[reader]
        started.until(lambda: any(office.reports.glob(f"*/2*/{before}")))
        started.until(lambda: any(private(office)))
        started.kill()
        assert {path.name.split(" - ")[1] for path in office.run(COUNCIL).glob("*.xlsx")} <= {"Clerk", "Council"}
        assert [path for path in office.run(COUNCIL).glob("* - Clerk - *.xlsx") if not is_locked(path)] == []
        assert private(office) != []
        ended = office("audit", COUNCIL.slug, "--encrypt")
        assert ended.code in {0, 4}, ended.err
        assert {kind for kind, path in workbooks(office).items() if is_locked(path)} == {"Clerk", "Technician"}
        assert private(office) == []
