"""How Exchange spells its objects over REST: loosely, and with companions that say the types."""

from collections.abc import Sequence

from m365audit.sample.tenant import Json

_COMPANIONS = {
    "EmailAddresses": "#Collection(String)",
    "GrantSendOnBehalfTo": "#Collection(String)",
    "AccessRights": "#Collection(String)",
    "InPlaceHolds": "#Collection(String)",
    "Guid": "#Guid",
    "WhenCreated": "#DateTimeOffset",
}


def spelled(rows: Sequence[Json], selected: Sequence[str] | None) -> list[Json]:
    """The rows as they are sent.

    Every other row has its booleans as text, every third its access rights; typed columns have companion keys.
    """
    return [_spelled(row, number, selected) for number, row in enumerate(rows)]


def _spelled(row: Json, number: int, selected: Sequence[str] | None) -> Json:
    cut = row if selected is None else {name: row.get(name) for name in selected}
    out: Json = {}
    for name, value in cut.items():
        sent = _loosely(name, value, number)
        if name in _COMPANIONS and value is not None and type(sent) is type(value):
            out[f"{name}@data.type"] = _COMPANIONS[name]
        out[name] = sent
    return out


def _loosely(name: str, value: object, number: int) -> object:
    if isinstance(value, bool) and number % 2:
        return str(value)
    if name == "AccessRights" and isinstance(value, list) and number % 3 == 1:
        return ", ".join(value)
    return value
