"""Where policies are: the council's own copy first, else the one the program came with."""

import re
from pathlib import Path

import m365audit
from m365audit.policy.refusal import PolicyRefused
from m365audit.settings import nearest

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def packaged_policies() -> Path:
    """The folder of the policies that come with the program: inside the wheel, or in a checkout beside the package."""
    package = Path(m365audit.__file__).parent
    inside = package / "config" / "policies"
    return inside if inside.is_dir() else package.parent / "config" / "policies"


def policies_available(config_dir: Path | None = None) -> tuple[str, ...]:
    """The names :func:`find` knows, in alphabetical order."""
    return tuple(sorted(_files(config_dir)))


def find(path_or_name: str | Path, config_dir: Path | None = None) -> Path:
    """The file of a policy: what ends in ``.yaml`` is a path, all else a name.

    Raises:
        PolicyRefused: there is no policy of that name.
    """
    if str(path_or_name).endswith(".yaml"):
        return Path(path_or_name)
    files = _files(config_dir)
    name = str(path_or_name)
    if name not in files:
        raise PolicyRefused(
            _folders(config_dir)[-1] / f"{name}.yaml", None, "", "there is no such policy", nearest(name, files)
        )
    return files[name]


def _folders(config_dir: Path | None) -> tuple[Path, ...]:
    own = () if config_dir is None else (config_dir / "policies",)
    return (packaged_policies(), *own)


def _files(config_dir: Path | None) -> dict[str, Path]:
    found = (file for folder in _folders(config_dir) for file in sorted(folder.glob("*.yaml")))
    return {file.stem: file for file in found if _NAME.fullmatch(file.stem)}
