"""What the workbooks say in the program's own words is spelt as British English (rule XA-28)."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORT = sorted((ROOT / "m365audit" / "report").rglob("*.py"))
RULES = sorted((ROOT / "m365audit" / "rules").rglob("*.py"))
POLICIES = sorted((ROOT / "config" / "policies").glob("*.yaml"))
FIELD_WORDS = Path(__file__).with_name("field_words.txt")
"""Names of products and of standards, and words of the field that no dictionary has."""
# Names of places, patterns and styles in the code are no words: what has a sign of code in it is left out.
_CODE = re.compile(r"\S*[_{}\\/<>=@|#:.(\[$%0-9]\S*\w\S*|\S*\w[_{}\\/<>=@|#:(\[$%0-9]\S*")
_WORD = re.compile(r"[A-Za-z][A-Za-z']*[A-Za-z]")


def _sentences(path: Path) -> Iterator[str]:
    """The texts of a module that are sentences or headings; a rule's docstring is one of them, others are not shown."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not (path in RULES and isinstance(node, ast.FunctionDef) and node.decorator_list)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documented:
            continue
        # One word in small letters is a name that Microsoft or the code gives to something.
        if " " in node.value or re.fullmatch("[A-Z][a-z]+", node.value):
            yield node.value


def _misspelt(texts: Iterable[str]) -> set[str]:
    words = {word for text in texts for word in _WORD.findall(_CODE.sub(" ", text))}
    # Capitals alone, or inside, are those of a code, an abbreviation or a trade name; what belongs to something is
    # spelt like it.
    plain = {re.sub("'s$", "", word) for word in words if not word.isupper() and not re.search("[a-z][A-Z]", word)}
    command = ["hunspell", "-d", "en_GB", "-i", "utf-8", "-l"]
    try:
        told = subprocess.run(command, input="\n".join(sorted(plain)), text=True, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.fail("hunspell is needed to look up the words: install hunspell and hunspell-en-gb")
    return set(told.stdout.split()) - set(FIELD_WORDS.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("path", [*REPORT, *RULES], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_our_words_are_spelt_right(path: Path) -> None:
    assert _misspelt(_sentences(path)) == set()


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_the_clauses_are_spelt_right(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert _misspelt(line for line in lines if not line.lstrip().startswith("#")) == set()


@pytest.mark.parametrize("wrong", ["color", "behavior", "center", "policey", "recieve", "acessible", "enrollment"])
def test_a_word_spelt_otherwise_is_found(wrong: str) -> None:
    assert _misspelt([f"The council's {wrong} is good."]) == {wrong}


def test_no_word_of_the_field_is_kept_that_nobody_uses() -> None:
    """A list that only grows hides mistakes."""
    texts = [text for path in [*REPORT, *RULES] for text in _sentences(path)]
    texts += [path.read_text(encoding="utf-8") for path in POLICIES]
    words = {re.sub("'s$", "", word) for text in texts for word in _WORD.findall(text)}
    assert set(FIELD_WORDS.read_text(encoding="utf-8").split()) - words == set()
