"""The provider's refresh tokens between runs: one cache for all its customers, shared by every process."""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from filelock import FileLock, Timeout
from msal_extensions.persistence import BasePersistence, PersistenceNotFound

from m365audit.graph.persistence import BadCache, persistence_for
from m365audit.model.tenant import Tenant

_VERSION = 1
_WAIT_SECONDS = 20
_SEEDS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Held:
    """What the cache holds for one app. ``seeds`` are fingerprints of the tokens that were brought in from outside."""

    refresh_token: str = field(default="", repr=False)
    saved: str = ""
    seeds: tuple[str, ...] = ()

    def knows(self, seed: str) -> bool:
        """Whether a token from outside has been taken in before, so that what is held is newer."""
        return _fingerprint(seed) in self.seeds


class TokenCache:
    """Refresh tokens by app, in an encrypted place.

    The file lock is the system's own, so a process that is killed leaves none behind; msal-extensions' fallback lock
    is a file that would stay.
    """

    def __init__(self, persistence: BasePersistence, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._persistence = persistence
        location = persistence.get_location()
        self._lock = FileLock(f"{location}.lock", timeout=wait_seconds, mode=0o600, thread_local=False)

    @property
    def location(self) -> str:
        """Where it is, for people."""
        return str(self._persistence.get_location())

    def held(self, app: str) -> Held:
        """What is held for an app, as of now: another process may have replaced it.

        Raises:
            BadCache: it cannot be read.
        """
        with self._locked():
            return self._apps().get(app.lower(), Held())

    def replace(self, app: str, refresh_token: str, now: datetime, *, seed: str | None = None) -> None:
        """Keep a newer token in place of the one held, on disk when this returns.

        ``seed`` is the token from outside it was got with, which counts as used from now on.

        Raises:
            BadCache: it cannot be read or written; the older one is still there.
        """
        with self._locked():
            apps = self._apps()
            seeds = apps.get(app.lower(), Held()).seeds
            if seed is not None:
                seeds = (*(old for old in seeds if old != _fingerprint(seed)), _fingerprint(seed))[-_SEEDS_KEPT:]
            apps[app.lower()] = Held(refresh_token, now.isoformat(timespec="seconds"), seeds)
            self._save(apps)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except Timeout:
            msg = f"the cache {self.location} is held by another run; wait for it to end, then run again"
            raise BadCache(msg) from None

    def _apps(self) -> dict[str, Held]:
        try:
            document = orjson.loads(self._persistence.load())
            if document["version"] != _VERSION:
                msg = f"the cache {self.location} is of another version of this program; delete it and sign in again"
                raise BadCache(msg)
            return {app: Held(**{**held, "seeds": tuple(held["seeds"])}) for app, held in document["apps"].items()}
        except PersistenceNotFound:
            return {}
        except (ValueError, KeyError, TypeError):
            msg = f"the cache {self.location} is not one of this program's; delete it and sign in again"
            raise BadCache(msg) from None
        except OSError as error:
            msg = f"the cache {self.location} cannot be read ({error.strerror or error}); see that it is yours"
            raise BadCache(msg) from None

    def _save(self, apps: Mapping[str, Held]) -> None:
        held = {
            app: {"refresh_token": one.refresh_token, "saved": one.saved, "seeds": one.seeds}
            for app, one in apps.items()
        }
        try:
            self._persistence.save(orjson.dumps({"version": _VERSION, "apps": held}).decode())
        except OSError as error:
            msg = f"the cache {self.location} cannot be written ({error.strerror or error}); see that it is yours"
            raise BadCache(msg) from None


def open_cache(tenant: Tenant, environ: Mapping[str, str] = os.environ) -> TokenCache:
    """The cache of a tenant's provider: the file ``auth.cache`` names, as seen from the tenant file, else the default.

    Raises:
        BadCache: there is nowhere safe to keep it.
    """
    path = tenant.folder / Path(tenant.auth.cache).expanduser() if tenant.auth.cache else default_path(environ)
    try:
        return TokenCache(persistence_for(path, environ))
    except OSError as error:
        msg = f"the folder {path.parent} cannot be made ({error.strerror}); name another file as cache in auth"
        raise BadCache(msg) from None


def default_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The file in this person's own data folder."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    match platform:
        case "win32":
            folder = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        case "darwin":
            folder = home / "Library" / "Application Support"
        case _:
            folder = Path(environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    return folder / "m365audit" / "partner.cache"


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
