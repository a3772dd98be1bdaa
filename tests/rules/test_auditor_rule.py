import pytest
from rule_rows import ADVICE, FAILS, MEETS, REVIEW, Row, Verdict, held, judge, only

from m365audit.model.words import Severity

WRITES = held("Group.ReadWrite.All", changes_something=True)
MAIL = held("Mail.Read", reads_content=True, needed=False)
READER = held("Global Reader", service="directory", kind="directory role")
SPARE = held("ServiceHealth.Read.All", needed=False)


@pytest.mark.parametrize(
    ("rows", "verdict", "said"),
    [
        pytest.param([held(), READER], MEETS, "", id="what is needed and only reads"),
        pytest.param([], MEETS, "", id="nothing is held at all"),
        pytest.param([SPARE], ADVICE, "which nothing in this audit needs", id="a permission to read nothing needs"),
        pytest.param(
            [held("Security Reader", kind="directory role", needed=False)],
            ADVICE,
            "the directory role Security Reader, which nothing",
            id="a role that reads and nothing needs",
        ),
        pytest.param([WRITES], FAILS, "can change something (nobody has accepted that)", id="it may change something"),
        pytest.param(
            [WRITES | {"accepted": True}],
            FAILS,
            "the IT provider has accepted that by name in the audit's settings",
            id="accepted by name, it still does not meet",
        ),
        pytest.param(
            [held("Exchange Administrator", kind="directory role", changes_something=True, accepted=True)],
            FAILS,
            "the directory role Exchange Administrator, which can change something",
            id="a role that may change something",
        ),
        pytest.param([MAIL | {"accepted": True}], FAILS, "opens what people wrote or said", id="it may open mail"),
        pytest.param(
            [held("0000-1111", kind="directory role", needed=False, changes_something=None)],
            REVIEW,
            "does not know what it can do",
            id="a role nobody knows by name",
        ),
        pytest.param(
            [SPARE, WRITES, held()],
            FAILS,
            "Group.ReadWrite.All, which can change something (nobody has accepted that); holds the permission Service",
            id="several at once are one finding, the worst first",
        ),
    ],
)
def test_auditor_read_only(rows: list[Row], verdict: Verdict, said: str) -> None:
    found = judge("auditor-read-only", auditor=rows)
    assert only(found) == verdict
    if verdict is not MEETS:
        assert said in found["because"].iloc[0]
        assert found["actor"].iloc[0] == "provider"


@pytest.mark.parametrize(
    ("rows", "app"),
    [
        pytest.param([SPARE], "SP-1", id="by the object id of its service principal"),
        pytest.param([SPARE | {"principal_id": None}], "APP-1", id="by its client id where a person signed in"),
    ],
)
def test_the_app_is_named(rows: list[Row], app: str) -> None:
    found = judge("auditor-read-only", auditor=rows)
    assert found["subject_id"].tolist() == [app]
    assert found["subject_kind"].tolist() == ["app"]


def test_what_may_change_something_is_more_urgent_than_what_is_spare() -> None:
    urgency = [judge("auditor-read-only", auditor=[row])["severity"].iloc[0] for row in (WRITES, SPARE)]
    assert urgency == [Severity.HIGH, Severity.LOW]
