"""How each finding stands against earlier months: every one that is or was open has exactly one state."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from m365audit.engine.months.comparable import why_passed
from m365audit.engine.months.history import History, Past
from m365audit.engine.months.history import previous as previous_audit
from m365audit.model.assessment import Finding
from m365audit.model.decisions import Decision, Standing, standing
from m365audit.model.months import month_of, months_between
from m365audit.model.words import Result, State

WhyUnseen = Callable[[Finding], str]
"""Of a finding that is not there: why that means nothing, in a sentence; empty where it would have been found."""

_A_DAY = timedelta(days=1)


def with_states(
    found: Iterable[Finding],
    history: History,
    why_unseen: WhyUnseen,
    decisions: Mapping[str, Decision],
    as_of: date,
) -> list[Finding]:
    """The findings of this run with their states, and behind them those of earlier runs that it did not find.

    What was fixed in an earlier month is left out, and so is what nobody can look for again, after the month that said
    so. Months are those of the calendar: what an earlier audit of this month found first is still new. What goes
    further than before, such as an app with one more permission, is new.
    """
    before = previous_audit(history, as_of)
    last_month = before.made_on if before else None
    present = [_present(one, history.findings.get(one.reference), last_month, as_of) for one in found]
    names = {finding.reference for finding in present}
    absent = []
    for name, past in sorted(history.findings.items()):
        if name not in names:
            gone = None if _is_told(past, last_month) else _absent(past, why_unseen, as_of)
            absent += [_decided(gone, decisions.get(name), as_of)] if gone else []
    return [*present, *absent]


def _present(finding: Finding, past: Past | None, last_month: date | None, as_of: date) -> Finding:
    first_seen, since, returned, added = as_of, as_of, False, _added(finding, past, as_of)
    if past is not None:
        first_seen = min(past.first_seen, as_of)
        since = as_of if past.gone_on or finding.beyond(past.finding.extent) else past.open_since
        returned = past.gone_on is not None or (past.returned and not added)
    ended = finding.decision.until if finding.decision and finding.standing is Standing.LAPSED else None
    if ended is not None and ended >= since:
        # Until then it was accepted; it is open again since.
        since = ended + _A_DAY
        returned = True
        is_of_this_month = last_month is None or ended >= last_month
    else:
        is_of_this_month = month_of(since) >= month_of(as_of)
    state = State.CAME_BACK if returned else State.NEW
    return replace(
        finding,
        first_seen=first_seen,
        open_since=since,
        months_open=months_between(since, as_of),
        last_seen=as_of,
        state=state if is_of_this_month else State.OPEN,
        added=added,
    )


def _added(finding: Finding, past: Past | None, as_of: date) -> frozenset[str]:
    """How much further it goes than at the audit before; what an audit of this month found first is still new."""
    if past is None or past.gone_on is not None:
        return frozenset()
    known = past.finding.added if month_of(past.open_since) == month_of(as_of) else frozenset()
    return finding.beyond(past.finding.extent) | (known & (finding.extent or frozenset()))


def _is_told(past: Past, last_month: date | None) -> bool:
    """Whether an audit before said already that the record of it has ended, after which there is no more to say."""
    return bool(why_passed(past.finding.rule)) and last_month is not None and past.last_seen < last_month


def _absent(past: Past, why_unseen: WhyUnseen, as_of: date) -> Finding | None:
    """A finding of earlier months that is not there; ``None`` if it was fixed in one of them."""
    was = replace(past.finding, first_seen=past.first_seen, open_since=past.open_since, last_seen=past.last_seen)
    if past.gone_on is not None:
        return _fixed(was, past.gone_on) if month_of(past.gone_on) == month_of(as_of) else None
    if why := why_unseen(was):
        return replace(
            was,
            result=Result.NOT_ASSESSED,
            state=State.NOT_COMPARABLE,
            months_open=months_between(past.open_since, as_of),
            fixed_on=None,
            unseen=why,
        )
    return _fixed(was, as_of)


def _fixed(was: Finding, on: date) -> Finding:
    return replace(
        was,
        result=Result.MEETS,
        state=State.FIXED,
        months_open=months_between(was.open_since or was.first_seen, on),
        fixed_on=on,
        unseen="",
    )


def _decided(finding: Finding, decision: Decision | None, as_of: date) -> Finding:
    return replace(finding, decision=decision, standing=standing(decision, as_of, finding.extent))
