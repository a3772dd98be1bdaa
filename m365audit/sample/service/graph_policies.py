"""The routes of what is asked at sign-in: Conditional Access, security defaults, methods, passwords."""

from m365audit.sample.service.graph_errors import DIRECTORY
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import SELECT, UNCUT, Call, Route, Single

_POLICIES = ("Policy.Read.All",)
_METHODS = ("Policy.Read.AuthenticationMethod", "Policy.Read.All")


def _conditional_access(call: Call) -> Listing:
    # Without Entra ID P1 there is nothing to see, and no error either.
    return Listing(call.tenant.conditional_access if call.tenant.premium else [])


def _methods(call: Call) -> Single:
    # A relation, and yet sent with the policy, whether it is asked for or not.
    return Single(call.tenant.authentication_methods_policy, bare=True)


POLICY_ROUTES = (
    Route(
        path="/identity/conditionalAccess/policies",
        entity="conditionalAccessPolicy",
        answer=_conditional_access,
        needs=_POLICIES,
        refusal=DIRECTORY,
        bucket="conditional access",
        context="identity/conditionalAccess/policies",
    ),
    Route(
        path="/identity/conditionalAccess/namedLocations",
        entity="namedLocation",
        answer=lambda call: Listing(call.tenant.named_locations),
        needs=_POLICIES,
        refusal=DIRECTORY,
        bucket="conditional access",
        context="identity/conditionalAccess/namedLocations",
    ),
    Route(
        path="/policies/identitySecurityDefaultsEnforcementPolicy",
        entity="identitySecurityDefaultsEnforcementPolicy",
        answer=lambda call: Single(call.tenant.security_defaults),
        needs=_POLICIES,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/identitySecurityDefaultsEnforcementPolicy",
        options=SELECT,
    ),
    Route(
        path="/policies/authenticationStrengthPolicies",
        entity="authenticationStrengthPolicy",
        answer=lambda call: Listing(call.tenant.authentication_strengths),
        needs=_METHODS,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/authenticationStrengthPolicies",
        options=SELECT | UNCUT,
    ),
    Route(
        path="/policies/authenticationMethodsPolicy",
        entity="authenticationMethodsPolicy",
        answer=_methods,
        needs=_METHODS,
        refusal=DIRECTORY,
        bucket="identity",
        context="policies/authenticationMethodsPolicy",
        options=frozenset(),
    ),
    Route(
        path="/groupSettings",
        entity="groupSetting",
        answer=lambda call: Listing(call.tenant.group_settings),
        needs=("GroupSettings.Read.All", "Directory.Read.All"),
        refusal=DIRECTORY,
        bucket="identity",
        context="groupSettings",
        options=SELECT | UNCUT,
    ),
)
