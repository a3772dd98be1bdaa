"""The page on the exports says what the code does."""

from export.junit_shape import wrong_with as wrong_junit
from export.ocsf_schema import wrong_with as wrong_ocsf

from docs.exports import PAGE, example, text
from m365audit.export import FORMATS
from m365audit.export.as_ocsf import events


def test_the_page_is_the_one_the_code_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "run `make docs` to write docs/exports.md again"


def test_its_examples_are_sound() -> None:
    assert wrong_junit("".join(FORMATS["junit"](example()))) == []
    assert [wrong for audited in example() for event in events(audited) for wrong in wrong_ocsf(event)] == []


def test_every_format_has_its_option_on_the_page() -> None:
    assert [name for name in FORMATS if f"`--{name} FILE`" not in text()] == []
