"""What is shared in every document library, with whom and how."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing
from functools import partial

import pandas as pd

from m365audit.connectors.declare import Yield, connector
from m365audit.connectors.files.census import REACH, Census
from m365audit.connectors.files.census_memory import MEMORY
from m365audit.connectors.files.census_words import NO_ALLOWANCE, limits
from m365audit.connectors.files.estate import Packed
from m365audit.connectors.files.permission_calls import SCOPE, permissions_of
from m365audit.connectors.files.sharing_identities import Grantees
from m365audit.connectors.files.sharing_permissions import Answers
from m365audit.connectors.files.sharing_tree import DELTA_PROPERTIES, Library
from m365audit.connectors.reading.earlier import NOTHING_EARLIER, Earlier
from m365audit.connectors.reading.frames import records
from m365audit.connectors.reading.kept import FORGETFUL, Kept, sorted_out
from m365audit.connectors.reading.waves import waves
from m365audit.graph import Absent, Graph
from m365audit.model.access import UNKNOWN_ACCESS, Access
from m365audit.model.evidence import TENANT, Coverage, Entry, Gap, Looked, Note, Row
from m365audit.model.tenant import Allowance
from m365audit.model.words import GapKind

PAGE = 999
LIBRARIES_WAITING = 64

# The first keeps "shared" off everything below a shared folder; the other three work only together and walk past
# what the app may not read. One that is not honoured costs requests and changes no row.
_HEADERS = {
    "Prefer": "hierarchicalsharing, deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges"
}
_DRIVE_COLUMNS = ("drive_id", "drive_name", "drive_url", "site_id", "site_name", "site_url", "personal")

KINDS = "file_kinds"
_APPLIED = "preference-applied"
_MARKS_OWN = "hierarchicalsharing"
_DELTA_LINK = "@odata.deltaLink"
_NO_END = Gap(
    GapKind.ERROR,
    "Microsoft's list of what is in the library stopped without saying that it was at its end.",
    "Run the audit again.",
)


@connector("sharing", KINDS, MEMORY, REACH, permission="Files.Read.All", kept_with=("domains", "accounts", "groups"))
async def sharing(  # noqa: PLR0913 - each is something it depends on
    graph: Graph,
    drives: pd.DataFrame,
    domains: pd.DataFrame,
    coverage: Mapping[str, Coverage],
    accounts: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    *,
    access: Access = UNKNOWN_ACCESS,
    earlier: Earlier = NOTHING_EARLIER,
    allowance: Allowance = NO_ALLOWANCE,
    kept: Kept = FORGETFUL,
) -> AsyncIterator[Yield]:
    """Every permission on a shared item of every library; a library that refuses is a gap of its own."""
    # Libraries nobody could list are libraries nobody looked into.
    for gap in _of_all(gap for gap in coverage["drives"].gaps if gap.scope != TENANT):
        yield gap
    every = {drive["drive_id"]: drive for drive in records(drives, *_DRIVE_COLUMNS)}
    asked, before = sorted_out(every, SCOPE, kept)
    census = Census(every, allowance, earlier)
    for said in _once_more(before, census):
        yield said
    grantees = Grantees(domains, accounts, groups)
    refused: set[str] = set()
    throttled = False
    async for found in _finished(graph, (every[drive_id] for drive_id in asked)):
        throttled = throttled or found.is_throttled
        if isinstance(found, Gap):
            refused.add(found.scope)
            for gap in _of_all([found]):
                yield gap
        else:
            found.library.is_cut = SCOPE.format(found.library.drive_id) in refused
            for one in _of_library(found, grantees, census, kept):
                yield one
    async for one in census.look(graph, grantees, kept, throttled=throttled):
        yield one
    for one in (*census.told(), *map(Note, limits(census, access))):
        yield one


def _of_all(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """The same gaps of every data set that is made of the libraries' feeds."""
    for gap in gaps:
        for name in ("sharing", KINDS, MEMORY):
            yield gap.within(data_set=name)


def _of_library(found: Answers, grantees: Grantees, census: Census, kept: Kept) -> Iterator[Yield]:
    """All there is to say of one library, which is kept if all of it was seen."""
    library, scope = found.library, SCOPE.format(found.library.drive_id)
    rows, missing = list(found.rows(grantees)), found.gap()
    items = library.estate.pack(library.shared, found.seen)
    census.add(library.drive_id, items, whole=not library.is_cut, marks_own=library.marks_own)
    if not library.is_cut:
        kinds = list(library.kinds.rows(library.drive))
        if not missing:
            kept.keep(scope, [*rows, *kinds, {"items": items.as_text(), "marks_own": library.marks_own}])
        yield missing or Looked(scope)
        yield from (Entry(KINDS, row) for row in kinds)
        yield Looked(scope, KINDS)
    yield from rows


def _once_more(before: Iterable[tuple[str, list[Row]]], census: Census) -> Iterator[Row | Entry | Looked]:
    """What is known of libraries that were looked at whole before the run was stopped."""
    for drive_id, rows in before:
        for row in rows:
            # All is kept together; only a permission names an item, and only the last row has all items.
            if "items" in row:
                census.add(drive_id, Packed.from_text(row["items"]), whole=True, marks_own=row["marks_own"])
            else:
                yield row if "item_id" in row else Entry(KINDS, row)
        yield Looked(SCOPE.format(drive_id))
        yield Looked(SCOPE.format(drive_id), KINDS)


async def _finished(graph: Graph, drives: Iterable[Row]) -> AsyncIterator[Answers | Gap]:
    """Each library when all of it is there, and the gap of each feed that was refused, before its library.

    Permissions are asked for while other feeds are still being read, so that libraries are finished, kept and let go
    early.
    """
    async with aclosing(waves(graph.each(drives, partial(_feed, graph)), LIBRARIES_WAITING)) as some:
        async for wave in some:
            for found in wave:
                if isinstance(found, Gap):
                    yield found
            async for answers in _permissions(graph, [found for found in wave if isinstance(found, Library)]):
                yield answers


async def _feed(graph: Graph, drive: Row) -> AsyncGenerator[Library | Gap, None]:
    """The library from its delta feed; where that is refused half-way, the gap and what was seen before it."""
    library = Library(drive)
    root = graph.sdk.drives.by_drive_id(library.drive_id).root
    scope, is_at_end = SCOPE.format(library.drive_id), False
    request = graph.request(root, "delta", headers=_HEADERS, select=DELTA_PROPERTIES, top=PAGE)
    async for page in graph.pages(request, scope=scope, resync=True):
        if isinstance(page, Gap):
            library.is_cut = True
            yield page
        elif not isinstance(page, Absent):
            if page.afresh:
                # What was deleted since the first reading began is not told of again.
                library = Library(drive)
            library.marks_own = _MARKS_OWN in page.headers.get(_APPLIED, "").lower()
            for item in page:
                library.take(item)
            # The last page says where the next reading would begin, even if nothing is in the library.
            is_at_end = bool(page.envelope.get(_DELTA_LINK))
    if not is_at_end and not library.is_cut:
        library.is_cut = True
        yield _NO_END.within(scope=scope)
    library.prune()
    yield library


async def _permissions(graph: Graph, libraries: Iterable[Library]) -> AsyncIterator[Answers]:
    """Each library as soon as the permissions of all its shared items are there."""
    waiting = {library.drive_id: Answers(library, len(library.shared)) for library in libraries}
    for drive_id in [drive_id for drive_id, answers in waiting.items() if not answers.awaited]:
        yield waiting.pop(drive_id)
    items = ((drive_id, item_id) for drive_id, answers in waiting.items() for item_id in answers.library.shared)
    async for (drive_id, item_id), answer in permissions_of(graph, list(items)):
        answers = waiting[drive_id]
        if isinstance(answer, Gap):
            answers.refused(item_id, answer)
        elif isinstance(answer, Absent):
            answers.gone()
        else:
            answers.answered(item_id, answer["value"])
        if not answers.awaited:
            yield waiting.pop(drive_id)
