"""Snapshots of a council's configuration, as Microsoft makes them when an administrator asks for one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from m365audit.sample.councils.draft import SampleCouncil
from m365audit.sample.councils.seed import Seed, stamp
from m365audit.sample.tenant import Json, Tenant

PLACE: Final = "https://graph.microsoft.com/v1.0/admin/configurationManagement/configurationSnapshots"
MAILBOX_PERMISSION: Final = "microsoft.exchange.mailboxpermission"
RECIPIENT_PERMISSION: Final = "microsoft.exchange.recipientpermission"
RIGHTS: Final = (MAILBOX_PERMISSION, RECIPIENT_PERMISSION)
"""The kinds of settings that tell of rights over mailboxes."""


def resource(kind: str, properties: Json) -> Json:
    """One setting in a snapshot."""
    return {"displayName": kind, "resourceType": kind, "properties": properties}


def with_rights_in_snapshot(
    council: SampleCouncil,
    taken: datetime,
    *,
    asked: Sequence[str] = RIGHTS,
    held: Sequence[str] = RIGHTS,
    status: str = "succeeded",
    errors: Sequence[str] = (),
) -> SampleCouncil:
    """The council with one more snapshot, that was ``asked`` for some kinds of settings and ``held`` some of them.

    ``status`` and ``errors`` are the job's.
    """
    tenant, seed = council.tenant, Seed(council.slug, taken)
    snapshot_id = seed.guid("snapshot of rights", stamp(taken))
    job = {
        "id": seed.guid("job of rights", stamp(taken)),
        "displayName": "Rights over mailboxes",
        "status": status,
        "resources": list(asked),
        "createdDateTime": stamp(taken),
        "completedDateTime": stamp(taken),
        "resourceLocation": f"{PLACE}('{snapshot_id}')",
        "errorDetails": list(errors),
    }
    resources = [one for one in _rights(tenant) if one["resourceType"] in held]
    more = replace(
        tenant,
        snapshot_jobs=[*tenant.snapshot_jobs, job],
        configuration_snapshots=[*tenant.configuration_snapshots, {"id": snapshot_id, "resources": resources}],
    )
    return replace(council, tenant=more)


def _rights(tenant: Tenant) -> Iterator[Json]:
    """Every right over a mailbox, in the properties these kinds of settings have.

    A permission says whether it denies, and of neither kind whether it comes from above: what does, and a denial to
    send as somebody, is nothing these settings could set, and stands in none.
    """
    for row in _set_here(row for rows in tenant.mailbox_permissions.values() for row in rows):
        properties = {name: row[name] for name in ("Identity", "User", "AccessRights", "InheritanceType", "Deny")}
        yield resource(MAILBOX_PERMISSION, properties | {"Owner": None})
    for row in _set_here(tenant.recipient_permissions):
        if row["AccessControlType"] == "Allow":
            properties = {name: row[name] for name in ("Identity", "Trustee", "AccessRights")}
            yield resource(RECIPIENT_PERMISSION, properties)


def _set_here(rows: Iterable[Json]) -> Iterator[Json]:
    return (row for row in rows if not row["IsInherited"])
