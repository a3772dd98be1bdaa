"""From a gap to what would mend it, in the program's own words: a gap's own may quote Microsoft, and so name people."""

from collections.abc import Iterable, Mapping
from typing import Any

from m365audit.connectors import CONNECTORS
from m365audit.model.datasets import DATA_SETS
from m365audit.model.fleet import Remedy, Shortfall
from m365audit.model.words import SHOULD_HAVE_COME, GapKind
from m365audit.rules import RULES

_FILLED_BY = {name: connector for connector in CONNECTORS for name in connector.data_sets}
_KINDS = {str(kind): kind for kind in GapKind}
_DOCTOR = "m365audit doctor SLUG says what is missing and how to give it"
_AGAIN = "m365audit audit SLUG"
_THE_COUNCIL = "A decision of the council's"

_ACTIONS: Mapping[GapKind, tuple[str, str]] = {
    GapKind.PERMISSION: ("Have {permissions} consented to", "m365audit permissions SLUG --consent-url prints the link"),
    GapKind.ROLE: (
        "Give the audit's sign-in the role Global Reader",
        "m365audit permissions SLUG --script",
    ),
    GapKind.POLICY: ("{policy}", _DOCTOR),
    GapKind.THROTTLED: ("Audit again later: Microsoft asked to slow down", _AGAIN),
    GapKind.ERROR: ("Find out why Microsoft answered with an error, and audit again", "run.log of the run; " + _AGAIN),
    GapKind.NOT_COLLECTED: ("Audit again with nothing left out", _AGAIN),
    GapKind.REGISTER: (
        "Have the Clerk fill in the council's register",
        "m365audit init SLUG --from-tenant proposes rows; m365audit doctor SLUG counts those that wait",
    ),
    GapKind.LICENCE: ("Nothing, unless the council buys {plans}", _THE_COUNCIL),
    GapKind.NOT_ENABLED: (
        "Nothing, unless the council means to use what is switched off",
        _THE_COUNCIL,
    ),
    GapKind.UNSUPPORTED: (
        "Nothing: Microsoft offers no way to read it",
        "By hand, in Microsoft's own portals",
    ),
}


def shortfalls(gaps: Iterable[Mapping[str, Any]]) -> tuple[Shortfall, ...]:
    """The gaps of a document, one for each remedy: what should have come first, then what leaves most open.

    Raises:
        KeyError, TypeError: they are none.
    """
    found: dict[Remedy, _Places] = {}
    for gap in gaps:
        # A kind that is none any more stands in documents of earlier versions, and nothing mends it.
        if kind := _KINDS.get(gap["kind"]):
            found.setdefault(remedy(kind, str(gap["data_set"])), _Places()).add(gap)
    made = [places.shortfall(what) for what, places in found.items()]
    return tuple(sorted(made, key=lambda one: (not one.remedy.is_due, -one.checks, one.remedy.action)))


def remedy(kind: GapKind, data_set: str) -> Remedy:
    """What would mend a gap of that kind in a data set."""
    action, where = _ACTIONS[kind]
    words = {"permissions": _permissions(data_set), "plans": _plans(data_set), "policy": _policy(data_set)}
    return Remedy(kind, action.format_map(words), where, is_due=kind in SHOULD_HAVE_COME)


class _Places:
    """Where one remedy is wanted."""

    def __init__(self) -> None:
        self._data_sets: set[str] = set()
        self._checks: set[str] = set()
        self._places = 0

    def add(self, gap: Mapping[str, Any]) -> None:
        self._data_sets.add(_spoken(str(gap["data_set"])))
        self._checks.update(str(check) for check in gap["rules"])
        self._places += 1

    def shortfall(self, what: Remedy) -> Shortfall:
        return Shortfall(what, tuple(sorted(self._data_sets)), self._places, len(self._checks))


def _permissions(data_set: str) -> str:
    permissions = _FILLED_BY[data_set].permissions if data_set in _FILLED_BY else ()
    return " and ".join(permissions) or "what the audit asks for"


def _plans(data_set: str) -> str:
    parts = _FILLED_BY[data_set].parts_of(data_set) if data_set in _FILLED_BY else ()
    plans = dict.fromkeys(str(plan) for part in parts for plan in part.plans)
    return " or ".join(plans) or "a licence for it"


def _policy(data_set: str) -> str:
    parts = _FILLED_BY[data_set].parts_of(data_set) if data_set in _FILLED_BY else ()
    if any(part.access_policy for part in parts):
        return "Have a Teams administrator give the audit's app an application access policy"
    return "Let the audit's app in: a policy of the council's keeps it out"


def _spoken(data_set: str) -> str:
    """A data set by name; what a document of another version calls by a name that is none here is not repeated."""
    if data_set in DATA_SETS or data_set in RULES or data_set == "register":
        return data_set.replace("_", " ")
    return "something another version reads"
