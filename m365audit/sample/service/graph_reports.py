"""The route of the settings of usage reports."""

from m365audit.sample.service.graph_errors import DIRECTORY
from m365audit.sample.service.graph_route import Call, Route, Single


def _settings(call: Call) -> Single:
    """In the envelope Microsoft's own example shows, which its metadata does not have."""
    return Single({"value": {"displayConcealedNames": call.tenant.names_concealed}}, bare=True)


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
)
