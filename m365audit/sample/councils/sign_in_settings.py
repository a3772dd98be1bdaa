"""Authentication strengths and methods as every tenant has them, and the places a policy may name."""

from collections.abc import Iterable

from m365audit.sample.councils.draft import Draft
from m365audit.sample.tenant import Json

_TWO_STEPS = (
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "hardwareOath,federatedSingleFactor",
    "sms,federatedSingleFactor",
    "voice,federatedSingleFactor",
)
_WITHOUT_PASSWORD = ("windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush")
_NO_PHISHING = ("windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor")
_METHODS = ("Fido2", "MicrosoftAuthenticator", "Sms", "TemporaryAccessPass", "SoftwareOath", "Voice", "Email")
_ON = frozenset({"Fido2", "MicrosoftAuthenticator", "SoftwareOath"})


def strengths() -> list[Json]:
    """The three strengths Microsoft gives every tenant."""
    built_in = (
        ("Multifactor authentication", _TWO_STEPS),
        ("Passwordless MFA", _WITHOUT_PASSWORD),
        ("Phishing-resistant MFA", _NO_PHISHING),
    )
    return [
        {
            "id": f"00000000-0000-0000-0000-{number:012d}",
            "displayName": name,
            "description": name,
            "policyType": "builtIn",
            "requirementsSatisfied": "mfa",
            "allowedCombinations": list(combinations),
            "createdDateTime": "2021-12-01T00:00:00Z",
            "modifiedDateTime": "2021-12-01T00:00:00Z",
        }
        for number, (name, combinations) in enumerate(built_in, start=2)
    ]


def methods_policy(weak: Iterable[str], migration: str) -> Json:
    """The ``authenticationMethodsPolicy``; ``weak`` are the methods allowed besides an app and a key."""
    on = _ON.union(weak)
    return {
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant",
        "lastModifiedDateTime": "2026-01-10T09:00:00Z",
        "policyVersion": "1.5",
        "policyMigrationState": migration,
        "reconfirmationInDays": None,
        "registrationEnforcement": {
            "authenticationMethodsRegistrationCampaign": {
                "snoozeDurationInDays": 1,
                "state": "default",
                "excludeTargets": [],
                "includeTargets": [
                    {"id": "all_users", "targetType": "group", "targetedAuthenticationMethod": "microsoftAuthenticator"}
                ],
            }
        },
        "authenticationMethodConfigurations": [
            {
                "@odata.type": f"#microsoft.graph.{name[0].lower()}{name[1:]}AuthenticationMethodConfiguration",
                "id": name,
                "state": "enabled" if name in on else "disabled",
                "excludeTargets": [],
                "includeTargets": [{"id": "all_users", "targetType": "group", "isRegistrationRequired": False}],
            }
            for name in _METHODS
        ],
    }


def places(draft: Draft) -> list[Json]:
    """The council office, which is trusted, and the country, which cannot be."""
    kept = {"createdDateTime": draft.seed.stamp(-400), "modifiedDateTime": draft.seed.stamp(-400)}
    return [
        {
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": draft.seed.guid("place", "office"),
            "displayName": "Council office",
            "isTrusted": True,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/28"}],
        }
        | kept,
        {
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "id": draft.seed.guid("place", "country"),
            "displayName": "United Kingdom",
            "countriesAndRegions": ["GB"],
            "countryLookupMethod": "clientIpAddress",
            "includeUnknownCountriesAndRegions": False,
        }
        | kept,
    ]
