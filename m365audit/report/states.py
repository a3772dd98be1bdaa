"""How a finding stands against earlier months and against what was decided, in words."""

from datetime import date

from m365audit.model.answers import Effect
from m365audit.model.assessment import Finding
from m365audit.model.decisions import Channel, Decision, Standing
from m365audit.model.words import Result, State
from m365audit.report.wording import counted, day, listed, month, sentence

LABELS: dict[State, str] = {
    State.NEW: "New",
    State.CAME_BACK: "Came back",
    State.FIXED: "No longer found",
    State.NOT_COMPARABLE: "Could not be looked at",
    State.OPEN: "Still open",
}
"""What each state is called, those first that matter most in a month."""

ACCEPTED = "Accepted"
EXCEPTION_ENDED = "Exception ended"

MEANING: dict[str, str] = {
    LABELS[State.NEW]: "It was found this month for the first time.",
    LABELS[State.CAME_BACK]: "An audit in between looked for it and did not find it; now it is found again.",
    EXCEPTION_ENDED: "It was accepted until a day that has passed, and is found still.",
    LABELS[State.FIXED]: "It was looked for and is not there: it was put right, is over, or the register or the policy "
    "allows it since.",
    LABELS[State.NOT_COMPARABLE]: "It was found before, and what would show it could not be read this time. Nobody "
    "knows whether it is still there.",
    LABELS[State.OPEN]: "It was found in an earlier month and again now.",
    "Asked for, not done": "Somebody who may decide asked for it to be put right, and the evidence still shows it.",
    "Renew?": "The exception ends within 30 days. Answer again if it is to go on; it holds until its last day.",
    "For less than there is now": "It was accepted, and goes further since: what was not known then is not accepted.",
}
"""The words for states, and what they mean."""


def label(finding: Finding) -> str:
    """How a finding stands, in a word or two."""
    if finding.result is Result.ACCEPTED and finding.is_there:
        return ACCEPTED
    if finding.standing is Standing.LAPSED and finding.state is State.CAME_BACK:
        return EXCEPTION_ENDED
    return LABELS[finding.state]


def story(finding: Finding, as_of: date) -> str:
    """How a finding stands, in sentences: against the months, then against what was decided."""
    return " ".join(filter(None, (_month(finding), decided(finding, as_of))))


def _month(finding: Finding) -> str:
    since = finding.open_since or finding.first_seen
    match finding.state:
        case State.NEW if finding.added:
            return f"It goes further than when it was last found. New this month: {listed(sorted(finding.added))}."
        case State.NEW:
            return "New this month."
        case State.CAME_BACK:
            return "" if finding.standing is Standing.LAPSED else "Came back: an audit in between did not find it."
        case State.FIXED:
            return f"No longer found on {day(finding.fixed_on or finding.first_seen)}."
        case State.NOT_COMPARABLE:
            seen = f" Last found on {day(finding.last_seen)}." if finding.last_seen else ""
            return f"Could not be looked at this time. {sentence(finding.unseen)}{seen}"
        case State.OPEN:
            return f"Still open since {month(since)} ({counted(finding.months_open, 'month')})."


def decided(finding: Finding, as_of: date) -> str:
    """What was decided and what has become of it, in sentences; nothing where nothing was."""
    decision = finding.decision
    if decision is None:
        return ""
    if finding.cannot_be_accepted:
        return f"It was accepted on {day(decision.decided_on)}, but cannot be. {sentence(finding.may_accept)}"
    said = _said(finding, decision, as_of)
    if decision.source.channel is Channel.TOLD:
        said += " The IT provider wrote this down as told; please say if it is not so."
    return said.strip()


def _said(finding: Finding, decision: Decision, as_of: date) -> str:
    on, days = day(decision.decided_on), counted((as_of - decision.decided_on).days, "day")
    if decision.effect is Effect.ALLOWS:
        return _exception(decision, finding)
    if finding.state is State.FIXED:
        return f"Answered on {on}: {decision.answer}."
    match decision.effect:
        case Effect.ENDS:
            verb = "could not be seen whether it was done" if not finding.is_there else "not done"
            return f"Asked for on {on} ({decision.answer}), {verb} after {days}."
        case Effect.ASKS:
            return f"The IT provider was asked on {on} to explain it, {days} ago."
        case _:
            return f"Answered on {on}: {decision.answer}. It is still found." if finding.is_there else ""


def _exception(decision: Decision, finding: Finding) -> str:
    if decision.until is None:
        return ""
    until = day(decision.until)
    match finding.standing:
        case Standing.LAPSED:
            return f"The exception ended on {until}."
        case Standing.RENEW:
            return f"Renew? {decision.answer} until {until}: it ends soon, and holds until then."
        case Standing.OUTGROWN:
            since = listed(sorted(finding.beyond(frozenset(decision.extent)))) if decision.extent is not None else ""
            besides = f" That did not include: {since}." if since else ""
            return f"{decision.answer} until {until} for less than there is now, so it does not hold.{besides}"
        case _:
            return f"{decision.answer} until {until}."
