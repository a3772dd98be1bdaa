"""What Conditional Access policies are made of, and which parts of one are not among it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from m365audit.model.datasets.access import CONDITIONAL_ACCESS

_LISTS: Final = frozenset(
    column.name
    for column in CONDITIONAL_ACCESS.columns
    if column.kind == "texts" and column.source and column.source.startswith(("conditions.", "grantControls."))
)
VOCABULARY: Final[Mapping[str, str]] = {
    column.name: column.source
    for column in CONDITIONAL_ACCESS.columns
    if column.name in _LISTS and column.source and not column.source.endswith("externalTenants")
}
"""Columns of lists to where they stand in a policy."""

_RISKS: Final = frozenset({"none", "low", "medium", "high"})
_PLATFORMS: Final = frozenset({"all", "android", "iOS", "windows", "windowsPhone", "macOS", "linux"})
_GUESTS: Final = frozenset(
    {
        "internalGuest",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "b2bDirectConnectUser",
        "otherExternalUser",
        "serviceProvider",
    }
)
_KNOWN_WORDS: Final = {
    "conditions.clientAppTypes": frozenset(
        {"all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"}
    ),
    "conditions.platforms.includePlatforms": _PLATFORMS,
    "conditions.platforms.excludePlatforms": _PLATFORMS,
    "conditions.signInRiskLevels": _RISKS,
    "conditions.userRiskLevels": _RISKS,
    "conditions.insiderRiskLevels": frozenset({"minor", "moderate", "elevated"}),
    "conditions.authenticationFlows.transferMethods": frozenset({"deviceCodeFlow", "authenticationTransfer"}),
    "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes": _GUESTS,
    "conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes": _GUESTS,
    "conditions.devices.deviceFilter.mode": frozenset({"include", "exclude"}),
    "grantControls.builtInControls": frozenset(
        {
            "block",
            "mfa",
            "compliantDevice",
            "domainJoinedDevice",
            "approvedApplication",
            "compliantApplication",
            "passwordChange",
            "riskRemediation",
        }
    ),
    "grantControls.operator": frozenset({"AND", "OR"}),
}
"""Where a policy says one of few words, and those we know."""

_OPEN: Final = frozenset(
    {
        *VOCABULARY.values(),
        "conditions.devices.deviceFilter.rule",
        "conditions.servicePrincipalRiskLevels",
        "conditions.clientApplications",
        "conditions.users.includeGuestsOrExternalUsers.externalTenants",
        "conditions.users.excludeGuestsOrExternalUsers.externalTenants",
        "grantControls.authenticationStrength",
    }
)
"""Where it says anything: ids, rules, and what is looked at elsewhere."""

_KNOWN: Final = _OPEN | _KNOWN_WORDS.keys()
_INDISPENSABLE: Final = ("conditions.users", "conditions.applications", "conditions.clientAppTypes")


def unknown_conditions(policy: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a policy that say something nobody has told us of, and those that it must have and has not."""
    conditions = policy.get("conditions")
    if not isinstance(conditions, Mapping):
        yield from _INDISPENSABLE
        return
    yield from (path for path in _INDISPENSABLE if not conditions.get(path.removeprefix("conditions.")))
    for part in ("conditions", "grantControls"):
        yield from _unknown(part, policy.get(part))


def _unknown(path: str, said: object) -> Iterator[str]:
    if said is None or said in ([], {}, ""):
        return
    if path in _KNOWN_WORDS:
        if not set(words(said)) <= _KNOWN_WORDS[path]:
            yield path
    elif path not in _OPEN:
        # A branch of what is known is gone through; a leaf that is not known is something new.
        is_branch = isinstance(said, Mapping) and any(known.startswith(f"{path}.") for known in _KNOWN)
        if not is_branch or not isinstance(said, Mapping):
            yield path
            return
        for name, below in said.items():
            if "@" not in name:
                yield from _unknown(f"{path}.{name}", below)


def words(said: object) -> list[str]:
    """A list, or the words of one text with commas between; of nothing, an empty list."""
    if isinstance(said, str):
        return [word.strip() for word in said.split(",") if word.strip()]
    return [str(word) for word in said] if isinstance(said, list) else []
