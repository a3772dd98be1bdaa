"""A policy with a mistake is refused in one sentence: file, line, clause, what is wrong, what to do."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from m365audit.model.policy import CheckUse, Policy
from m365audit.policy import PolicyRefused, find, load, packaged_policies, policies_available

from .catalogue import CATALOGUE
from .samples import CLAUSE, TOP

Load = Callable[[str], Policy]
Said = tuple[int, str, str, str]
ATTESTATION = "    attestation: {codes: [ATT-ACK], ask: Has everyone signed? Keep the list.}\n"
BY_A_PERSON = CLAUSE.replace("automatic", "attestation").replace("    checks: [mail-forwarded-outside]\n", ATTESTATION)


def without(key: str, text: str = CLAUSE) -> str:
    """The text less the line of a key; the first line keeps its dash."""
    return re.sub(rf"(?m)^(  - |    ){key}:.*\n", lambda m: "  -\n" if m[1] == "  - " else "", text)


def mistake(text: str, *said: int | str, called: str) -> ParameterSet:
    """A text, and the line, place, problem and remedy its refusal names."""
    return pytest.param(text, said, id=called)


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        mistake(
            CLAUSE + "    judgment: automatic\n",
            13,
            "clause X-1",
            "'judgment' is no key here",
            "'judgement'",
            called="an unknown key",
        ),
        mistake(
            CLAUSE.replace("id: X-1", "ID: X-1"),
            5,
            "clause 1 of the list",
            "'ID' is no key here",
            "'id'",
            called="an id miswritten",
        ),
        mistake(without("id"), 6, "clause 1 of the list", "'id' is missing", "add a line 'id: ...'", called="no id"),
        mistake(
            CLAUSE.replace("id: X-1", "id: x 1"),
            5,
            "clause 1 of the list",
            "'x 1' is no clause id",
            "A-EML-01",
            called="an id of small letters",
        ),
        mistake(
            CLAUSE + CLAUSE,
            13,
            "clause X-1",
            "the id 'X-1' is used before, on line 5",
            "an id of its own",
            called="an id used twice",
        ),
        mistake(without("line"), 5, "clause X-1", "'line' is missing", "line: ...", called="no line"),
        mistake(
            CLAUSE.replace("12", "twelve"),
            6,
            "clause X-1",
            "'line' cannot be 'twelve'",
            "a whole number",
            called="a line in words",
        ),
        mistake(
            CLAUSE.replace("12", "0"),
            6,
            "clause X-1",
            "'line' cannot be '0'",
            "1 or more",
            called="a line before the first",
        ),
        mistake(
            CLAUSE.replace("12", "true"),
            6,
            "clause X-1",
            "'line' cannot be 'True'",
            "a whole number",
            called="a line that is a flag",
        ),
        mistake(
            without("paraphrase"), 5, "clause X-1", "'paraphrase' is missing", "add a line", called="no paraphrase"
        ),
        mistake(
            CLAUSE.replace("Nobody sends council mail on.", ""),
            8,
            "clause X-1",
            "'paraphrase' has nothing",
            "give it a value",
            called="an empty paraphrase",
        ),
        mistake(
            CLAUSE.replace("Nobody sends council mail on.", "'  '"),
            8,
            "clause X-1",
            "'paraphrase' is blank",
            "give it a value",
            called="a blank paraphrase",
        ),
        mistake(
            CLAUSE.replace("must not", "must nott"),
            9,
            "clause X-1",
            "'force' cannot be 'must nott'",
            "'must not'",
            called="an unknown force",
        ),
        mistake(
            CLAUSE.replace("must not", "7"),
            9,
            "clause X-1",
            "'force' cannot be '7'",
            "in quotes",
            called="a force that is a number",
        ),
        mistake(
            CLAUSE.replace("automatic", "auto"),
            11,
            "clause X-1",
            "'judgement' cannot be 'auto'",
            "'automatic'",
            called="an unknown judgement",
        ),
        mistake(
            CLAUSE.replace("[users]", "users"),
            10,
            "clause X-1",
            "'binds' cannot be 'users'",
            "a list",
            called="binds that are no list",
        ),
        mistake(
            CLAUSE.replace("[users]", "[councilors]"),
            10,
            "clause X-1",
            "'councilors'",
            "'councillors'",
            called="people misspelt",
        ),
        mistake(
            CLAUSE.replace("[mail-forwarded-outside]", "[mail-forward-outside]"),
            12,
            "clause X-1",
            "'mail-forward-outside', which does not exist",
            "'mail-forwarded-outside'",
            called="a check that does not exist",
        ),
        mistake(
            CLAUSE.replace(
                "[mail-forwarded-outside]", "\n      mail-forwarded-outside:\n      made-up: {roles: [staff]}"
            ),
            14,
            "clause X-1",
            "'made-up', which does not exist",
            "it may be",
            called="a check with parameters that does not exist",
        ),
        mistake(
            CLAUSE + "    supporting:\n      - audit-log-on\n      - audit-log-off\n",
            15,
            "clause X-1",
            "'supporting' names the check 'audit-log-off'",
            "'audit-log-on'",
            called="a supporting check that does not exist",
        ),
        mistake(
            CLAUSE.replace("[mail-forwarded-outside]", "[mail-forwarded-outside, mail-forwarded-outside]"),
            12,
            "clause X-1",
            "names the check 'mail-forwarded-outside' twice",
            "take away one",
            called="a check named twice",
        ),
        mistake(
            CLAUSE.replace("[mail-forwarded-outside]", "{person-has-account: {rolls: [staff]}}"),
            12,
            "clause X-1",
            "the check 'person-has-account' takes no 'rolls'",
            "'roles'",
            called="a parameter the check does not take",
        ),
        mistake(
            CLAUSE.replace("[mail-forwarded-outside]", "{person-has-account: staff}"),
            12,
            "clause X-1",
            "'person-has-account' cannot be 'staff'",
            "keys with values",
            called="a parameter without a name",
        ),
        mistake(
            CLAUSE.replace("[mail-forwarded-outside]", "{person-has-account: {roles: }}"),
            12,
            "clause X-1",
            "'roles' has nothing after it",
            "give it a value",
            called="a parameter without a value",
        ),
        mistake(
            CLAUSE + "    cap: Fine\n", 13, "clause X-1", "'cap' cannot be 'Fine'", "Advice", called="an unknown cap"
        ),
        mistake(
            CLAUSE + "    cap: Meets\n",
            13,
            "clause X-1",
            "'cap' cannot be 'Meets'",
            "Review or Advice",
            called="a cap that would hide a breach",
        ),
        mistake(
            CLAUSE + "    rolls_up: yes\n",
            13,
            "clause X-1",
            "'rolls_up' cannot be 'yes'",
            "true or false",
            called="a flag in words",
        ),
        mistake(
            CLAUSE + "    rolls_up: true\n",
            12,
            "clause X-1",
            "has no checks of its own",
            "take away",
            called="a roll-up with checks",
        ),
        mistake(
            CLAUSE + "    frameworks: [1.2]\n",
            13,
            "clause X-1",
            "'frameworks' cannot be a list",
            "a list of texts",
            called="a framework that is a number",
        ),
        mistake(
            CLAUSE + "    supporting: [mail-forwarded-outside]\n",
            13,
            "clause X-1",
            "both decides and supports",
            "not both",
            called="a check on both sides",
        ),
        mistake(
            without("checks"), 5, "clause X-1", "nothing decides this clause", "rolls_up", called="nothing that decides"
        ),
        mistake(
            without("attestation", BY_A_PERSON),
            5,
            "clause X-1",
            "needs an 'attestation'",
            "'codes' and 'ask'",
            called="a statement nobody asks for",
        ),
        mistake(
            BY_A_PERSON + "    checks: [audit-log-on]\n",
            13,
            "clause X-1",
            "is decided by no check",
            "'supporting'",
            called="a statement decided by a check",
        ),
        mistake(
            BY_A_PERSON.replace("ATT-ACK", "ack"),
            12,
            "clause X-1",
            "'ack' is no attestation code",
            "ATT-ACK",
            called="an attestation code of small letters",
        ),
        mistake(
            BY_A_PERSON.replace("signed?", "signed."),
            12,
            "clause X-1",
            "'ask' holds no question",
            "Yes",
            called="an ask that asks nothing",
        ),
        mistake(
            BY_A_PERSON.replace("codes: [ATT-ACK], ", ""),
            12,
            "clause X-1",
            "'codes' is missing",
            "add",
            called="an attestation without codes",
        ),
        mistake(
            BY_A_PERSON.replace("codes: [ATT-ACK], ", "codes: [ATT-ACK], months: 0, "),
            12,
            "clause X-1",
            "'months' cannot be '0'",
            "1 or more",
            called="an answer that holds no month",
        ),
        mistake(CLAUSE + "    id: X-2\n", 13, "", "the key 'id' stands twice", "line 5", called="a key twice"),
        mistake("  - just words\n", 4, "", "'clauses' cannot be a list", "'- '", called="a clause that is words"),
        mistake("", 4, "", "'clauses' has nothing after it", "give it a value", called="no clauses"),
    ],
)
def test_a_clause_with_a_mistake(loaded: Load, tmp_path: Path, clause: str, said: Said) -> None:
    """The first mistake is named with its place and its remedy."""
    with pytest.raises(PolicyRefused) as refusal:
        loaded(TOP + clause)
    _says(refusal.value, tmp_path / "ours.yaml", said)


@pytest.mark.parametrize(
    ("top", "said"),
    [
        mistake(
            TOP.replace("ours", "yours"),
            1,
            "",
            "'policy' is 'yours' but the file is 'ours.yaml'",
            "policy: ours",
            called="another name",
        ),
        mistake(TOP.replace("title: IT Policy\n", ""), 1, "", "'title' is missing", "title: ...", called="no title"),
        mistake("titel: x\n" + TOP, 1, "", "'titel' is no key here", "'title'", called="an unknown key"),
        mistake(
            "version: 2.1\n" + TOP, 1, "", "'version' cannot be '2.1'", "in quotes", called="a version that is a number"
        ),
        mistake(
            "adopted_on: 2024-02-31\n" + TOP,
            1,
            "",
            "'2024-02-31' is no date",
            "2026-04-01",
            called="a day there is not",
        ),
        mistake(
            "last_review: January 2023\n" + TOP,
            1,
            "",
            "'last_review' cannot be 'January 2023'",
            "a date such as",
            called="a month",
        ),
        mistake(
            "next_review: 2024-01-31 10:00:00\n" + TOP,
            1,
            "",
            "'next_review' cannot be",
            "a date such as",
            called="a time",
        ),
        mistake(
            "review_every_months: 0\n" + TOP,
            1,
            "",
            "'review_every_months' cannot be '0'",
            "1 or more",
            called="a review every 0 months",
        ),
        mistake(
            "documents:\n  - title: x\n" + TOP,
            2,
            "document 1 of the list",
            "'title' is no key here",
            "link",
            called="a document's unknown key",
        ),
        mistake(
            "documents:\n  - name: x\n  - name: x\n" + TOP,
            3,
            "document 2 of the list",
            "'x' is listed twice",
            "take away",
            called="a document twice",
        ),
        mistake(
            "documents: none\n" + TOP,
            1,
            "",
            "'documents' cannot be 'none'",
            "a list",
            called="documents that are no list",
        ),
        mistake("title: &x A\n" + TOP, 1, "", "the anchor '&x'", "write the value out", called="an anchor"),
        mistake("title: [a\n" + TOP, 2, "", "it is not YAML", "just above", called="an open bracket"),
        mistake("1: a\n" + TOP, 1, "", "a key must be a word", "quotes", called="a key that is a number"),
        mistake("title: !!python/name:os.system x\n" + TOP, 1, "", "the tag", "take it out", called="a tag"),
        mistake("- a\n- b\n#" + TOP.replace("\n", ""), 1, "", "holds no keys", "key: value", called="a list"),
    ],
)
def test_a_file_with_a_mistake(loaded: Load, tmp_path: Path, top: str, said: Said) -> None:
    """The same, outside any clause."""
    with pytest.raises(PolicyRefused) as refusal:
        loaded(top + (CLAUSE if "clauses:\n" in top else ""))
    _says(refusal.value, tmp_path / "ours.yaml", said)


def _says(refusal: PolicyRefused, file: Path, said: Said) -> None:
    line, where, problem, remedy = said
    sentence = str(refusal)
    place, _, rest = sentence.partition(": ")
    assert place == ", ".join(filter(None, (str(file), f"line {line}", where)))
    assert problem in rest
    assert remedy in rest.partition("; ")[2]
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(None, "there is no such file", id="missing"),
        pytest.param(b"", "holds no keys", id="empty"),
        pytest.param(b"title: caf\xe9", "not UTF-8 text", id="in another encoding"),
        pytest.param(b"title: \x00", "not YAML", id="with a control character"),
        pytest.param(b"[" * 5000, "not YAML", id="nested without end"),
        pytest.param(b"a: 1\n---\nb: 2\n", "not YAML", id="two files in one"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, problem: str) -> None:
    """It is said, in one sentence, and never as a traceback."""
    path = tmp_path / "ours.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PolicyRefused, match=problem) as refusal:
        load(path, config_dir=None, known_checks=CATALOGUE)
    assert str(refusal.value).startswith(str(path))
    assert "\n" not in str(refusal.value)


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    """A folder that is named like a file is refused like one that cannot be read."""
    (tmp_path / "ours.yaml").mkdir()
    with pytest.raises(PolicyRefused, match="cannot be read"):
        load(tmp_path / "ours.yaml", config_dir=None, known_checks=CATALOGUE)


def test_a_name_that_is_nobodys_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """A slip in the tenant file is a short way from right."""
    with pytest.raises(PolicyRefused, match=r"there is no such policy; the nearest right word is 'towcester'\.$"):
        load("towchester", config_dir=tmp_path, known_checks=CATALOGUE)


@pytest.mark.parametrize("name", ["../policies/towcester", "policies/towcester", "/etc/passwd", ""])
def test_a_name_is_no_way_out_of_the_folder(name: str) -> None:
    """Only what ends in .yaml is a path."""
    with pytest.raises(PolicyRefused, match="no such policy"):
        find(name)


def test_the_council_s_own_copy_comes_first(tmp_path: Path) -> None:
    """A council switches a clause in its own copy of a policy that ships."""
    own = tmp_path / "policies" / "towcester.yaml"
    own.parent.mkdir()
    own.write_text(TOP.replace("ours", "towcester") + CLAUSE, encoding="utf-8")
    (own.parent / "exampleton.yaml").write_text(TOP, encoding="utf-8")
    assert find("towcester", tmp_path) == own
    assert [c.id for c in load("towcester", config_dir=tmp_path, known_checks=CATALOGUE).clauses] == ["X-1"]
    assert find("baseline", tmp_path) == packaged_policies() / "baseline.yaml"
    assert policies_available(tmp_path) == ("baseline", "exampleton", "towcester", "town-council-2023")


def test_a_policy_without_a_mistake(loaded: Load) -> None:
    """Everything said comes through; what is not said has its default."""
    policy = loaded(
        "version: '2.1'\nadopted_on: 2026-04-14\nreview_every_months: 24\ndocuments: [{name: A, link: b}]\n"
        + TOP
        + CLAUSE.replace("[mail-forwarded-outside]", "{person-has-account: {roles: [staff]}, audit-log-on: }")
        + "    cap: advice\n"
        + BY_A_PERSON.replace("X-1", "X-2").replace("codes:", "months: 6, codes:")
    )
    first, second = policy.clauses
    assert (policy.version, policy.adopted_on, policy.next_review, policy.review_every_months) == (
        "2.1",
        date(2026, 4, 14),
        None,
        24,
    )
    assert [(d.name, d.adopted_on, d.link) for d in policy.documents] == [("A", None, "b")]
    assert first.checks == (CheckUse("person-has-account", {"roles": ("staff",)}), CheckUse("audit-log-on"))
    assert (first.line, first.binds, first.cap, first.rolls_up, first.note) == (12, ("users",), "Advice", False, "")
    assert second.attestation is not None
    assert (second.attestation.codes, second.attestation.months) == (("ATT-ACK",), 6)


def test_only_the_baseline_stands_on_no_line(tmp_path: Path) -> None:
    """A council's clause has to be found again in its text."""
    path = tmp_path / "baseline.yaml"
    path.write_text(TOP.replace("ours", "baseline") + without("line"), encoding="utf-8")
    assert load(path, config_dir=None, known_checks=CATALOGUE).clauses[0].line is None
