"""A sample council made small: what takes the same code to audit, in a fraction of the requests."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from virtual import NOW

from m365audit.sample.councils import SampleCouncil, exampleton
from m365audit.sample.tenant import Json

_OPEN = {"LetIn", "Default"}


def hamlet(now: datetime = NOW) -> SampleCouncil:
    """The larger sample council with few people and libraries left, but one case of everything it has."""
    council = exampleton(now)
    tenant = council.tenant
    first = {plant.rule: plant.subject for plant in reversed(council.planted)}
    told = " ".join(first.values())
    gone = {user["id"] for user in tenant.users[3:] if user["id"] not in told}
    gone |= {box["Guid"] for box in tenant.mailboxes if box["ExternalDirectoryObjectId"] in gone}
    for site, drives in list(tenant.drives.items())[2:]:
        if not any(drive["id"] in told for drive in drives):
            gone |= {site, *(drive["id"] for drive in drives)}
    shared = {item for _, item in tenant.permissions}
    gone |= {
        item["id"]
        for items in tenant.items.values()
        for item in items[3:]
        if "file" in item and item["id"] not in shared
    }
    kept = {part.name: _left(getattr(tenant, part.name), gone) for part in fields(tenant)}
    return replace(council, tenant=type(tenant)(**kept | {"mail_folders": dict(_folders(kept["mail_folders"]))}))


def _folders(held: dict[str, list[Json]]) -> Iterator[tuple[str, list[Json]]]:
    """One mailbox's folders, and of the others two and whatever lets anybody in: they are asked for one by one."""
    for number, (mailbox, folders) in enumerate(held.items()):
        yield mailbox, [each for place, each in enumerate(folders) if not number or place < 2 or _OPEN & each.keys()]


def _left(value: Any, gone: set[str]) -> Any:  # noqa: ANN401 - any part of a tenant
    if isinstance(value, dict):
        return {
            key: _left(held, gone)
            for key, held in value.items()
            if not (gone & (set(key) if isinstance(key, tuple) else {key}))
        }
    if isinstance(value, list):
        return [_left(held, gone) for held in value if not _tells_of(held, gone)]
    return value


def _tells_of(value: Any, gone: set[str]) -> bool:  # noqa: ANN401
    if isinstance(value, dict):
        return any(isinstance(held, str) and held in gone for held in value.values())
    return isinstance(value, str) and value in gone
