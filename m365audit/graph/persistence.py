"""Where the provider's sign-in is kept between runs: always encrypted, and replaced whole or not at all."""

import base64
import binascii
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from msal_extensions import FilePersistenceWithDataProtection, KeychainPersistence, LibsecretPersistence
from msal_extensions.persistence import BasePersistence, PersistenceNotFound

KEY_VARIABLE = "M365AUDIT_CACHE_KEY"
"""Environment variable of the key that encrypts the cache where the system keeps no keyring."""

_KEY_BYTES = 32
_PRIVATE = 0o600
_OURS = 0o700


class BadCache(Exception):
    """The cache of sign-ins cannot be used: one sentence with the remedy."""


def persistence_for(path: Path, environ: Mapping[str, str], platform: str = sys.platform) -> BasePersistence:
    """An encrypted place for a text, named by ``path``.

    With a key in the environment it is that file, encrypted with the key. Without one it is what the system has: on
    Windows the file, encrypted for this person (DPAPI), on macOS the Keychain, on Linux the keyring (libsecret).

    Raises:
        BadCache: there is no key and no keyring, or the key is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=_OURS)
    if key := environ.get(KEY_VARIABLE, "").strip():
        return SealedFile(path, key)
    if platform == "win32":
        return WholeFile(path, FilePersistenceWithDataProtection)
    if platform == "darwin":
        return KeychainPersistence(str(path), service_name="m365audit", account_name=path.name)
    try:
        return LibsecretPersistence(str(path), schema_name="m365audit", attributes={"cache": path.name})
    except Exception:  # noqa: BLE001 - GLib's own errors have no common class without GLib
        msg = (
            f"the provider's sign-in cannot be kept: this machine has no keyring and {KEY_VARIABLE} is not set; make "
            f"a key once with `openssl rand -base64 32` and set {KEY_VARIABLE} to it"
        )
        raise BadCache(msg) from None


class SealedFile(BasePersistence):  # type: ignore[misc]  # msal-extensions has no types
    """A file only its owner may read, encrypted and authenticated (Fernet) with a key from outside."""

    is_encrypted = True

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._cipher = Fernet(_fernet_key(key))

    def save(self, content: str) -> None:
        """Replace what is kept, in one step: a crash leaves the old or the new."""
        write_whole(self._path, self._cipher.encrypt(content.encode()))

    def load(self) -> str:
        """What is kept.

        Raises:
            PersistenceNotFound: nothing was saved yet.
            BadCache: it was encrypted with another key, or has been tampered with.
        """
        try:
            return self._cipher.decrypt(self._path.read_bytes()).decode()
        except FileNotFoundError:
            raise PersistenceNotFound(location=str(self._path)) from None
        except InvalidToken:
            msg = (
                f"{self._path} cannot be read with this {KEY_VARIABLE}; set the key it was written with, or delete "
                "the file and sign in again"
            )
            raise BadCache(msg) from None

    def time_last_modified(self) -> float:
        """Seconds since 1970 of the last save.

        Raises:
            PersistenceNotFound: nothing was saved yet.
        """
        try:
            return self._path.stat().st_mtime
        except FileNotFoundError:
            raise PersistenceNotFound(location=str(self._path)) from None

    def get_location(self) -> str:
        """The path of the file."""
        return str(self._path)


class WholeFile(BasePersistence):  # type: ignore[misc]
    """A file persistence of msal-extensions, which writes in place, made to replace its file in one step."""

    is_encrypted = True

    def __init__(self, path: Path, kind: Callable[[str], BasePersistence]) -> None:
        self._path = path
        self._kind = kind
        self._at = kind(str(path))

    def save(self, content: str) -> None:
        """Replace what is kept, in one step."""
        beside = _beside(self._path)
        self._kind(str(beside)).save(content)
        beside.replace(self._path)

    def load(self) -> str:
        """What is kept.

        Raises:
            PersistenceNotFound: nothing was saved yet.
        """
        return str(self._at.load())

    def time_last_modified(self) -> float:
        """Seconds since 1970 of the last save."""
        return float(self._at.time_last_modified())

    def get_location(self) -> str:
        """The path of the file."""
        return str(self._path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file only its owner may read, so that it is there whole or is as it was; one at a time.

    Raises:
        OSError: the disk is full, or the folder may not be written.
    """
    beside = _beside(path)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _beside(path: Path) -> Path:
    """A free name next to a file; what a killed process has left there goes."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    return beside


def _fernet_key(key: str) -> bytes:
    """32 bytes in base64 of either alphabet, as ``openssl rand -base64 32`` and Fernet write them."""
    try:
        raw = base64.b64decode(key.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        msg = f"{KEY_VARIABLE} is no key: it must be 32 random bytes in base64, as `openssl rand -base64 32` makes them"
        raise BadCache(msg)
    return base64.urlsafe_b64encode(raw)
