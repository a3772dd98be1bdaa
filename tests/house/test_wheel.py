"""The wheel carries what the program needs outside a checkout."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]


def test_the_wheel_works_where_there_is_no_checkout(tmp_path: Path) -> None:
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", str(tmp_path / "wheel"), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = (tmp_path / "wheel").glob("m365audit-*.whl")
    unpacked = tmp_path / "unpacked"
    with ZipFile(wheel) as archive:
        archive.extractall(unpacked)
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
