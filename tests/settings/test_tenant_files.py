"""A tenant file that is wrong is refused in one sentence with file, line, problem and remedy."""

from pathlib import Path

import pytest

from m365audit.model.tenant import AuthKind
from m365audit.settings import BadTenantFile, load_tenant, tenants_available
from m365audit.settings.template import NewTenant, tenant_file

ROOT = Path(__file__).parents[2]
GOOD = """\
council: Exampleton Town Council
tenant_id: 11111111-2222-3333-4444-555555555555
policy: towcester
domains: [Exampleton-tc.gov.uk]
register: exampleton-register.xlsx
auth:
  kind: secret
  client_id: 66666666-7777-8888-9999-aaaaaaaaaaaa
  secret: "${TEST_TENANT_SECRET}"
endpoints:
  graph: http://127.0.0.1:8080
meetings:
  council: ["Full Council*"]
thresholds: {account-dormant: {days: 120}}
"""


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_TENANT_SECRET", "s3cret")
    monkeypatch.delenv("TEST_TENANT_MISSING", raising=False)


def written(folder: Path, text: str) -> Path:
    (folder / "tenants").mkdir(exist_ok=True)
    (folder / "tenants" / "exampleton.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_good_file_is_read_with_its_secrets_from_the_environment(tmp_path: Path) -> None:
    tenant = load_tenant(written(tmp_path, GOOD), "exampleton")
    assert tenant.auth.kind is AuthKind.SECRET
    assert tenant.auth.secret == "s3cret"
    assert tenant.domains == ("exampleton-tc.gov.uk",)
    assert tenant.register_path == tmp_path / "tenants" / "exampleton-register.xlsx"
    assert tenant.meetings.back_days == 30
    assert "s3cret" not in repr(tenant)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        pytest.param("council: Ex", "counsil: Ex", 1, ["'counsil'", "'council'"], id="a key misspelt"),
        pytest.param("tenant_id: 11111111-", "tenant_id: 1-", 2, ["tenant_id", "directory id"], id="a bad tenant id"),
        pytest.param("[Exampleton-tc.gov.uk]", "[not a domain]", 4, ["domains", "looks like"], id="a bad domain"),
        pytest.param("kind: secret", "kind: password", 7, ["auth.kind", "'password'"], id="no such way to sign in"),
        pytest.param("_SECRET}", "_MISSING}", 9, ["TEST_TENANT_MISSING", "not set", ".env"], id="a variable not set"),
        pytest.param('"${TEST_TENANT_SECRET}"', "hunter2", 9, ["holds the secret itself"], id="the secret written out"),
        pytest.param("  client_id: 6", "  # client_id: 6", 6, ["needs 'client_id'"], id="no application named"),
        pytest.param("http://127.0.0.1:8080", "http://graph.example", 11, ["https://"], id="plain http to elsewhere"),
        pytest.param(
            "http://127.0.0.1:8080", "https://a@graph.test", 11, ["https://"], id="an address with a name in it"
        ),
        pytest.param("policy: towcester\n", "", 1, ["'policy' is missing"], id="no policy"),
        pytest.param(
            "  council: [", "  back_days: -3\n  council: [", 13, ["meetings.back_days"], id="a negative window"
        ),
        pytest.param("meetings:", "meeting:", 12, ["'meeting'", "'meetings'"], id="a section misspelt"),
        pytest.param("auth:", "auth", None, ["is not YAML"], id="no YAML"),
        pytest.param(
            "auth:", "workbooks: [clerk]\nauth:", 6, ["has no keys below it", "encrypt, password"], id="a list for keys"
        ),
        pytest.param("auth:", "workbooks:\nauth:", 6, ["has no keys below it"], id="nothing below"),
        *(
            pytest.param("auth:", f"workbooks: {{{given}}}\nauth:", 6, says, id=name)
            for name, given, says in [
                ("an odd reader", "encrypt: [clark]", ["'workbooks.encrypt' cannot be [clark]", "a list of clerk"]),
                ("yes for true", "encrypt: please", ["workbooks.encrypt", "'please'", "it is true, false, or a list"]),
                ("a plain link", "link: http://x.test", ["workbooks.link", "'http://x.test'", "begins with https://"]),
                ("no addresses", "tell: the Clerk", ["workbooks.tell", "'the Clerk'", "a list of addresses"]),
                ("a password of digits", "password: 48151623", ["'password' holds the secret itself"]),
                ("a workbook's password", "password: hunter2", ["'password' holds the secret itself", "${A_VARIABLE}"]),
                ("its variable not set", 'password: "${TEST_TENANT_MISSING}"', ["TEST_TENANT_MISSING", "not set"]),
                ("a key misspelt in it", "encript: true", ["'workbooks.encript'", "'encrypt'"]),
            ]
        ),
    ],
)
def test_a_mistake_is_refused_by_its_line(
    tmp_path: Path, old: str, new: str, line: int | None, says: list[str]
) -> None:
    assert old in GOOD
    with pytest.raises(BadTenantFile) as refusal:
        load_tenant(written(tmp_path, GOOD.replace(old, new, 1)), "exampleton")
    sentence = str(refusal.value)
    assert "exampleton.yaml" in sentence
    if line:
        assert f"line {line}" in sentence, sentence
    assert all(part in sentence for part in says), sentence
    assert "\n" not in sentence
    assert "s3cret" not in sentence
    assert "hunter2" not in sentence


PARTNER = GOOD.replace("kind: secret", "kind: partner")
CERTIFICATE = '  certificate: "${TEST_TENANT_SECRET}"\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        pytest.param(
            '  secret: "${TEST_TENANT_SECRET}"\n',
            "",
            6,
            ["signing in by partner needs 'certificate' or 'secret'", "${A_VARIABLE}"],
            id="neither a certificate nor a secret",
        ),
        pytest.param("  client_id: 6", "  # client_id: 6", 6, ["partner needs 'client_id'"], id="no app"),
        pytest.param("  secret:", f"{CERTIFICATE}  secret:", 10, ["not both", "a certificate is safer"], id="both"),
        pytest.param("  secret:", "  secrets:", 9, ["'auth.secrets'", "'secret'"], id="a part misspelt"),
        pytest.param("  secret:", "  cash: x\n  secret:", 9, ["'auth.cash'", "'cache'"], id="another part misspelt"),
        pytest.param('"${TEST_TENANT_SECRET}"', "hunter2", 9, ["holds the secret itself"], id="the secret written out"),
    ],
)
def test_a_provider_that_leaves_something_out_is_refused_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: list[str]
) -> None:
    assert old in PARTNER
    with pytest.raises(BadTenantFile) as refusal:
        load_tenant(written(tmp_path, PARTNER.replace(old, new, 1)), "exampleton")
    sentence = str(refusal.value)
    assert f"exampleton.yaml, line {line}:" in sentence
    assert all(part in sentence for part in says), sentence
    assert "s3cret" not in sentence
    assert "hunter2" not in sentence
    assert "48151623" not in sentence


@pytest.mark.parametrize(
    ("given", "readers"),
    [
        ("true", ("clerk", "technician")),
        ("false", ()),
        ("[]", ()),
        ("[council]", ("council",)),
        ("[technician, clerk]", ("technician", "clerk")),
    ],
)
def test_which_workbooks_are_encrypted_is_said_in_few_words(
    tmp_path: Path, given: str, readers: tuple[str, ...]
) -> None:
    tenant = load_tenant(written(tmp_path, f"{GOOD}workbooks: {{encrypt: {given}}}\n"), "exampleton")
    assert tenant.workbooks.encrypt == readers


def test_the_examples_way_to_hand_workbooks_over_is_read_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLETON_WORKBOOK_PASSWORD", "three unrelated words")
    lines = (ROOT / "config" / "tenants" / "example.yaml").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# workbooks:"))
    end = next(number for number, line in enumerate(lines) if line.startswith("auth:"))
    section = "\n".join(line.removeprefix("# ") for line in lines[start:end])
    tenant = load_tenant(written(tmp_path, f"{GOOD}{section}\n"), "exampleton")
    assert tenant.workbooks.encrypt == ("clerk", "technician")
    assert tenant.workbooks.password == "three unrelated words"
    assert (tenant.workbooks.link or "").startswith("https://")
    assert tenant.workbooks.tell == ("clerk@exampleton-tc.gov.uk",)
    assert "three unrelated words" not in repr(tenant)


def test_a_provider_may_say_where_its_sign_in_is_kept(tmp_path: Path) -> None:
    text = PARTNER.replace("  secret:", "  cache: ../partner.cache\n  secret:")
    tenant = load_tenant(written(tmp_path, text), "exampleton")
    assert (tenant.auth.kind, tenant.auth.cache) == (AuthKind.PARTNER, "../partner.cache")


def test_nobody_else_keeps_a_sign_in(tmp_path: Path) -> None:
    text = GOOD.replace("  secret:", "  cache: ../partner.cache\n  secret:")
    with pytest.raises(BadTenantFile, match="line 9: signing in by secret keeps nothing in a cache"):
        load_tenant(written(tmp_path, text), "exampleton")


def test_the_examples_way_for_a_provider_is_read_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNER_CERTIFICATE", "/certificate.pfx")
    monkeypatch.setenv("PARTNER_CERTIFICATE_PASSWORD", "")
    lines = (ROOT / "config" / "tenants" / "example.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index("# auth:")
    partner = [line.removeprefix("# ") for line in lines[start:] if line.startswith(("# auth:", "#   "))]
    own = lines.index(next(line for line in lines if line.startswith("auth:")))
    rest = [line for line in lines[:own] + lines[start:] if not line.startswith("#")]
    tenant = load_tenant(written(tmp_path, "\n".join([*rest, *partner])), "exampleton")
    assert tenant.auth.kind is AuthKind.PARTNER
    assert tenant.auth.certificate == "/certificate.pfx"
    assert tenant.auth.cache == "../partner.cache"


def test_a_council_there_is_not_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadTenantFile, match="'exampleton'"):
        load_tenant(written(tmp_path, GOOD), "exampletown")


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "evil.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadTenantFile):
        load_tenant(written(tmp_path, GOOD), "../evil")


def test_the_example_is_no_council(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "tenants" / "example.yaml").write_text(GOOD, encoding="utf-8")
    assert tenants_available(tmp_path) == ("exampleton",)


def test_a_new_tenant_file_is_read_once_it_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLETON_CERTIFICATE", "/certificate.pem")
    new = NewTenant("exampleton", 'The "Old" Council', domains=("a.gov.uk", "b.gov.uk"))
    text = tenant_file(new)
    with pytest.raises(BadTenantFile, match="FILL-IN"):
        load_tenant(written(tmp_path, text), "exampleton")
    filled = text.replace("FILL-IN", "11111111-2222-3333-4444-555555555555")
    tenant = load_tenant(written(tmp_path, filled), "exampleton")
    assert tenant.council == 'The "Old" Council'
    assert tenant.domains == ("a.gov.uk", "b.gov.uk")
