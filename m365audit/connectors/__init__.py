"""One folder per service, one file per area of it; the only users of the wire. :data:`CONNECTORS` finds them all."""

import importlib
import pkgutil

from m365audit.connectors.declare import Connector


def _name(module: str) -> str:
    return module.rpartition(".")[2]


CONNECTORS: tuple[Connector, ...] = tuple(
    value
    for module in sorted((found.name for found in pkgutil.walk_packages(__path__, f"{__name__}.")), key=_name)
    for value in vars(importlib.import_module(module)).values()
    if isinstance(value, Connector)
)
"""Every connector, in the order of their files' names."""

__all__ = ["CONNECTORS", "Connector"]
