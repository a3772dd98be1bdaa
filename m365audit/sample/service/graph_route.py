"""What a route of Graph is, what its handler is told, and what it may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from m365audit.sample.service.graph_errors import ProblemError, Refusal
from m365audit.sample.service.graph_options import Options
from m365audit.sample.service.graph_pages import Listing
from m365audit.sample.service.holdings import Holdings
from m365audit.sample.service.limits import Bucket
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.message import Ask
from m365audit.sample.service.tokens import Claims, Tokens
from m365audit.sample.tenant import Json, Tenant

SELECT = frozenset({"$select"})
PAGED = frozenset({"$select", "$top", "$skiptoken"})
UNCUT = frozenset({"$skiptoken"})
READERS = frozenset({"Global Reader", "Global Administrator"})
"""Directory roles that let a person read whatever is not one's own."""


@dataclass(frozen=True, slots=True)
class Single:
    """One object. ``bare`` objects are sent as they are, whatever was selected."""

    thing: Json
    headers: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """All a handler may know: the request, who asks with what rights, and the tenant. ``captured`` is from the path."""

    ask: Ask
    options: Options
    claims: Claims
    holdings: Holdings
    captured: Mapping[str, str]
    manner: Manner
    tokens: Tokens

    @property
    def tenant(self) -> Tenant:
        """The tenant the token is for."""
        return self.holdings.tenant


@dataclass(frozen=True, slots=True)
class Route:
    """One address of Graph. ``path`` has its variable segments in braces.

    ``needs``: any one of these permissions opens it; the first is the one a refusal names. ``app_only`` refuses people;
    of the others it lets in those with one of the directory ``roles``.
    ``page`` and ``most`` are the default and the largest ``$top``. ``default`` is what is shown when nothing is
    selected (``None``: everything). ``hides`` says which properties the caller's permissions do not cover.
    ``units`` is the base cost in the bucket's own units. ``context`` is the fragment of ``@odata.context``.
    """

    path: str
    entity: str
    answer: Callable[[Call], Listing | Single]
    needs: tuple[str, ...]
    refusal: Refusal
    bucket: Bucket
    context: str
    options: frozenset[str] = PAGED
    ignored: frozenset[str] = frozenset()
    expands: frozenset[str] = frozenset()
    page: int = 100
    most: int = 999
    units: int = 1
    default: tuple[str, ...] | None = None
    hides: Callable[[Claims], frozenset[str]] = lambda _: frozenset()
    app_only: bool = False
    roles: frozenset[str] = READERS


def match(routes: tuple[Route, ...], path: str) -> tuple[Route, dict[str, str]]:
    """The route of a path (without the version), and its variable segments, percent-decoded.

    Raises:
        ProblemError: 400, naming the first segment that leads nowhere.
    """
    segments = [unquote(segment) for segment in path.strip("/").split("/")]
    furthest = 0
    for route in routes:
        captured: dict[str, str] = {}
        pattern = route.path.strip("/").split("/")
        for depth, (segment, expected) in enumerate(zip(segments, pattern, strict=False)):
            if expected.startswith("{") and segment:
                captured[expected[1:-1]] = segment
            elif segment != expected:
                break
            furthest = max(furthest, depth + 1)
        else:
            if len(segments) == len(pattern):
                return route, captured
    lost = segments[min(furthest, len(segments) - 1)]
    raise ProblemError(400, "BadRequest", f"Resource not found for the segment '{lost}'.")
