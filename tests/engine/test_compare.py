"""Two audits held against each other: what became of each finding, whichever two they are."""

from datetime import date
from pathlib import Path

import jsonschema
import orjson
import pytest
from months import ACCEPTED, REMOVE, Council, decision, ref

from m365audit.cli import app
from m365audit.cli.refusals import exit_code_of
from m365audit.engine.months.compare import Change, compare
from m365audit.snapshot import BadRun

JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 10) for month in (7, 8, 9, 10, 11))
LINKS = ("a1", "a2", "a3", "b1", "b2", "c1")


def run(on: date) -> str:
    return f"{on:%Y%m%d}T093000Z"


@pytest.fixture
def council(tmp_path: Path) -> Council:
    """Every change there is, between July and November."""
    council = Council(tmp_path / "reports")
    council.audit(JULY, ["a1", "a2", "a3", "b1"])
    council.decisions.append(decision(1, "a1", ACCEPTED, date(2026, 7, 20), date(2026, 10, 31)))
    council.audit(AUGUST, ["a1", "a3", "b1"])
    council.audit(SEPTEMBER, ["a1", "a2", "a3", "b1"])
    council.audit(OCTOBER, ["a1", "a2", "b1", "b2"])
    council.decisions.append(decision(2, "a2", REMOVE, date(2026, 10, 20)))
    council.audit(NOVEMBER, ["a1", "a2", "b1", "c1"], ["b"])
    return council


def changes(council: Council, *between: date) -> dict[str, Change]:
    comparison = compare(council.reports, "exampleton", *map(run, between))
    names = {ref(link): link for link in LINKS}
    found = {names[finding.reference]: change for change, finding in comparison.findings}
    assert len(found) == len(comparison.findings)
    return found


@pytest.mark.parametrize(
    ("between", "found"),
    [
        pytest.param(
            (), {"c1": Change.NEW, "a1": Change.ENDED, "a2": Change.OPEN, "b1": Change.NOT_COMPARABLE,
                 "b2": Change.NOT_COMPARABLE}, id="the last two, where none is named",
        ),
        pytest.param(
            (JULY, AUGUST), {"a1": Change.ACCEPTED, "a2": Change.FIXED, "a3": Change.OPEN, "b1": Change.OPEN},
            id="two that follow one another",
        ),
        pytest.param(
            (AUGUST, SEPTEMBER), {"a1": Change.ACCEPTED, "a2": Change.CAME_BACK, "a3": Change.OPEN, "b1": Change.OPEN},
            id="something came back",
        ),
        pytest.param(
            (JULY, SEPTEMBER), {"a1": Change.ACCEPTED, "a2": Change.CAME_BACK, "a3": Change.OPEN, "b1": Change.OPEN},
            id="something went and came back in between",
        ),
        pytest.param(
            (JULY, NOVEMBER), {"c1": Change.NEW, "a1": Change.OPEN, "a2": Change.CAME_BACK, "a3": Change.FIXED,
                               "b1": Change.NOT_COMPARABLE}, id="what was fixed long before is still fixed",
        ),
        pytest.param(
            (SEPTEMBER,), {"c1": Change.NEW, "a1": Change.ENDED, "a2": Change.OPEN, "a3": Change.FIXED,
                           "b1": Change.NOT_COMPARABLE}, id="one named is held against the last",
        ),
    ],
)  # fmt: skip
def test_what_became_of_each_finding(council: Council, between: tuple[date, ...], found: dict[str, Change]) -> None:
    assert changes(council, *between) == found


def test_clauses_with_another_result_are_named_and_a_moved_date_is_none(council: Council) -> None:
    def clauses(*between: date) -> list[tuple[str, str | None, str | None]]:
        comparison = compare(council.reports, "exampleton", *map(run, between))
        return [(one.clause, one.before, one.after) for one in comparison.clauses]

    assert clauses(JULY, AUGUST) == []
    only = Council(council.reports, [decision(3, "a1", ACCEPTED, OCTOBER, date(2027, 1, 31))])
    only.audit(date(2026, 12, 1), ["a1"])
    only.decisions.append(decision(4, "a1", ACCEPTED, date(2026, 12, 2), date(2027, 3, 31)))
    only.audit(date(2027, 1, 2), ["a1"])
    assert clauses(NOVEMBER, date(2026, 12, 1)) == [("T-01", "Does not meet", "Accepted until 31 Jan 2027")]
    assert clauses(date(2026, 12, 1), date(2027, 1, 2)) == []


@pytest.mark.parametrize(
    ("between", "said"),
    [
        pytest.param(
            ("20260710T093001Z", None), "no judged run 20260710T093001Z; the nearest right word is '20260710T093000Z'",
            id="a run that is not there",
        ),
        pytest.param((run(NOVEMBER), run(JULY)), "name the earlier one first", id="the later one first"),
        pytest.param((run(JULY), run(JULY)), "name the earlier one first", id="one run twice"),
        pytest.param((run(NOVEMBER), None), "is not earlier than 20261110T093000Z", id="the last against itself"),
    ],
)  # fmt: skip
def test_runs_that_cannot_be_compared_are_refused(
    council: Council, between: tuple[str | None, str | None], said: str
) -> None:
    with pytest.raises(BadRun, match=said.replace("(", r"\(")):
        compare(council.reports, "exampleton", *between)


def test_one_run_alone_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="no judged run, and a comparison needs two"):
        compare(tmp_path, "exampleton")
    Council(tmp_path).audit(JULY, ["a1"])
    with pytest.raises(BadRun, match="only one judged run, 20260710T093000Z"):
        compare(tmp_path, "exampleton")


def test_nothing_is_fixed_that_no_audit_says_so_of(council: Council) -> None:
    # As the first version of the program left it: nothing in it of what was no longer found.

    for folder in council.runs()[1:]:
        body = orjson.loads(folder.assessment.read_bytes())
        body["findings"] = [one for one in body["findings"] if one["state"] in ("new", "open", "came back")]
        folder.assessment.write_bytes(orjson.dumps(body))
    assert changes(council, JULY, AUGUST)["a2"] is Change.NOT_COMPARABLE


def said(capsys: pytest.CaptureFixture[str], council: Council, *words: str) -> tuple[int, str, str]:
    """What the command prints about the made-up council."""
    places = ("--config", str(council.reports.parent), "--reports", str(council.reports))
    code = exit_code_of(lambda **options: app(["compare", *words, *places], **options))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_command_shows_every_change_under_its_word(council: Council, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, council, "exampleton")
    assert code == 0
    assert "From run 20261010T093000Z (2026-10-10) to run 20261110T093000Z (2026-11-10)" in out
    assert f"Run {run(NOVEMBER)} could not read all it should have read." in out
    assert "1 new, 0 came back, 1 exception ended, 0 fixed, 2 not comparable, 0 accepted, 1 still open" in out
    assert "access was denied" in out.lower()
    assert ref("c1") in out


def test_the_command_as_json(council: Council, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, council, "exampleton", run(JULY), run(NOVEMBER), "--json")
    body = orjson.loads(out)
    assert body["from"] == {"run": run(JULY), "as_of": "2026-07-10", "complete": True}
    assert {name: len(found) for name, found in body["findings"].items()} == {
        "new": 1, "came back": 1, "exception ended": 0, "fixed": 1, "not comparable": 1, "accepted": 0, "still open": 1,
    }  # fmt: skip
    assert body["findings"]["fixed"][0]["fixed_on"] == "2026-10-10"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["exampleton", "20260710"], "the nearest right word is '20260710T093000Z'", id="half a run"),
        pytest.param(["exempleton"], "the nearest right word is 'exampleton'", id="a council misspelt"),
        pytest.param(["../exampleton"], "there is no council '../exampleton'", id="a path for a name"),
    ],
)
def test_wrong_words_are_refused_with_the_right_ones(
    council: Council, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    code, out, err = said(capsys, council, *words)
    assert (code, out) == (2, "")
    assert sentence in err.replace("\n", " ")


def test_the_documents_of_every_month_keep_to_the_schema(council: Council) -> None:
    schema = orjson.loads((Path(__file__).parents[2] / "docs" / "assessment.schema.json").read_bytes())
    for folder in council.runs():
        body = orjson.loads(folder.assessment.read_bytes())
        jsonschema.validate(body, schema)
    assert {finding["state"] for finding in body["findings"]} == {"new", "open", "came back", "not comparable"}
    body["trend"]["position"]["audit"] = "none"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema)
