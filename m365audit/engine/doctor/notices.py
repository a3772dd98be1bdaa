"""What the doctor says in sentences, beside its tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from m365audit.connectors.calendars.meeting_options import ACCESS_POLICY_FIX
from m365audit.engine.doctor.probes import Exchange
from m365audit.model.access import Access
from m365audit.model.plans import Plan

WARN_SECONDS = 60
"""A clock that is further off than this is spoken of."""
FAIL_SECONDS = 300
"""Further off than this, Microsoft takes no certificate's signature."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the questions came to; ``None``: it was not asked, or the answer told nothing."""

    plans: frozenset[Plan] | None
    exchange: Exchange
    access_policy: bool | None
    names_concealed: bool | None
    rights_in_snapshot: bool | None = None


def notices(access: Access, found: Found, behind: float | None, missing: tuple[str, ...]) -> tuple[str, ...]:
    """Sentences for whoever mends it, the most urgent first; ``behind`` counts seconds, ``missing`` names commands."""
    return (*_reach(access), *_clock(behind), *_exchange(found.exchange, missing), *_rest(found))


def _reach(access: Access) -> Iterator[str]:
    for name in access.unsafe_and_not_accepted:
        yield (
            f"{name} lets the auditor do more than read: take it away, or accept it by name under "
            "accept_write_permissions in the tenant file. Until then no audit runs."
        )
    for name in access.unsafe:
        if name in access.accepted:
            yield f"{name} lets the auditor do more than read; the tenant file accepts it, and the Clerk is told."
    if not access.is_known:
        yield "The token does not say what it may do, so little can be said before the audit tries."
    if access.delegated:
        yield (
            "A person signed in: the app may do what both of them may, and Microsoft shows other people's mailboxes, "
            "calendars and meetings to an app only."
        )


def _clock(behind: float | None) -> Iterator[str]:
    if behind is None or abs(behind) <= WARN_SECONDS:
        return
    where = "behind" if behind > 0 else "ahead of"
    also = f"; above {FAIL_SECONDS} seconds, signing in with a certificate fails" if abs(behind) <= FAIL_SECONDS else ""
    fails = "" if also else "; signing in with a certificate fails by that"
    yield f"This machine's clock is {abs(behind):.0f} seconds {where} Microsoft's{also}{fails}. Set it right."


def _exchange(found: Exchange, missing: tuple[str, ...]) -> Iterator[str]:
    if found.role is False:
        yield (
            "Exchange will not let the app in: its service principal has no directory role that reads there. Give it "
            "Global Reader (m365audit permissions --script has the steps). A role group of Exchange's own does not "
            "stand in the token and is not seen here."
        )
    elif found.role is None and found.said:
        yield f"Exchange did not say what it shows the app: {found.said.rstrip('.')}."
    if missing:
        yield f"Exchange does not show the app these commands, so what they tell is not read: {', '.join(missing)}."


def _rest(found: Found) -> Iterator[str]:
    if found.access_policy is False:
        yield f"No Teams application access policy lets the app read options of meetings. {ACCESS_POLICY_FIX}"
    if found.names_concealed:
        yield (
            "Reports of use conceal names, so they cannot be matched to people. To show them: Microsoft 365 admin "
            "centre > Settings > Org settings > Reports; it changes what administrators see, so it is for the council "
            "to decide."
        )
