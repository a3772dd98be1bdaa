"""Which passwords will do, which workbooks are encrypted, and which passwords are tried on what comes back."""

from pathlib import Path

import pytest
from kept import tenant

from m365audit.engine.custody.protection import Keyring, NoPassword, Protection, to_encrypt, unfit
from m365audit.model.tenant import Reader, Workbooks

CLERK, COUNCIL, TECHNICIAN = Reader.CLERK, Reader.COUNCIL, Reader.TECHNICIAN


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("three unrelated words", id="words"),
        pytest.param("abcde12345-+", id="twelve characters"),
        pytest.param("Tŷ Ŵyn Siân Llŷr", id="Welsh ones"),
        pytest.param("x7" * 2 + "abc" + "y" * 248, id="as long as Excel takes"),
    ],
)
def test_a_password_that_will_do(password: str) -> None:
    assert unfit(password) == ""
    assert Protection(frozenset({CLERK}), password).password == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        pytest.param("", "0 characters, and at least 12", id="none"),
        pytest.param("abcde12345-", "11 characters, and at least 12", id="too short"),
        pytest.param("x7" * 2 + "abc" + "y" * 249, "256 characters, and Excel takes 255", id="too long"),
        pytest.param("aaaaaaaaaaaaaaaa", "the same few characters", id="one character"),
        pytest.param("abcdabcdabcdabcd", "the same few characters", id="four characters"),
        pytest.param(" three unrelated words", "begins or ends with a space", id="a space before"),
        pytest.param("three unrelated words\n", "begins or ends with a space", id="a line end"),
        pytest.param("three\tunrelated words", "no keyboard types", id="a tab"),
        pytest.param("three unrelated \udcff words", "no keyboard types", id="half a character"),
    ],
)
def test_a_password_that_will_not_do(password: str, why: str) -> None:
    assert why in unfit(password)
    with pytest.raises(NoPassword, match="cannot be encrypted"):
        Protection(frozenset({CLERK}), password)
    if password.strip():
        assert password.strip() not in unfit(password)


@pytest.mark.parametrize(
    ("said", "wanted", "encrypted"),
    [
        pytest.param(False, None, set(), id="nobody wants it"),
        pytest.param([CLERK], None, {CLERK}, id="as the tenant file has it"),
        pytest.param(True, None, {CLERK, TECHNICIAN}, id="true is those that name people"),
        pytest.param(False, True, {CLERK, TECHNICIAN}, id="the command wants it"),
        pytest.param([COUNCIL], True, {CLERK, COUNCIL, TECHNICIAN}, id="both want some"),
        pytest.param(True, False, set(), id="the command does not"),
    ],
)
def test_the_command_goes_before_the_tenant_file(
    said: object,
    wanted: bool | None,  # noqa: FBT001 - as the command gives it
    encrypted: set[Reader],
) -> None:
    made = tenant(Path()).model_copy(update={"workbooks": Workbooks.model_validate({"encrypt": said})})
    assert to_encrypt(made, wanted=wanted) == encrypted


def test_passwords_at_hand_are_tried_before_anybody_is_asked_and_each_once() -> None:
    asked: list[str] = []

    def ask(file: str) -> str:
        asked.append(file)
        return f"answer {len(asked)}"

    keys = Keyring(("one", "two", "one"), ask)
    tried = keys.all("returned.xlsx")
    assert [next(tried), next(tried)] == ["one", "two"]
    assert asked == []
    assert next(tried) == "answer 1"
    assert asked == ["returned.xlsx"]
    assert list(keys.at_hand("another.xlsx")) == ["one", "two", "answer 1"]


def test_nobody_is_asked_more_than_three_times() -> None:
    keys = Keyring(ask=lambda _: "wrong")
    assert list(keys.all("returned.xlsx")) == ["wrong"] * 3


def test_who_gives_none_is_not_asked_again_for_that_file() -> None:
    keys = Keyring(("one",), lambda _: "")
    assert list(keys.all("returned.xlsx")) == ["one"]


def test_without_a_terminal_only_those_at_hand_are_tried() -> None:
    assert list(Keyring(("one",)).all("returned.xlsx")) == ["one"]
