"""Understand returned answers: a pure function of files, findings, register, ledger and day. It keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from m365audit.model.answers import Answer, Effect
from m365audit.model.decisions import Channel, Decision, Source, current
from m365audit.register import typed
from m365audit.register.altered import Written, edits, missing, refuse_displaced
from m365audit.register.endings import ending_of
from m365audit.register.judged import Judged
from m365audit.register.ledger import Ledger
from m365audit.register.offices import Offices
from m365audit.register.returned import Returned, Row
from m365audit.register.understood import Again, Edit, Ending, Refusal, Understood
from m365audit.register.weigh import Refused, Weighed, finding_of, refuse, shown, weigh

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Handed:
    """One returned file with the run it answers; ``written`` is its sheet as it was sent, where that is still there."""

    returned: Returned
    run: Judged
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """The day in London by which answers are judged, and the moment they are recorded."""

    today: date
    at: datetime


@dataclass(slots=True)
class _Entry:
    """One answered row. ``twins`` say the same in other places."""

    handed: Handed
    row: Row
    twins: list["_Entry"] = field(default_factory=list)

    @property
    def source(self) -> Source:
        returned = self.handed.returned
        return Source(returned.file, returned.sha256, self.row.number, returned.channel)

    def refused(self, why: str, remedy: str) -> Refusal:
        found = self.handed.run.findings.get(self.row.reference)
        what = found.subject_name if found else ""
        return Refusal(self.handed.returned.file, self.row.number, self.row.reference, what, why, remedy)

    @property
    def said(self) -> tuple[object, ...]:
        """What the row says, as two of them are compared."""
        row = self.row
        words = (typed.word(row.decision), typed.plain(row.reason).casefold(), typed.name(row.decided_by))
        return (*words, row.until, row.decided_on)

    @property
    def place(self) -> str:
        return f"row {self.row.number} of {self.handed.returned.file}"


@dataclass(slots=True)
class _Made:
    """What becomes of the rows, gathered as they are gone through."""

    ledger: Ledger
    decisions: list[Decision] = field(default_factory=list)
    replaced: list[Decision] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)


def understand(handed: Sequence[Handed], latest: Judged, offices: Offices, ledger: Ledger, now: Now) -> Understood:
    """What the files say, and what of it may be kept.

    ``latest`` is the newest run: an answer to an older one counts where the finding is still there. Every row is judged
    by itself, so that one that is refused takes no other with it. The decisions follow on those of the ledger.
    """
    entries = [_Entry(one, row) for one in handed for row in one.returned.rows if row.is_answered]
    single, refused = _without_doubles(entries)
    made = _Made(ledger, refused=refused)
    before = current(ledger.decisions)
    taken = []
    for entry in single:
        try:
            _take(entry, made, before.get(entry.row.reference), latest, offices, now)
            taken.append(entry)
        except Refused as refusal:
            made.refused += [one.refused(refusal.why, refusal.remedy) for one in (entry, *entry.twins)]
    order = {(one.returned.file, row.number): n for n, (one, row) in enumerate(_all_rows(handed))}
    return Understood(
        decisions=tuple(made.decisions),
        replaced=tuple(made.replaced),
        refused=tuple(sorted(made.refused, key=lambda one: order[one.file, one.row])),
        again=tuple(made.again),
        edits=tuple(_edits(handed)),
        endings=tuple(dict.fromkeys(made.endings)),
        notices=tuple(_notices(handed, taken, latest)),
        to_do=tuple(dict.fromkeys(made.to_do)),
        unanswered=sum(not row.is_answered for _, row in _all_rows(handed)),
    )


def _all_rows(handed: Iterable[Handed]) -> list[tuple[Handed, Row]]:
    return [(one, row) for one in handed for row in one.returned.rows]


def _without_doubles(entries: Iterable[_Entry]) -> tuple[list[_Entry], list[Refusal]]:
    """One entry a reference; where its rows contradict one another, all are refused and none wins."""
    by_reference: dict[str, list[_Entry]] = {}
    single: list[_Entry] = []
    refused: list[Refusal] = []
    for entry in entries:
        if entry.row.reference:
            by_reference.setdefault(entry.row.reference, []).append(entry)
        else:
            single.append(entry)
    for same in by_reference.values():
        first, *others = same
        if all(one.said == first.said and not one.row.faults for one in others) or not others:
            single.append(replace(first, twins=others))
            continue
        for one in same:
            places = " and ".join(other.place for other in same if other is not one)
            why = f"it says '{_answer(one)}', and {places} something else"
            refused.append(one.refused(why, "leave the answer that counts, blank the others, and return it again"))
    return single, refused


def _answer(entry: _Entry) -> str:
    row = entry.row
    until = f" until {shown(row.until)}" if row.until else ""
    return f"{row.decision or 'what cannot be read'}{until}"


def _take(entry: _Entry, made: _Made, before: Decision | None, latest: Judged, offices: Offices, now: Now) -> None:
    """Make a decision of an entry, or find that it is kept already.

    Raises:
        Refused: it may not be kept.
    """
    if kept := _kept_from(entry, made.ledger):
        made.again.append(_again(entry, kept))
        if before is kept and kept.answer is Answer.LEAVER_CONFIRMED:
            made.endings += _ending_again(kept, latest, offices)
        return
    if entry.handed.written is not None:
        refuse_displaced(entry.row, entry.handed.written)
    run, channel = entry.handed.run, entry.handed.returned.channel
    found = finding_of(entry.row, run, latest)
    weighed = weigh(entry.row, found, run, offices, now.today, channel)
    is_leaver = weighed.choice.answer is Answer.LEAVER_CONFIRMED
    ending = ending_of(found, weighed.until, offices) if is_leaver else None
    # Whoever answered knew what the workbook said, and nothing of what has come since.
    extent = run.findings[found.reference].extent
    if kept := _kept_as(weighed, extent, made.ledger, channel):
        made.again.append(_again(entry, kept))
    else:
        _refuse_against(weighed, before, channel)
        made.decisions.append(replace(_decision(entry, weighed, made, before, now), extent=extent))
        made.replaced += [before] if before else []
    if ending is not None:
        made.endings.append(replace(ending, only_blank=kept is not None))
    elif weighed.choice.effect is Effect.REGISTERS:
        made.to_do.append(_by_hand(weighed))


def _ending_again(kept: Decision, latest: Judged, offices: Offices) -> list[Ending]:
    """The last day that an earlier decision gave, should it not have come into the register then."""
    found = latest.findings.get(kept.reference)
    try:
        return [replace(ending_of(found, kept.until, offices), only_blank=True)] if found else []
    except Refused:
        return []


def _kept_from(entry: _Entry, ledger: Ledger) -> Decision | None:
    """The decision that was made of this very row of this very file."""
    source, name = entry.source, entry.row.reference
    return next(
        (
            one
            for one in ledger.decisions
            if one.reference == name and one.source.sha256 == source.sha256 and one.source.row == source.row
        ),
        None,
    )


def _kept_as(weighed: Weighed, extent: tuple[str, ...] | None, ledger: Ledger, channel: Channel) -> Decision | None:
    """A decision that says the same of the same; one the provider typed does not stand for the Clerk's own."""
    says = (*_says(weighed), extent)
    for one in ledger.decisions:
        same = (one.reference, one.answer, one.reason, one.until, one.decided_by, one.decided_on, one.extent) == says
        if same and not (one.source.channel is Channel.TOLD and channel is Channel.WORKBOOK):
            return one
    return None


def _says(weighed: Weighed) -> tuple[object, ...]:
    answer = weighed.choice.answer
    return (weighed.found.reference, answer, weighed.reason, weighed.until, weighed.decided_by, weighed.decided_on)


def _again(entry: _Entry, kept: Decision) -> Again:
    return Again(entry.handed.returned.file, entry.row.number, entry.row.reference, kept.id)


def _refuse_against(weighed: Weighed, before: Decision | None, channel: Channel) -> None:
    """Refuse what an equal or later decision of the ledger contradicts; the Clerk's own word outdoes one passed on."""
    if before is None or before.decided_on < weighed.decided_on:
        return
    if before.source.channel is Channel.TOLD and channel is Channel.WORKBOOK:
        return
    source = f"row {before.source.row} of {before.source.file}"
    kept = f"'{before.answer}' of {shown(before.decided_on)} is kept already ({source})"
    if before.decided_on == weighed.decided_on:
        refuse(f"{kept}, and one day has two answers", "date the one that counts after the other")
    refuse(f"{kept}, which is later", "if this one counts, date it after that")


def _decision(entry: _Entry, weighed: Weighed, made: _Made, before: Decision | None, now: Now) -> Decision:
    found = weighed.found
    return Decision(
        id=made.ledger.next_id + len(made.decisions),
        reference=found.reference,
        rule=found.rule,
        subject_kind=found.kind,
        subject_id=found.subject_id,
        subject_name=found.subject_name,
        answer=weighed.choice.answer,
        effect=weighed.choice.effect,
        reason=weighed.reason,
        until=weighed.until,
        decided_by=weighed.decided_by,
        decided_on=weighed.decided_on,
        recorded_at=now.at,
        run=entry.handed.run.run,
        source=entry.source,
        supersedes=before.id if before else None,
    )


def _by_hand(weighed: Weighed) -> str:
    name, reason = weighed.found.subject_name, weighed.reason
    match weighed.choice.answer:
        case Answer.STILL_SERVING:
            return f"see that the register's sheet People has {name} in office today ({reason})"
        case Answer.PERSON:
            return f"enter the person behind {name} on the register's sheet People ({reason})"
        case Answer.SHARED:
            return f"enter {name} on the register's sheet Other accounts as a shared mailbox ({reason})"
        case _:
            return f"enter {name} on the register's sheet Other accounts as a service ({reason})"


def _edits(handed: Iterable[Handed]) -> Iterable[Edit]:
    for one in handed:
        if one.written is not None:
            yield from edits(one.returned.file, one.returned.rows, one.written)


def _notices(handed: Sequence[Handed], taken: Iterable[_Entry], latest: Judged) -> Iterable[str]:
    for one in handed:
        file = one.returned.file
        yield from (f"{file}: {notice}" for notice in one.returned.notices)
        if one.run.run != latest.run:
            when = f"{shown(one.run.as_of)}; the latest is of {shown(latest.as_of)}"
            yield f"{file}: it answers the audit of {when}, and counts for what is found there as well"
        if one.returned.channel is Channel.TOLD:
            continue
        if one.written is None:
            yield f"{file}: the workbook as it was sent is gone, so edited cells cannot be told"
        asked = one.written if one.written is not None else _asked(one.run)
        if gone := missing(one.returned.rows, asked):
            more = f" and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else ""
            names = ", ".join(gone[:_MOST_NAMED])
            yield f"{file}: rows that were sent are missing, and count as unanswered: {names}{more}"
    for entry in taken:
        for twin in entry.twins:
            yield f"{twin.place} says the same as {entry.place}; it counts once"


def _asked(run: Judged) -> Mapping[str, object]:
    return {name: found for name, found in run.findings.items() if found.is_asked}
