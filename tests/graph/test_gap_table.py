"""Every refusal Microsoft is known to give has its meaning; an unknown one is said as it was."""

import json
from dataclasses import replace

import pytest

from m365audit.graph import gaps, said
from m365audit.graph.gaps import REASONS, Reason
from m365audit.graph.said import Service
from m365audit.model.words import GapKind

GRAPH, EXCHANGE = Service.GRAPH, Service.EXCHANGE


def error(code: str, message: str = "", **more: object) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, **more}}).encode()


INTUNE = json.dumps({"ErrorCode": "Forbidden", "Message": "An error has occurred", "Target": None})


@pytest.mark.parametrize(
    ("service", "status", "body", "kind"),
    [
        pytest.param(
            GRAPH,
            403,
            error(gaps.PREMIUM_NEEDED, "Tenant is not a B2C tenant and doesn't have premium license"),
            "licence",
            id="no P1, in today's words",
        ),
        pytest.param(
            GRAPH,
            403,
            error(gaps.PREMIUM_NEEDED, "Neither tenant is B2C or tenant doesn't have premium license"),
            "licence",
            id="no P1, in older words",
        ),
        pytest.param(
            GRAPH,
            400,
            error("AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2."),
            "licence",
            id="no P2 for privileged roles",
        ),
        pytest.param(
            GRAPH,
            403,
            error("Forbidden", "Your tenant is not licensed for this feature."),
            "licence",
            id="no P2 for risky users",
        ),
        pytest.param(GRAPH, 401, error("UnknownError", INTUNE), "licence", id="no Intune, inside a message of JSON"),
        pytest.param(GRAPH, 401, INTUNE.encode(), "licence", id="no Intune, without an envelope"),
        pytest.param(
            GRAPH, 400, error("BadRequest", "Tenant does not have a SPO license."), "licence", id="no SharePoint"
        ),
        pytest.param(
            GRAPH,
            400,
            error("BadRequest", "Request not applicable to target tenant."),
            "not-enabled",
            id="a product never set up",
        ),
        pytest.param(
            GRAPH,
            404,
            error("MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is on-premise."),
            "not-enabled",
            id="no mailbox",
        ),
        pytest.param(GRAPH, 423, error("resourceLocked"), "not-enabled", id="a locked site"),
        pytest.param(
            GRAPH,
            403,
            error("Forbidden", "No application access policy found for this app 6666 on the user 7777."),
            "policy",
            id="no Teams application access policy",
        ),
        pytest.param(
            GRAPH,
            403,
            error("Forbidden", "No Application Access Policy found for this app"),
            "policy",
            id="no Teams application access policy, in capitals",
        ),
        pytest.param(GRAPH, 403, error("insufficient_claims"), "policy", id="kept out by Conditional Access"),
        pytest.param(
            GRAPH,
            403,
            error("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
            "permission",
            id="no directory permission",
        ),
        pytest.param(
            GRAPH,
            403,
            error(
                "Authentication_MSGraphPermissionMissing",
                "The principal lacks required Microsoft Graph permission(s): AuditLog.Read.All to call this API.",
            ),
            "permission",
            id="no Graph permission",
        ),
        pytest.param(
            GRAPH, 403, error("ErrorAccessDenied", "Access is denied."), "permission", id="a mailbox out of reach"
        ),
        pytest.param(GRAPH, 403, error("accessDenied", "Access denied"), "permission", id="a library out of reach"),
        pytest.param(
            EXCHANGE,
            401,
            error("Unauthorized", "User is not allowed to call Get-Mailbox"),
            "role",
            id="no Exchange role, as a 401",
        ),
        pytest.param(EXCHANGE, 403, b"", "role", id="no Exchange role, said with nothing"),
        pytest.param(EXCHANGE, 403, b"\x00\x00", "role", id="no Exchange role, said with NUL bytes"),
        pytest.param(GRAPH, 429, error("TooManyRequests"), "throttled", id="too many requests"),
        pytest.param(GRAPH, 429, error("activityLimitReached"), "throttled", id="too much activity"),
        pytest.param(GRAPH, 429, error("UnknownError"), "throttled", id="too many requests without a reason"),
        pytest.param(
            EXCHANGE,
            500,
            b"You have reached the maximum number of concurrent requests per tenant.",
            "throttled",
            id="too many commands at once, in plain text",
        ),
        pytest.param(
            GRAPH, 500, error("DataInsightsRequestError", "Forbidden"), "unsupported", id="closed to apps in Purview"
        ),
        pytest.param(GRAPH, 501, error("notSupported"), "unsupported", id="not implemented"),
        pytest.param(GRAPH, 401, error("InvalidAuthenticationToken"), "error", id="a token refused"),
        pytest.param(GRAPH, 404, error("itemNotFound"), "error", id="a thing that is not there"),
        pytest.param(GRAPH, 403, error("Forbidden", "Something new"), "error", id="a refusal nobody has seen"),
        pytest.param(GRAPH, 403, b"<html><h1>Gateway</h1></html>", "error", id="a page of HTML"),
        pytest.param(GRAPH, 400, error("", ""), "error", id="an empty code"),
        pytest.param(GRAPH, 403, b"", "error", id="an empty refusal by Graph"),
    ],
)
def test_kinds(service: Service, status: int, body: bytes, kind: str) -> None:
    assert gaps.gap(said.read(service, status, {}, body)).kind == kind


def test_the_permission_microsoft_names_is_named_in_the_fix() -> None:
    message = "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API."
    gap = gaps.gap(said.read(GRAPH, 403, {}, error("Authentication_MSGraphPermissionMissing", message)), "drive:b!x")
    assert gap.fix == "Grant the app the permission AuditLog.Read.All in Entra ID and give admin consent."
    assert "403 Authentication_MSGraphPermissionMissing" in gap.said
    assert gap.scope == "drive:b!x"


def test_an_unknown_refusal_is_said_as_it_was() -> None:
    gap = gaps.gap(said.read(GRAPH, 418, {}, error("ImATeapot", "Short and stout")))
    assert gap.kind is GapKind.ERROR
    assert "418 ImATeapot, Short and stout" in gap.said


@pytest.mark.parametrize("row", REASONS, ids=lambda row: f"{row.kind} {row.status} {row.code or row.part}")
def test_every_row_can_be_reached(row: Reason) -> None:
    status = 499 if row.status is None else row.status
    heard = said.read(row.service or GRAPH, status, {}, error(row.code or "x", row.part))
    assert gaps.reason(replace(heard, delegated=bool(row.delegated))) is row


@pytest.mark.parametrize(
    ("service", "body", "kind", "words"),
    [
        pytest.param(
            GRAPH,
            error("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
            "role",
            "partner relationship (GDAP), or the account signed in, lacks the role Global Reader",
            id="a directory's facts, for want of a role",
        ),
        pytest.param(
            GRAPH,
            error("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
            "unsupported",
            "no mailbox but its own",
            id="somebody else's mailbox",
        ),
        pytest.param(GRAPH, error("accessDenied", "Access denied"), "unsupported", "every site", id="all sites"),
        pytest.param(
            GRAPH,
            error("Forbidden", "3003: User does not have access to lookup meeting."),
            "unsupported",
            "no meeting but its own",
            id="somebody else's meeting",
        ),
        pytest.param(EXCHANGE, b"", "role", "no suitable role of the account", id="Exchange, for want of a role"),
    ],
)
def test_what_an_account_is_refused_is_explained_by_what_an_account_may_have(
    service: Service, body: bytes, kind: str, words: str
) -> None:
    heard = said.read(service, 403, {}, body)
    of_a_person = gaps.gap(replace(heard, delegated=True))
    assert of_a_person.kind == kind
    assert words in of_a_person.detail
    assert words not in gaps.gap(heard).detail


@pytest.mark.parametrize("row", REASONS, ids=lambda row: f"{row.kind} {row.status} {row.code or row.part}")
def test_every_row_says_what_would_mend_it(row: Reason) -> None:
    assert row.meaning
    assert row.fix
    assert not row.meaning.endswith(".")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        pytest.param(error("A", "words"), "A", "words", id="the documented envelope"),
        pytest.param(
            error("A", "", innererror={"code": "B", "message": "inner"}), "A", "", id="a code inside, in lower case"
        ),
        pytest.param(
            b'{"error":"invalid_request","error_description":"words"}', "invalid_request", "words", id="OAuth"
        ),
        pytest.param(
            error("A", json.dumps({"error": {"code": "B", "message": "inner"}})), "A", "inner", id="JSON in it"
        ),
        pytest.param(error("A", "x\x00y\n z"), "A", "x y z", id="NUL bytes and line ends"),
        pytest.param(b"plain words", "", "plain words", id="plain text"),
        pytest.param(b"<html>x</html>", "", "", id="HTML"),
        pytest.param(b"[1]", "", "[1]", id="a list"),
        pytest.param(b'{"error": null}', "", "", id="an error of nothing"),
        pytest.param(b"\xff\xfe", "", "��", id="bytes that are no text"),
    ],
)
def test_bodies_of_every_shape_are_read(body: bytes, code: str, message: str) -> None:
    heard = said.read(GRAPH, 400, {}, body)
    assert (heard.code, heard.message) == (code, message)


def test_ids_for_support_are_found_in_headers_and_bodies() -> None:
    inner = {"request-id": "r", "client-request-id": "c"}
    heard = said.read(GRAPH, 400, {}, error("A", innerError=inner))
    assert (heard.request_id, heard.client_request_id) == ("r", "c")
    assert said.read(GRAPH, 400, {"Request-Id": "h"}, error("A", innerError=inner)).request_id == "h"


def test_every_code_is_found_however_deep() -> None:
    heard = said.read(GRAPH, 400, {}, error("A", innerError={"code": "B", "innerError": {"code": "C"}}))
    assert heard.codes == ("A", "B", "C")
    assert heard.has_code("c")
