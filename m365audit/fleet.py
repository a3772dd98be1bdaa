"""Many councils, one after another: none of them stops another."""

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from m365audit.engine.audit import Outcome, alone, finish, gather
from m365audit.engine.collecting.collect import Progress
from m365audit.engine.collecting.resume import AUDIT, Asked
from m365audit.engine.custody.protection import Protect, unprotected
from m365audit.engine.loop import Loop
from m365audit.engine.places import Places
from m365audit.graph import REAL, Governor, Outside, WallClock
from m365audit.graph.governor import AppLimits
from m365audit.graph.session import pacing_for
from m365audit.model.tenant import Tenant
from m365audit.settings import load_tenant

Watch = Callable[[Tenant], AbstractContextManager[Progress]]


@dataclass(frozen=True, slots=True)
class Failed:
    """A council whose audit was refused, and by what."""

    slug: str
    refusal: Exception


@dataclass(slots=True)
class Apps:
    """What Microsoft counts per app over all tenants: an app's requests of the last council still count at the next."""

    outside: Outside
    _limits: dict[tuple[str, str], AppLimits] = field(default_factory=dict)

    def for_tenant(self, tenant: Tenant) -> Outside:
        """The way out for one tenant, with a governor that knows what its app has asked of the others."""
        app = tenant.auth.client_id
        if self.outside.governor is not None or not app:
            return self.outside
        endpoint = tenant.endpoints.graph
        limits = self._limits.setdefault((endpoint, app.lower()), AppLimits())
        governor = Governor(self.outside.clock or WallClock(), pacing_for(endpoint), limits)
        return replace(self.outside, governor=governor)


def audit_all(  # noqa: PLR0913 - each is an option of the command
    slugs: Iterable[str],
    places: Places,
    watch: Watch,
    refusals: tuple[type[Exception], ...],
    *,
    now: datetime | None = None,
    as_of: date | None = None,
    fresh: bool = False,
    outside: Outside = REAL,
    protect: Protect = unprotected,
    on_stop: Callable[[], None] | None = None,
) -> Generator[Outcome | Failed, None, None]:
    """Audit each council and give its outcome, or the refusal that ended it, as it comes.

    Raises:
        Stopped: somebody stopped the program; ``on_stop`` was called when they did.
    """
    apps = Apps(outside)
    with Loop(on_stop) as loop:
        for slug in slugs:
            try:
                tenant = load_tenant(places.config, slug)
                protection = protect(tenant)
                with watch(tenant) as progress, alone(tenant, places) as lock:
                    asked = Asked(AUDIT, now or datetime.now(UTC), as_of=as_of, fresh=fresh)
                    folder = loop.run(gather(tenant, places, asked, lock, progress, apps.for_tenant(tenant)))
                    outcome = finish(tenant, places, folder, as_of, protection)
                yield outcome
            except refusals as refusal:
                yield Failed(slug, refusal)
