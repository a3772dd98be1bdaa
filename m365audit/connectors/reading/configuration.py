"""Snapshots of a tenant's configuration that somebody had Microsoft make; this program makes none itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from m365audit.graph import UNKNOWN_MEMBERS, Graph

PERMISSION: Final = "ConfigurationMonitoring.Read.All"
_WHOLE: Final = "succeeded"
_USABLE: Final = (_WHOLE, "partiallySuccessful")
_JOB: Final = ("id", "status", "resources", "completedDateTime", "createdDateTime", "resourceLocation", "errorDetails")


@dataclass(frozen=True, slots=True)
class Taken:
    """One snapshot: the kinds of settings it was asked to hold (lower case), and whether all of them came.

    ``at`` is when it was made as Microsoft wrote it, empty where it does not say; ``errors`` are Microsoft's words.
    """

    snapshot_id: str
    kinds: frozenset[str]
    is_whole: bool
    at: str
    errors: tuple[str, ...] = ()

    @property
    def on(self) -> date | None:
        """The day it was made."""
        return datetime.fromisoformat(self.at).date() if self.at else None


@dataclass(frozen=True, slots=True)
class Held:
    """What of one kind a snapshot holds, as Graph's own objects, and whether all of the answer came in one piece."""

    resources: tuple[dict[str, Any], ...]
    is_all: bool


async def snapshots(graph: Graph) -> tuple[Taken, ...]:
    """Every snapshot that can be read, the newest first.

    Raises:
        Refused: Microsoft does not show them.
    """
    jobs = graph.sdk.admin.configuration_management.configuration_snapshot_jobs
    found: list[Taken] = []
    async for page in graph.pages(graph.request(jobs, select=_JOB, headers=UNKNOWN_MEMBERS)):
        found += [_taken(job) for job in page if job.get("status") in _USABLE and job.get("resourceLocation")]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def newest(taken: Iterable[Taken], kind: str) -> Taken | None:
    """The first of them, which come newest first, that was asked to hold a kind of settings."""
    return next((one for one in taken if kind in one.kinds), None)


async def held(graph: Graph, taken: Taken, kind: str) -> Held:
    """What a snapshot holds of one kind of settings.

    Raises:
        Refused: Microsoft does not show it, or keeps it no longer.
    """
    snapshots = graph.sdk.admin.configuration_management.configuration_snapshots
    found = await graph.get(graph.request(snapshots.by_configuration_baseline_id(taken.snapshot_id)))
    resources = [one for one in found.get("resources") or () if str(one.get("resourceType", "")).lower() == kind]
    return Held(tuple(resources), is_all="resources@odata.nextLink" not in found)


def _taken(job: Mapping[str, Any]) -> Taken:
    errors = tuple(map(str, job.get("errorDetails") or ()))
    return Taken(
        snapshot_id=_snapshot_id(str(job["resourceLocation"])),
        kinds=frozenset(str(kind).lower() for kind in job.get("resources") or ()),
        is_whole=job["status"] == _WHOLE and not errors,
        at=str(job.get("completedDateTime") or job.get("createdDateTime") or ""),
        errors=errors,
    )


def _snapshot_id(place: str) -> str:
    """The id in the address Microsoft gives; nothing else of the address is used."""
    last = place.rstrip("/").rpartition("/")[2]
    return last.partition("(")[2].strip(")'") if "(" in last else last
