"""What an app may be permitted: the words, which permission serves for another, and which do more than read."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Resource(StrEnum):
    """The services whose permissions an app can hold, by the application id each has in every tenant."""

    GRAPH = "00000003-0000-0000-c000-000000000000"
    EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"

    @property
    def label(self) -> str:
        """The name Microsoft shows."""
        return {Resource.GRAPH: "Microsoft Graph", Resource.EXCHANGE: "Office 365 Exchange Online"}[self]


class Tier(StrEnum):
    """How far a permission reaches for its use: without ``base`` little is left, ``deep`` is for those who ask."""

    BASE = "base"
    RECOMMENDED = "recommended"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission this program may ask for.

    ``role_id`` is its id as an application permission, ``scope_id`` as a delegated one where that is known. ``why``
    says what the audit needs it for, ``sees`` what it lets the app see. ``wider`` are permissions that serve as well.
    """

    name: str
    resource: Resource
    role_id: str
    scope_id: str | None
    tier: Tier
    why: str
    sees: str
    wider: tuple[str, ...] = ()


SIGNING_IN = frozenset({"openid", "profile", "email", "offline_access", "User.Read"})
"""What lets a person sign in and be told from another; every sign-in of a person holds some of it."""

BY_ROLE = frozenset({"Exchange.ManageAsApp", "Exchange.ManageAsAppV2", "Exchange.Manage", "Exchange.ManageV2"})
"""What these may do is what the directory role of the app may; of the last two, what that of the person may."""

_READS = re.compile(r"Read(Basic|Hidden|All)?", re.IGNORECASE)
_CONTENT = re.compile(
    r"^(Mail|MailboxItem|MailboxFolder|Chat|ChatMessage|ChannelMessage|Notes|OnlineMeetingTranscript|"
    r"OnlineMeetingRecording|OnlineMeetingAiInsight|CallTranscripts|CallRecordings|eDiscovery)\.Read|"
    r"^(BitlockerKey|DeviceLocalCredential)\.Read\.All$|^full_access_as_|^(EWS|IMAP|POP)\.AccessAs",
    re.IGNORECASE,
)


def serving(needed: str, granted: Collection[str], wider: Collection[str] = ()) -> str | None:
    """Which of the granted permissions serves for the one that is needed; ``None`` where none does.

    What may be written may be read: ``User.ReadWrite.All`` serves for ``User.Read.All``.
    """
    for name in (needed, *wider):
        for spelt in (name, re.sub(r"\.Read\b", ".ReadWrite", name)):
            if spelt in granted:
                return spelt
    return None


def changes_something(name: str) -> bool:
    """Whether a permission can do anything but read; one whose name does not plainly say *read* is taken to."""
    return name not in BY_ROLE | SIGNING_IN and not any(_READS.fullmatch(part) for part in name.split("."))


def reads_content(name: str) -> bool:
    """Whether a permission opens what people wrote or said, or keys and passwords: no audit has business there."""
    return bool(_CONTENT.match(name))
