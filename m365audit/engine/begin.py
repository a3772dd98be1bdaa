"""Begin with a council: its tenant file and an empty register, both or neither."""

from pathlib import Path

from m365audit.register import write_register
from m365audit.settings import BadFile
from m365audit.settings.template import NewTenant, tenant_file


def begin(config: Path, new: NewTenant) -> tuple[Path, Path]:
    """Write ``config/tenants/SLUG.yaml`` and the register beside it; return their paths.

    Raises:
        BadFile: one of them is there already, or the folder cannot be written. Nothing is left behind.
    """
    folder = config / "tenants"
    file, register = folder / f"{new.slug}.yaml", folder / new.register_file
    for path in (file, register):
        if path.exists():
            raise BadFile(path, None, "", "it is there already", "edit it, or name another council")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_register(register, new.council or new.slug)
        part = file.with_name(file.name + ".part")
        part.write_text(tenant_file(new), encoding="utf-8")
        part.replace(file)
    except OSError as error:
        register.unlink(missing_ok=True)
        problem = f"it cannot be written ({error.strerror})"
        raise BadFile(file, None, "", problem, "name another folder with --config") from error
    return file, register
