"""Tenant files: ``config/tenants/SLUG.yaml``, read, checked, and refused in one sentence where they are wrong."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from m365audit.model.tenant import AuthKind, Tenant
from m365audit.settings.located import BadFile, Located, nearest
from m365audit.settings.yaml_file import read

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# What stands in the environment, and is only named here.
_SECRETS = (("auth", "secret"), ("auth", "certificate_password"), ("workbooks", "password"))

# What each way of signing in cannot do without; where there are several ways to give it, one of them.
_NEEDS: dict[AuthKind, tuple[tuple[str, ...], ...]] = {
    AuthKind.CERTIFICATE: (("client_id",), ("certificate",)),
    AuthKind.SECRET: (("client_id",), ("secret",)),
    AuthKind.WORKLOAD_IDENTITY: (("client_id",),),
    AuthKind.DEVICE_CODE: (("client_id",),),
    AuthKind.PARTNER: (("client_id",), ("certificate", "secret")),
}


class BadTenantFile(BadFile):
    """A tenant file the program will not work from."""


def tenants_available(config_dir: Path) -> tuple[str, ...]:
    """Names of the tenant files there are, in alphabetical order; the example is not one."""
    folder = config_dir / "tenants"
    return tuple(sorted(p.stem for p in folder.glob("*.yaml") if p.stem != "example" and _SLUG.fullmatch(p.stem)))


def load_tenant(config_dir: Path, slug: str, *, signs_in: bool = True) -> Tenant:
    """Read one tenant file, with ``${VARIABLES}`` taken from the environment.

    Whoever does not sign in needs no secrets: for them, a variable that is not set stays as it is written.

    Raises:
        BadTenantFile: there is none of that name, or something in it is wrong: file, line, problem and remedy.
    """
    path = config_dir / "tenants" / f"{slug}.yaml"
    if not _SLUG.fullmatch(slug) or not path.is_file():
        known = tenants_available(config_dir)
        remedy = nearest(slug, known) if known else f"write it with `m365audit init {slug}`"
        raise BadTenantFile(path, None, "", "there is no such tenant file", remedy)
    located = read(path, BadTenantFile)
    # Before anything else is said of the file: a sentence about a wrong value shows the value.
    _check_secrets(located)
    values = _with_environment(located, located.plain(), (), needed=signs_in)
    try:
        tenant = Tenant.model_validate({**values, "slug": slug, "folder": path.parent})
    except ValidationError as error:
        # A key misspelt is said before the key that is missing for it.
        errors = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise _refusal(located, errors[0]) from None
    _check_auth(located, tenant)
    _check_endpoints(located, tenant)
    return tenant


def _with_environment(
    located: Located,
    value: Any,  # noqa: ANN401 - any YAML
    place: tuple[str | int, ...],
    *,
    needed: bool,
) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        return {key: _with_environment(located, item, (*place, key), needed=needed) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_environment(located, item, (*place, number), needed=needed) for number, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if needed and name not in os.environ:
            located.refuse(place, f"the environment variable {name} is not set", "set it, or put it in .env")
    return _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), value)


def _refusal(located: Located, error: ErrorDetails) -> BadTenantFile:
    """The first thing pydantic found, as a sentence with the line of the file."""
    place = tuple(error["loc"])
    line = located.line_at(place)
    name = ".".join(str(step) for step in place)
    match error["type"]:
        case "missing":
            problem, remedy = f"the key '{name}' is missing", f"add a line '{place[-1]}: ...'"
        case "extra_forbidden":
            problem, remedy = f"'{name}' is no key here", nearest(str(place[-1]), _keys(place[:-1]))
        case "model_type":
            problem = f"'{name}' has no keys below it"
            remedy = f"give it some of {', '.join(_keys(place))}, indented, or take the line away"
        case _:
            problem = f"'{name}' cannot be {_shown(error['input'])}"
            remedy = _REMEDIES.get(str(place[0]), "") or error["msg"][0].lower() + error["msg"][1:]
    return BadTenantFile(located.path, line, "", problem, remedy)


_REMEDIES = {
    "tenant_id": "it is the directory id of the tenant, such as 11111111-2222-3333-4444-555555555555",
    "domains": "a domain looks like exampleton-tc.gov.uk",
}


def _shown(value: Any) -> str:  # noqa: ANN401 - any YAML
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return f"[{', '.join(value)}]"
    return f"'{value}'" if isinstance(value, (str, int, float)) else "what it is"


def _keys(place: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at one place of a tenant file."""
    model: Any = Tenant
    for step in place:
        model = model.model_fields[str(step)].annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    named = {name: field.alias or name for name, field in model.model_fields.items()}
    return [key for name, key in named.items() if name not in {"slug", "folder"}]


def _check_auth(located: Located, tenant: Tenant) -> None:
    for keys in _NEEDS.get(tenant.auth.kind, ()):
        given = [key for key in keys if getattr(tenant.auth, key)]
        if not given:
            names = " or ".join(f"'{key}'" for key in keys)
            problem = f"signing in by {tenant.auth.kind} needs {names}"
            located.refuse(("auth",), problem, f"add {' or '.join(keys)} to auth; secrets as ${{A_VARIABLE}}")
        if len(given) > 1:
            problem = f"signing in by {tenant.auth.kind} takes {' or '.join(given)}, not both"
            located.refuse(("auth", given[-1]), problem, f"take away {given[-1]}: a certificate is safer")
    if tenant.auth.cache and tenant.auth.kind is not AuthKind.PARTNER:
        problem = f"signing in by {tenant.auth.kind} keeps nothing in a cache"
        located.refuse(("auth", "cache"), problem, "take 'cache' away, or sign in by partner")


def _check_secrets(located: Located) -> None:
    for section, key in _SECRETS:
        written = located.get(section)
        value = written.get(key) if isinstance(written, Located) else None
        if value is not None and not (isinstance(value, str) and _VARIABLE.search(value)):
            problem = f"'{key}' holds the secret itself"
            located.refuse((section, key), problem, "name an environment variable: ${A_VARIABLE}")


def _check_endpoints(located: Located, tenant: Tenant) -> None:
    # No token is sent to the directory of names.
    for name, address in tenant.endpoints.model_dump(exclude={"dns"}).items():
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname and not parts.username:
            continue
        if parts.scheme == "http" and parts.hostname in _LOOPBACK:
            continue
        problem = f"'{address}' is not an address a token may be sent to"
        located.refuse(
            ("endpoints", name), problem, "it must begin with https:// (http:// only for this machine itself)"
        )
