"""Loading small policies from text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from m365audit.model.policy import Policy
from m365audit.policy import load

from .catalogue import CATALOGUE


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Policy]:
    """Write the text to ``ours.yaml`` and load it."""

    def write_and_load(text: str) -> Policy:
        path = tmp_path / "ours.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path, config_dir=None, known_checks=CATALOGUE, parameters={"person-has-account": ("roles",)})

    return write_and_load
