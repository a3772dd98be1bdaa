from pathlib import Path

import pytest
from hand_built import assessment
from written import Written

from m365audit.report import clerk
from m365audit.report.names import file_name


@pytest.fixture(scope="session")
def clerk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Clerk's workbook of a council whose tenant holds every hostile text."""
    made = assessment()
    path = tmp_path_factory.mktemp("clerk") / file_name(made, "Clerk")
    clerk.write(made, path)
    return path


@pytest.fixture(scope="session")
def written(clerk_file: Path) -> Written:
    return Written(clerk_file)
