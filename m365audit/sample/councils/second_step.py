"""Second steps of sign-in, as the registration report and the accounts themselves show them."""

from collections.abc import Callable

from m365audit.sample.councils.seed import Seed
from m365audit.sample.tenant import Json

PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - the id every password method has

Fill = Callable[[Seed, str], Json]


def _none(_seed: Seed, _account_id: str) -> Json:
    return {}


def _phone(kind: str, number: str) -> Fill:
    return lambda _seed, _account_id: {"phoneType": kind, "phoneNumber": number, "smsSignInState": "notSupported"}


_KINDS: dict[str, tuple[str, str, Fill]] = {
    "push": (
        "microsoftAuthenticatorPush",
        "microsoftAuthenticatorAuthenticationMethod",
        lambda _seed, _id: {
            "displayName": "Sample phone",
            "deviceTag": "SoftwareTokenActivated",
            "phoneAppVersion": "6",
        },
    ),
    "code": ("softwareOneTimePasscode", "softwareOathAuthenticationMethod", _none),
    # Numbers Ofcom keeps for fiction.
    "mobile": ("mobilePhone", "phoneAuthenticationMethod", _phone("mobile", "+44 7700900123")),
    "office phone": ("officePhone", "phoneAuthenticationMethod", _phone("office", "+44 1632960123")),
    "email": (
        "email",
        "emailAuthenticationMethod",
        lambda _seed, _id: {"emailAddress": "recovery@example-mail.test"},
    ),
    "key": (
        "fido2SecurityKey",
        "fido2AuthenticationMethod",
        lambda seed, account_id: {
            "displayName": "Sample key",
            "aaGuid": seed.guid("key", account_id),
            "model": "Sample key 5",
            "attestationLevel": "attested",
        },
    ),
    "pass": (
        "temporaryAccessPass",
        "temporaryAccessPassAuthenticationMethod",
        lambda _seed, _id: {"isUsable": True, "isUsableOnce": True, "lifetimeInMinutes": 60},
    ),
    # A kind nobody has heard of yet: it must not be taken for none, nor for weak.
    "unheard of": ("heartbeatRecognition", "heartbeatAuthenticationMethod", _none),
}
_NO_SECOND_STEP = frozenset({"email", "pass"})
_PREFERRED = {"push": "push", "code": "oath", "mobile": "sms", "office phone": "voiceOffice"}


def methods(seed: Seed, account_id: str, steps: tuple[str, ...]) -> list[Json]:
    """The ``authenticationMethod`` objects of an account: its password, and each second step."""
    password = {
        "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
        "id": PASSWORD_ID,
        "createdDateTime": seed.stamp(-300),
        "password": None,
    }
    rest = [
        {
            "@odata.type": f"#microsoft.graph.{_KINDS[step][1]}",
            "id": seed.guid("method", account_id, step),
            "createdDateTime": seed.stamp(-200),
            **_KINDS[step][2](seed, account_id),
        }
        for step in steps
    ]
    return [password, *rest]


def details(seed: Seed, user: Json, steps: tuple[str, ...], *, allowed: bool, admin: bool) -> Json:
    """The account's row of the registration report."""
    registered = any(step not in _NO_SECOND_STEP for step in steps)
    return {
        "id": user["id"],
        "userPrincipalName": user["userPrincipalName"],
        "userDisplayName": user["displayName"],
        "userType": str(user["userType"]).lower(),
        "isAdmin": admin,
        "isMfaRegistered": registered,
        "isMfaCapable": registered and allowed,
        "isPasswordlessCapable": "key" in steps,
        "isSsprRegistered": registered,
        "isSsprEnabled": False,
        "isSsprCapable": False,
        "isSystemPreferredAuthenticationMethodEnabled": True,
        "systemPreferredAuthenticationMethods": [],
        "userPreferredMethodForSecondaryAuthentication": next(
            (_PREFERRED[s] for s in steps if s in _PREFERRED), "none"
        ),
        "methodsRegistered": [_KINDS[step][0] for step in steps],
        "lastUpdatedDateTime": seed.stamp(-1),
    }
