"""One file per service area; the only users of the wire. :data:`CONNECTORS` finds them all."""

import importlib
import pkgutil

from m365audit.connectors.declare import Connector

CONNECTORS: tuple[Connector, ...] = tuple(
    value
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name)
    for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
    if isinstance(value, Connector)
)
"""Every connector, in the order of their files."""

__all__ = ["CONNECTORS", "Connector"]
