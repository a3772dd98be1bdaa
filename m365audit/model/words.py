"""The closed vocabularies of the program: one word, one meaning."""

from collections.abc import Iterable
from enum import StrEnum


class Result(StrEnum):
    """What the audit says of a clause, a check or a finding, worst first."""

    DOES_NOT_MEET = "Does not meet"
    REVIEW = "Review"
    NOT_ASSESSED = "Not assessed"
    ATTESTATION_DUE = "Attestation due"
    ADVICE = "Advice"
    ACCEPTED = "Accepted"
    ATTESTED = "Attested"
    MEETS = "Meets"
    NOT_APPLICABLE = "Not applicable"


_WORST_FIRST = tuple(Result)


def worst(results: Iterable[Result]) -> Result:
    """The worst of some results; of none at all, *Not applicable*."""
    return min(results, key=_WORST_FIRST.index, default=Result.NOT_APPLICABLE)


class GapKind(StrEnum):
    """Why something could not be looked at."""

    PERMISSION = "permission"
    LICENCE = "licence"
    ROLE = "role"
    POLICY = "policy"
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    ERROR = "error"
    NOT_ENABLED = "not-enabled"
    # The two below are gaps of the council's side of the comparison, not of Microsoft 365.
    REGISTER = "register"
    NOT_COLLECTED = "not-collected"


SHOULD_HAVE_COME = frozenset(
    {GapKind.PERMISSION, GapKind.ROLE, GapKind.POLICY, GapKind.THROTTLED, GapKind.ERROR, GapKind.NOT_COLLECTED}
)
"""Gaps of these kinds make an audit partial: something is missing that should have come. The others are how the
tenant is."""


class Severity(StrEnum):
    """How soon a finding wants attention, most urgent first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Actor(StrEnum):
    """Who carries the fix out."""

    CLERK = "clerk"
    PROVIDER = "provider"
    PERSON = "person"
    COUNCIL = "council"


class SubjectKind(StrEnum):
    """What a finding is about; decides the shape of its natural key (see :mod:`m365audit.model.keys`)."""

    ACCOUNT = "account"
    GUEST = "guest"
    PERSON = "person"
    MAILBOX_ACCESS = "mailbox access"
    FORWARD = "forward"
    SHARE = "share"
    MEETING = "meeting"
    APP = "app"
    DEVICE = "device"
    SITE_ACCESS = "site access"
    SETTING = "setting"
    POLICY = "policy"
    DOMAIN = "domain"
    GROUP = "group"
    PROVIDER = "provider"
    PERSONAL_FILES = "personal files"


class Force(StrEnum):
    """How strongly a clause binds. The last four can never show more than *Advice*."""

    MUST = "must"
    MUST_NOT = "must not"
    SHOULD = "should"
    SHOULD_NOT = "should not"
    MAY_IF = "may, on a condition"
    STATEMENT = "statement of fact"
    LAW = "statement of law"
    CONSEQUENCE = "consequence"
    ENCOURAGED = "encouraged"
    DISCOURAGED = "discouraged"
    REMINDED = "reminded"
    MAY = "may"


class Judgement(StrEnum):
    """How much of a clause data can decide."""

    AUTOMATIC = "automatic"
    PARTLY = "partly"
    ATTESTATION = "attestation"
    POLICY_FACTS = "policy facts"


class Right(StrEnum):
    """A right over another's mailbox, as the register and the natural keys spell it."""

    FULL_ACCESS = "full access"
    SEND_AS = "send as"
    SEND_ON_BEHALF = "send on behalf"


class State(StrEnum):
    """How a finding stands against earlier months."""

    NEW = "new"
    OPEN = "open"
    CAME_BACK = "came back"
    FIXED = "fixed"
    NOT_COMPARABLE = "not comparable"
