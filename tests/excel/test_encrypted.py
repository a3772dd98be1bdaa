"""Encrypted workbooks: what Office's own reading library and LibreOffice make of them, and what is refused."""

import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import olefile
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook

from m365audit.excel.encrypted import Unreadable, WrongPassword, decrypt, encrypt, is_encrypted, is_locked

PASSWORD = "three unrelated wörds"
_ENCRYPTION = "{http://schemas.microsoft.com/office/2006/encryption}"
_BY_PASSWORD = "{http://schemas.microsoft.com/office/2006/keyEncryptor/password}"


Change = Callable[[bytes], bytes]


def plain_workbook(path: Path, padding: int = 0) -> Path:
    """A workbook of openpyxl's, made longer by a part of that many bytes that cannot be packed."""
    workbook = Workbook()
    workbook.active["A1"] = "Cllr Ann Archer"
    workbook.save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/padding.bin", os.urandom(padding))
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return plain_workbook(tmp_path / "plain.xlsx")


def encrypted(plain: Path, name: str = "encrypted.xlsx") -> Path:
    encrypt(plain, plain.with_name(name), PASSWORD)
    return plain.with_name(name)


def info_of(path: Path) -> Element:
    with olefile.OleFileIO(path) as container:
        return fromstring(container.openstream("EncryptionInfo").read()[8:])


def test_offices_library_opens_it_with_the_password_and_finds_it_whole(plain: Path) -> None:
    with encrypted(plain).open("rb") as file:
        office = OOXMLFile(file)
        office.load_key(password=PASSWORD, verify_password=True)
        opened = io.BytesIO()
        office.decrypt(opened, verify_integrity=True)
    assert opened.getvalue() == plain.read_bytes()


def test_it_is_aes_256_with_sha_512_and_a_hundred_thousand_rounds(plain: Path) -> None:
    info = info_of(encrypted(plain))
    for element in (info.find(f"{_ENCRYPTION}keyData"), info.find(f".//{_BY_PASSWORD}encryptedKey")):
        assert element is not None
        asked = {name: element.get(name) for name in ("cipherAlgorithm", "cipherChaining", "keyBits", "hashAlgorithm")}
        assert asked == {
            "cipherAlgorithm": "AES",
            "cipherChaining": "ChainingModeCBC",
            "keyBits": "256",
            "hashAlgorithm": "SHA512",
        }
    assert info.find(f".//{_BY_PASSWORD}encryptedKey").get("spinCount") == "100000"  # type: ignore[union-attr]


def test_all_thirty_two_bytes_of_the_key_are_drawn_by_chance(plain: Path) -> None:
    keys = []
    for path in (encrypted(plain, "one.xlsx"), encrypted(plain, "two.xlsx")):
        with path.open("rb") as file:
            office = OOXMLFile(file)
            office.load_key(password=PASSWORD)
            keys.append(office.secret_key)
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0][:16] != keys[1][:16]
    assert keys[0][16:] != keys[1][16:]


def test_no_two_files_are_the_same_and_no_salt_is_used_twice(plain: Path) -> None:
    first, second = (encrypted(plain).read_bytes() for _ in range(2))
    assert first != second
    info = info_of(encrypted(plain))
    salts = [element.get("saltValue") for element in info.iter() if element.get("saltValue")]
    assert len(set(salts)) == 2


def test_nothing_of_the_workbook_can_be_read_in_it(plain: Path) -> None:
    data = encrypted(plain).read_bytes()
    assert b"PK\x03\x04" not in data
    assert b"[Content_Types].xml" not in data


def test_it_is_kept_for_its_owner_alone_and_no_draft_is_left(plain: Path) -> None:
    whole = encrypted(plain)
    assert whole.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in whole.parent.iterdir()} == {plain.name, whole.name}


@pytest.mark.parametrize("password", ["three unrelated words", "Three unrelated wörds", "", "three unrelated wörds "])
def test_no_other_password_opens_it(plain: Path, password: str) -> None:
    data = encrypted(plain).read_bytes()
    with pytest.raises(WrongPassword):
        decrypt(data, password)


@pytest.mark.parametrize(
    "place", [pytest.param(600, id="in the first sector"), pytest.param(4_000, id="further on")]
)  # fmt: skip
def test_a_changed_byte_is_noticed(plain: Path, place: int) -> None:
    data = bytearray(encrypted(plain).read_bytes())
    data[place] ^= 1
    with pytest.raises(Unreadable, match="changed or damaged"):
        decrypt(bytes(data), PASSWORD)


def test_half_a_file_is_no_encrypted_workbook_or_cannot_be_read(plain: Path) -> None:
    data = encrypted(plain).read_bytes()[:5_000]
    assert not is_encrypted(data)
    with pytest.raises(Unreadable):
        decrypt(data, PASSWORD)


def test_what_is_encrypted_is_told_from_what_is_not(plain: Path) -> None:
    whole = encrypted(plain)
    assert is_locked(whole)
    assert is_encrypted(whole.read_bytes())
    assert not is_locked(plain)
    assert not is_encrypted(plain.read_bytes())
    assert not is_encrypted(b"\xd0\xcf\x11\xe0" + b"x" * 600)
    assert not is_encrypted(b"")


def test_an_older_file_is_replaced_and_a_full_disk_leaves_it_as_it_was(plain: Path) -> None:
    whole = encrypted(plain)
    before = whole.read_bytes()
    program = (
        "import resource, sys; from pathlib import Path; from m365audit.excel.encrypted import encrypt\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "encrypt(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, plain, whole, PASSWORD], capture_output=True, text=True, check=False
    )
    assert "File too large" in ended.stderr
    assert whole.read_bytes() == before
    assert {path.name for path in whole.parent.iterdir()} == {plain.name, whole.name}


# The container has three tables whose lengths depend on each other: every edge of theirs is an edge of the file's size.
_EDGES = [
    *range(4_096, 4_096 + 34),
    *(512 * count + more for count in (16, 127, 128, 129, 250) for more in (-9, -8, -7, 0, 1)),
    *(512 * 128 * 109 - 512 * sectors for sectors in (104, 110, 115, 116, 117, 118, 120)),
    512 * 128 * (109 + 127) + 512,
]


@pytest.mark.parametrize("size", _EDGES)
def test_a_package_of_any_size_is_put_into_a_container_without_a_fault(tmp_path: Path, size: int) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    assert_whole(plain, size)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(4_096, 3_000_000))
def test_so_is_one_of_a_size_nobody_thought_of(tmp_path: Path, size: int) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    assert_whole(plain, size)


def assert_whole(plain: Path, size: int) -> None:
    """The container has no fault that olefile knows of, and every sector of it is accounted for."""
    whole = encrypted(plain)
    with olefile.OleFileIO(whole, raise_defects=olefile.DEFECT_UNSURE) as container:
        assert container.parsing_issues == []
        assert container.get_size("EncryptedPackage") == 8 + size + -size % 16
        assert len(container.openstream("EncryptedPackage").read()) == 8 + size + -size % 16
        used = whole.stat().st_size // 512 - 1
        assert len(container.fat) >= used
        assert set(container.fat[used:]) <= {0xFFFFFFFF}
        assert 0xFFFFFFFF not in container.fat[:used]


def test_the_parts_around_the_package_are_those_the_library_writes(plain: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.xlsx"
    with plain.open("rb") as source, theirs.open("wb") as target:
        OOXMLFile(source).encrypt(PASSWORD, target)
    with olefile.OleFileIO(encrypted(plain)) as ours, olefile.OleFileIO(theirs) as other:
        assert sorted(ours.listdir()) == sorted(other.listdir())
        for name in ours.listdir():
            if name[0] not in {"EncryptedPackage", "EncryptionInfo"}:
                assert ours.openstream(name).read() == other.openstream(name).read(), name


def test_what_the_library_encrypted_is_read_as_well(plain: Path) -> None:
    theirs = io.BytesIO()
    with plain.open("rb") as source:
        OOXMLFile(source).encrypt(PASSWORD, theirs)
    assert decrypt(theirs.getvalue(), PASSWORD) == plain.read_bytes()


def test_memory_does_not_grow_with_the_workbook(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    with plain.open("wb") as file:
        file.truncate(60_000_000)
    encrypted(plain)
    tracemalloc.start()
    encrypted(plain)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The numbers of its sectors are listed at the end.
    assert peak < 20_000_000


# Files that mean harm


def altered(path: Path, change: Change) -> bytes:
    """The encrypted file with its EncryptionInfo changed, at the same length."""
    data = path.read_bytes()
    with olefile.OleFileIO(path) as container:
        info = container.openstream("EncryptionInfo").read()
    changed = change(info)
    assert len(changed) == len(info) != 0
    assert changed != info
    begin = data.index(info[:64])
    # The short stream stands in sectors of 64 bytes, one after another.
    return data[:begin] + changed + data[begin + len(info) :]


def test_a_file_that_asks_for_endless_work_is_refused_before_any_is_done(plain: Path) -> None:
    def ask(info: bytes) -> bytes:
        more = info.replace(b' standalone="yes"', b"", 1).replace(b'"100000"', b'"10000000"', 1)
        return more.ljust(len(info))

    with pytest.raises(Unreadable, match="10,000,000 times"):
        decrypt(altered(encrypted(plain), ask), PASSWORD)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda info: info.replace(b"<keyData ", b"<!DOCTYPE", 1), id="entities"),
        pytest.param(lambda info: info[:8] + _wide(info[8:]), id="entities hidden in another encoding"),
        pytest.param(lambda info: b"\x09\0\x09\0" + info[4:], id="a version nobody knows"),
        pytest.param(lambda info: info.replace(b"saltValue", b"saltvalue"), id="no salt"),
    ],
)
def test_what_says_odd_things_of_its_encryption_is_refused(plain: Path, harm: Change) -> None:
    with pytest.raises(Unreadable):
        decrypt(altered(encrypted(plain), harm), PASSWORD)


def _wide(text: bytes) -> bytes:
    """As much of a text as fits into the same length in UTF-16."""
    return text[: len(text) // 2].decode().encode("utf-16-le").ljust(len(text), b" ")


# LibreOffice


_LIBRARY = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" \
library:passwordprotected="false"><library:element library:name="Opening"/></library:library>
"""
_MACRO = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Opening" script:language="StarBasic">
Sub Pass(source As String, target As String, secret As String, again As String)
  On Error Goto Failed
  Dim loading(1) As New com.sun.star.beans.PropertyValue
  loading(0).Name = "Password"
  loading(0).Value = secret
  loading(1).Name = "Hidden"
  loading(1).Value = True
  Dim book As Object
  book = StarDesktop.loadComponentFromURL(source, "_blank", 0, loading())
  Dim named(1) As New com.sun.star.beans.NamedValue
  named(0).Name = "OOXPassword"
  named(0).Value = again
  named(1).Name = "CryptoType"
  named(1).Value = "StrongEncryptionDataSpace"
  Dim storing(1) As New com.sun.star.beans.PropertyValue
  storing(0).Name = "FilterName"
  storing(0).Value = "Calc MS Excel 2007 XML"
  storing(1).Name = "EncryptionData"
  storing(1).Value = named()
  book.storeToURL(target, storing())
  book.close(True)
Failed:
  StarDesktop.terminate()
End Sub
</script:module>
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """LibreOffice with a macro that opens a file by its password: its command line takes none."""
    profile = tmp_path_factory.mktemp("profile")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    # It lays its profile out when it is first started, and would overwrite the macro then.
    subprocess.run([*command, "--terminate_after_init"], check=True, capture_output=True, timeout=180)
    macros = profile / "user" / "basic" / "Standard"
    assert macros.is_dir()
    (macros / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    (macros / "Opening.xba").write_text(_MACRO, encoding="utf-8")
    return command


@pytest.mark.parametrize("padding", [pytest.param(0, id="a small one"), pytest.param(8_000_000, id="a large one")])
def test_libreoffice_opens_it_and_what_it_saves_with_another_password_comes_back(
    office: list[str], tmp_path: Path, padding: int
) -> None:
    whole = encrypted(plain_workbook(tmp_path / "plain.xlsx", padding))
    saved = tmp_path / "saved.xlsx"
    _pass(office, whole, saved, PASSWORD)
    workbook = load_workbook(io.BytesIO(decrypt(saved.read_bytes(), "quite another one")), read_only=True)
    assert workbook.worksheets[0]["A1"].value == "Cllr Ann Archer"


def test_libreoffice_does_not_open_it_with_another_password(office: list[str], plain: Path) -> None:
    saved = plain.with_name("saved.xlsx")
    _pass(office, encrypted(plain), saved, "not the password")
    assert not saved.exists()


def _pass(office: list[str], source: Path, target: Path, password: str) -> None:
    words = ",".join(f'"{word}"' for word in (source.as_uri(), target.as_uri(), password, "quite another one"))
    macro = f"macro:///Standard.Opening.Pass({words})"
    subprocess.run([*office, macro], check=True, capture_output=True, timeout=180)
