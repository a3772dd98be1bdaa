"""The wheel carries what the program needs outside a checkout."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def real_council() -> Iterator[None]:
    """A tenant file of a real council in the checkout, which git ignores and the wheel must not carry."""
    path = ROOT / "config" / "tenants" / "only-for-the-wheel-test.yaml"
    path.write_text("council: Nowhere\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


@pytest.mark.usefixtures("real_council")
def test_the_wheel_works_where_there_is_no_checkout_and_holds_no_councils_secrets(tmp_path: Path) -> None:
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", str(tmp_path / "wheel"), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = (tmp_path / "wheel").glob("m365audit-*.whl")
    unpacked = tmp_path / "unpacked"
    with ZipFile(wheel) as archive:
        archive.extractall(unpacked)
        tenants = [name for name in archive.namelist() if "/config/tenants/" in name]
    assert tenants == ["m365audit/config/tenants/example.yaml"]
    assert not [path for path in unpacked.rglob("tests") if path.is_dir()]
    # Isolated from the checkout: its own folder comes first, and the working folder is an empty one.
    program = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "import m365audit, m365audit.policy as policy\n"
        f"assert m365audit.__file__.startswith({str(unpacked)!r}), m365audit.__file__\n"
        "print(' '.join(policy.policies_available()))\n"
        "from m365audit.sample.service import graph_types\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["baseline", "towcester", "town-council-2023"]
