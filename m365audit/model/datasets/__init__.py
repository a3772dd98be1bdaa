"""Every data set of the program, declared once: :data:`DATA_SETS` is name to declaration."""

from m365audit.model.datasets import (
    access,
    apps,
    auditor,
    devices,
    files,
    identity,
    mail,
    meetings,
    protection,
    roles,
    signals,
)
from m365audit.model.datasets.schema import Column, DataSet, as_frame

DATA_SETS: dict[str, DataSet] = {
    value.name: value
    for module in (identity, mail, meetings, files, access, roles, apps, devices, auditor, protection, signals)
    for value in vars(module).values()
    if isinstance(value, DataSet)
}

__all__ = ["DATA_SETS", "Column", "DataSet", "as_frame"]
