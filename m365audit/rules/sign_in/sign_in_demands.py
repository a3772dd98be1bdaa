"""What a Conditional Access policy, as it was read, asks of a sign-in, and how its limits are put into words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.sign_in.sign_in_kinds import ALL, Demand, Demands
from m365audit.rules.sign_in.sign_in_policies import Policy, State, Whom

Row = Mapping[str, Any]
Strengths = Mapping[str, bool | None]
"""Id of an authentication strength to whether it takes two steps; one that is not there is not known."""

_STATES: Final[Mapping[str, State]] = {
    "enabled": "in force",
    "disabled": "off",
    "enabledforreportingbutnotenforced": "reports",
}
# Asked of an account that is already thought to be in the wrong hands, not of everybody who signs in.
_MENDING: Final = frozenset({"passwordchange", "riskremediation"})
_SECOND_STEP: Final[frozenset[str]] = frozenset()
_ANYTHING: Final = frozenset({"anything"})
_OTHERS: Final = frozenset({"compliantdevice", "domainjoineddevice", "approvedapplication", "compliantapplication"})
_IN_PLACE: Final = {
    "compliantdevice": "a managed device",
    "domainjoineddevice": "a joined device",
    "approvedapplication": "an approved app",
    "compliantapplication": "a protected app",
    "custom": "another provider's check",
}
_SECTIONS: Final = {
    "applications": {"apps": frozenset({ALL}), "not_apps": frozenset[str]()},
    "clientAppTypes": {"clients": frozenset({ALL})},
    "platforms": {"platforms": frozenset[str](), "not_platforms": frozenset[str]()},
    "locations": {"places": frozenset[str](), "not_places": frozenset[str]()},
}
"""Parts of a policy to the demand that looks at nothing of them."""


def policy_of(row: Row, strengths: Strengths) -> Policy:
    """A row of ``conditional_access`` as the policy it is."""
    unknown = listed(row["unknown_conditions"])
    state = _STATES.get(text(row["state"]), "unclear")
    if state == "in force" and (row["licensed"] is not True):
        state = "unclear"
    wanted, is_clear = _wanted(row, strengths)
    return Policy(
        id=str(row["policy_id"]),
        name=str(row["name"] or row["policy_id"]),
        state=state,
        takes_in=_whom(row, "include"),
        leaves_out=_whom(row, "exclude"),
        demands=_demands(row, wanted, unknown),
        asks="mfa" in listed(row["controls"]) or bool(text(row["strength_id"])),
        is_understood=is_clear and not unknown,
        whom_is_unclear=any(part.startswith("conditions.users") for part in unknown),
        only=tuple(_limits(row, wanted)),
    )


def _whom(row: Row, side: str) -> Whom:
    def named(what: str) -> frozenset[str]:
        return frozenset(listed(row[f"{side}_{what}"]))

    return Whom(named("users"), named("groups"), named("roles"), named("guests"), named("guests_of"))


def _wanted(row: Row, strengths: Strengths) -> tuple[list[frozenset[str]], bool]:
    """What each thing that is wanted takes in place of the second step, and whether all of it is understood.

    Nothing is wanted of a policy about apps signing in as themselves, or about mending an account at risk.
    """
    controls = listed(row["controls"])
    if row["for_apps_themselves"] is True or _MENDING & set(controls):
        return [], True
    strength = text(row["strength_id"])
    two_steps = strengths.get(strength)
    wanted = [frozenset({one}) if one in _OTHERS else _SECOND_STEP for one in controls]
    wanted += [frozenset({"custom"}) for _ in listed(row["custom_controls"])]
    wanted += [_ANYTHING for _ in listed(row["terms_of_use"])]
    if strength:
        wanted.append(_ANYTHING if two_steps is False else _SECOND_STEP)
    operator = text(row["operator"])
    is_clear = set(controls) <= _OTHERS | {"mfa", "block"} and not (strength and two_steps is None)
    is_clear = is_clear and (operator in ("and", "or") or len(wanted) <= 1)
    if operator == "or" and wanted:
        wanted = [frozenset[str]().union(*wanted)]
    return [instead for instead in wanted if not instead & _ANYTHING], is_clear


def _demands(row: Row, wanted: list[frozenset[str]], unknown: list[str]) -> Demands:
    """The demands; what a policy says in a part that is not understood may mean anything, so it is left out."""
    conditions = {
        "apps": frozenset(listed(row["include_apps"])),
        "not_apps": frozenset(listed(row["exclude_apps"])),
        "clients": frozenset(listed(row["clients"])),
        "platforms": frozenset(listed(row["include_platforms"])),
        "not_platforms": frozenset(listed(row["exclude_platforms"])),
        "places": frozenset(listed(row["include_locations"])),
        "not_places": frozenset(listed(row["exclude_locations"])),
    }
    for section, anything in _SECTIONS.items():
        if any(part.startswith(f"conditions.{section}".casefold()) for part in unknown):
            conditions |= anything
    demands = (
        Demand(
            **conditions,
            sign_in_risks=frozenset(listed(row["sign_in_risks"])),
            user_risks=frozenset(listed(row["user_risks"])),
            insider_risks=frozenset(listed(row["insider_risks"])),
            transfers=frozenset(listed(row["transfer_methods"])),
            device_rule=text(row["device_filter"]),
            rule_leaves_out=text(row["device_filter_mode"]) == "exclude",
            instead=instead,
        )
        for instead in wanted
    )
    return tuple(dict.fromkeys(demands))


def _limits(row: Row, wanted: list[frozenset[str]]) -> Iterator[str]:
    """What keeps a policy from asking everywhere, in words."""
    yield from _limits_of_apps(listed(row["include_apps"]), listed(row["exclude_apps"]))
    places, platforms = listed(row["include_locations"]), listed(row["include_platforms"])
    risks = (*listed(row["sign_in_risks"]), *listed(row["user_risks"]), *listed(row["insider_risks"]))
    for holds, said in (
        (ALL not in listed(row["clients"]), "is only about some ways of signing in"),
        (platforms and (ALL not in platforms or listed(row["exclude_platforms"])), "leaves some kinds of device out"),
        (places and ALL not in places, "asks at some places only"),
        (ALL in places and listed(row["exclude_locations"]), "does not ask at some places"),
        (risks, "asks only where Microsoft sees a risk"),
        (text(row["device_filter"]), "tells devices apart by a rule"),
        (listed(row["transfer_methods"]), "is only about sign-ins passed from one device to another"),
        (not wanted, "asks for nothing that is a second step"),
    ):
        if holds:
            yield said
    if taken := sorted({_IN_PLACE[one] for instead in wanted for one in instead}):
        yield f"takes {' or '.join(taken)} instead"


def _limits_of_apps(taken_in: list[str], left_out: list[str]) -> Iterator[str]:
    if not taken_in or taken_in == ["none"]:
        yield "is not about signing in to apps"
    elif ALL not in taken_in:
        yield "is only about some apps"
    elif left_out:
        yield "leaves some apps out"
