"""The months of an assessment, as ``assessment.json`` has them."""

from typing import Any

from m365audit.model.months import Audited, Previous, Trend


def previous_as_json(previous: Previous | None) -> dict[str, Any] | None:
    """The audit that was compared with; ``None`` in a first audit."""
    if previous is None:
        return None
    return {
        "run": previous.run,
        "made_on": previous.made_on.isoformat(),
        "complete": previous.complete,
        "missing": [month.strftime("%Y-%m") for month in previous.missing],
    }


def trend_as_json(trend: Trend | None) -> dict[str, Any] | None:
    """The council's year so far."""
    if trend is None:
        return None
    return {
        "from": trend.begins.isoformat(),
        "first_audit": trend.first.isoformat(),
        "months": [{"month": month.month.strftime("%Y-%m"), "audit": _audited(month.audit)} for month in trend.months],
        "position": {"on": trend.year_end.isoformat(), "audit": _audited(trend.position)},
    }


def _audited(audited: Audited | None) -> dict[str, Any] | None:
    if audited is None:
        return None
    return {
        "run": audited.run,
        "made_on": audited.made_on.isoformat(),
        "complete": audited.complete,
        "clauses": {str(result): number for result, number in audited.clauses.items()},
        "findings": {str(severity): number for severity, number in audited.findings.items()},
        "accepted": audited.accepted,
        "measures": dict(audited.measures),
    }
