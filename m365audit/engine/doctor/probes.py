"""The few questions the doctor asks; none that the token has already answered with no."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.entra.licences import licences, plans
from m365audit.connectors.mail.rights_in_snapshot import hold_rights
from m365audit.connectors.reading import configuration
from m365audit.graph import Clock, Graph, Page, Refused, Session
from m365audit.model.access import Access
from m365audit.model.datasets import DATA_SETS
from m365audit.model.directory_roles import EXCHANGE_OPENERS, EXCHANGE_TAKES
from m365audit.model.permission_table import served_by
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind

MANAGE_AS_APP = "Exchange.ManageAsApp"

# One of these shows that Graph takes the token, and what time it is there.
_SIGN_IN: tuple[tuple[str, Callable[[Graph], RequestInformation]], ...] = (
    ("Organization.Read.All", lambda graph: graph.request(graph.sdk.organization, select=["id"])),
    ("LicenseAssignment.Read.All", lambda graph: graph.request(graph.sdk.subscribed_skus, select=["id"])),
    ("Domain.Read.All", lambda graph: graph.request(graph.sdk.domains)),
    ("User.Read.All", lambda graph: graph.request(graph.sdk.users, select=["id"], top=1)),
    ("GroupMember.Read.All", lambda graph: graph.request(graph.sdk.groups, select=["id"], top=1)),
    ("Application.Read.All", lambda graph: graph.request(graph.sdk.service_principals, select=["id"], top=1)),
)
# With these, Exchange itself tells of every right over a mailbox.
_RIGHTS = frozenset({"Get-Mailbox", "Get-MailboxPermission", "Get-RecipientPermission"})
_FEW = 20
# No meeting has this link; a service that looks for it has let the app in.
_NO_MEETING = "https://teams.microsoft.com/l/meetup-join/none/0"


def may(access: Access, permission: str) -> bool:
    """Whether the token allows something, or does not say."""
    return not access.is_known or served_by(permission, access.permissions) is not None


async def sign_in(session: Session, access: Access, clock: Clock) -> float | None:
    """Ask Graph for something it will show; gives by how many seconds this machine's clock is behind Graph's.

    ``None`` where nothing is granted that could be asked for, or Graph does not say its time.

    Raises:
        SignInFailed: Graph does not take the token, or cannot be reached.
    """
    request = next((build(session.graph) for name, build in _SIGN_IN if may(access, name)), None)
    if request is None:
        return None
    began = clock.now()
    page = await session.sign_in(request)
    ended = clock.now()
    said = page.headers.get("date", "") if page is not None else ""
    try:
        there = parsedate_to_datetime(said).astimezone(UTC)
    except ValueError:
        return None
    return (there - (began + (ended - began) / 2)).total_seconds()


async def licensed(session: Session, access: Access) -> frozenset[Plan] | None:
    """What the tenant's subscriptions carry; ``None`` where that may not be read."""
    if not may(access, "LicenseAssignment.Read.All"):
        return None
    try:
        rows = [row async for row in licences.collect(graph=session.graph) if isinstance(row, dict)]
    except Refused:
        return None
    return plans(DATA_SETS["licences"].frame(rows))


@dataclass(frozen=True, slots=True)
class Exchange:
    """How Exchange takes the app: whether by its role at all, which read commands it shows, and what it said if not."""

    role: bool | None
    cmdlets: frozenset[str] | None = None
    said: str = ""


async def exchange(session: Session, access: Access) -> Exchange:
    """Whether Exchange lets the app in, and which of this program's commands it shows it."""
    if access.is_known and "exchange" in access.refused:
        return Exchange(None, said=access.refused["exchange"])
    token = access.said.get("exchange")
    if token is not None:
        if served_by(MANAGE_AS_APP, token.permissions) is None:
            return Exchange(_by_role(token.directory_roles))
        if _by_role(token.directory_roles) is False:
            return Exchange(role=False)
    try:
        return Exchange(role=True, cmdlets=await session.exchange.cmdlets())
    except Refused as refused:
        refuses = refused.gap.kind in (GapKind.ROLE, GapKind.PERMISSION)
        return Exchange(False if refuses else None, said=str(refused))


def _by_role(roles: frozenset[str] | None) -> bool | None:
    """Whether Exchange takes an app with these roles; ``None`` where nobody knows before it is asked."""
    if roles is None or (roles & EXCHANGE_TAKES and not roles & EXCHANGE_OPENERS):
        return None
    return bool(roles & EXCHANGE_OPENERS)


async def rights_in_snapshot(session: Session, access: Access, said: Exchange, today: date) -> bool | None:
    """Whether snapshots of the configuration hold the rights over mailboxes that Exchange does not tell of.

    ``None`` where Exchange tells them, that may not be asked, or only a part is there.
    """
    if (said.cmdlets and said.cmdlets >= _RIGHTS) or not may(access, configuration.PERMISSION):
        return None
    try:
        return hold_rights(await configuration.snapshots(session.graph), today)
    except Refused:
        return None


async def access_policy(session: Session, access: Access) -> bool | None:
    """Whether Teams lets the app read options of meetings: asked for a meeting that does not exist.

    ``None`` where that may not be asked, or the answer tells nothing.
    """
    if access.delegated or not (may(access, "OnlineMeetings.Read.All") and may(access, "User.Read.All")):
        return None
    graph = session.graph
    try:
        organiser = await _somebody(graph)
        if organiser is None:
            return None
        meetings = graph.sdk.users.by_user_id(organiser).online_meetings
        await _first(graph, graph.request(meetings, filter=f"JoinWebUrl eq '{_NO_MEETING}'"))
    except Refused as refused:
        if refused.gap.kind is GapKind.POLICY:
            return False
        # That there is no such meeting is said to those only who may look.
        return True if refused.status == 404 else None  # noqa: PLR2004
    return True


async def _somebody(graph: Graph) -> str | None:
    """Object id of somebody who could hold a meeting."""
    wanted = ["id", "userType", "accountEnabled"]
    people: list[dict[str, Any]] = await _first(graph, graph.request(graph.sdk.users, select=wanted, top=_FEW)) or []
    likely = [one for one in people if one.get("accountEnabled") and one.get("userType") != "Guest"]
    return next((str(one["id"]) for one in [*likely, *people]), None)


async def _first(graph: Graph, request: RequestInformation) -> Page | None:
    async with aclosing(graph.pages(request)) as run:
        async for page in run:
            return page
    return None


async def names_concealed(session: Session, access: Access) -> bool | None:
    """Whether reports of use show made-up names in place of people's; ``None`` where that may not be read."""
    if not may(access, "ReportSettings.Read.All"):
        return None
    graph = session.graph
    try:
        answer: dict[str, Any] = await graph.get(graph.request(graph.sdk.admin.report_settings))
    except Refused:
        return None
    # Microsoft's documents show it in an envelope, its metadata without one.
    inner = answer.get("value")
    concealed = (inner if isinstance(inner, dict) else answer).get("displayConcealedNames")
    return concealed if isinstance(concealed, bool) else None
