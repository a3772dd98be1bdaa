"""The audit's own path: signed in, through guard and governor, into Parquet and the manifest, by the real engine."""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import report
from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.collect import Collection
from m365audit.graph import Session, connect
from m365audit.model.datasets import DATA_SETS
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant
from m365audit.snapshot import new_run

# What the bare loop reads, and the licences that say where to ask. The purposes of mailboxes, which registration
# would use if they were there, are 20,000 small requests of their own.
COLLECTED = ("licences", "accounts", "registration")


def tenant_at(url: str, tenant_id: str) -> Tenant:
    """A tenant file's worth of settings for a council served at an address."""
    return Tenant(
        slug="scaled",
        council="Scaled Town Council",
        tenant_id=tenant_id,
        policy="towcester",
        auth=Auth(kind=AuthKind.TOKEN),
        endpoints=Endpoints(graph=url, exchange=url, login=url),
    )


def import_the_rest(session: Session) -> None:
    """The SDK and Arrow import parts of themselves when they are first used; imports are told apart from collecting."""
    sdk = session.graph.sdk
    assert sdk.subscribed_skus
    assert sdk.users
    assert sdk.reports.authentication_methods.user_registration_details
    DATA_SETS["licences"].frame()


async def main(url: str, tenant_id: str) -> None:
    connectors = tuple(connector for connector in CONNECTORS if connector.data_sets[0] in COLLECTED)
    tenant, now = tenant_at(url, tenant_id), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as reports:
        folder = new_run(Path(reports), tenant.slug, now)
        async with connect(tenant) as session:
            await session.sign_in()
            import_the_rest(session)

            async def work() -> int:
                records = await Collection(tenant, folder, session, now).run(connectors)
                assert not any(record.coverage.gaps for record in records.values()), "a gap is no benchmark"
                return records["accounts"].coverage.rows + records["registration"].coverage.rows

            await report(work)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
