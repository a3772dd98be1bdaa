"""Only what was looked at whole can be told fixed."""

import pytest
from bench import ANN, gap, inputs, snapshot
from months import RULE

from m365audit.engine.judging.judge import Verdict, judge
from m365audit.engine.months.comparable import Comparable, touches
from m365audit.model.words import GapKind, SubjectKind
from m365audit.rules import RULES

SHARE, MAILBOX = SubjectKind.SHARE, SubjectKind.MAILBOX_ACCESS


@pytest.mark.parametrize(
    ("scope", "kind", "key", "touched"),
    [
        pytest.param("tenant", SHARE, "b!1|i|p", True, id="everything is missing"),
        pytest.param("drive:b!1", SHARE, "b!1|i|p", True, id="its own library is missing"),
        pytest.param("drive:b!2", SHARE, "b!1|i|p", False, id="another library is missing"),
        pytest.param("drive:b!2", MAILBOX, "b!1|d|full access", True, id="a library, of a right over a mailbox"),
        pytest.param("site:x", SHARE, "b!1|i|p", True, id="a site, whose libraries nobody knows"),
        pytest.param("mailbox:m", MAILBOX, "m|d|full access", True, id="its own mailbox is missing"),
        pytest.param("mailbox:n", MAILBOX, "m|d|full access", False, id="another mailbox is missing"),
        pytest.param("send as", MAILBOX, "m|d|send as", True, id="a part that is no place"),
        pytest.param("property:enabled", SubjectKind.ACCOUNT, "a", True, id="a property of everything"),
        pytest.param("account:b", SubjectKind.ACCOUNT, "a", False, id="another account is missing"),
        pytest.param("group:g", SubjectKind.SETTING, "x", True, id="a setting, which has no place"),
    ],
)
def test_a_gap_touches_what_may_lie_in_it(scope: str, kind: SubjectKind, key: str, touched: bool) -> None:  # noqa: FBT001 - a table
    assert touches(gap(scope=scope), kind, key) is touched


def verdict(rule: str, frames: dict[str, list[dict[str, object]]], **gaps: tuple[str, ...]) -> Verdict:
    missing = {name: [gap(scope=scope) for scope in scopes] for name, scopes in gaps.items()}
    return judge(RULES[rule], {}, inputs(snapshot(frames, missing)))


def test_what_was_looked_at_whole_would_have_been_found() -> None:
    seen = Comparable([verdict(RULE, {"sharing": []})])
    assert seen.why_not(RULE, SHARE, "a|1|p") == ""


def test_a_part_that_could_not_be_read_hides_what_lies_in_it_and_nothing_else() -> None:
    seen = Comparable([verdict(RULE, {"sharing": []}, sharing=("drive:a",))])
    assert seen.why_not(RULE, SHARE, "a|1|p") == "Permission refused."
    assert seen.why_not(RULE, SHARE, "b|1|p") == ""


def test_a_rule_that_needs_the_whole_saw_nothing_where_any_part_is_missing() -> None:
    # Not judged row by row: a gap in another place keeps it from judging anything at all.
    seen = Comparable([verdict("sharing-limits-set", {"sharing_settings": []}, sharing_settings=("account:z",))])
    assert seen.why_not("sharing-limits-set", SubjectKind.ACCOUNT, "a") == "Permission refused."


def test_a_subject_that_could_not_be_judged_is_not_put_right() -> None:
    unsure = {**ANN, "primary_address": "ann@exampleton.test"}
    domains: list[dict[str, object]] = [{"domain": "exampleton.test", "owned": True}]
    made = verdict("two-step-registered", {"accounts": [unsure], "registration": [], "domains": domains})
    assert len(made.unjudged)
    key = str(made.unjudged["subject_id"].iloc[0])
    assert Comparable([made]).why_not("two-step-registered", SubjectKind.ACCOUNT, key) != ""


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param(RULE, "No clause of the policy asks for this check any more.", id="a check no clause asks for"),
        pytest.param("no-such-check", "This audit does not make the check any more.", id="a check that is gone"),
    ],
)
def test_a_check_that_was_not_made_tells_nothing(rule: str, said: str) -> None:
    assert Comparable([]).why_not(rule, SHARE, "a|1|p") == said


def test_every_clauses_own_look_must_have_been_whole() -> None:
    whole, part = verdict(RULE, {"sharing": []}), verdict(RULE, {"sharing": []}, sharing=("tenant",))
    assert Comparable([whole, part]).why_not(RULE, SHARE, "a|1|p") != ""
    assert part.gaps[0].kind is GapKind.PERMISSION
