"""Workbooks with a password: Office's own encryption, AES-256 in its "agile" form (MS-OFFCRYPTO 2.3.4.10 to 2.3.4.15).

Excel and LibreOffice ask for the password and open the file. Reading is msoffcrypto-tool's work, for a file that comes
back may be encrypted in any of Office's ways. Writing is done here, for two reasons measured with its version 6.1.0:
it draws 16 random bytes for a key of 32 and fills the rest with a constant, which makes AES-256 of the name only, and
it holds three copies of the file in memory, where the technician's workbook may have hundreds of megabytes.
"""

import base64
import hashlib
import hmac
import io
import os
import secrets
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import olefile
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.exceptions import InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from m365audit.excel import compound
from m365audit.excel.whole import DRAFT

ROUNDS: Final = 100_000
"""How often a password is hashed, as Excel itself does it."""
MOST_ROUNDS: Final = 1_000_000
"""A file that asks for more wants to keep this program busy."""
_LONGEST_INFO: Final = 100_000
_SEGMENT: Final = 4_096
_KEY_BYTES: Final = 32
_BLOCK: Final = 16
_MAGIC: Final = b"\xd0\xcf\x11\xe0"
# What tells the uses of one hash apart; the numbers are those of the specification.
_VERIFIER, _VERIFIER_HASH, _KEY, _MAC_KEY, _MAC = (
    bytes.fromhex(one)
    for one in ("fea7d2763b4b9e79", "d7aa0f6d3061344e", "146e0be7abacd0d6", "5fb2ad010cb9e1f6", "a0677f02b22c8433")
)
_DESCRIPTION: Final = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" \
xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">\
<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" \
cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{salt}"/>\
<dataIntegrity encryptedHmacKey="{mac_key}" encryptedHmacValue="{mac}"/>\
<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">\
<p:encryptedKey spinCount="{rounds}" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" \
cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{password_salt}" \
encryptedVerifierHashInput="{verifier}" encryptedVerifierHashValue="{verifier_hash}" encryptedKeyValue="{key}"/>\
</keyEncryptor></keyEncryptors></encryption>"""


class WrongPassword(Exception):
    """A password that does not open the file."""


class Unreadable(Exception):
    """A file with a password that no password could open: why, in a few words."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """The key of one file, drawn by chance, and the salt of all that it encrypts."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES), repr=False)
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(_BLOCK))

    def closed(self, data: bytes, use: bytes) -> bytes:
        """Data encrypted for one use."""
        return _aes(self.key, _hash(self.salt, use)[:_BLOCK], data)


def encrypt(plain: Path, whole: Path, password: str) -> None:
    """Encrypt a workbook; ``whole`` appears by renaming a finished file into place, and holds nothing in the clear.

    Memory does not grow with the workbook.

    Raises:
        OSError: the one cannot be read or the other not written; then nothing is left behind.
    """
    handle, name = tempfile.mkstemp(prefix=DRAFT, suffix=".part", dir=whole.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, plain.open("rb") as content:
            lock = _Lock()
            compound.room_for_header(file)
            size, mac_key, mac = _write_package(content, file, lock)
            compound.close(file, size, _info(lock, password, mac_key, mac))
        draft.replace(whole)
    finally:
        draft.unlink(missing_ok=True)


def is_locked(path: Path) -> bool:
    """Whether a file of ours, seen from its first bytes alone, is encrypted."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def is_encrypted(data: bytes) -> bool:
    """Whether these are the bytes of a workbook with a password, rather than of an old Excel file or something else."""
    if not data.startswith(_MAGIC):
        return False
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return bool(container.exists("EncryptionInfo") and container.exists("EncryptedPackage"))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is none
        return False


def decrypt(data: bytes, password: str) -> bytes:
    """The workbook inside, in memory only; held against the digest that stands beside it.

    Raises:
        WrongPassword: it is another one.
        Unreadable: the file is damaged, was changed, or asks for more work than any program of Office's does.
    """
    _refuse_traps(data)
    opened = io.BytesIO()
    try:
        office = OOXMLFile(io.BytesIO(data))
        _load(office, password)
        office.decrypt(opened, verify_integrity=office.type == "agile")
    except (WrongPassword, Unreadable):
        raise
    except InvalidKeyError as error:
        message = "it was changed or damaged after it was encrypted"
        raise Unreadable(message) from error
    except Exception as error:
        # The library raises whatever the parsers beneath it do.
        message = f"it is damaged, or encrypted in a way that is not known here ({type(error).__name__})"
        raise Unreadable(message) from error
    return opened.getvalue()


def _load(office: OOXMLFile, password: str) -> None:
    if (rounds := office.info.get("spinValue", 0)) > MOST_ROUNDS:
        message = f"it wants its password hashed {rounds:,} times, where Excel does so {ROUNDS:,} times"
        raise Unreadable(message)
    if not password:
        raise WrongPassword
    try:
        office.load_key(password=password, verify_password=True)
    except InvalidKeyError as error:
        raise WrongPassword from error


def _refuse_traps(data: bytes) -> None:
    """Look at what the library would parse: its XML parser resolves entities, and reads whatever length is claimed."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            length = container.get_size("EncryptionInfo")
            info = container.openstream("EncryptionInfo").read() if length <= _LONGEST_INFO else b""
    except Exception as error:
        message = f"it is damaged ({type(error).__name__})"
        raise Unreadable(message) from error
    # Declared in UTF-16 it would not show, and no program writes it so.
    if not info or b"<!" in info or (b"<" in info and b"\0<" in info[8:]):
        message = "what it says of its encryption is not what Office writes"
        raise Unreadable(message)


def _write_package(content: IO[bytes], file: IO[bytes], lock: _Lock) -> tuple[int, bytes, bytes]:
    """Write the encrypted package; its length, and the key and value of the digest over all of it."""
    mac_key = secrets.token_bytes(hashlib.sha512().digest_size)
    mac = hmac.new(mac_key, digestmod=hashlib.sha512)
    length = os.fstat(content.fileno()).st_size
    size = 0

    def out(data: bytes) -> None:
        nonlocal size
        file.write(data)
        mac.update(data)
        size += len(data)

    out(struct.pack("<Q", length))
    number = 0
    while segment := content.read(_SEGMENT):
        out(lock.closed(segment + bytes(-len(segment) % _BLOCK), struct.pack("<I", number)))
        number += 1
    return size, mac_key, mac.digest()


def _info(lock: _Lock, password: str, mac_key: bytes, mac: bytes) -> bytes:
    """What a reader needs besides the password."""
    salt, verifier = secrets.token_bytes(_BLOCK), secrets.token_bytes(_BLOCK)
    spun = _hash(salt, password.encode("utf-16-le"))
    for number in range(ROUNDS):
        spun = _hash(struct.pack("<I", number), spun)

    def closed(data: bytes, use: bytes) -> str:
        return _base64(_aes(_hash(spun, use)[:_KEY_BYTES], salt, data))

    description = _DESCRIPTION.format(
        salt=_base64(lock.salt),
        mac_key=_base64(lock.closed(mac_key, _MAC_KEY)),
        mac=_base64(lock.closed(mac, _MAC)),
        rounds=ROUNDS,
        password_salt=_base64(salt),
        verifier=closed(verifier, _VERIFIER),
        verifier_hash=closed(_hash(verifier), _VERIFIER_HASH),
        key=closed(lock.key, _KEY),
    )
    return struct.pack("<HHI", 4, 4, 0x40) + description.encode()


def _aes(key: bytes, vector: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha512(b"".join(parts)).digest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
