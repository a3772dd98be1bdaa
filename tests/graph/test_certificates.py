"""A certificate is read in every form people keep it in; one nobody can sign in with is refused in one sentence."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from papers import NOW, PASSWORD, Papers, papers
from wire_fakes import tenant_of

from m365audit.graph import SignInFailed, certificate_of
from m365audit.graph.certificates import BadCertificate, Certificate, read_certificate
from m365audit.model.tenant import Auth, AuthKind


@pytest.fixture(scope="module")
def own() -> Papers:
    return papers()


@pytest.fixture(scope="module")
def others() -> Papers:
    return papers()


def auth(certificate: str, password: str | None = None) -> Auth:
    return Auth(kind=AuthKind.CERTIFICATE, client_id="app", certificate=certificate, certificate_password=password)


def chain(own: Papers) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in own.chain)


FORMS: dict[str, Callable[[Papers], tuple[str | bytes, str | None]]] = {
    "PEM, key first": lambda own: (own.pem(), None),
    "PEM, certificate first": lambda own: (own.public + own.private(), None),
    "PEM on one line": lambda own: (own.pem().replace("\n", "\\n"), None),
    "PEM with a needless password": lambda own: (own.pem(), PASSWORD),
    "PEM with an encrypted key": lambda own: (own.pem(PASSWORD), PASSWORD),
    "PEM with a key encrypted the old way": lambda own: (
        own.private(PASSWORD, PrivateFormat.TraditionalOpenSSL) + own.public,
        PASSWORD,
    ),
    "PEM with a chain, the leaf first": lambda own: (own.private() + chain(own), None),
    "PEM with a chain, the leaf last": lambda own: (
        own.private() + own.chain[1].public_bytes(Encoding.PEM).decode() + own.public,
        None,
    ),
    "PEM with remarks between": lambda own: (
        "Bag Attributes\n  friendlyName: x\n" + own.private() + "x\n" + own.public,
        None,
    ),
    "PEM in base64": lambda own: (base64.b64encode(own.pem().encode()).decode(), None),
    "PFX": lambda own: (own.pfx(), PASSWORD),
    "PFX without a password": lambda own: (own.pfx(None), None),
    "PFX in base64": lambda own: (base64.b64encode(own.pfx()).decode(), PASSWORD),
    "PFX in base64 on many lines": lambda own: (base64.encodebytes(own.pfx()).decode(), PASSWORD),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["a file", "the environment"])
def test_a_certificate_may_come_as(own: Papers, tmp_path: Path, form: str, place: str) -> None:
    given, password = FORMS[form](own)
    if place == "a file" and "base64" not in form and "one line" not in form:
        file = tmp_path / "of the app.any"
        file.write_bytes(given if isinstance(given, bytes) else given.encode())
        given = str(file)
    elif isinstance(given, bytes):
        given = base64.b64encode(given).decode()
    read = read_certificate(auth(given, password))
    assert read.thumbprint == own.leaf.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a name
    assert (read.not_before, read.not_after) == (own.leaf.not_valid_before_utc, own.leaf.not_valid_after_utc)
    assert read.pem.decode() == own.pem()


@pytest.mark.parametrize(
    ("given", "password", "words"),
    [
        pytest.param(
            lambda own, _: own.pfx(), None, "has a password and none was given", id="a PFX without its password"
        ),
        pytest.param(lambda own, _: own.pfx(), "no", "PFX file's password is wrong", id="a PFX with a wrong password"),
        pytest.param(
            lambda own, _: own.pem(PASSWORD), None, "has a password and none was given", id="a key without its password"
        ),
        pytest.param(lambda own, _: own.pem(PASSWORD), "no", "private key is wrong", id="a key with a wrong password"),
        pytest.param(lambda own, _: own.public, None, "without its private key", id="a certificate without its key"),
        pytest.param(
            lambda own, _: own.leaf.public_bytes(Encoding.DER), None, "without its private key", id="a .cer file"
        ),
        pytest.param(lambda own, _: own.private(), None, "without its certificate", id="a key without a certificate"),
        pytest.param(
            lambda own, others: own.private() + others.public,
            None,
            "belongs to none of the certificates",
            id="a key and somebody else's certificate",
        ),
        pytest.param(
            lambda own, _: own.public + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            None,
            "private key cannot be read",
            id="a key that is none",
        ),
        pytest.param(
            lambda *_: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----", None, "cannot be read", id="no PEM"
        ),
        pytest.param(lambda *_: "/nowhere/app.pem", None, "cannot be read", id="a file that is not there"),
        pytest.param(lambda *_: b"neither PEM nor PFX", None, "cannot be read", id="something else"),
    ],
)
def test_a_certificate_nobody_can_sign_in_with_is_refused(
    own: Papers,
    others: Papers,
    tmp_path: Path,
    given: Callable[[Papers, Papers], str | bytes],
    password: str | None,
    words: str,
) -> None:
    text = given(own, others)
    if isinstance(text, bytes):
        (tmp_path / "app.pfx").write_bytes(text)
        text = str(tmp_path / "app.pfx")
    tenant = tenant_of().model_copy(update={"auth": auth(text, password)})
    with pytest.raises(SignInFailed, match=words) as failed:
        certificate_of(tenant)
    sentence = str(failed.value)
    assert "Exampleton Town Council" in sentence
    assert "\n" not in sentence
    assert PASSWORD not in sentence
    assert "BEGIN" not in sentence


def test_a_key_of_a_kind_entra_id_does_not_know_is_refused() -> None:
    curved = papers(key=ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(BadCertificate, match="not an RSA key"):
        read_certificate(auth(curved.pem()))


@pytest.mark.parametrize(
    ("ends_in", "days", "says"),
    [
        pytest.param(timedelta(days=31), 31, None, id="a month and a day"),
        pytest.param(timedelta(days=30, hours=23), 30, "in 30 days, on 22 December 2026", id="thirty days"),
        pytest.param(timedelta(days=1, hours=1), 1, "in 1 day, on 22 November 2026", id="tomorrow"),
        pytest.param(timedelta(hours=5), 0, "expires today, on 21 November 2026", id="its last day"),
    ],
)
def test_the_end_is_said_thirty_days_ahead(own: Papers, ends_in: timedelta, days: int, says: str | None) -> None:
    certificate = Certificate("CN=x", "AB", NOW - timedelta(days=1), NOW + ends_in, own.pem().encode())
    certificate.check(NOW)
    notice = certificate.notice(NOW)
    assert certificate.days_left(NOW) == days
    assert (says in notice) if says and notice else notice is says


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        pytest.param(-400, -1, "expired on 20 November 2026", id="ended yesterday"),
        pytest.param(-400, 0, "expired on 21 November 2026", id="ends this moment"),
        pytest.param(2, 400, "not valid before 23 November 2026", id="begins the day after tomorrow"),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(own: Papers, begins: int, ends: int, words: str) -> None:
    certificate = Certificate("CN=x", "AB", NOW + timedelta(begins), NOW + timedelta(ends), own.pem().encode())
    with pytest.raises(BadCertificate, match=words):
        certificate.check(NOW)


def test_a_tenant_that_names_no_certificate_has_none() -> None:
    assert certificate_of(tenant_of()) is None


def test_a_certificate_that_is_not_signed_in_with_is_not_even_read() -> None:
    other = Auth(kind=AuthKind.SECRET, client_id="app", secret="s", certificate="/nowhere/app.pem")
    assert certificate_of(tenant_of().model_copy(update={"auth": other})) is None


def test_the_key_is_shown_nowhere(own: Papers) -> None:
    assert "PRIVATE" not in repr(read_certificate(auth(own.pem())))
