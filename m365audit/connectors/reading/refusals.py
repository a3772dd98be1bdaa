"""Asking one thing of many accounts, and telling one refused account from a refusal of all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kiota_abstractions.request_information import RequestInformation

from m365audit.connectors.reading.kept import Kept, sorted_out
from m365audit.graph import Absent, Graph
from m365audit.model.evidence import TENANT, Gap, Row
from m365audit.model.words import GapKind

Answer = dict[str, Any] | Absent

PROBED = 20
"""How many are asked before a refusal of every one of them counts as a refusal of all."""

_FINAL = frozenset({GapKind.PERMISSION, GapKind.ROLE, GapKind.LICENCE, GapKind.POLICY, GapKind.UNSUPPORTED})


class Refusals:
    """Gaps of single scopes (accounts, mailboxes) of one reading.

    When not one scope answered and all were refused for the same kind of reason, it is one gap of ``whole``, not
    hundreds that say the same. ``before`` is how many answered before the run was stopped.
    """

    def __init__(self, whole: str = TENANT, *, before: int = 0) -> None:
        self._whole = whole
        self._answers = before
        self._gaps: list[Gap] = []

    def answered(self) -> None:
        """One scope answered."""
        self._answers += 1

    def refused(self, gap: Gap) -> None:
        """One scope did not."""
        self._gaps.append(gap)

    @property
    def is_final(self) -> bool:
        """Whether there is no point in asking on: all were refused, for a reason that time does not mend."""
        return self._is_of_all and self._gaps[0].kind in _FINAL

    def gaps(self) -> Iterator[Gap]:
        """What is to be reported."""
        if self._is_of_all and len(self._gaps) > 1:
            first = self._gaps[0]
            detail = f"Every one of the {len(self._gaps)} asked was refused. {first.detail}"
            yield replace(first, detail=detail, scope=self._whole)
        else:
            yield from self._gaps

    @property
    def _is_of_all(self) -> bool:
        return not self._answers and bool(self._gaps) and len({gap.kind for gap in self._gaps}) == 1


async def answers(  # noqa: PLR0913 - what is asked, of whom, and how its refusals are told
    graph: Graph,
    account_ids: Sequence[str],
    request: Callable[[str], RequestInformation],
    *,
    scope: str = "account",
    absent: Sequence[str] = (),
    whole: str = TENANT,
    lists: bool = False,
    before: int = 0,
) -> AsyncIterator[tuple[str, Answer] | Gap]:
    """Asks the same of every account through ``$batch``: (account id, answer) in any order, then the gaps.

    A refused account is a gap ``SCOPE:ID``; where all are refused, one gap of ``whole``. The first few are asked
    alone, so that a permission the app lacks costs one batch and not thousands. ``before`` is how many answered before
    the run was stopped.
    """
    refusals = Refusals(whole, before=before)
    for some in (account_ids[:PROBED], account_ids[PROBED:]):
        if not some or refusals.is_final:
            continue
        requests = ((account_id, request(account_id)) for account_id in some)
        async for account_id, answer in graph.batch(requests, scope=f"{scope}:{{}}".format, absent=absent, lists=lists):
            if isinstance(answer, Gap):
                refusals.refused(answer)
            else:
                refusals.answered()
                yield account_id, answer
    for gap in refusals.gaps():
        yield gap


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked of many accounts; the words of it are those of :func:`answers`."""

    request: Callable[[str], RequestInformation]
    scope: str = "account"
    absent: Sequence[str] = ()
    whole: str = TENANT
    lists: bool = False


async def rows_of_each(
    graph: Graph,
    account_ids: Iterable[str],
    question: Question,
    made: Callable[[str, Answer], Awaitable[list[Row]]],
    kept: Kept,
) -> AsyncIterator[tuple[str, list[Row]] | Gap]:
    """The rows ``made`` of each account's answer, and kept; what was kept before is not asked for again."""
    scope = f"{question.scope}:{{}}"
    asked, before = sorted_out(account_ids, scope, kept)
    for account_id, rows in before:
        yield account_id, rows
    async for answer in answers(
        graph,
        asked,
        question.request,
        scope=question.scope,
        absent=question.absent,
        whole=question.whole,
        lists=question.lists,
        before=len(before),
    ):
        if isinstance(answer, Gap):
            yield answer
            continue
        account_id, said = answer
        rows = await made(account_id, said)
        kept.keep(scope.format(account_id), rows)
        yield account_id, rows
