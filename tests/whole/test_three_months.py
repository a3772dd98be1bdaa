"""September, October and November of both sample councils, with replies between: every state where it was planted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from published import given_away, names_of, texts_of
from virtual import LoopClock, outside, run

from m365audit.engine.audit import Outcome, audit, evaluate
from m365audit.engine.custody.purge import purge
from m365audit.engine.custody.verify import verify
from m365audit.engine.months.compare import Change, compare
from m365audit.engine.places import Places
from m365audit.model.assessment import Finding
from m365audit.model.decisions import Channel, Standing
from m365audit.model.words import Result, State
from m365audit.register import read_register
from m365audit.register.ledger import read as read_ledger
from m365audit.report.accessible.file import PUBLISHED, faults
from m365audit.report.changes import ORDER
from m365audit.report.council.workbook import write as write_council
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.councils.months import (
    ACCESS,
    ANYONE,
    APPROVED,
    FORWARDED,
    MONTHS,
    NOVEMBER,
    OCTOBER,
    OUTSIDE,
    SEPTEMBER,
    Breach,
    subject_of,
    unseen_in,
)
from m365audit.sample.demo import write_config
from m365audit.sample.service.server import Service
from m365audit.sample.three_months import COUNCILS, Played, play
from m365audit.settings import load_tenant
from m365audit.snapshot import BadRun, runs

Key = tuple[str, str]
SLUGS = ("exampleton", "little-sampling")


@dataclass(frozen=True)
class ThreeMonths:
    """All that was played, and where it lies."""

    places: Places
    played: Sequence[Played]

    def of(self, slug: str, month: datetime) -> Played:
        return next(one for one in self.played if one.council.slug == slug and one.month == month)

    def found(self, slug: str, month: datetime) -> dict[Key, Finding]:
        findings = self.of(slug, month).outcome.assessment.findings
        keyed = {(finding.rule, finding.subject.id): finding for finding in findings}
        assert len(keyed) == len(findings), "no finding stands twice"
        return keyed

    def about(self, slug: str, breach: Breach, month: datetime = NOVEMBER) -> Finding:
        """What November says of a breach that was planted at some time."""
        whole = next(make for make, story in COUNCILS if story is self.of(slug, month).story)(month)
        return self.found(slug, month)[breach[0], subject_of(whole, breach)]

    def everything(self, slug: str) -> Iterator[Finding]:
        """Every finding of every month of a council."""
        of_it = [played for played in self.played if played.council.slug == slug]
        return (one for played in of_it for one in played.outcome.assessment.findings)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> ThreeMonths:
    home = tmp_path_factory.mktemp("three-months")
    places = Places(home / "config", home / "reports")

    def audited(councils: Sequence[SampleCouncil], month: datetime) -> list[Outcome]:
        outcomes = []
        for council in councils:
            clock = LoopClock(month)
            service = Service([council.tenant], clock=clock)
            service.url = "http://127.0.0.1:1"
            write_config(places.config, [council], service.url)
            tenant = load_tenant(places.config, council.slug)
            outcomes.append(run(audit(tenant, places, now=month, outside=outside(service, clock, tenant))))
        return outcomes

    return ThreeMonths(places, play(places, home / "returned", audited))


def expected(three: ThreeMonths, slug: str) -> Mapping[datetime, Mapping[Key, State]]:
    """The state of every breach in every month, worked out from what was planted when, and by nothing else."""
    states: dict[datetime, dict[Key, State]] = {}
    known: dict[Key, State] = {}
    for month in MONTHS:
        played = three.of(slug, month)
        unseen = unseen_in(played.story, month)
        lost = played.story.lost[month][1] if month in played.story.lost else ()
        there = {(plant.rule, plant.subject) for plant in played.council.planted if plant.rule not in lost}
        now: dict[Key, State] = {}
        for key in there | known.keys():
            before = known.get(key)
            if key in there:
                now[key] = State.NEW if before is None else State.CAME_BACK if before is State.FIXED else State.OPEN
            elif before is State.NOT_COMPARABLE and key[0] in played.story.passing:
                continue  # said once; nobody can ever look again
            elif before is not State.FIXED:
                now[key] = State.NOT_COMPARABLE if key[0] in unseen else State.FIXED
        for key in lapsed(three, slug, month):
            now[key] = State.CAME_BACK
        if month is NOVEMBER:
            for breach in played.story.grown:
                now[breach[0], subject_of(played.council, breach)] = State.NEW
        states[month] = now
        known |= now
    return states


def lapsed(three: ThreeMonths, slug: str, month: datetime) -> set[Key]:
    """What was accepted, in an earlier month, until a day between the last audit and this one."""
    before = MONTHS[MONTHS.index(month) - 1] if month is not SEPTEMBER else month
    story = three.of(slug, month).story
    return {
        (said.breach[0], subject_of(three.of(slug, when).council, said.breach))
        for when, reply in story.replies.items()
        for said in reply.said
        if not said.refused
        and said.until
        and before.date() <= said.until < month.date()
        and said.breach[0] != "account-dormant"
    }


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("month", MONTHS, ids=["September", "October", "November"])
def test_every_breach_has_the_state_it_was_planted_with_and_there_is_no_other(
    three: ThreeMonths, slug: str, month: datetime
) -> None:
    found = {key: finding.state for key, finding in three.found(slug, month).items()}
    wanted = expected(three, slug)[month]
    assert found.keys() == wanted.keys()
    assert {key: (found[key], wanted[key]) for key in found if found[key] is not wanted[key]} == {}


def test_november_shows_every_state(three: ThreeMonths) -> None:
    shown = {finding.state for slug in SLUGS for finding in three.found(slug, NOVEMBER).values()}
    assert shown == set(State)
    standings = {finding.standing for slug in SLUGS for finding in three.found(slug, NOVEMBER).values()}
    assert standings == set(Standing)


EXAMPLETON, LITTLE = SLUGS
BROKEN, MET, REVIEW, ACCEPTED = Result.DOES_NOT_MEET, Result.MEETS, Result.REVIEW, Result.ACCEPTED
NEW, OPEN, BACK, FIXED, UNSEEN = State.NEW, State.OPEN, State.CAME_BACK, State.FIXED, State.NOT_COMPARABLE
NONE, TO_GO, HOLDS, RENEW, LAPSED = Standing.NONE, Standing.TO_GO, Standing.HOLDS, Standing.RENEW, Standing.LAPSED
OUTGROWN = Standing.OUTGROWN
PASSCODE, INCIDENTS = "meeting-outside-passcode", "incidents-reported"
STORIES = (
    ("new", EXAMPLETON, ANYONE, "anyone may edit a file of a OneDrive", NEW, NONE, BROKEN),
    ("came back", EXAMPLETON, FORWARDED, "redirects to a private address", BACK, NONE, BROKEN),
    ("put right", EXAMPLETON, FORWARDED, "everybody's mail is copied outside", FIXED, NONE, MET),
    ("to go, and gone", EXAMPLETON, FORWARDED, "forwards as attachment to an employer", FIXED, TO_GO, MET),
    ("to go, and still there", EXAMPLETON, ACCESS, "authorised for another mailbox", OPEN, TO_GO, BROKEN),
    ("accepted", EXAMPLETON, ACCESS, "the authorisation ended 30 days ago", OPEN, HOLDS, ACCEPTED),
    ("accepted, soon to end", EXAMPLETON, OUTSIDE, "a guest nobody accepted", OPEN, RENEW, ACCEPTED),
    ("no more", EXAMPLETON, FORWARDED, "forwards to a private address on the register", BACK, LAPSED, BROKEN),
    ("asked, then to go", EXAMPLETON, ANYONE, "a folder open to anyone, without an end", OPEN, TO_GO, BROKEN),
    ("not comparable", EXAMPLETON, PASSCODE, "no passcode", UNSEEN, NONE, Result.NOT_ASSESSED),
    ("grown", EXAMPLETON, APPROVED, "reaches everybody's mail, and nobody approved it", NEW, OUTGROWN, BROKEN),
    ("thirty days over", LITTLE, ANYONE, "anyone may edit a folder, without an end", BACK, LAPSED, BROKEN),
    ("seen again", LITTLE, INCIDENTS, "one alert in the month: review", OPEN, NONE, REVIEW),
)


@pytest.mark.parametrize(
    ("slug", "rule", "because", "state", "standing", "result"), [pytest.param(*row[1:], id=row[0]) for row in STORIES]
)
def test_each_story_ends_as_it_was_told(
    three: ThreeMonths, slug: str, rule: str, because: str, state: State, standing: Standing, result: Result
) -> None:
    finding = three.about(slug, (rule, because))
    assert (finding.state, finding.standing, finding.result) == (state, standing, result)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_decision_stands_in_november_as_planned_and_none_beside(three: ThreeMonths, slug: str) -> None:
    story = three.of(slug, NOVEMBER).story
    found = {key: finding.standing for key, finding in three.found(slug, NOVEMBER).items() if finding.decision}
    first = three.of(slug, SEPTEMBER).council, three.of(slug, OCTOBER).council
    wanted = {}
    for breach, standing in story.stands.items():
        council = next(one for one in first if any((p.rule, p.because) == breach for p in one.planted))
        wanted[breach[0], subject_of(council, breach)] = standing
    assert found == wanted


def test_what_is_seen_again_after_a_month_that_could_not_look_is_as_old_as_it_was(three: ThreeMonths) -> None:
    breach = ("incidents-reported", "one alert in the month: review")
    assert three.about("little-sampling", breach, OCTOBER).state is State.NOT_COMPARABLE
    assert three.about("little-sampling", breach).months_open == 2
    assert three.about("little-sampling", breach).first_seen == SEPTEMBER.date()


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("month", MONTHS, ids=["September", "October", "November"])
def test_no_near_miss_is_reported_in_any_month(three: ThreeMonths, slug: str, month: datetime) -> None:
    played = three.of(slug, month)
    near = {(plant.rule, plant.subject) for plant in played.council.near_misses}
    assert near & {(f.rule, f.subject.id) for f in played.outcome.assessment.present} == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_of_each_reply_what_must_be_refused_is_and_all_else_is_kept(three: ThreeMonths, slug: str) -> None:
    kept = 0
    for month, reply in three.of(slug, SEPTEMBER).story.replies.items():
        played = three.of(slug, month)
        assert played.heard is not None
        understood = played.heard.understood
        assert len(understood.decisions) == sum(not said.refused for said in reply.said)
        refused = [said.refused for said in reply.said if said.refused]
        assert len(understood.refused) == len(refused)
        assert all(words in one.why for words, one in zip(refused, understood.refused, strict=True))
        assert {one.source.channel for one in understood.decisions} == {
            Channel.TOLD if reply.told else Channel.WORKBOOK
        }
        kept += len(understood.decisions)
    ledger = read_ledger(three.of(slug, NOVEMBER).outcome.tenant.decisions_path)
    assert len(ledger.decisions) == kept


def test_a_confirmed_leaver_has_his_last_day_on_the_register(three: ThreeMonths) -> None:
    played = three.of("exampleton", NOVEMBER)
    heard = three.of("exampleton", OCTOBER).heard
    assert heard is not None
    (ending,) = heard.understood.endings
    assert (ending.name, ending.until) == ("Peter Calloway", date(2026, 10, 20))
    before = sorted(played.outcome.tenant.folder.glob("exampleton-register before *.xlsx"))
    assert len(before) == 1
    for path, until in ((before[0], None), (played.outcome.tenant.register_path, ending.until)):
        register = read_register(path)
        assert register is not None
        people = register["people"]
        assert list(people.loc[people["name"] == "Peter Calloway", "until"]) == [until]
    followed = three.about("exampleton", ("account-dormant", "last success 120 days ago; the later attempts failed"))
    assert followed.standing is Standing.ASKED


def test_a_statement_lapses_and_another_is_made_again(three: ThreeMonths) -> None:
    def results(code: str, month: datetime) -> set[Result]:
        clauses = three.of("exampleton", month).outcome.assessment.own_clauses
        return {
            c.result
            for c in clauses
            if c.clause.attestation and c.clause.attestation.codes == (code,) and not c.clause.checks
        }

    assert results("ATT-BYOD", OCTOBER) == {Result.ATTESTED}
    assert results("ATT-BYOD", NOVEMBER) == {Result.ATTESTATION_DUE}
    assert results("ATT-CONDUCT", OCTOBER) == {Result.ATTESTATION_DUE}
    assert results("ATT-CONDUCT", NOVEMBER) == {Result.ATTESTED}


def test_the_november_workbooks_say_it_all(three: ThreeMonths) -> None:
    said = set()
    for slug in SLUGS:
        sheet = load_workbook(three.of(slug, NOVEMBER).outcome.workbooks[0])["Changes this month"]
        said |= {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert set(ORDER) - said == set()


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("month", MONTHS, ids=["September", "October", "November"])
def test_what_may_be_published_names_nobody_and_keeps_every_rule(
    three: ThreeMonths, slug: str, month: datetime, tmp_path: Path
) -> None:
    played = three.of(slug, month)
    path = tmp_path / "council.xlsx"
    write_council(played.outcome.assessment, path)
    assert faults(path, PUBLISHED) == ()
    names = names_of(played.council, three.everything(slug))
    assert given_away(path, names) == set()
    addresses = r"\S*@\S+|https?://\S+|[0-9a-f]{8}-[0-9a-f]{4}-\S+"
    assert re.findall(addresses, texts_of(path), re.IGNORECASE) == []
    # What is looked for is there to be found: the Clerk's workbook has hundreds of it.
    assert len(given_away(played.outcome.workbooks[0], names)) > 100
    clauses = {outcome.clause.id: str(outcome.result) for outcome in played.outcome.assessment.clauses}
    shown = [row for title in ("Clauses", "Other duties") for row in load_workbook(path)[title].iter_rows(min_row=4)]
    assert {str(row[1].value).split(" ")[0]: row[3].value for row in shown} == clauses


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_that_is_kept_has_been_touched(three: ThreeMonths, slug: str) -> None:
    verified = verify(three.of(slug, NOVEMBER).outcome.tenant, three.places)
    assert verified.faults == ()
    assert len(verified.runs) == 3
    assert verified.decisions == sum(
        not said.refused for reply in three.of(slug, SEPTEMBER).story.replies.values() for said in reply.said
    )


def test_replies_are_for_their_owner_alone(three: ThreeMonths) -> None:
    files = [played.reply for played in three.played if played.reply]
    assert len(files) == 4
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


# The last one, for it takes evidence away.
def test_after_a_purge_history_and_comparison_go_on_and_the_evidence_is_refused(three: ThreeMonths) -> None:
    played = three.of("exampleton", NOVEMBER)
    tenant, slug = played.outcome.tenant, "exampleton"
    before = compare(three.places.reports, slug)
    assessed = played.outcome.folder.assessment.read_bytes()
    purged = purge(tenant, three.places, date(2027, 3, 1))
    assert purged.exit_code == 0
    september, october, november = runs(three.places.reports, slug)
    # November lacks a permission, so October is the last complete one.
    assert not list(september.evidence.glob("*.parquet"))
    assert list(october.evidence.glob("*.parquet"))
    with pytest.raises(BadRun, match="was purged on 1 March 2027"):
        evaluate(tenant, three.places, september)
    assert compare(three.places.reports, slug) == before
    changes = {change for change, _ in compare(three.places.reports, slug, september.run).findings}
    assert {Change.NEW, Change.FIXED, Change.OPEN, Change.NOT_COMPARABLE} <= changes
    evaluate(tenant, three.places, november)
    assert november.assessment.read_bytes() == assessed
    assert verify(tenant, three.places).faults == ()
