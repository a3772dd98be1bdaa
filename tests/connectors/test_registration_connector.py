"""Second steps: from the report where there is P1, else account by account."""

from typing import Any

import pandas as pd
import pytest
from contract_service import DENIED, NO_PREMIUM, Fault, Service, collect, frame

from m365audit.connectors.entra.registration import METHODS, REPORT, registration
from m365audit.graph import Refused
from m365audit.model.plans import AAD_PREMIUM
from m365audit.model.words import GapKind

PATH = "/reports/authenticationMethods/userRegistrationDetails"
PREMIUM = frame("licences", [{"status": "Enabled", "plan_id": AAD_PREMIUM, "plan_status": "Success"}])
STANDARD = frame("licences", [{"status": "Enabled", "plan_id": "exchange", "plan_status": "Success"}])
MISSING_RIGHT = Fault(
    403,
    "Authentication_MSGraphPermissionMissing",
    "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.",
)


def account(name: str, *, kind: str = "member", enabled: bool | None = True) -> dict[str, Any]:
    return {"account_id": name, "user_type": kind, "enabled": enabled}


def method(kind: str, **more: str) -> dict[str, str]:
    return {"@odata.type": f"#microsoft.graph.{kind}AuthenticationMethod", "id": "m", **more}


def of(name: str) -> str:
    return f"/users/{name}/authentication/methods"


REPORTED = {
    "id": "a",
    "isMfaRegistered": True,
    "isMfaCapable": False,
    "methodsRegistered": ["mobilePhone"],
    "isAdmin": None,
    "lastUpdatedDateTime": "2026-11-20T00:00:00Z",
}
ONE = frame("accounts", [account("a")])


async def test_with_p1_the_report_is_read_and_says_so() -> None:
    service = Service({PATH: [REPORTED, {**REPORTED, "id": "b"}, {**REPORTED, "id": "c"}]})

    found = await collect(registration, service, accounts=ONE, licences=PREMIUM)

    assert [row["account_id"] for row in found.rows] == ["a", "b", "c"]
    assert found.rows[0] == {
        "account_id": "a",
        "source": REPORT,
        "registered": True,
        "capable": False,
        "methods": ["mobilePhone"],
        "admin": None,
        "reported_at": "2026-11-20T00:00:00Z",
    }
    assert service.queries(PATH)[0] == {"$top": ["999"]}
    assert ["36 hours old" in note for note in found.notes] == [True]


@pytest.mark.parametrize(
    ("licences", "answer", "asked_report"),
    [
        pytest.param(STANDARD, NO_PREMIUM, False, id="without P1 the report is not even asked for"),
        pytest.param(None, NO_PREMIUM, True, id="where licences are not known the report is tried first"),
        pytest.param(PREMIUM, NO_PREMIUM, True, id="where the report is refused for want of P1 after all"),
    ],
)
async def test_the_methods_are_read_account_by_account(
    licences: pd.DataFrame | None,
    answer: Fault,
    asked_report: bool,  # noqa: FBT001
) -> None:
    service = Service({PATH: answer, of("a"): [method("password"), method("fido2")]})

    found = await collect(registration, service, accounts=ONE, licences=licences)

    assert found.rows == [{"account_id": "a", "source": METHODS, "registered": True, "methods": ["fido2SecurityKey"]}]
    assert found.looked == {"account:a"}
    assert bool(service.queries(PATH)) is asked_report
    assert not found.gaps


async def test_a_report_refused_for_want_of_a_permission_is_not_made_up_for() -> None:
    service = Service({PATH: MISSING_RIGHT, of("a"): [method("fido2")]})

    with pytest.raises(Refused) as refused:
        await collect(registration, service, accounts=ONE, licences=PREMIUM)

    assert refused.value.gap.kind is GapKind.PERMISSION


@pytest.mark.parametrize(
    ("methods", "registered", "words"),
    [
        pytest.param([method("password")], False, [], id="a password is no second step"),
        pytest.param([], False, [], id="no method at all"),
        pytest.param([method("password"), method("email")], False, ["email"], id="mail is no second step"),
        pytest.param([method("temporaryAccessPass")], False, ["temporaryAccessPass"], id="a temporary pass is none"),
        pytest.param([method("qrCodePin")], False, ["qrCode"], id="a QR code with PIN is none"),
        pytest.param([method("microsoftAuthenticator")], True, ["microsoftAuthenticatorPush"], id="the app"),
        pytest.param([method("softwareOath")], True, ["softwareOneTimePasscode"], id="a one-time code"),
        pytest.param([method("phone", phoneType="mobile")], True, ["mobilePhone"], id="a mobile phone"),
        pytest.param([method("phone", phoneType="office")], True, ["officePhone"], id="an office phone"),
        pytest.param(
            [method("phone", phoneType="alternateMobile")], True, ["alternateMobilePhone"], id="another mobile phone"
        ),
        pytest.param([method("windowsHelloForBusiness")], True, ["windowsHelloForBusiness"], id="Windows Hello"),
        pytest.param([method("platformCredential")], True, ["macOsSecureEnclaveKey"], id="a Mac's key"),
        pytest.param([method("external")], True, ["externalAuthMethod"], id="somebody else's second step"),
        pytest.param([method("password"), method("brandNew")], None, ["brandNew"], id="a type nobody knows is unknown"),
        pytest.param(
            [method("brandNew"), method("fido2")], True, ["brandNew", "fido2SecurityKey"], id="a known one decides"
        ),
        pytest.param([method("fido2"), method("fido2")], True, ["fido2SecurityKey"], id="two keys are one method"),
    ],
)
async def test_methods_are_judged_and_named_as_the_report_names_them(
    methods: list[dict[str, str]],
    registered: bool | None,  # noqa: FBT001
    words: list[str],
) -> None:
    found = await collect(registration, Service({of("a"): methods}), accounts=ONE, licences=STANDARD)

    assert [(row["registered"], row["methods"]) for row in found.rows] == [(registered, words)]


@pytest.mark.parametrize(
    ("person", "settings", "asked"),
    [
        pytest.param(account("a"), None, True, id="an enabled member, mailboxes not known"),
        pytest.param(account("a", enabled=False), None, False, id="a disabled account"),
        pytest.param(account("a", enabled=None), None, False, id="an account not known to be enabled"),
        pytest.param(account("a", kind="guest"), None, False, id="a guest"),
        pytest.param(account("a"), {"has_mailbox": True, "purpose": "user"}, True, id="a person's mailbox"),
        pytest.param(account("a"), {"has_mailbox": False}, False, id="no mailbox"),
        pytest.param(account("a"), {"has_mailbox": True, "purpose": "shared"}, False, id="a shared mailbox"),
        pytest.param(account("a"), {"has_mailbox": True, "purpose": "room"}, False, id="a room"),
        pytest.param(account("a"), {"has_mailbox": True, "purpose": None}, True, id="a mailbox of unknown purpose"),
    ],
)
async def test_only_people_are_asked_one_by_one(
    person: dict[str, Any],
    settings: dict[str, Any] | None,
    asked: bool,  # noqa: FBT001
) -> None:
    service = Service({of("a"): [method("password")]})
    known = None if settings is None else frame("mailbox_settings", [{"account_id": "a", **settings}])

    await collect(
        registration, service, accounts=frame("accounts", [person]), licences=STANDARD, mailbox_settings=known
    )

    assert bool(service.queries(of("a"))) is asked


async def test_one_refused_account_is_one_gap_and_the_rest_stands() -> None:
    service = Service({of("a"): [method("fido2")], of("b"): DENIED, of("c"): [method("password")]})
    people = frame("accounts", [account(name) for name in "abc"])

    found = await collect(registration, service, accounts=people, licences=STANDARD)

    assert {row["account_id"]: row["registered"] for row in found.rows} == {"a": True, "c": False}
    assert found.scopes == {"account:b"}
    assert found.looked == {"account:a", "account:c"}


async def test_methods_refused_for_everybody_are_one_gap_and_not_asked_on_for() -> None:
    names = [f"u{number}" for number in range(50)]
    service = Service({of(name): DENIED for name in names})
    people = frame("accounts", [account(name) for name in names])

    found = await collect(registration, service, accounts=people, licences=STANDARD)

    assert [(gap.scope, gap.kind) for gap in found.gaps] == [("tenant", GapKind.PERMISSION)]
    assert len(service.asked) == 20
