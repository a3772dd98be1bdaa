"""What kind of thing an object of the directory is, in our words."""

from collections.abc import Mapping
from typing import Any, Final

_KINDS: Final = {
    "#microsoft.graph.user": "user",
    "#microsoft.graph.group": "group",
    "#microsoft.graph.serviceprincipal": "service principal",
    "#microsoft.graph.device": "device",
    "#microsoft.graph.orgcontact": "contact",
}


def kind_of(thing: Mapping[str, Any]) -> str:
    """user, group, service principal, device, contact, or other where its type is none of these."""
    return _KINDS.get(str(thing.get("@odata.type")).lower(), "other")
