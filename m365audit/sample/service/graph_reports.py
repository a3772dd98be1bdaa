"""The routes of usage reports, of their settings, and of the log of sign-ins."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from m365audit.sample.service.downloads import HEADINGS
from m365audit.sample.service.graph_errors import DIRECTORY, REPORTS, ProblemError, Refusal, reject
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import Call, Route, Single
from m365audit.sample.tenant import Json

_DAYS_KEPT: Final = 30
_LARGEST_LOG_PAGE: Final = 1_000
_PERIODS: Final = ("D7", "D30", "D90", "D180")
_SINCE: Final = re.compile(r"createdDateTime ge (?P<since>\S+)")
_CLIENT: Final = re.compile(r"clientAppUsed eq '(?P<client>(?:[^']|'')*)'")
_ERROR: Final = re.compile(r"status/errorCode eq (?P<code>\d+)")


def _settings(call: Call) -> Single:
    """In the envelope Microsoft's own example shows, which its metadata does not have."""
    return Single({"value": {"displayConcealedNames": call.tenant.names_concealed}}, bare=True)


def _report(name: str, period: str) -> Callable[[Call], Single]:
    def answer(call: Call) -> Single:
        token = call.tokens.seal({"report": name, "period": period, "of": call.tenant.tenant_id})
        # What it points to opens for whoever has the address, and belongs to no version of Graph.
        raise ProblemError(302, "Found", "", {"Location": f"{call.ask.base}/data/download/{token}"})

    return answer


def _sign_ins(call: Call) -> Listing:
    """The newest first, of the days that are kept."""
    oldest = call.tokens.now() - timedelta(days=_DAYS_KEPT)
    rows = [row for row in call.tenant.sign_ins if datetime.fromisoformat(row["createdDateTime"]) >= oldest]
    for clause in call.options.said.get("$filter", "").split(" and ") if "$filter" in call.options.said else ():
        keeps = _clause(clause)
        rows = [row for row in rows if keeps(row)]
    return Listing(sorted(rows, key=lambda row: str(row["createdDateTime"]), reverse=True))


def _clause(clause: str) -> Callable[[Json], bool]:
    if found := _CLIENT.fullmatch(clause):
        client = found["client"].replace("''", "'")
        return lambda row: bool(row["clientAppUsed"] == client)
    if found := _ERROR.fullmatch(clause):
        code = int(found["code"])
        return lambda row: bool(row["status"]["errorCode"] == code)
    found = _SINCE.fullmatch(clause)
    try:
        since = datetime.fromisoformat(found["since"]) if found else None
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        reject(f"Invalid filter clause: '{clause}'.")
    return lambda row: datetime.fromisoformat(row["createdDateTime"]) >= since


REPORT_ROUTES = (
    Route(
        path="/admin/reportSettings",
        entity="adminReportSettings",
        answer=_settings,
        needs=("ReportSettings.Read.All",),
        refusal=DIRECTORY,
        bucket="reports",
        context="admin/reportSettings",
        options=frozenset(),
    ),
    *(
        Route(
            path=f"/reports/{name}(period='{period}')",
            entity="adminReportSettings",
            answer=_report(name, period),
            needs=("Reports.Read.All",),
            refusal=Refusal("S2SUnauthorized", "Invalid permission."),
            bucket="usage reports",
            context="reports",
            options=frozenset(),
        )
        for name in HEADINGS
        for period in _PERIODS
    ),
    Route(
        path="/auditLogs/signIns",
        entity="signIn",
        answer=_sign_ins,
        needs=("AuditLog.Read.All",),
        refusal=REPORTS,
        bucket="reports",
        context="auditLogs/signIns",
        options=frozenset({"$filter", "$top", "$skiptoken"}),
        page=_LARGEST_LOG_PAGE,
        most=_LARGEST_LOG_PAGE,
    ),
)
