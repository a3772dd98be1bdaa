"""One module per area, pure: evidence in, breaches out. :data:`RULES` finds them all."""

import importlib
import pkgutil

from m365audit.rules.declare import Rule

RULES: dict[str, Rule] = {
    value.id: value
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name)
    for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
    if isinstance(value, Rule)
}
"""Every rule by its id, in the order of their files."""

__all__ = ["RULES", "Rule"]
