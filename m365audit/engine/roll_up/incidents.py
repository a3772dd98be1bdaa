"""What the disk says of a council's audits besides the last one: refused, stopped half-way, never made."""

from collections.abc import Iterator
from datetime import date, datetime

from m365audit.engine.audit import REFUSED, TRY_LATER
from m365audit.engine.collecting.resume import is_throttled
from m365audit.engine.custody.verify import TAMPERED
from m365audit.engine.places import LONDON, Places
from m365audit.engine.roll_up.refused import refused
from m365audit.model.fleet import Incident, Trouble
from m365audit.model.months import month_after, month_of, months_from
from m365audit.snapshot import BadRun, Busy, CouncilLock, RunFolder, Unfinished, runs

_AGAIN = "m365audit audit {slug}"
_WHAT_TO_DO = {
    REFUSED: "m365audit doctor {slug} says what an administrator must do; then m365audit audit {slug}",
    TAMPERED: "Find out why before anything is relied on: m365audit doctor {slug}, m365audit verify {slug}",
    TRY_LATER: "Later: m365audit audit {slug}",
}
_CORRECT = "Correct what is named, then: m365audit audit {slug}"


def incidents(
    slug: str, places: Places, on: date, last: RunFolder | None, made_on: date | None
) -> tuple[Incident, ...]:
    """What went wrong since the last audit that was finished, which began ``last`` and judged by ``made_on``.

    What is refused or left half-way counts whenever that was. A refusal stands for the run it left, and either of them
    for the audit of its month that is not there.
    """
    found = list(_refused(slug, places, last)) or list(_left(slug, places, last))
    is_due = made_on is None or month_of(made_on) < month_of(on)
    if is_due and not any(one.at and month_of(_local(one.at)) >= month_of(on) for one in found):
        found.append(missed(slug, on, made_on))
    return tuple(found)


def missed(slug: str, on: date, made_on: date | None) -> Incident:
    """There is no audit of the month; which others before it are missing too."""
    remedy = _AGAIN.format(slug=slug)
    if made_on is None:
        return Incident(Trouble.MISSED, "There is no audit on record.", remedy)
    missing = months_from(month_after(made_on), on)
    first, final = missing[0], missing[-1]
    span = f"{final:%B %Y}" if first == final else f"{first:%B %Y} to {final:%B %Y}"
    words = f"There is no audit of {span}; the last one is of {_day(made_on)}."
    return Incident(Trouble.MISSED, words, remedy)


def _refused(slug: str, places: Places, last: RunFolder | None) -> Iterator[Incident]:
    try:
        said = refused(slug, places)
    except BadRun as error:
        yield Incident(Trouble.REFUSED, str(error), _AGAIN.format(slug=slug))
        return
    if said and (last is None or said.at > last.started_at):
        todo = _WHAT_TO_DO.get(said.code, _CORRECT).format(slug=slug)
        yield Incident(Trouble.REFUSED, said.words, todo, said.at, said.code)


def _left(slug: str, places: Places, last: RunFolder | None) -> Iterator[Incident]:
    """The newest run, where it is no audit that came to its end."""
    newest = next(reversed(runs(places.reports, slug)), None)
    if newest is None or (last is not None and newest.run < last.run):
        return
    at = newest.started_at
    if not newest.is_complete:
        if is_being_audited(slug, places):
            yield Incident(Trouble.RUNNING, "An audit of it is running.", "Nothing: wait until it has ended", at)
            return
        words = f"The run of {_moment(newest)} stopped before all evidence was in, so nothing is known from it."
        yield Incident(Trouble.UNFINISHED, words, f"{_AGAIN.format(slug=slug)} goes on with it, or begins anew", at)
    elif not newest.assessment.exists() or _was_not_reported(newest):
        words = f"The evidence of {_moment(newest)} is in, and it was not judged and reported."
        yield Incident(Trouble.NOT_JUDGED, words, f"m365audit report {slug} --run {newest.run}", at)


def _was_not_reported(run: RunFolder) -> bool:
    """Whether an audit was stopped between its assessment and its end."""
    return Unfinished(run).begun() is not None and not is_throttled(run)


def is_being_audited(slug: str, places: Places) -> bool:
    """Whether another process audits the council now."""
    try:
        with CouncilLock(places.reports, slug):
            return False
    except Busy:
        return True
    except BadRun:
        # Where nothing can be locked, nobody is auditing either.
        return False


def _moment(run: RunFolder) -> str:
    return f"{_day(_local(run.started_at))}, {run.started_at.astimezone(LONDON):%H:%M}"


def _local(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
