"""The guide for whoever writes a policy file: its example loads, and it leaves no key out."""

import re
from pathlib import Path

from m365audit.model.words import Force, Judgement
from m365audit.policy import BINDS, load

from .catalogue import CATALOGUE

GUIDE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_example_of_the_guide_is_a_policy(tmp_path: Path) -> None:
    """Whoever copies it starts from something that works."""
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    path = tmp_path / "exampleton-2026.yaml"
    path.write_text(example[1], encoding="utf-8")
    policy = load(path, config_dir=None, known_checks=CATALOGUE)
    assert [c.id for c in policy.clauses] == ["X-MAIL-01", "X-MAIL-02", "X-GEN-01"]
    assert policy.documents[0].link


def test_the_guide_names_every_key_and_word() -> None:
    """Nothing can be written that the guide does not explain."""
    explained = set(re.findall(r"`([^`\n]+)`", GUIDE))
    keys = (
        "policy title council version adopted_on last_review next_review review_every_months documents clauses id line"
    )
    more = "heading paraphrase force binds judgement checks supporting attestation rolls_up cap left_to_a_person note"
    assert explained >= {*keys.split(), *more.split(), *BINDS, *Force, *Judgement, "frameworks", "months"}
