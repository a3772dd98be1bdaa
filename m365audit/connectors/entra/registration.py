"""Whether each account has registered a second step: from the report, else account by account."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.declare import Reading, connector
from m365audit.connectors.entra.directory import LARGEST_PAGE
from m365audit.connectors.entra.licences import has_premium
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept
from m365audit.connectors.reading.refusals import Answer, Question, rows_of_each
from m365audit.connectors.reading.tables import Came, Tables
from m365audit.graph import Absent, Graph, Refused
from m365audit.model.datasets.identity import REGISTRATION
from m365audit.model.evidence import Gap, Looked, Note, Row, Rows
from m365audit.model.parts import Part
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

REPORT: Final = "registration report"
METHODS: Final = "authentication methods"

_TYPE: Final = "#microsoft.graph."

_FROM_REPORT: Final = (
    "Who has registered a second step is as Microsoft's report has it, which is up to 36 hours old; an account the "
    "report does not name yet is not held to have none"
)
_FROM_METHODS: Final = "Who has registered a second step was read account by account, as it stood during the audit"

_SECOND_STEPS: Final = {
    "microsoftAuthenticatorAuthenticationMethod": "microsoftAuthenticatorPush",
    "softwareOathAuthenticationMethod": "softwareOneTimePasscode",
    "fido2AuthenticationMethod": "fido2SecurityKey",
    "windowsHelloForBusinessAuthenticationMethod": "windowsHelloForBusiness",
    "platformCredentialAuthenticationMethod": "macOsSecureEnclaveKey",
    "externalAuthenticationMethod": "externalAuthMethod",
}
_PHONE: Final = "phoneAuthenticationMethod"
_PHONES: Final = {"mobile": "mobilePhone", "alternateMobile": "alternateMobilePhone", "office": "officePhone"}
# Known, and no second step. The report never lists the password.
_NO_SECOND_STEPS: Final = {
    "emailAuthenticationMethod": "email",
    "temporaryAccessPassAuthenticationMethod": "temporaryAccessPass",
    "qrCodePinAuthenticationMethod": "qrCode",
}
_PASSWORD: Final = "passwordAuthenticationMethod"  # noqa: S105 - the name of a type


@connector(
    "registration",
    permission="AuditLog.Read.All",
    also=("UserAuthenticationMethod.Read.All",),
    parts=(
        Part(("AuditLog.Read.All",), only_with=Plan.ENTRA_P1),
        Part(("UserAuthenticationMethod.Read.All",), only_without=Plan.ENTRA_P1),
    ),
)
async def registration(
    graph: Graph,
    accounts: Reading,
    licences: pd.DataFrame | None = None,
    mailbox_settings: pd.DataFrame | None = None,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Row | Rows | Gap | Looked | Note]:
    """Whether each account has registered a second step, and by which methods.

    With Entra ID P1 from Microsoft's report. Without it, from the methods of every enabled member that has a mailbox
    of its own: the API for that is slow by design, so nobody else is asked.
    """
    if licences is None or has_premium(licences):
        try:
            async for said in _report(graph, sure=licences is not None):
                yield said
        except Refused as refused:
            if refused.gap.kind is not GapKind.LICENCE:
                raise
        else:
            yield Note(_FROM_REPORT)
            return
    yield Note(_FROM_METHODS)
    async for answer in _account_by_account(graph, _people(accounts(), mailbox_settings), kept):
        yield answer


async def _report(graph: Graph, *, sure: bool) -> AsyncIterator[Rows | Gap]:
    """The report's rows; ``sure`` says that the tenant is known to have the licence, so a refusal is asked again."""
    # No $select: nothing says that the report takes one.
    request = graph.request(graph.sdk.reports.authentication_methods.user_registration_details, top=LARGEST_PAGE)
    tables = Tables(REGISTRATION)
    async for rows in tables.over(graph.pages(request, premium=sure), _reported):
        yield rows
    for gap in tables.gaps():
        yield gap


def _reported(came: Came) -> Came:
    return came | {"source": pa.repeat(REPORT, len(came["account_id"]))}


async def _account_by_account(graph: Graph, account_ids: list[str], kept: Kept) -> AsyncIterator[Row | Gap | Looked]:
    def request(account_id: str) -> RequestInformation:
        return graph.request(graph.sdk.users.by_user_id(account_id).authentication.methods)

    async for said in rows_of_each(graph, account_ids, Question(request, lists=True), _rows, kept):
        if isinstance(said, Gap):
            yield said
            continue
        account_id, rows = said
        for row in rows:
            yield row
        yield Looked(f"account:{account_id}")


async def _rows(account_id: str, listed: Answer) -> list[Row]:
    if isinstance(listed, Absent):
        return []
    registered, methods = _judged(listed["value"])
    return [{"account_id": account_id, "source": METHODS, "registered": registered, "methods": methods}]


def _people(accounts: pd.DataFrame, mailbox_settings: pd.DataFrame | None) -> list[str]:
    """Enabled members that have, or may have, a mailbox a person signs in to."""
    left_out = {
        row["account_id"]
        for row in records(mailbox_settings, "account_id", "has_mailbox", "purpose")
        if row["has_mailbox"] is False or row["purpose"] in ("shared", "room", "equipment")
    }
    return [
        row["account_id"]
        for row in records(accounts, "account_id", "user_type", "enabled")
        if row["enabled"] and row["user_type"] == "member" and row["account_id"] not in left_out
    ]


def _judged(methods: Iterable[dict[str, Any]]) -> tuple[bool | None, list[str]]:
    """Whether a second step is registered, and the methods in the report's words.

    A type nobody has told us of may or may not be a second step: where nothing else decides, the answer is unknown.
    """
    registered: bool | None = False
    words: dict[str, None] = {}
    for method in methods:
        kind = str(method.get("@odata.type", "")).removeprefix(_TYPE)
        if kind == _PASSWORD:
            continue
        if kind in _NO_SECOND_STEPS:
            words[_NO_SECOND_STEPS[kind]] = None
        elif kind in _SECOND_STEPS or kind == _PHONE:
            registered = True
            words[_SECOND_STEPS.get(kind) or _phone(method)] = None
        else:
            registered = registered or None
            words[kind.removesuffix("AuthenticationMethod") or "unnamed"] = None
    return registered, list(words)


def _phone(method: dict[str, Any]) -> str:
    return _PHONES.get(method.get("phoneType") or "", "phone")
