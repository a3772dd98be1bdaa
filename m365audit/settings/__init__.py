"""Settings: files people write by hand, read with the line of every mistake.

``read(path)`` gives a :class:`Located` mapping; whatever is wrong with the file is a :class:`BadFile`, whose ``str`` is
one sentence. ``read(path, refusal=Mine)`` raises a subclass of it instead.
"""

from m365audit.settings.located import BadFile, Located, LocatedList, nearest
from m365audit.settings.tenant import BadTenantFile, load_tenant, tenants_available
from m365audit.settings.yaml_file import read

__all__ = [
    "BadFile",
    "BadTenantFile",
    "Located",
    "LocatedList",
    "load_tenant",
    "nearest",
    "read",
    "tenants_available",
]
