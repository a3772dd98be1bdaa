"""What people may do for themselves in the directory, and when the web signs them out."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import orjson

from m365audit.connectors.declare import connector
from m365audit.connectors.reading.columns import Columns
from m365audit.graph import Graph
from m365audit.model.datasets import DataSet
from m365audit.model.datasets.apps import AUTHORIZATION_POLICY, CONSENT_SETTINGS, SESSION_TIMEOUTS
from m365audit.model.evidence import Gap, Row

ASKING: Final = "requests to approve an app"

_POLICY = "ActivityBasedTimeoutPolicy"
_APPLICATIONS = "ApplicationPolicies"
_IDLE = "WebSessionIdleTimeout"
_EVERY_APPLICATION = "default"
_HOUR, _MINUTE = 60, 60


@connector("authorization_policy", permission="Policy.Read.All")
async def authorization_policy(graph: Graph) -> AsyncIterator[Row | Gap]:
    """What guests and ordinary users may do in the directory, one row."""
    policy = await graph.get(graph.request(graph.sdk.policies.authorization_policy))
    for said in _one(policy, AUTHORIZATION_POLICY):
        yield said


@connector("consent_settings", permission="Policy.Read.All")
async def consent_settings(graph: Graph) -> AsyncIterator[Row | Gap]:
    """Whether users can ask an administrator to approve an app, one row."""
    policy = await graph.get(graph.request(graph.sdk.policies.admin_consent_request_policy))
    for said in _one(policy, CONSENT_SETTINGS):
        yield said | {"setting": ASKING} if isinstance(said, dict) else said


@connector("session_timeouts", permission="Policy.Read.All")
async def session_timeouts(graph: Graph) -> AsyncIterator[Row | Gap]:
    """After how long without activity Microsoft 365 on the web signs people out."""
    columns = Columns.of(SESSION_TIMEOUTS)
    async for page in graph.pages(graph.request(graph.sdk.policies.activity_based_timeout_policies)):
        for raw, row in zip(page, columns.rows(page), strict=True):
            for application, idle in _timeouts(raw.get("definition") or []):
                yield row | {"application": application, "idle_minutes": _minutes(idle)}
    for gap in columns.gaps():
        yield gap


def _one(policy: Mapping[str, Any], data_set: DataSet) -> Iterator[Row | Gap]:
    columns = Columns.of(data_set)
    yield from columns.rows([policy])
    yield from columns.gaps()


def _timeouts(definitions: list[str]) -> Iterator[tuple[str, object]]:
    """Application and time of each timeout; Microsoft keeps them as JSON in a text, in two shapes.

    What is in no shape we know is one for every application, of unknown length.
    """
    for definition in definitions:
        try:
            policy = orjson.loads(definition)[_POLICY]
            listed = policy.get(_APPLICATIONS) or [policy]
            yield from ((str(one.get("ApplicationId") or _EVERY_APPLICATION), one.get(_IDLE)) for one in listed)
        except (orjson.JSONDecodeError, KeyError, AttributeError, TypeError):
            yield _EVERY_APPLICATION, None


def _minutes(idle: object) -> int | None:
    """Whole minutes of a time such as ``03:00:00`` or ``1.00:00:00``; unknown where it is written otherwise."""
    days, _, clock = str(idle).rpartition(".")
    parts = clock.split(":")
    if len(parts) != len(("hours", "minutes", "seconds")) or not all(p.isdigit() for p in (days or "0", *parts)):
        return None
    return (int(days or 0) * 24 + int(parts[0])) * _HOUR + int(parts[1]) + int(parts[2]) // _MINUTE
