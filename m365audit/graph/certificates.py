"""The certificate an app signs in with: read from PEM or PFX, checked, and watched as it nears its end."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from m365audit.graph.errors import SignInFailed
from m365audit.model.tenant import Auth, AuthKind, Tenant

NEAR_END_DAYS = 30
"""A certificate with no more days than this to live is spoken of."""

_SIGNED_WITH_ONE = frozenset({AuthKind.CERTIFICATE, AuthKind.PARTNER})
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
_NEITHER = "the certificate cannot be read"
_NEITHER_REMEDY = "give the path of a PEM or PFX file with its private key, or the text of one"
_NO_KEY = "the certificate comes without its private key"
_NO_KEY_REMEDY = "give a PEM or PFX file that holds both"
_PASSWORD_REMEDY = "set certificate_password in auth from an environment variable"  # noqa: S105 - a sentence


class BadCertificate(Exception):
    """A certificate nobody can sign in with: what is wrong with it, and what to do; neither holds a secret."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key. Times are aware, in UTC; ``thumbprint`` is SHA-1 in hex, as Entra ID shows it.

    ``pem`` is the key, no longer encrypted, followed by the one certificate that belongs to it: never written down.
    """

    subject: str
    thumbprint: str
    not_before: datetime
    not_after: datetime
    pem: bytes = field(repr=False)

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; 0 on its last day, below 0 when it has ended."""
        return (self.not_after - now).days

    def check(self, now: datetime) -> None:
        """See that it is valid now.

        Raises:
            BadCertificate: it has ended, or has not begun.
        """
        if now >= self.not_after:
            problem = f"the certificate {self.thumbprint} expired on {_day(self.not_after)}"
            raise BadCertificate(problem, "make a new one, upload it to the app in Entra ID and give it here")
        if now < self.not_before:
            problem = f"the certificate {self.thumbprint} is not valid before {_day(self.not_before)}"
            raise BadCertificate(problem, "use another one, or see that this machine's clock is right")

    def notice(self, now: datetime) -> str | None:
        """What to say of its end where that is near; ``None`` where it is not."""
        days = self.days_left(now)
        if days > NEAR_END_DAYS:
            return None
        left = "today" if days == 0 else f"in {days} day{'s' if days != 1 else ''}"
        return (
            f"the certificate {self.thumbprint} expires {left}, on {_day(self.not_after)}; make a new one, upload it "
            "to the app in Entra ID and give it here before then."
        )


def certificate_of(tenant: Tenant) -> Certificate | None:
    """The certificate a tenant file signs in with, if it does so with one. Whether it is valid is not asked.

    Raises:
        SignInFailed: it cannot be read.
    """
    if tenant.auth.kind not in _SIGNED_WITH_ONE or not tenant.auth.certificate:
        return None
    try:
        return read_certificate(tenant.auth)
    except BadCertificate as bad:
        raise refused(tenant, bad) from None


def refused(tenant: Tenant, bad: BadCertificate) -> SignInFailed:
    """A certificate that will not do, as one sentence about the council it is for."""
    return SignInFailed(f"Signing in to {tenant.council} failed: {bad.problem}; {bad.remedy}.")


def read_certificate(auth: Auth) -> Certificate:
    """The certificate of ``auth``: the path of a PEM or PFX file, PEM text (in one line, if need be), or base64.

    Raises:
        BadCertificate: it is none of these, its password is wrong or missing, it has no private key of its own, or
            its key is of a kind Entra ID does not sign in.
    """
    data = _bytes(auth.certificate or "")
    password = (auth.certificate_password or "").encode() or None
    key, certificates = _of_pem(data, password) if b"-----BEGIN" in data else _of_pfx(data, password)
    if key is None:
        raise BadCertificate(_NO_KEY, _NO_KEY_REMEDY)
    if not isinstance(key, RSAPrivateKey):
        problem = "the certificate's key is not an RSA key, and Entra ID signs in no other"
        raise BadCertificate(problem, "make a certificate with an RSA key of 2048 bits or more")
    return _certificate(key, _leaf(key, certificates))


def _certificate(key: RSAPrivateKey, leaf: x509.Certificate) -> Certificate:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(
        subject=leaf.subject.rfc4514_string(),
        thumbprint=leaf.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - Entra ID's name for it, no signature
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        pem=private + leaf.public_bytes(Encoding.PEM),
    )


def _bytes(given: str) -> bytes:
    if "-----BEGIN" in given:
        # An environment variable of one line writes the line ends out.
        return given.replace("\\n", "\n").encode()
    try:
        path = Path(given).expanduser()
        if path.is_file():
            return path.read_bytes()
    except (OSError, ValueError, RuntimeError):
        # A PFX in base64 is too long for a file's name, and a home folder may be unknown: it is no path.
        pass
    try:
        return base64.b64decode("".join(given.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadCertificate(_NEITHER, _NEITHER_REMEDY) from None


def _of_pem(data: bytes, password: bytes | None) -> tuple[PrivateKeyTypes | None, Sequence[x509.Certificate]]:
    keys = [block[0] for block in _BLOCK.finditer(data) if block[1].endswith(b"PRIVATE KEY")]
    public = [block[0] for block in _BLOCK.finditer(data) if block[1] == b"CERTIFICATE"]
    try:
        certificates = [x509.load_pem_x509_certificate(block) for block in public]
    except ValueError:
        raise BadCertificate(_NEITHER, _NEITHER_REMEDY) from None
    return (_key(keys[0], password) if keys else None), certificates


def _key(block: bytes, password: bytes | None) -> PrivateKeyTypes:
    encrypted = b"ENCRYPTED" in block
    if encrypted and password is None:
        problem = "the certificate's private key has a password and none was given"
        raise BadCertificate(problem, _PASSWORD_REMEDY)
    try:
        # A password for a key that has none is of no account.
        return serialization.load_pem_private_key(block, password if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if encrypted:
            problem = "the password of the certificate's private key is wrong"
            raise BadCertificate(problem, _PASSWORD_REMEDY) from None
        problem = "the certificate's private key cannot be read"
        raise BadCertificate(problem, _NEITHER_REMEDY) from None


def _of_pfx(data: bytes, password: bytes | None) -> tuple[PrivateKeyTypes | None, Sequence[x509.Certificate]]:
    if _is_public_alone(data):
        raise BadCertificate(_NO_KEY, _NO_KEY_REMEDY)
    try:
        key, certificate, more = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, UnsupportedAlgorithm) as error:
        if "password" not in str(error).lower():
            raise BadCertificate(_NEITHER, _NEITHER_REMEDY) from None
        problem = "the PFX file's password is wrong" if password else "the PFX file has a password and none was given"
        raise BadCertificate(problem, _PASSWORD_REMEDY) from None
    return key, [*filter(None, [certificate]), *more]


def _is_public_alone(data: bytes) -> bool:
    """Whether this is a bare certificate (a .cer file), which holds no key."""
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        return False
    return True


def _leaf(key: RSAPrivateKey, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    """The certificate the key belongs to: in a chain it may stand first or last."""
    own = key.public_key()
    found = False
    for certificate in certificates:
        found = True
        if certificate.public_key() == own:
            return certificate
    problem = "the private key belongs to none of the certificates beside it"
    raise BadCertificate(problem if found else "the private key comes without its certificate", _NO_KEY_REMEDY)


def _day(moment: datetime) -> str:
    local = moment.astimezone(UTC)
    return f"{local.day} {local:%B %Y}"
