"""Conditional Access: the policies, as they are kept, and the places they know by name."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pandas as pd

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.conditions import VOCABULARY, unknown_conditions, words
from m365audit.connectors.entra.licences import has_premium
from m365audit.graph import Graph
from m365audit.model.evidence import TENANT, Gap, Note, Row
from m365audit.model.words import GapKind

# Without this, what Microsoft added of late comes as "unknownFutureValue".
_HEADERS: Final = {"Prefer": "include-unknown-enum-members"}
_TYPE: Final = "#microsoft.graph."
_AS_V1_SHOWS: Final = (
    "Policies for signing in were read as version 1.0 of Microsoft Graph shows them, which may leave out a policy that "
    "uses what Microsoft is still trying out"
)
_LICENCE_UNKNOWN: Final = (
    "The council's licences could not be read, so whether it holds Entra ID P1, without which no Conditional Access "
    "policy acts, is not known"
)


@connector("conditional_access", permission="Policy.Read.All")
async def conditional_access(graph: Graph, licences: pd.DataFrame | None = None) -> AsyncIterator[Row | Gap | Note]:
    """Every Conditional Access policy, with everything it says, and what of that is not understood.

    No properties are selected: a condition nobody has told us of must be seen. A tenant without Entra ID P1 has no
    such policies, whichever way Microsoft says so.
    """
    licensed = None if licences is None else has_premium(licences)
    if licensed is None:
        yield Note(_LICENCE_UNKNOWN)
    yield Note(_AS_V1_SHOWS)
    request = graph.request(graph.sdk.identity.conditional_access.policies, headers=_HEADERS)
    async for page in graph.pages(request, TENANT):
        if isinstance(page, Gap):
            if page.kind is not GapKind.LICENCE or licensed is not False:
                yield page
        elif isinstance(page, list):
            for policy in page:
                yield _policy(policy) | {"licensed": licensed}


@connector("named_locations", permission="Policy.Read.All")
async def named_locations(graph: Graph) -> AsyncIterator[Row]:
    """Every place that Conditional Access knows by name."""
    # No $select: what a place is made of depends on its kind.
    request = graph.request(graph.sdk.identity.conditional_access.named_locations, headers=_HEADERS)
    async for page in graph.pages(request):
        for place in page:
            yield _place(place)


def _policy(policy: Mapping[str, Any]) -> Row:
    row: Row = {name: words(_at(policy, path)) for name, path in VOCABULARY.items()}
    controls = policy.get("grantControls") or {}
    rule = _at(policy, "conditions.devices.deviceFilter") or {}
    session = policy.get("sessionControls") or {}
    return row | {
        "policy_id": policy["id"],
        "name": policy.get("displayName"),
        "state": policy.get("state"),
        "unknown_conditions": sorted(unknown_conditions(policy)),
        "include_guests_of": _organisations(_at(policy, "conditions.users.includeGuestsOrExternalUsers")),
        "exclude_guests_of": _organisations(_at(policy, "conditions.users.excludeGuestsOrExternalUsers")),
        "device_filter": rule.get("rule"),
        "device_filter_mode": rule.get("mode"),
        "for_apps_themselves": _is_for_apps(_at(policy, "conditions.clientApplications") or {}),
        "operator": controls.get("operator"),
        "strength_id": (controls.get("authenticationStrength") or {}).get("id"),
        "session_controls": sorted(name for name, said in session.items() if _is_on(name, said)),
        "sign_in_every": _every(session.get("signInFrequency") or {}),
        "created_at": policy.get("createdDateTime"),
        "modified_at": policy.get("modifiedDateTime"),
    }


def _at(policy: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever stands there
    found: Any = policy
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _organisations(guests: Mapping[str, Any] | None) -> list[str]:
    """all, or the tenants that are named; of nothing said, all, which is Microsoft's own default."""
    tenants = (guests or {}).get("externalTenants")
    if not guests or not tenants or tenants.get("membershipKind") == "all":
        return ["all"] if guests else []
    return words(tenants.get("members")) or ["unknown"]


def _is_for_apps(clients: Mapping[str, Any]) -> bool:
    named = set(words(clients.get("includeServicePrincipals"))) - {"None"}
    return bool(named) or bool(clients.get("servicePrincipalFilter"))


def _is_on(name: str, said: object) -> bool:
    if "@" in name or not said:
        return False
    if not isinstance(said, Mapping):
        return True
    # A session that is only watched may do whatever it likes.
    return said.get("isEnabled") is not False and said.get("cloudAppSecurityType") != "monitorOnly"


def _every(frequency: Mapping[str, Any]) -> str | None:
    if not frequency or frequency.get("isEnabled") is False:
        return None
    if frequency.get("frequencyInterval") == "everyTime":
        return "every time"
    return f"{frequency.get('value')} {frequency.get('type')}"


def _place(place: Mapping[str, Any]) -> Row:
    kind = str(place.get("@odata.type", "")).removeprefix(_TYPE)
    ranges = [one.get("cidrAddress") for one in place.get("ipRanges") or ()]
    return {
        "location_id": place["id"],
        "name": place.get("displayName"),
        "kind": {"ipNamedLocation": "addresses", "countryNamedLocation": "countries"}.get(kind, "other"),
        "trusted": place.get("isTrusted"),
        # A range that cannot be read may be any: none is then kept, and the place may overlap every other.
        "addresses": ranges if all(ranges) else [],
        "countries": words(place.get("countriesAndRegions")),
        "unknown_countries": place.get("includeUnknownCountriesAndRegions"),
    }
