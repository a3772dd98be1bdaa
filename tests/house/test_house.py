"""The repository as its own linter: what stands in two places is compared."""

import re
import tomllib
from pathlib import Path

import pytest

from m365audit.connectors import CONNECTORS
from m365audit.model.datasets import DATA_SETS
from m365audit.policy import load, policies_available
from m365audit.rules import RULES

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "m365audit").rglob("*.py"))
POLICIES = [load(name, config_dir=ROOT / "config", known_checks=RULES) for name in policies_available()]


def test_every_data_set_is_filled_by_one_connector() -> None:
    filled = [name for connector in CONNECTORS for name in connector.data_sets]
    assert sorted(filled) == sorted(DATA_SETS)


def test_every_rule_serves_a_clause_of_the_baseline_or_of_every_policy() -> None:
    used = {policy.id: {use.check for c in policy.clauses for use in (*c.checks, *c.supporting)} for policy in POLICIES}
    councils = [checks for name, checks in used.items() if name != "baseline"]
    unused = {rule for rule in RULES if rule not in used["baseline"] and not all(rule in checks for checks in councils)}
    assert unused == set()


def test_every_rule_has_a_table_of_its_own() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "rules").glob("test_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in tests] == []


def test_every_environment_variable_stands_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {
        name for path in SOURCES for name in re.findall(r'"(M365AUDIT_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    tenant_file = (ROOT / "config" / "tenants" / "example.yaml").read_text(encoding="utf-8")
    named |= set(re.findall(r"\$\{([A-Z_]+)\}", tenant_file)) - {"VARIABLE"}
    assert named
    assert {name for name in named if f"{name}=" not in example} == set()


def test_no_identifier_of_microsoft_is_written_twice() -> None:
    guid = re.compile(r"[\"']([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[\"']")
    real = [path for path in SOURCES if "sample" not in path.parts]
    found = [name for path in real for name in guid.findall(path.read_text(encoding="utf-8"))]
    assert sorted({name for name in found if found.count(name) > 1}) == []


def test_modules_stay_short_enough_to_read() -> None:
    long = {str(path.relative_to(ROOT)): count for path in SOURCES if (count := _lines(path)) > 320}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", ["demo", "test", "lint", "check", "bench", "docs"])
def test_make_has_these_targets_and_no_more(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert name in targets
    assert targets == {"demo", "test", "lint", "check", "bench", "docs"}


def test_every_dependency_is_pinned_and_no_index_is_named() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in constraints.splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[><=\[; ]", entry)[0].lower().replace("_", "-") for entry in wanted}
    assert names - pinned == set()
    assert "://" not in constraints
    assert "--" not in constraints


def test_every_dependency_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    assert block.count("#") >= 10


def test_the_changelog_and_the_readme_count_the_same_things() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{len(RULES)} checks" in changelog
