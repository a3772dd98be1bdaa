"""Workbooks that come back with a password: read by the passwords at hand, and looked at as hard as any other."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from decided import GOOD, NOW, Desk, answer, kept
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook

from m365audit.engine.custody.protection import NO_KEYS, Keyring
from m365audit.engine.deciding.decide import hear, sort_by_council
from m365audit.excel.encrypted import encrypt
from m365audit.register.package import LARGEST_BYTES, LARGEST_UNPACKED, BadReturn
from m365audit.register.returned import read_returned
from m365audit.register.understood import Understood

PASSWORD = "three unrelated words"
KEYS = Keyring((PASSWORD,))


def locked(path: Path, password: str = PASSWORD) -> Path:
    """The file encrypted in its place, as Excel saves one again that had a password."""
    encrypt(path, path, password)
    return path


def rezipped(path: Path, more: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def understood(desk: Desk, *files: Path, keys: Keyring = KEYS) -> Understood:
    councils, refused = sort_by_council(files, desk.places, keys)
    assert refused == ()
    [(tenant, returned)] = councils.values()
    return hear(tenant, returned, desk.places, NOW, keys).understood


def why_not(path: Path, keys: Keyring = KEYS) -> str:
    with pytest.raises(BadReturn) as refusal:
        read_returned(path, keys.all)
    return str(refusal.value)


def test_it_is_read_as_if_it_had_none(desk: Desk) -> None:
    path = desk.returned(GOOD)
    plain = read_returned(path)
    assert read_returned(locked(path), KEYS.all) == plain
    assert kept(understood(desk, path)) == {"share": "Accepted", "setting": "Fix"}


def test_the_same_answers_are_known_again_however_they_were_sent(desk: Desk) -> None:
    plain = desk.returned(GOOD)
    one = desk.folder / "one.xlsx"
    encrypt(plain, one, PASSWORD)
    encrypt(plain, desk.folder / "two.xlsx", PASSWORD)
    files = [plain, one, desk.folder / "two.xlsx"]
    assert len({path.read_bytes() for path in files}) == 3
    assert len({read_returned(path, KEYS.all).sha256 for path in files}) == 1


def test_what_was_changed_is_noticed_though_the_workbook_that_was_sent_is_encrypted(desk: Desk) -> None:
    workbook = load_workbook(desk.returned(GOOD))
    workbook["Decisions needed"]["A4"] = "Nothing at all"
    workbook.save(desk.folder / "edited.xlsx")
    locked(desk.sent)
    found = understood(desk, locked(desk.folder / "edited.xlsx"))
    assert [(edit.row, edit.heading.casefold()) for edit in found.edits] == [(4, "what we found")]
    assert understood(desk, desk.folder / "edited.xlsx").edits == found.edits


def test_nothing_in_the_clear_is_left_beside_it(desk: Desk) -> None:
    path = locked(desk.returned(GOOD))
    before = set(desk.folder.rglob("*"))
    read_returned(path, KEYS.all)
    assert set(desk.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        pytest.param(NO_KEYS, "returned.xlsx: it has a password, and none is at hand; put the right one", id="none"),
        pytest.param(Keyring(("quite another one",)), "no password that was given opens it", id="another"),
        pytest.param(Keyring(ask=lambda _: "wrong again"), "no password that was given opens it", id="wrong, thrice"),
        pytest.param(Keyring(ask=lambda _: ""), "it has a password, and none is at hand", id="nobody gives one"),
    ],
)
def test_without_its_password_it_is_refused_in_one_sentence(desk: Desk, keys: Keyring, says: str) -> None:
    sentence = why_not(locked(desk.returned(GOOD)), keys)
    assert says in sentence
    assert "M365AUDIT_WORKBOOK_PASSWORD" in sentence
    assert sentence.count(". ") == 0


def test_one_that_does_not_open_keeps_no_other_from_being_read(desk: Desk) -> None:
    files = [locked(desk.returned(GOOD, "one.xlsx"), "quite another one"), locked(desk.returned(GOOD, "two.xlsx"))]
    councils, refused = sort_by_council(files, desk.places, KEYS)
    assert [one.file for one in refused] == ["one.xlsx"]
    [(_, returned)] = councils.values()
    assert [one.file for one in returned] == ["two.xlsx"]


def test_a_password_that_was_asked_for_once_is_tried_on_the_next(desk: Desk) -> None:
    asked: list[str] = []

    def ask(file: str) -> str:
        asked.append(file)
        return "wrong" if len(asked) == 1 else PASSWORD

    keys = Keyring(("not this one either",), ask)
    for name in ("one.xlsx", "two.xlsx"):
        read_returned(locked(desk.returned({"setting": answer("Fix")}, name)), keys.all)
    assert asked == ["one.xlsx", "one.xlsx"]


def test_where_no_password_is_expected_it_is_to_be_taken_off(desk: Desk) -> None:
    with pytest.raises(BadReturn, match="it has a password; open it in Excel, take the password off"):
        read_returned(locked(desk.returned(GOOD)))


# What could do harm, inside


def test_a_bomb_inside_is_not_unpacked(desk: Desk) -> None:
    path = rezipped(desk.returned(GOOD), {"xl/worksheets/sheet99.xml": b" " * (LARGEST_UNPACKED + 1)})
    assert "far more than a returned workbook" in why_not(locked(path))


def test_entities_inside_are_not_resolved(desk: Desk) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
    path = rezipped(desk.returned(GOOD), {"xl/worksheets/sheet99.xml": bomb})
    assert "declares entities" in why_not(locked(path))


def test_macros_inside_are_refused(desk: Desk) -> None:
    assert "holds macros" in why_not(locked(rezipped(desk.returned(GOOD), {"xl/vbaProject.bin": b"x"})))


def test_what_is_no_workbook_inside_is_refused(desk: Desk) -> None:
    path = desk.folder / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", os.urandom(9_000))
    assert "it is no Excel workbook" in why_not(locked(path))


def test_a_container_in_a_container_is_not_opened_twice(desk: Desk) -> None:
    assert "it was changed or damaged" in why_not(locked(locked(desk.returned(GOOD))))


def test_one_of_more_bytes_than_a_workbook_has_is_not_even_read(desk: Desk) -> None:
    path = locked(desk.returned(GOOD))
    with path.open("r+b") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert "far more than a returned workbook" in why_not(path)


def test_what_another_program_encrypted_is_read(desk: Desk) -> None:
    """The library's own way stands for other programs'; LibreOffice's is read where the encryption is tested."""
    plain, theirs = desk.returned(GOOD), io.BytesIO()
    with plain.open("rb") as source:
        OOXMLFile(source).encrypt(PASSWORD, theirs)
    path = desk.folder / "theirs.xlsx"
    path.write_bytes(theirs.getvalue())
    assert len(read_returned(path, KEYS.all).rows) == len(read_returned(plain).rows)
