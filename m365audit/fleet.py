"""Many councils, one after another: none of them stops another."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from m365audit.engine.audit import Outcome, Places, audit
from m365audit.engine.collect import Progress
from m365audit.graph import REAL, Outside
from m365audit.model.tenant import Tenant
from m365audit.settings import load_tenant

Watch = Callable[[Tenant], AbstractContextManager[Progress]]


@dataclass(frozen=True, slots=True)
class Failed:
    """A council whose audit was refused, and by what."""

    slug: str
    refusal: Exception


def audit_all(
    slugs: Iterable[str],
    places: Places,
    watch: Watch,
    refusals: tuple[type[Exception], ...],
    *,
    now: datetime | None = None,
    as_of: date | None = None,
    outside: Outside = REAL,
) -> Iterator[Outcome | Failed]:
    """Audit each council and give its outcome, or the refusal that ended it, as it comes."""
    for slug in slugs:
        try:
            tenant = load_tenant(places.config, slug)
            with watch(tenant) as progress:
                yield asyncio.run(audit(tenant, places, now=now, as_of=as_of, progress=progress, outside=outside))
        except refusals as refusal:
            yield Failed(slug, refusal)
