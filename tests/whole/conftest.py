from pathlib import Path

import pytest
from audits import NOW, Audited, audited

from m365audit.sample.councils import exampleton, little_sampling


@pytest.fixture(scope="session")
def exampleton_audit(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited(exampleton(NOW), tmp_path_factory.mktemp("exampleton"))


@pytest.fixture(scope="session")
def little_sampling_audit(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audited(little_sampling(NOW), tmp_path_factory.mktemp("little-sampling"))


@pytest.fixture(params=["exampleton", "little-sampling"])
def any_audit(request: pytest.FixtureRequest, exampleton_audit: Audited, little_sampling_audit: Audited) -> Audited:
    return exampleton_audit if request.param == "exampleton" else little_sampling_audit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
