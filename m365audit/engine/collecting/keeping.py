"""What is kept while a run is collected, and what of it still holds when the run is gone on with."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext

from m365audit.connectors import Connector
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.model.evidence import Coverage, DataSetRecord
from m365audit.model.words import GapKind
from m365audit.snapshot import RunFolder, Saved, Unfinished
from m365audit.snapshot.records import fingerprint

Records = Mapping[str, DataSetRecord]

# Asking again may well be answered otherwise.
_PASSING = frozenset({GapKind.THROTTLED, GapKind.ERROR})


def holds(coverage: Coverage) -> bool:
    """Whether asking again at once would bring nothing new.

    It would after a fault, and after Microsoft asked to slow down. A data set that is missing altogether is asked for
    again too: that costs a request or two, and granting what was missing is what people do between two runs.
    """
    return not coverage.is_absent and not any(gap.kind in _PASSING for gap in coverage.gaps)


class Keeping:
    """The data sets of one run and the scopes of the long ones, kept as they are finished."""

    def __init__(self, folder: RunFolder) -> None:
        self._unfinished = Unfinished(folder)
        self._saved: dict[str, Saved] = {}
        for name in self._unfinished.names():
            if found := self._unfinished.saved(name):
                self._saved[name] = found

    def whole(self, data_sets: Iterable[str]) -> int:
        """How many of these data sets are there and need not be asked for again."""
        return sum(name in self._saved and holds(self._saved[name].record.coverage) for name in data_sets)

    def found(self, connector: Connector, records: Records) -> dict[str, DataSetRecord] | None:
        """A connector's data sets from before the run stopped, if they hold and were made of the same evidence."""
        if not connector.services:
            # It costs no request, and what it tells is of the moment.
            return None
        made_from = _made_from((*connector.needs, *connector.uses), records)
        found = {name: self._saved[name] for name in connector.data_sets if name in self._saved}
        if len(found) < len(connector.data_sets):
            return None
        if all(holds(one.record.coverage) and one.made_from == made_from for one in found.values()):
            return {name: one.record for name, one in found.items()}
        return None

    def scopes(self, connector: Connector, records: Records) -> AbstractContextManager[Kept]:
        """Where a connector keeps the scopes it has looked at whole; nowhere, if it keeps none.

        Raises:
            BadRun: they cannot be read or written.
        """
        if "kept" not in connector.context:
            return nullcontext(FORGETFUL)
        made_from = _made_from(connector.kept_with, records)
        return closing(self._unfinished.scopes(connector.data_sets[0], made_from))

    def save(self, connector: Connector, record: DataSetRecord, records: Records) -> None:
        """A data set is finished.

        Raises:
            BadRun: it cannot be written.
        """
        self._unfinished.save(record, _made_from((*connector.needs, *connector.uses), records))


def _made_from(names: Iterable[str], records: Records) -> dict[str, str]:
    return {name: fingerprint(records[name]) for name in names if name in records}
