"""What to say and do when somebody stops a command: nothing is lost, and the process ends at once."""

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.markup import escape

from m365audit.cli.app import err
from m365audit.cli.show import watching
from m365audit.engine.collecting.collect import Progress
from m365audit.model.evidence import Coverage
from m365audit.model.tenant import Tenant

TRY_AGAIN = 75
LONGEST_SECONDS = 1.0
"""An orderly stop takes a moment. What takes longer is broken off: all that is finished is on disk by then."""


class Watch:
    """Watches councils being collected: shows progress, and knows what is saved when somebody stops the program."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._council = ""
        self._data_sets = 0
        self._saved = 0

    @contextmanager
    def __call__(self, tenant: Tenant) -> Iterator[Progress]:
        """While one council is collected."""
        self._council, self._data_sets, self._saved = tenant.council, 0, 0
        try:
            with watching(err, tenant.council) as shown:
                yield _Counted(self, shown)
            self.done.append(tenant.council)
            self._council = ""
        except Exception:
            self._council = ""
            raise

    @property
    def last_words(self) -> str:
        """What is said when the program is stopped."""
        parts = [f"done: {', '.join(self.done)}"] if self.done else []
        if self._council:
            of_council = f" of {self._council}" if self.done else ""
            so_far = f"{self._saved} of {self._data_sets} data sets{of_council} are saved" if self._data_sets else ""
            parts.append(so_far or f"nothing was read yet{of_council}")
        return f"stopped; {'; '.join(parts or ['nothing was begun'])}; run the command again to go on"

    def began(self, data_sets: int) -> None:
        """So many data sets are to be collected."""
        self._data_sets = data_sets

    def saved(self) -> None:
        """One more of them is on disk."""
        self._saved += 1

    def end_soon(self) -> None:
        """Somebody stopped the program: see that it ends, whatever it is doing."""

        def end() -> None:
            sys.stderr.write(f"{self.last_words}\n")
            sys.stderr.flush()
            os._exit(TRY_AGAIN)

        timer = threading.Timer(LONGEST_SECONDS, end)
        timer.daemon = True
        timer.start()


class _Counted:
    """Hands all it is told on, and counts."""

    def __init__(self, watch: Watch, shown: Progress) -> None:
        self._watch = watch
        self._shown = shown

    def begin(self, data_sets: Iterable[str]) -> None:
        """These will be collected."""
        names = list(data_sets)
        self._watch.began(len(names))
        self._shown.begin(names)

    def tick(self, data_set: str, rows: int) -> None:
        """So many rows of one are in."""
        self._shown.tick(data_set, rows)

    def done(self, data_set: str, coverage: Coverage) -> None:
        """One is finished."""
        self._watch.saved()
        self._shown.done(data_set, coverage)

    def say(self, words: str) -> None:
        """Something worth knowing of the whole, in one line."""
        err.print(escape(words), soft_wrap=True)
