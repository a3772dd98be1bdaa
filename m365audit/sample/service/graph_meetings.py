"""The route of Teams meetings, which opens only to who already knows the meeting."""

from m365audit.sample.service.graph_errors import DIRECTORY, ProblemError, reject
from m365audit.sample.service.graph_options import comparison
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.graph_route import Call, Route
from m365audit.sample.service.holdings import BY_LINK, BY_NUMBER

_FILTERS = {"JoinWebUrl": BY_LINK, "joinWebUrl": BY_LINK, BY_NUMBER: BY_NUMBER}
_NOT_YOURS = "3003: User does not have access to lookup meeting."


def _meetings(call: Call) -> Listing:
    user = call.captured["user"]
    if call.claims.delegated:
        # Whatever was consented to, people look up the meetings they organise themselves.
        raise ProblemError(403, "Forbidden", _NOT_YOURS)
    if not call.tenant.access_policy:
        message = f"No application access policy found for this app {call.claims.app_id} on the user {user}."
        raise ProblemError(403, "Forbidden", message)
    if "$filter" not in call.options.said:
        message = "Filter expression expected - /onlineMeetings?$filter=JoinWebUrl eq '{joinUrl}'."
        reject(message, "InvalidArgument")
    path, value = comparison(call.options.said["$filter"])
    if path not in _FILTERS:
        reject(f"'{path}' cannot be filtered by. Filter by JoinWebUrl or {BY_NUMBER}.", "InvalidArgument")
    # The object id alone names an organiser: a sign-in name does not.
    if call.holdings.user_by_id(user) is None:
        raise ProblemError(404, "NotFound", f"User '{user}' was not found; the id of the organiser is needed.")
    found = call.holdings.meetings(_FILTERS[path], value)
    if any(owner != user for owner, _ in found):
        raise ProblemError(403, "Forbidden", _NOT_YOURS)
    return Listing([meeting for _, meeting in found])


MEETING_ROUTES = (
    Route(
        path="/users/{user}/onlineMeetings",
        entity="onlineMeeting",
        answer=_meetings,
        needs=("OnlineMeetings.Read.All",),
        refusal=DIRECTORY,
        bucket="teams",
        context="users('{user}')/onlineMeetings",
        options=frozenset({"$filter", "$select", "$skiptoken"}),
    ),
)
