"""The Council's workbook: it answers a reader, hides no breach, and gives nobody away."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hand_built import AS_OF, assessment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import parts_of, texts_of
from written import Written

from m365audit.model.answers import Answer, Effect
from m365audit.model.assessment import Assessment, CheckResult, ClauseResult, DataSetNote, Finding, GapNote, Subject
from m365audit.model.datasets import DATA_SETS
from m365audit.model.decisions import Decision, Source, Standing
from m365audit.model.evidence import TENANT, Coverage, Gap
from m365audit.model.months import Audited, DecisionNote, Match, Month, Previous, RegisterNote, Stated, Trend
from m365audit.model.words import Actor, GapKind, Result, Severity, State, SubjectKind
from m365audit.report import clerk
from m365audit.report.council import workbook as council
from m365audit.report.council.missing import WHO_CAN
from m365audit.report.names import file_name
from m365audit.report.small_numbers import about, share
from m365audit.report.tested import CHECK

SHEETS = [
    "Cover", "Contents", "Results by section", "Clauses", "Other duties", "Findings by topic", "Changes this month",
    "Accepted exceptions", "Statements due", "Not assessed", "Year so far", "Notes",
]  # fmt: skip
TOLD = re.compile(r"None|Fewer than 5|About [\d,]*[05]")


@pytest.fixture(scope="module")
def made() -> Assessment:
    return assessment()


@pytest.fixture(scope="module")
def file(made: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("council") / file_name(made, "Council")
    council.write(made, path)
    return Written(path)


def written(made: Assessment, folder: Path) -> Written:
    path = folder / "council.xlsx"
    council.write(made, path)
    return Written(path)


def test_its_sheets_stand_in_the_order_a_reader_asks(file: Written) -> None:
    assert file.book.sheetnames == SHEETS
    assert file.table("Contents").column("Sheet") == SHEETS


def test_the_same_assessment_gives_the_same_bytes(made: Assessment, file: Written, tmp_path: Path) -> None:
    assert written(made, tmp_path).path.read_bytes() == file.path.read_bytes()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(made: Assessment, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        council.write(made, tmp_path / "nowhere" / "council.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_its_author_is_an_organisation_and_it_says_no_more_of_the_run(file: Written, made: Assessment) -> None:
    about_it = file.book.properties
    assert about_it.title == "Microsoft 365 audit for the Council, November 2026: Exampleton Town Council"
    assert about_it.creator == about_it.lastModifiedBy == made.provider
    assert about_it.language == "en-GB"
    assert "docProps/custom.xml" not in file.parts


def test_every_clause_stands_there_with_its_own_result_and_none_is_softened(file: Written, made: Assessment) -> None:
    for title, outcomes in (("Clauses", made.own_clauses), ("Other duties", made.duties)):
        shown = [(row["Clause"].split(" ")[0], row["Result"]) for row in file.table(title).rows]
        assert shown == [(outcome.clause.id, str(outcome.result)) for outcome in outcomes]


def test_sections_count_every_clause_once(file: Written, made: Assessment) -> None:
    rows = file.table("Results by section").rows
    counted = Counter({str(result): sum(row.get(str(result), 0) for row in rows) for result in Result})
    assert +counted == Counter(str(outcome.result) for outcome in made.own_clauses)


def test_the_cover_counts_the_clauses_and_says_what_the_audit_is_not(file: Written, made: Assessment) -> None:
    answers = dict(zip(file.table("Cover").column("Question"), file.table("Cover").column("Answer"), strict=True))
    broken = sum(outcome.result is Result.DOES_NOT_MEET for outcome in made.own_clauses)
    assert f"Of its 60 clauses, {broken} appear not to be met." in answers["Does the council keep its own policy?"]
    assert "does not by itself show" in answers["What may the internal auditor take from it?"]
    assert "No content of emails" in answers["What was not read?"]
    assert "not a clean bill of health" in answers["What could not be checked?"]
    assert made.provider in answers["Who can be asked?"]
    assert "early December 2026" in answers["When, and when again?"]


@pytest.mark.parametrize(
    ("result", "broken", "said"),
    [
        pytest.param(
            Result.MEETS, 0, "all the rules for spreadsheets everybody can use: it keeps them.", id="it passed"
        ),
        pytest.param(Result.DOES_NOT_MEET, 2, "it appears to break 2 of them.", id="it broke two rules"),
        pytest.param(Result.NOT_ASSESSED, 0, "It was not tested", id="it could not be tested"),
        pytest.param(None, 0, "It was not tested", id="nobody asks for the test"),
    ],
)
@pytest.mark.parametrize(
    ("writer", "kind"), [(council.write, "council"), (clerk.write, "clerk")], ids=["Council", "Clerk"]
)
def test_the_cover_says_whether_everybody_can_use_it(
    result: Result | None, broken: int, said: str, writer: object, kind: str, made: Assessment, tmp_path: Path
) -> None:
    check = replace(made.checks[0], check=CHECK, topic="This audit")
    other = replace(finding_of(made), rule=CHECK, subject=Subject(SubjectKind.SETTING, "workbooks.other.x", "Other"))
    found = [
        replace(other, reference=f"R{n}", subject=Subject(SubjectKind.SETTING, f"workbooks.{kind}.rule-{n}", kind))
        for n in range(broken)
    ]
    checks = (*made.checks, *([replace(check, result=result)] if result else []))
    findings = (*made.findings, *found, *([other] if broken else []))
    path = tmp_path / "workbook.xlsx"
    writer(replace(made, checks=checks, findings=findings), path)  # type: ignore[operator] # one of the two
    answers = " ".join(map(str, Written(path).table("Cover").column("Answer")))
    assert said.replace("all the rules", "the essential rules" if kind == "clerk" else "all the rules") in answers


def finding_of(made: Assessment) -> Finding:
    return made.findings[0]


def test_findings_are_told_by_topic_and_never_exactly(file: Written, made: Assessment) -> None:
    topics = {check.check: check.topic for check in made.checks}
    rows = file.table("Findings by topic").rows
    for row in rows[:-1]:
        high = [f for f in made.present if topics[f.rule] == row["Topic"] and f.severity is Severity.HIGH]
        assert row["High urgency"] == about(len(high))
        assert all(TOLD.fullmatch(row[name]) for name in row if "urgency" in name or name.startswith("Accepted"))
    assert rows[-1]["Topic"] == "All topics together"
    assert {row["Topic"] for row in rows[:-1]} == set(topics.values())


def test_what_could_not_be_checked_is_told_check_by_check_without_places(file: Written) -> None:
    rows = {row["What could not be checked"]: row for row in file.table("Not assessed").rows}
    dormant = rows["Every account has been used in the last 90 days."]
    assert dormant["Why"] == "Microsoft gives this only with a licence the council does not have."
    assert dormant["Who can mend it"] == "The council, if the licence is worth it."
    assert dormant["How much"] == "Part of it"
    assert "drive:" not in texts_of(file.path)


def test_a_gap_no_check_needs_is_told_as_well(made: Assessment, tmp_path: Path) -> None:
    gap = Gap(GapKind.ERROR, "no words of ours", "nor these", scope="mailbox:somebody", data_set="accounts")
    shown = written(replace(made, gaps=(*made.gaps, GapNote(gap, (), ()))), tmp_path).table("Not assessed").rows[-1]
    assert shown["Why"] == "Microsoft 365 answered with an error."
    assert shown["Clauses it bears on"] == "None of the checks needs it"


def test_there_is_somebody_to_mend_every_kind_of_gap() -> None:
    assert set(WHO_CAN) == set(GapKind)


def test_a_first_audit_says_so(file: Written) -> None:
    assert file.table("Changes this month").column("What became of it") == [
        "This is the first audit: there is nothing to compare with yet."
    ]
    assert set(file.table("Clauses").column("Last time")) == {"No audit"}


WENT = (
    ("Meets", "Now appears not to be met"),
    ("Accepted until 3 Mar 2027", "Now appears not to be met"),
    ("Does not meet", "Same result"),
    (None, "Not a clause last time"),
)


@pytest.mark.parametrize(("before", "told"), WENT)
def test_clauses_are_counted_by_what_became_of_their_results(
    before: str | None, told: str, made: Assessment, tmp_path: Path
) -> None:
    one = next(outcome for outcome in made.own_clauses if outcome.result is Result.DOES_NOT_MEET)
    clauses = {} if before is None else {one.clause.id: before}
    previous = Previous("20261021T093000Z", date(2026, 10, 21), complete=True, clauses=clauses)
    changed = written(replace(made, clauses=(one,), previous=previous), tmp_path)
    counted = {r["What became of it"]: r["How many"] for r in changed.table("Changes this month").rows if r["Counts"] == "Clauses"}  # fmt: skip  # noqa: E501
    assert counted == {**dict.fromkeys(counted, "0"), told: "1"}
    shown = changed.table("Clauses").rows[0]["Last time"]
    assert shown == ("Not a clause then" if before is None else before.split(" until")[0])


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "None"), (1, "Fewer than 5"), (4, "Fewer than 5"), (5, "About 5"), (7, "About 5"), (8, "About 10"),
     (12, "About 10"), (13, "About 15"), (49_998, "About 50,000")],
)  # fmt: skip
def test_a_count_is_told_so_that_it_names_nobody(count: int, told: str) -> None:
    assert about(count) == told


@given(st.integers(0, 200_000))
def test_only_none_is_none_and_no_told_count_is_far_off(count: int) -> None:
    told = about(count)
    assert (told == "None") == (count == 0)
    if told.startswith("About"):
        assert abs(int(told.removeprefix("About ").replace(",", "")) - count) <= 2
    else:
        assert count < 5


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(7, 7, "All"), (6, 7, "Not all"), (0, 7, "Not all"), (19, 20, "9 in 10 or more"), (15, 20, "3 in 4 or more"),
     (14, 20, "Half or more"), (9, 20, "Fewer than half"), (0, 20, "Fewer than half"), (0, 0, "All")],
)  # fmt: skip
def test_a_share_is_told_in_words(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


MARK = "zqx"


class Canaries:
    """Words that stand nowhere else: each of them would show from where something got out."""

    def __init__(self, shape: str) -> None:
        self.count = 0
        self._shape = shape

    def __call__(self) -> str:
        self.count += 1
        return self._shape.format(f"{MARK}{self.count}{MARK}")


SHAPES = ("{}", "{}@example.test", "Councillor {}", '=HYPERLINK("https://{}.test")', "line\n{}", "{} (shared mailbox)")
ONLY_TENANTS_OWN = ("run", "tenant", "tenant_id")


@st.composite
def full_of_canaries(draw: st.DrawFn) -> Assessment:
    """All that comes from a tenant, a register, a person or Microsoft is a canary."""
    base, word = assessment(), Canaries(draw(st.sampled_from(SHAPES)))
    checks = base.checks
    numbers = st.integers(0, 12)

    def decision(rule: str, kind: SubjectKind) -> Decision:
        until = draw(st.none() | st.dates(date(2026, 10, 1), date(2027, 6, 1)))
        return Decision(
            draw(numbers), word(), rule, kind, word(), word(), draw(st.sampled_from(Answer)),
            draw(st.sampled_from(Effect)), word(), until, word(), AS_OF, datetime(2026, 11, 1, tzinfo=UTC), word(),
            Source(word(), word(), 4),
        )  # fmt: skip

    def finding() -> Finding:
        rule, kind = draw(st.sampled_from(checks)).check, draw(st.sampled_from(SubjectKind))
        ids = [outcome.clause.id for outcome in base.clauses]
        return Finding(
            word(), rule, tuple(draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))),
            draw(st.sampled_from([Result.DOES_NOT_MEET, Result.REVIEW, Result.ADVICE, Result.ACCEPTED])),
            draw(st.sampled_from(Severity)), Subject(kind, word(), word()), word(), word(),
            draw(st.sampled_from(Actor)), AS_OF, draw(st.sampled_from(State)),
            evidence={word(): word()}, may_accept=word(), concerns=frozenset({word()}),
            decision=draw(st.none() | st.just(decision(rule, kind))), standing=draw(st.sampled_from(Standing)),
            fixed_on=AS_OF, last_seen=AS_OF, unseen=draw(st.sampled_from(["", word()])),
            extent=frozenset({word()}), added=frozenset({word()}),
        )  # fmt: skip

    def gap() -> Gap:
        data_set = draw(st.sampled_from([*list(DATA_SETS)[:5], word()]))
        scope = draw(st.sampled_from([TENANT, word()]))
        return Gap(draw(st.sampled_from(GapKind)), word(), word(), scope, data_set, word())

    def check(one: CheckResult) -> CheckResult:
        gaps = tuple(gap() for _ in range(draw(st.integers(0, 2))))
        result = draw(st.sampled_from(Result))
        return replace(one, because=word(), limits=word(), result=result, unjudged=draw(numbers), gaps=gaps)

    def clause(one: ClauseResult) -> ClauseResult:
        stated = tuple(
            Stated(code, draw(st.sampled_from(["Confirmed", word()])), word(), AS_OF, word(), date(2027, 1, 1))
            for code in (one.clause.attestation.codes if one.clause.attestation else ())
        )
        return replace(one, because=word(), supporting=word(), statement=word(), stated=stated, accepted_until=AS_OF)

    def data_set() -> DataSetNote:
        return DataSetNote(word(), word(), Coverage(), word(), word())

    def audited() -> Audited:
        measures = dict.fromkeys(("accounts", "two_step", "shared_outside", "anyone_links"), draw(st.none() | numbers))
        counts = dict.fromkeys(Severity, draw(numbers))
        return Audited(word(), AS_OF, draw(st.booleans()), dict.fromkeys(Result, 3), counts, draw(numbers), measures)

    findings = tuple(finding() for _ in range(draw(numbers)))
    results = {outcome.clause.id: f"Accepted until {word()}" for outcome in base.clauses}
    months = (Month(date(2026, 11, 1), audited()),)
    return replace(
        base,
        **{name: word() for name in ONLY_TENANTS_OWN},  # type: ignore[arg-type] # all of them are text
        clauses=tuple(map(clause, base.clauses)),
        checks=tuple(map(check, checks)),
        findings=findings,
        gaps=tuple(GapNote(gap(), draw(st.sampled_from([(), (checks[0].check,)])), ()) for _ in range(3)),
        data_sets=tuple(data_set() for _ in base.data_sets),
        decisions=(DecisionNote(decision("x", SubjectKind.SHARE), Standing.HOLDS, Match.GONE, word(), word()),),
        register_rows=(RegisterNote(word(), 3, word(), Match.GONE, word()),),
        previous=draw(st.none() | st.just(Previous(word(), date(2026, 10, 21), complete=True, clauses=results))),
        trend=Trend(date(2026, 4, 1), months, AS_OF, date(2026, 3, 31), draw(st.none() | st.just(audited()))),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(full=full_of_canaries())
def test_nothing_from_a_tenant_a_register_a_decision_or_a_gap_gets_out(
    full: Assessment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("canaries") / "council.xlsx"
    council.write(full, path)
    assert [name for name, text in parts_of(path).items() if MARK in name.lower() + text.lower()] == []
    shown = Written(path)
    counts = {"Findings by topic": 3, "Accepted exceptions": 1}
    for title, first in counts.items():
        for line in shown.table(title).lines[1:]:
            told = [str(cell.value) for cell in line[first:8]]
            assert all(TOLD.fullmatch(one) for one in told)
    results = [row["Result"] for row in shown.table("Clauses").rows]
    assert results == [str(outcome.result) for outcome in full.own_clauses]


@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(full=full_of_canaries().filter(lambda full: full.findings))
def test_the_canaries_sing_where_names_may_stand(full: Assessment, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("canaries") / "clerk.xlsx"
    clerk.write(full, path)
    singing = [name for name, text in parts_of(path).items() if MARK in text.lower()]
    assert "docProps/custom.xml" in singing
    assert len([name for name in singing if name.startswith("xl/worksheets/")]) >= 3
