"""Goes through a workbook in LibreOffice by keyboard alone, and prints what a screen reader would be told.

Run by the Python that LibreOffice brings (python3-uno), never imported: ``python3 by_keyboard.py FILE SCRATCH``. Real
key events are sent to a LibreOffice without a screen; what is read is its accessibility tree. LibreOffice has no key
for following a link in a cell, so one is bound to its own command, as anybody may under Tools > Customise > Keyboard.
"""

# ruff: noqa: ANN401 - UNO's objects have no types

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import uno
from com.sun.star.awt import Key, KeyEvent, KeyModifier
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

SECONDS_TO_START, SECONDS_TO_END = 40, 5
CONTROL = KeyModifier.MOD1
LINK_KEY = (Key.O, KeyModifier.MOD1 | KeyModifier.MOD2)
SPREADSHEET_MODULE = "com.sun.star.sheet.SpreadsheetDocument"


def office(scratch: Path, pipe: str) -> subprocess.Popen[bytes]:
    profile = (scratch / "profile").as_uri()
    options = ["--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([str(shutil.which("soffice")), f"-env:UserInstallation={profile}", *options], **quiet)


def connect(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Reader:
    """Somebody who has a keyboard and hears what stands under the cursor."""

    def __init__(self, context: Any, document: Any) -> None:
        make = context.ServiceManager.createInstanceWithContext
        self.toolkit = make("com.sun.star.awt.Toolkit", context)
        self.document = document
        self.view = document.CurrentController
        self.window = self.view.Frame.ComponentWindow
        keys = make("com.sun.star.ui.ModuleUIConfigurationManagerSupplier", context)
        event = self._event(*LINK_KEY)
        keys.getUIConfigurationManager(SPREADSHEET_MODULE).getShortCutManager().setKeyEvent(
            event, ".uno:OpenHyperlinkOnCursor"
        )

    def _event(self, code: int, modifiers: int = 0) -> KeyEvent:
        event = KeyEvent()
        event.Source, event.KeyCode, event.Modifiers = self.window, code, modifiers
        return event

    def press(self, code: int, modifiers: int = 0) -> None:
        event = self._event(code, modifiers)
        self.toolkit.keyPress(event)
        self.toolkit.keyRelease(event)
        self.toolkit.processEventsToIdle()

    @property
    def place(self) -> tuple[str, int, int]:
        """Sheet, column and row of the cursor, the last two counted from 1."""
        at = self.document.CurrentSelection.RangeAddress
        return self.view.ActiveSheet.Name, at.StartColumn + 1, at.StartRow + 1

    def table(self) -> Any:
        """The sheet as the accessibility tree has it."""
        spreadsheet = self.window.AccessibleContext
        waiting = [spreadsheet]
        while waiting:
            one = waiting.pop(0)
            if hasattr(one, "getAccessibleCellAt"):
                return one
            count = min(one.getAccessibleChildCount(), 50)
            waiting += [one.getAccessibleChild(number).AccessibleContext for number in range(count)]
        raise LookupError

    def read_sheet(self) -> dict[str, Any]:
        """Along the first row to the last column, then down every row to the last one; each row is read where it is."""
        title, *begins = self.place
        self.press(Key.END, CONTROL)
        _, last_column, last_row = self.place
        self.press(Key.HOME, CONTROL)
        for _ in range(last_column - 1):
            self.press(Key.RIGHT)
        reached = self.place[1]
        self.press(Key.HOME)
        table, lines = self.table(), []
        while True:
            _, _, row = self.place
            lines.append([self.heard(table, column, row) for column in range(1, reached + 1)])
            if row == last_row:
                break
            self.press(Key.DOWN)
        self.press(Key.HOME, CONTROL)
        return {"title": title, "begins": begins, "lines": lines}

    def heard(self, table: Any, column: int, row: int) -> str:
        """What is told of a cell of the row the cursor stands in."""
        return table.getAccessibleCellAt(row - 1, column - 1).AccessibleContext.getText()

    def read_all(self) -> list[dict[str, Any]]:
        sheets = [self.read_sheet()]
        while True:
            self.press(Key.PAGEDOWN, CONTROL)
            if self.place[0] == sheets[-1]["title"]:
                return sheets
            sheets.append(self.read_sheet())

    def follow(self, row: int) -> tuple[str, int, int]:
        """Go to the second sheet, which is the table of contents, and follow the link of one of its rows."""
        before = ""
        while self.place[0] != before:
            before = self.place[0]
            self.press(Key.PAGEUP, CONTROL)
        self.press(Key.PAGEDOWN, CONTROL)
        self.press(Key.HOME, CONTROL)
        for _ in range(row - 1):
            self.press(Key.DOWN)
        self.press(Key.F2)
        self.press(Key.HOME)
        self.press(*LINK_KEY)
        return self.place


def read(file: Path, context: Any) -> dict[str, Any]:
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = desktop.loadComponentFromURL(file.as_uri(), "_blank", 0, ())
    reader = Reader(context, document)
    sheets = reader.read_all()
    contents = sheets[1]
    first = next(n for n, line in enumerate(contents["lines"], start=1) if line[0] == "Sheet") + 1
    links = {contents["lines"][row - 1][0]: reader.follow(row) for row in range(first, len(contents["lines"]) + 1)}
    changed = document.isModified()
    document.close(True)  # noqa: FBT003 - it is UNO's
    return {"sheets": sheets, "links": links, "changed": changed}


def main() -> None:
    file, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    pipe = f"by-keyboard-{os.getpid()}"
    started = office(scratch, pipe)
    try:
        context = connect(pipe)
        json.dump(read(file, context), sys.stdout)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        with suppress(DisposedException):
            desktop.terminate()
        started.wait(SECONDS_TO_END)
    finally:
        if started.poll() is None:
            started.terminate()


if __name__ == "__main__":
    main()
