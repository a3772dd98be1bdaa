"""A council of a few Anyone links, audited as often as one likes: what is there, what can be read, what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bench import TENANT_ID, clause, inputs, policy, whole_snapshot

from m365audit.engine.assess import assess
from m365audit.engine.deciding.accepted import acceptances
from m365audit.engine.documents.document import write
from m365audit.engine.judging.inputs import Inputs
from m365audit.engine.judging.judge import Bench
from m365audit.engine.months.history import EARLIER_AUDITS, as_record, read_history
from m365audit.model.answers import SHARING, Answer
from m365audit.model.assessment import Assessment, Finding
from m365audit.model.decisions import Channel, Decision, Source, current
from m365audit.model.evidence import TENANT, Gap
from m365audit.model.keys import reference, share_key
from m365audit.model.policy import CheckUse, Policy
from m365audit.model.words import GapKind, SubjectKind
from m365audit.snapshot import RunFolder, new_run

RULE = "share-anyone-link"
CLAUSE = "T-01"
POLICY = policy(clause(id=CLAUSE, checks=(CheckUse(RULE),)))
BASELINE = Policy(id="baseline", title="Baseline", council="", clauses=())
ALL = TENANT
"""Instead of a drive: nothing of what is shared could be read."""
EXTENT = ("whoever has the link may see it",)
"""How far each of the links goes."""


def key_of(link: str) -> str:
    """The natural key of a link such as ``a1``: item 1 of drive a."""
    return share_key(link[0], link[1:], "p")


def ref(link: str) -> str:
    return reference(TENANT_ID, RULE, SubjectKind.SHARE, key_of(link))


def link_row(link: str) -> dict[str, Any]:
    row = {"drive_id": link[0], "item_id": link[1:], "permission_id": "p", "item_name": f"File {link}"}
    return {**row, "site_name": "Site", "link_scope": "anonymous", "link_kind": "view", "roles": ["read"]}


def unread(*drives: str) -> list[Gap]:
    scopes = [ALL if drive == ALL else f"drive:{drive}" for drive in drives]
    return [Gap(GapKind.PERMISSION, "access was denied", "grant it", scope, "sharing") for scope in scopes]


def decision(number: int, link: str, answer: str, on: date, until: date | None = None, **changes: Any) -> Decision:  # noqa: ANN401 - any field of a decision
    choice = SHARING.choice(answer)
    assert choice is not None
    made = Decision(
        id=number,
        reference=ref(link),
        rule=RULE,
        subject_kind=SubjectKind.SHARE,
        subject_id=key_of(link),
        subject_name=f"File {link}",
        answer=choice.answer,
        effect=choice.effect,
        reason="Minute 26/114",
        until=until,
        decided_by="Ann Clerk",
        decided_on=on,
        recorded_at=datetime.combine(on, time(12), UTC),
        run="20260921T093000Z",
        source=Source("returned.xlsx", "0" * 64, 5, Channel.WORKBOOK),
        extent=EXTENT,
    )
    return replace(made, **changes)


ACCEPTED, REMOVE, ASK = (str(answer) for answer in (Answer.ACCEPTED, Answer.REMOVE, Answer.ASK))


@dataclass
class Council:
    """Audits a made-up council into a folder of runs, one run a day at most."""

    reports: Path
    decisions: list[Decision] = field(default_factory=list)

    def audit(
        self, on: date, links: Iterable[str], unreadable: Sequence[str] = (), council_policy: Policy = POLICY
    ) -> Assessment:
        folder = new_run(self.reports, "exampleton", datetime.combine(on, time(9, 30), UTC))
        folder.manifest.write_bytes(b"{}")
        return self.judge(folder, links, unreadable, council_policy)

    def judge(
        self, folder: RunFolder, links: Iterable[str], unreadable: Sequence[str] = (), council_policy: Policy = POLICY
    ) -> Assessment:
        given = self.inputs(folder, links, unreadable, council_policy)
        history = read_history(self.reports, "exampleton", folder)
        given = replace(given, records={EARLIER_AUDITS: as_record(history.audits)})
        made = assess(Bench(given, acceptances(given)), BASELINE, history)
        write(made, folder)
        return made

    def inputs(
        self, folder: RunFolder, links: Iterable[str], unreadable: Sequence[str], council_policy: Policy
    ) -> Inputs:
        on = folder.started_at.date()
        gaps = unread(*unreadable)
        readable = [link for link in links if ALL not in unreadable and link[0] not in unreadable]
        evidence = whole_snapshot({"sharing": [link_row(link) for link in readable]}, {"sharing": gaps})
        evidence.folder = folder
        counting = current(one for one in self.decisions if one.decided_on <= on)
        return replace(inputs(evidence, None, council_policy), as_of=on, decisions=counting)

    def runs(self) -> list[RunFolder]:
        return [RunFolder(path) for path in sorted((self.reports / "exampleton").iterdir())]


def by_link(made: Assessment, links: Iterable[str]) -> dict[str, Finding]:
    """The findings of an assessment by their links."""
    names = {ref(link): link for link in links}
    return {names[finding.reference]: finding for finding in made.findings}


def days(*after: int, start: date = date(2026, 4, 10)) -> list[date]:
    """A day, and days so many days after one another."""
    found = [start]
    for number in after:
        found.append(found[-1] + timedelta(days=number))
    return found
