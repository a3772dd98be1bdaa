"""What the last run knew, for a connector that goes on with it."""

from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa


class Earlier(Protocol):
    """The evidence of the last finished run that has it."""

    def batches(self, data_set: str) -> Iterator[pa.RecordBatch]:
        """The rows of a data set, some thousands at a time, every declared column; none where there is no such run."""
        ...


class NothingEarlier:
    """There was no run before."""

    def batches(self, data_set: str) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        """No rows."""
        return iter(())


NOTHING_EARLIER = NothingEarlier()
