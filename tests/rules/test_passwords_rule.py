import pytest
from rule_rows import ADVICE, AS_OF, UNJUDGED, Row, Verdict, account, at, guest

from m365audit.model.datasets import DATA_SETS
from m365audit.model.policy import Policy
from m365audit.rules import RULES

POLICY = Policy(id="towcester", title="IT Policy", council="Exampleton", clauses=())


def changed(*days: tuple[int, int]) -> list[Row]:
    return [account(f"p{number}", password_changed_at=at(2026, *day)) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    ("rows", "verdict", "said"),
    [
        pytest.param(changed((11, 11)), ADVICE, "half of the 1 passwords are older than 9 days", id="one password"),
        pytest.param(changed((11, 1), (10, 22), (1, 1)), ADVICE, "29 days, the oldest 323 days", id="three passwords"),
        pytest.param([account()], UNJUDGED, "names no day", id="no day is known"),
        pytest.param([], UNJUDGED, "names no day", id="nobody may sign in"),
        pytest.param(
            [*changed((11, 11)), account("off", enabled=False, password_changed_at=at(2020, 1, 1))],
            ADVICE,
            "the oldest 9 days",
            id="an account switched off does not count",
        ),
        pytest.param(
            [*changed((11, 11)), guest(password_changed_at=at(2020, 1, 1))],
            ADVICE,
            "the oldest 9 days",
            id="a guest does not count",
        ),
    ],
)
def test_the_age_of_passwords_is_shown_and_never_a_breach(rows: list[Row], verdict: Verdict, said: str) -> None:
    rule = RULES["password-age"]
    found = rule.fill(rule.judge(accounts=DATA_SETS["accounts"].frame(rows), policy=POLICY, as_of=AS_OF))
    assert found["result"].tolist() == [str(verdict)]
    assert found["subject_id"].tolist() == ["towcester"]
    assert said in found["because"].iloc[0]
