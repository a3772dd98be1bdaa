"""Data sets a connector depends on, read back as plain Python values."""

from typing import Any

import pandas as pd
import pyarrow as pa


def records(frame: pd.DataFrame | None, *columns: str) -> list[dict[str, Any]]:
    """The named columns of a frame, one dictionary per row, nulls as ``None`` and lists as lists; of no frame, none."""
    if frame is None:
        return []
    values = [pa.array(frame[column], from_pandas=True).to_pylist() for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
