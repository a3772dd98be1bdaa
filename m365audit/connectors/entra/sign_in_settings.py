"""What the tenant asks of people who sign in, and which methods and passwords it takes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from m365audit.connectors.declare import connector
from m365audit.connectors.entra.conditions import words
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.reading.columns import Columns
from m365audit.connectors.reading.listing import listed
from m365audit.graph import Graph
from m365audit.model.access import UNKNOWN_ACCESS, Access
from m365audit.model.datasets.access import AUTHENTICATION_STRENGTHS, SECURITY_DEFAULTS
from m365audit.model.evidence import TENANT, Gap, Row
from m365audit.model.parts import Part
from m365audit.model.words import GapKind

# Without this, methods that Microsoft added of late come as "unknownFutureValue".
_HEADERS: Final = {"Prefer": "include-unknown-enum-members"}
_CONFIGURATIONS: Final = "authenticationMethodConfigurations"
_PASSWORD_RULES: Final = "5cf42378-d67d-4f36-ba46-e8b86229381d"  # noqa: S105 - id of a template
_FLAGS: Final = {"true": True, "false": False}
_STATE: Final = "perUserMfaState"
_NO_STATE: Final = Gap(
    GapKind.UNSUPPORTED,
    "Microsoft does not say which accounts have their own setting for two-step sign-in (per-user MFA).",
    "Look at it in the Entra admin centre > Users > Per-user multifactor authentication.",
)
_ASKS: Final = "Policy.Read.All"
_NO_RIGHT: Final = Gap(
    GapKind.PERMISSION,
    "Without the permission Policy.Read.All Microsoft leaves out which accounts have their own setting for two-step "
    "sign-in (per-user MFA).",
    "Consent to the permission Policy.Read.All for the app.",
)
_NO_METHODS: Final = Gap(
    GapKind.UNSUPPORTED,
    "Microsoft did not say which methods of signing in the tenant allows.",
    "Look at them in the Entra admin centre > Protection > Authentication methods.",
)


@connector("security_defaults", permission="Policy.Read.All")
async def security_defaults(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Whether Microsoft's security defaults are on, one row."""
    builder = graph.sdk.policies.identity_security_defaults_enforcement_policy
    columns = Columns.of(SECURITY_DEFAULTS)
    for row in columns.rows([await graph.get(graph.request(builder, select=SECURITY_DEFAULTS.select))]):
        yield row
    for gap in columns.gaps():
        yield gap


# Policy.Read.AuthenticationMethod would do as well, here and below; this one Conditional Access needs anyway.
@connector("authentication_strengths", permission="Policy.Read.All")
async def authentication_strengths(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Which combinations of methods each authentication strength takes."""
    request = graph.request(graph.sdk.policies.authentication_strength_policies, headers=_HEADERS)
    async for row in listed(graph, request, AUTHENTICATION_STRENGTHS):
        yield row


@connector("authentication_methods_policy", permission="Policy.Read.All")
async def authentication_methods_policy(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Which methods of proving who one is the tenant lets people use."""
    policy = await graph.get(graph.request(graph.sdk.policies.authentication_methods_policy))
    if not policy.get(_CONFIGURATIONS):
        yield _NO_METHODS
        return
    campaign = (policy.get("registrationEnforcement") or {}).get("authenticationMethodsRegistrationCampaign") or {}
    of_all = {"migration": policy.get("policyMigrationState"), "campaign": campaign.get("state")}
    for method in policy[_CONFIGURATIONS]:
        yield of_all | {
            "method": method["id"],
            "state": method.get("state"),
            "for_whom": _targets(method.get("includeTargets")),
            "but_not": _targets(method.get("excludeTargets")),
        }


@connector("per_user_mfa", permission=_ASKS, also=("User.Read.All",), parts=(Part((_ASKS, "User.Read.All")),))
async def per_user_mfa(graph: Graph, access: Access = UNKNOWN_ACCESS) -> AsyncIterator[Row | Gap]:
    """The older setting that asks single accounts for a second step, where Microsoft tells.

    Nothing documents this property: one that does not come, or is refused, is not known and never *disabled*. It is
    left out as well, without a word, for want of a permission; only the token tells one from the other.
    """
    request = graph.request(graph.sdk.users, select=["id", _STATE], top=LARGEST_PAGE)
    found = False
    async for page in graph.pages(request, TENANT):
        if isinstance(page, Gap):
            yield _NO_STATE if page.kind is GapKind.ERROR else page
            return
        if not isinstance(page, list):
            continue
        for user in page:
            if user.get(_STATE):
                found = True
                yield {"account_id": user["id"], "state": user[_STATE]}
    if not found:
        yield _NO_RIGHT if access.is_known and _ASKS not in access.permissions else _NO_STATE


@connector("password_rules", permission="GroupSettings.Read.All")
async def password_rules(graph: Graph) -> AsyncIterator[Row]:
    """What the tenant changed of Microsoft's own protection of passwords; the words it refuses are only counted."""
    async for page in graph.pages(graph.request(graph.sdk.group_settings)):
        for settings in page:
            if settings.get("templateId") == _PASSWORD_RULES:
                yield _rules(settings["id"], {one["name"]: one.get("value") for one in settings.get("values") or ()})


def _rules(settings_id: str, said: Mapping[str, str | None]) -> Row:
    words_refused = [word for word in (said.get("BannedPasswordList") or "").split("\t") if word.strip()]
    return {
        "settings_id": settings_id,
        "own_words_refused": _FLAGS.get((said.get("EnableBannedPasswordCheck") or "").lower()),
        "own_words": len(words_refused),
        "tries": _number(said.get("LockoutThreshold")),
        "locked_for": _number(said.get("LockoutDurationInSeconds")),
    }


def _number(said: str | None) -> int | None:
    return int(said) if said and said.strip().isdigit() else None


def _targets(said: Any) -> list[str]:  # noqa: ANN401 - a list of targets, or nothing
    return words([target.get("id") for target in said or ()])
