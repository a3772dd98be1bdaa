"""Full Access and Send As out of a snapshot of the configuration, where Exchange does not let the auditor in."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from m365audit.connectors.mail.delegates import is_system
from m365audit.connectors.mail.grants import Grants, Told, effective
from m365audit.connectors.mail.mailboxes import flag, rights
from m365audit.connectors.mail.recipients import Recipients
from m365audit.connectors.reading.configuration import PERMISSION, Taken, held, newest, snapshots
from m365audit.graph import Graph, Refused
from m365audit.model.evidence import TENANT, Gap, Looked, Note, Row
from m365audit.model.words import GapKind, Right

OLDEST_DAYS: Final = 35
"""An audit is made every month: what was set before the last one is no evidence for this one."""

REFUSALS: Final = frozenset({GapKind.PERMISSION, GapKind.ROLE, GapKind.POLICY, GapKind.UNSUPPORTED})
"""Why Exchange lets nobody in; faults pass, and are no reason to look elsewhere."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a snapshot tells of one right: the kind of resource, and the properties it stands in."""

    resource: str
    holder: str
    access: str


_KINDS: Final = {
    Right.FULL_ACCESS: _Kind("microsoft.exchange.mailboxpermission", "User", "FullAccess"),
    Right.SEND_AS: _Kind("microsoft.exchange.recipientpermission", "Trustee", "SendAs"),
}
KINDS: Final = tuple(kind.resource for kind in _KINDS.values())
"""The kinds of settings a snapshot must hold to be of use here."""

_OR_A_SNAPSHOT: Final = (
    f"Or an administrator has a snapshot made that holds {' and '.join(KINDS)} (Microsoft's tenant configuration "
    f"management), which can be read for seven days with the permission {PERMISSION}; it tells of Full Access and "
    "Send As."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the snapshots say of one right; ``taken`` is the one that was read, if any was of use."""

    taken: Taken | None = None
    rows: tuple[Row, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __iter__(self) -> Iterator[Row | Gap | Looked | Note]:
        yield from self.rows
        yield from self.gaps
        if self.taken and self.taken.on:
            day = f"{self.taken.on.day} {self.taken.on:%B %Y}"
            yield Note(f"rights over mailboxes are partly as a snapshot of the configuration of {day} has them")


@dataclass(frozen=True, slots=True)
class Boxes:
    """The mailboxes there are; where Exchange did not list them (``listed`` is false), every account may have one."""

    by_id: Mapping[str, Row]
    recipients: Recipients
    listed: bool


class RightsInSnapshot:
    """Reads rights from the newest snapshot that holds them; ``today`` is what its age counts to."""

    def __init__(self, graph: Graph, boxes: Boxes, grants: Grants, today: date) -> None:
        self._graph = graph
        self._boxes = boxes
        self._grants = grants
        self._today = today
        self._there: tuple[Taken, ...] | Gap | None = None

    async def of(self, right: Right, refused: Gap) -> Answer:
        """Everything the newest snapshot of use tells of a right, and what is missing from that.

        ``refused`` is why Exchange does not tell, and stays the reason of every gap: letting the app in there mends it.
        """
        kind = _KINDS[right].resource
        missing = replace(refused, scope=str(right), fix=f"{refused.fix} {_OR_A_SNAPSHOT}")
        there = await self._snapshots()
        if isinstance(there, Gap):
            return Answer(gaps=(replace(missing, said=_together(refused.said, there.said)),))
        taken = _of_use(there, kind, self._today)
        if taken is None:
            return Answer(gaps=(replace(missing, detail=_sentences(refused.detail, _too_old(newest(there, kind)))),))
        try:
            found = await held(self._graph, taken, kind)
        except Refused as gone:
            why = "The newest snapshot of the configuration that holds it could not be read."
            said = _together(refused.said, gone.gap.said)
            return Answer(gaps=(replace(missing, detail=_sentences(refused.detail, why), said=said),))
        if not found.resources:
            # Every mailbox has a right of its own account in it: none at all is no answer.
            why = "The newest snapshot of the configuration holds none of it, although it was asked for."
            said = _together(refused.said, *taken.errors)
            return Answer(gaps=(replace(missing, detail=_sentences(refused.detail, why), said=said),))
        return await self._read(right, taken, found.resources, missing, is_whole=taken.is_whole and found.is_all)

    async def _snapshots(self) -> tuple[Taken, ...] | Gap:
        if self._there is None:
            try:
                self._there = await snapshots(self._graph)
            except Refused as refused:
                self._there = refused.gap
        return self._there

    async def _read(
        self, right: Right, taken: Taken, resources: Iterable[Mapping[str, Any]], missing: Gap, *, is_whole: bool
    ) -> Answer:
        grants: list[Row | None] = []
        gaps: dict[Gap, None] = {}
        async for found in self._grants_of(right, taken, resources, missing):
            if isinstance(found, Gap):
                gaps[found] = None
            else:
                grants.append(found)
        if not is_whole:
            why = "The newest snapshot of the configuration holds only a part of it."
            detail, said = _sentences(missing.detail, why), _together(missing.said, *taken.errors)
            gaps[replace(missing, detail=detail, said=said)] = None
        return Answer(taken, tuple(effective(grants)), tuple(gaps))

    async def _grants_of(
        self, right: Right, taken: Taken, resources: Iterable[Mapping[str, Any]], missing: Gap
    ) -> AsyncIterator[Row | Gap | None]:
        kind = _KINDS[right]
        for resource in resources:
            properties = resource.get("properties") or {}
            identity, holder = str(properties.get("Identity") or ""), properties.get(kind.holder)
            if kind.access not in rights(properties.get("AccessRights")) or is_system(str(holder or "")):
                continue
            over = self._boxes.recipients.find(identity)
            if over and over.id in self._boxes.by_id:
                # What is inherited it does not say, and of Send As not what is denied either.
                denied = flag(properties.get("Deny")) if right is Right.FULL_ACCESS else None
                told = Told(right, str(holder), inherited=None, denied=denied, taken_at=taken.at)
                yield await self._grants.row(self._boxes.by_id[over.id], told)
            elif self._may_be_a_mailbox(right, identity, is_known=over is not None):
                detail = f"A snapshot tells of the right '{right}' over '{identity}', and not which mailbox that is."
                yield replace(missing, detail=_sentences(detail, missing.detail), scope=f"{right}:{identity}")

    def _may_be_a_mailbox(self, right: Right, identity: str, *, is_known: bool) -> bool:
        """Of Send As, a right over a group or a contact is none over a mailbox, where it is known to be that."""
        if right is Right.FULL_ACCESS:
            return True
        if is_known:
            return False
        return not self._boxes.listed or self._boxes.recipients.is_shared(identity)


def hold_rights(taken: Iterable[Taken], today: date) -> bool | None:
    """Whether there are snapshots of use that hold all these rights; ``None`` where they hold a part of them."""
    there = tuple(taken)
    used = [_of_use(there, kind, today) for kind in KINDS]
    if all(one and one.is_whole for one in used):
        return True
    return None if any(used) else False


def _of_use(taken: Iterable[Taken], kind: str, today: date) -> Taken | None:
    """The newest that holds all of a kind, else the newest that may hold a part; none that is too old."""
    young = [one for one in taken if one.on and (today - one.on).days <= OLDEST_DAYS]
    return newest((one for one in young if one.is_whole), kind) or newest(young, kind)


def one_of(gaps: Iterable[Gap]) -> Gap:
    """One gap of the whole tenant for those of single rights: with all that was said, and why each is missing."""
    first, *others = gaps
    said = _together(first.said, *(gap.said for gap in others))
    details = dict.fromkeys(gap.detail for gap in (first, *others))
    return replace(first, detail=max(details, key=len), said=said, scope=TENANT)


def _too_old(taken: Taken | None) -> str:
    if taken is None or taken.on is None:
        return ""
    day = f"{taken.on.day} {taken.on:%B %Y}"
    return (
        f"The newest snapshot of the configuration that holds it was made on {day}, more than {OLDEST_DAYS} days "
        "before, and was not used."
    )


def _sentences(*said: str) -> str:
    return " ".join(filter(None, said))


def _together(*said: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, said)))
