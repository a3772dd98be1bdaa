"""One folder per subject, one module per area of it, pure: evidence in, breaches out. :data:`RULES` finds them all."""

import importlib
import pkgutil

from m365audit.rules.declare import Rule


def _name(module: str) -> str:
    return module.rpartition(".")[2]


RULES: dict[str, Rule] = {
    value.id: value
    for module in sorted((found.name for found in pkgutil.walk_packages(__path__, f"{__name__}.")), key=_name)
    for value in vars(importlib.import_module(module)).values()
    if isinstance(value, Rule)
}
"""Every rule by its id, in the order of their files' names."""

__all__ = ["RULES", "Rule"]
