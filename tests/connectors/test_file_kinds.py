"""Files of some kinds, counted from a library's feed."""

import pytest

from m365audit.connectors.files.file_kinds import FileKinds

Item = dict[str, object]
DRIVE = {"drive_id": "b!D", "drive_name": "Documents", "site_name": "Site", "personal": False, "drive_url": "x"}


def file(item_id: str = "a", name: str = "Song.mp3", mime: str = "", **changed: object) -> Item:
    return {
        "id": item_id,
        "name": name,
        "file": {"mimeType": mime},
        "size": 10,
        "parentReference": {"id": "top"},
    } | changed


def counted(*items: Item) -> dict[str, tuple[int, int]]:
    kinds = FileKinds()
    for item in items:
        kinds.take(item)
    rows = list(kinds.rows(DRIVE))
    assert all(row["drive_id"] == "b!D" and set(row) & {"name", "drive_url"} == set() for row in rows)
    return {row["kind"]: (row["files"], row["bytes"]) for row in rows}


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        pytest.param(file(name="Song.MP3"), "music", id="music, in capitals"),
        pytest.param(file(name="Film.mov"), "video", id="a film"),
        pytest.param(file(name="IMG_1.heic"), "photograph", id="a photograph"),
        pytest.param(file(name="Castle.gba"), "game", id="a game"),
        pytest.param(file(name="Logo.png", mime="image/png"), None, id="a drawn picture"),
        pytest.param(file(name="Minutes.docx", mime="application/x"), None, id="a document"),
        pytest.param(file(name="song", mime="audio/mpeg"), "music", id="music by its type, without an ending"),
        pytest.param(file(name="film.unknown", mime="video/x"), "video", id="a film by its type"),
        pytest.param(file(name=".mp3"), "music", id="nothing but an ending"),
        pytest.param(file(name=None), None, id="no name"),
        pytest.param(file(file=None, folder={}), None, id="a folder called like music"),
        pytest.param(file(remoteItem={}), None, id="a shortcut to music elsewhere"),
        pytest.param(file(deleted={}), None, id="music that was deleted"),
        pytest.param(file(file=None, package={"type": "oneNote"}), None, id="a notebook"),
    ],
)
def test_what_a_file_is(item: Item, kind: str | None) -> None:
    assert counted(item) == ({kind: (1, 10)} if kind else {})


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([file("a"), file("b")], {"music": (2, 20)}, id="two files"),
        pytest.param([file("a"), file("a", size=30)], {"music": (1, 30)}, id="one sent twice: the last holds"),
        pytest.param([file("a"), file("a", deleted={})], {}, id="one deleted further on"),
        pytest.param([file("a"), file("a", name="x.docx")], {}, id="one renamed further on"),
        pytest.param([file("a", size=None)], {"music": (1, 0)}, id="one of unknown size"),
    ],
)
def test_what_is_said_last_holds(items: list[Item], expected: dict[str, tuple[int, int]]) -> None:
    assert counted(*items) == expected


RECORDINGS: Item = {"id": "R", "name": "Recordings", "folder": {}, "parentReference": {"id": "top"}}
INSIDE = {"parentReference": {"id": "R"}}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([RECORDINGS, file(name="Meeting.mp4", **INSIDE)], {}, id="a recording"),
        pytest.param([file(name="Meeting.mp4", **INSIDE), RECORDINGS], {}, id="a recording that comes first"),
        pytest.param([RECORDINGS, file(**INSIDE)], {"music": (1, 10)}, id="music among recordings"),
        pytest.param([RECORDINGS, file(name="Film.mp4")], {"video": (1, 10)}, id="a film elsewhere"),
        pytest.param(
            [RECORDINGS, RECORDINGS | {"name": "Films"}, file(name="Film.mp4", **INSIDE)],
            {"video": (1, 10)},
            id="a folder that was renamed",
        ),
        pytest.param(
            [RECORDINGS | {"folder": None, "file": {}}, file(name="Film.mp4", **INSIDE)],
            {"video": (1, 10)},
            id="a file of that name",
        ),
    ],
)
def test_recordings_of_meetings_are_left_out(items: list[Item], expected: dict[str, tuple[int, int]]) -> None:
    assert counted(*items) == expected
