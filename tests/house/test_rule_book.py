"""The printed rule book says what the rules say."""

from docs.rule_book import RULE_BOOK, text
from m365audit.rules import RULES


def test_the_rule_book_is_the_rules_own_words() -> None:
    assert RULE_BOOK.read_text(encoding="utf-8") == text(), "run `make docs` to write docs/rules.md again"


def test_every_check_has_its_page_and_its_way_there() -> None:
    book = text()
    for rule in RULES:
        assert f"### {rule}\n" in book
        assert f"(#{rule})" in book
