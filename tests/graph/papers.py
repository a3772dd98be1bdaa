"""Certificates and keys made for a test, in every form people keep them in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

PASSWORD = "pässword of the key"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Papers:
    """A key and the certificates that vouch for it, the leaf first."""

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def public(self) -> str:
        """The leaf alone, as PEM."""
        return self.leaf.public_bytes(Encoding.PEM).decode()

    def private(self, password: str | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
        """The key alone, as PEM."""
        return self.key.private_bytes(Encoding.PEM, form, _encryption(password)).decode()

    def pem(self, password: str | None = None) -> str:
        return self.private(password) + self.public

    def pfx(self, password: str | None = PASSWORD) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"m365audit", self.key, self.leaf, self.chain[1:], _encryption(password)
        )


def papers(
    *,
    begins: datetime = NOW - timedelta(days=300),
    ends: datetime = NOW + timedelta(days=400),
    key: Key | None = None,
) -> Papers:
    """A certificate signed by an authority of its own."""
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority = _signed("an authority", authority_key, "an authority", authority_key, begins, ends)
    own = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Papers(own, (_signed("m365audit", own, "an authority", authority_key, begins, ends), authority))


def _signed(name: str, key: Key, by: str, with_key: Key, begins: datetime, ends: datetime) -> x509.Certificate:
    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(with_key, hashes.SHA256())
    )


def _encryption(password: str | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode()) if password else NoEncryption()
