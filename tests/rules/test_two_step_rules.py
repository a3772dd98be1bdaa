import pytest
from rule_rows import (
    ADVICE,
    DOMAIN,
    FAILS,
    MEETS,
    UNJUDGED,
    Row,
    Verdict,
    account,
    guest,
    judge,
    mailbox,
    only,
    registered,
    settings,
)


class TestTwoStepRegistered:
    @pytest.mark.parametrize(
        ("has", "box", "said", "verdict"),
        [
            pytest.param({}, {}, {}, MEETS, id="registered and allowed"),
            pytest.param({}, {}, {"registered": False, "capable": False}, FAILS, id="nothing registered"),
            pytest.param({}, {}, {"registered": True, "capable": False}, FAILS, id="registered, but not allowed"),
            pytest.param({}, {}, {"capable": None}, MEETS, id="without the report: something registered"),
            pytest.param({}, {}, {"capable": None, "registered": False}, FAILS, id="without the report: nothing"),
            pytest.param({}, {}, {"capable": None, "registered": None}, UNJUDGED, id="reported without an answer"),
            pytest.param({}, {}, None, UNJUDGED, id="not reported yet"),
            pytest.param({"enabled": False}, {}, None, MEETS, id="sign-in switched off: never reported"),
            pytest.param({}, {"has_mailbox": False}, {"capable": False}, MEETS, id="no mailbox"),
            pytest.param({}, {"has_mailbox": None}, {"capable": False}, UNJUDGED, id="whether a mailbox is not known"),
            pytest.param({}, {"has_mailbox": None}, {}, MEETS, id="mailbox unknown, but all is well either way"),
            pytest.param({}, {"purpose": "shared"}, {"capable": False}, MEETS, id="a shared mailbox: another check"),
            pytest.param({}, {"purpose": "room"}, {"capable": False}, MEETS, id="a room: another check"),
            pytest.param({"user_type": "guest"}, {}, {"capable": False}, MEETS, id="a guest"),
        ],
    )
    def test_table(self, has: Row, box: Row, said: Row | None, verdict: Verdict) -> None:
        found = judge(
            "two-step-registered",
            accounts=[account(**has)],
            registration=[] if said is None else [registered(**said)],
            mailbox_settings=[settings(**box)],
        )
        assert only(found) == verdict

    @pytest.mark.parametrize("named", ["ID-Ann", f"Ann@{DOMAIN}"])
    def test_an_account_named_in_the_tenant_file_is_left_out(self, named: str) -> None:
        found = judge(
            "two-step-registered",
            accounts=[account()],
            registration=[registered(capable=False)],
            mailboxes=[mailbox()],
            parameters={"exempt": frozenset({named})},
        )
        assert only(found) == MEETS

    def test_exchange_alone_tells_of_the_mailbox(self) -> None:
        found = judge(
            "two-step-registered", accounts=[account()], registration=[registered(capable=False)], mailboxes=[mailbox()]
        )
        assert only(found) == FAILS

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"registered": True}, "a second step that the settings do not let it use"),
            ({"registered": False}, "has registered no second step"),
            ({"registered": None}, "has registered no second step"),
        ],
    )
    def test_registered_is_told_from_allowed(self, said: Row, words: str) -> None:
        rows = [registered(**said | {"capable": False})]
        found = judge("two-step-registered", accounts=[account()], registration=rows, mailboxes=[mailbox()])
        assert words in found["because"].iloc[0]

    def test_the_source_is_said(self) -> None:
        found = judge(
            "two-step-registered",
            accounts=[account()],
            registration=[registered(capable=None, registered=False, source="authentication methods")],
            mailboxes=[mailbox()],
        )
        assert "(authentication methods)" in found["because"].iloc[0]


class TestTwoStepMethodStrong:
    @pytest.mark.parametrize(
        ("said", "verdict"),
        [
            pytest.param({"methods": ["microsoftAuthenticatorPush"]}, MEETS, id="an app"),
            pytest.param({"methods": ["mobilePhone"]}, ADVICE, id="only SMS"),
            pytest.param({"methods": ["officePhone", "alternateMobilePhone"]}, ADVICE, id="only voice"),
            pytest.param({"methods": ["email"]}, ADVICE, id="only e-mail"),
            pytest.param({"methods": ["mobilePhone", "email", "securityQuestion"]}, ADVICE, id="weak ones together"),
            pytest.param({"methods": ["mobilePhone", "softwareOneTimePasscode"]}, MEETS, id="SMS beside an app"),
            pytest.param({"methods": ["mobilePhone", "carrierPigeon"]}, UNJUDGED, id="SMS beside something unheard of"),
            pytest.param({"methods": ["carrierPigeon"]}, UNJUDGED, id="only something unheard of"),
            pytest.param({"methods": []}, MEETS, id="nothing registered: another check"),
            pytest.param({"methods": None}, UNJUDGED, id="methods not reported"),
            pytest.param(
                {"admin": True, "methods": ["microsoftAuthenticatorPush"]}, ADVICE, id="an administrator's app"
            ),
            pytest.param({"admin": True, "methods": ["mobilePhone"]}, ADVICE, id="an administrator's SMS"),
            pytest.param({"admin": True, "methods": []}, ADVICE, id="an administrator without anything"),
            pytest.param({"admin": True, "methods": ["passKeyDeviceBound"]}, MEETS, id="an administrator's passkey"),
            pytest.param({"admin": True, "methods": ["FIDO2SecurityKey"]}, MEETS, id="an administrator's security key"),
            pytest.param({"admin": True, "methods": ["windowsHelloForBusiness", "sms"]}, MEETS, id="Windows Hello"),
            pytest.param(
                {"admin": True, "methods": ["microsoftAuthenticatorPush", "carrierPigeon"]},
                UNJUDGED,
                id="an administrator's app beside something unheard of",
            ),
            pytest.param({"admin": None}, UNJUDGED, id="not known whether an administrator's"),
            pytest.param({"admin": None, "methods": ["passKeySynced"]}, MEETS, id="not known, but it would do for one"),
            pytest.param({"admin": None, "methods": ["mobilePhone"]}, ADVICE, id="not known, but weak for anybody"),
        ],
    )
    def test_table(self, said: Row, verdict: Verdict) -> None:
        found = judge("two-step-method-strong", accounts=[account()], registration=[registered(**said)])
        assert only(found) == verdict

    @pytest.mark.parametrize(
        "has", [pytest.param(account(enabled=False), id="switched off"), pytest.param(guest("ann"), id="a guest")]
    )
    def test_whom_it_is_not_about(self, has: Row) -> None:
        found = judge("two-step-method-strong", accounts=[has], registration=[registered(methods=["sms"])])
        assert only(found) == MEETS

    def test_an_account_that_was_not_reported_is_not_judged(self) -> None:
        assert only(judge("two-step-method-strong", accounts=[account()])) == UNJUDGED

    @pytest.mark.parametrize(
        ("methods", "said"),
        [
            pytest.param(["sms"], "1 February 2027", id="the day SMS ends is named"),
            pytest.param(["email", "officePhone"], "1 February 2027", id="and the day voice ends"),
            pytest.param(["email"], "has only e-mail", id="e-mail is called e-mail"),
        ],
    )
    def test_what_it_says(self, methods: list[str], said: str) -> None:
        found = judge("two-step-method-strong", accounts=[account()], registration=[registered(methods=methods)])
        assert said in found["because"].iloc[0]
