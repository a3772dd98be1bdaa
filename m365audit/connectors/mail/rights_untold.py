"""What Exchange left untold about rights over mailboxes: the gaps of answers that cannot be the whole truth."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from m365audit.connectors.mail.delegates import is_system
from m365audit.model.evidence import Gap, Looked, Row
from m365audit.model.words import GapKind, Right

OF_THE_GONE: Final = f"{Right.FULL_ACCESS} of deleted accounts"
"""The one gap where Exchange shows the rights of deleted accounts over no mailbox at all."""

_AGAIN: Final = "Run the audit again."
_OR_BY_HAND: Final = "Run the audit again; if it stays, have an Exchange administrator list them with {}."
_FULL_ACCESS_CMDLET: Final = "Get-MailboxPermission"
_SEND_AS_CMDLET: Final = "Get-RecipientPermission"
_SWITCH: Final = "IncludeUnresolvedPermissions"


def nameless(scope: str) -> Gap:
    """Of a mailbox that cannot be asked about: asked about nobody, Exchange answers about everybody."""
    return Gap(GapKind.ERROR, "Exchange gave this mailbox no id to ask by.", _AGAIN, scope)


def of_another(scope: str) -> Gap:
    """Of an answer about a mailbox that was not asked about."""
    detail = "Exchange was asked about this mailbox and answered about another, so its answer was not used."
    return Gap(GapKind.ERROR, detail, _AGAIN, scope)


def unplaced(identity: str) -> Gap:
    """Of a right over a name that several have."""
    return Gap(
        GapKind.ERROR,
        f"Exchange tells of a Send As right over {identity}, a name that more than one mailbox or group has.",
        "Give each of them a name of its own and run the audit again.",
        f"{Right.SEND_AS}:{identity}",
    )


def of_full_access(entries: Sequence[Row], scope: str) -> Gap | None:
    """What is amiss with everything Exchange told of one mailbox."""
    if not entries:
        # Every mailbox has a right of its own account: none at all is no answer.
        detail = "Exchange told of no right over this mailbox at all, not even that of its own account."
        return Gap(GapKind.ERROR, detail, _OR_BY_HAND.format(_FULL_ACCESS_CMDLET), scope)
    if any(is_without_rights(entry, "User") for entry in entries):
        detail = "Exchange named somebody with a right over this mailbox and did not say which right."
        return Gap(GapKind.ERROR, detail, _OR_BY_HAND.format(_FULL_ACCESS_CMDLET), scope)
    return None


def send_as_unsaid(scope: str, mailbox: str) -> Gap:
    """Of somebody with a right over a mailbox, in the list of the whole tenant, and it does not say which."""
    detail = f"Exchange named somebody with a right over {mailbox} and did not say whether it is Send As."
    return Gap(GapKind.ERROR, detail, _OR_BY_HAND.format(_SEND_AS_CMDLET), scope)


def no_send_as(scope: str) -> Gap:
    """Of a list of the whole tenant with nothing in it, though every mailbox has a right of its own account."""
    detail = "Exchange told of no Send As right at all, not even those of the mailboxes' own accounts."
    return Gap(GapKind.ERROR, detail, _OR_BY_HAND.format(_SEND_AS_CMDLET), scope)


def is_without_rights(entry: Row, holder: str) -> bool:
    """Whether an entry names somebody other than Exchange itself, and no list of rights: an empty list is one."""
    return entry.get("AccessRights") is None and not is_system(str(entry.get(holder) or ""))


def without_the_gone(scopes: Iterable[str], *, everywhere: bool) -> Iterator[Gap | Looked]:
    """Of mailboxes for which Exchange would not show the rights of accounts that are gone.

    A council where it never does has one gap of that, and its mailboxes were looked at otherwise; where it refused
    for some of them only, each of those is a gap.
    """
    asked = tuple(sorted(scopes))
    said = f"{_FULL_ACCESS_CMDLET} was answered only without {_SWITCH}"
    detail = "Exchange did not show the rights of deleted accounts over {}, so any of those may be missing."
    fix = _OR_BY_HAND.format(f"{_FULL_ACCESS_CMDLET} -{_SWITCH}")
    if everywhere and len(asked) > 1:
        yield Gap(GapKind.UNSUPPORTED, detail.format("any mailbox"), fix, OF_THE_GONE, said=said)
        for scope in asked:
            yield Looked(scope)
        return
    for scope in asked:
        yield Gap(GapKind.ERROR, detail.format("this mailbox"), fix, scope, said=said)
