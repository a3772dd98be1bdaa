"""Files of some kinds, counted while a library's feed is read. Their names are looked at and not kept."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from m365audit.model.evidence import Row

_BY_ENDING: Final = {
    **dict.fromkeys(("mp3", "m4a", "flac", "wav", "wma", "aac", "ogg", "aif", "aiff", "m4p"), "music"),
    **dict.fromkeys(("mp4", "mov", "avi", "mkv", "wmv", "m4v", "mpg", "mpeg", "webm", "flv", "3gp"), "video"),
    **dict.fromkeys(("jpg", "jpeg", "heic", "heif", "raw", "dng", "nef", "cr2", "cr3", "arw"), "photograph"),
    **dict.fromkeys(("gba", "gbc", "nds", "nes", "sfc", "smc", "n64", "z64", "xci", "nsp", "wad", "rvz"), "game"),
}
"""What a file is by the end of its name; a picture that is drawn, such as a logo, is no photograph."""
_BY_TYPE: Final = {"audio": "music", "video": "video"}
RECORDINGS: Final = "recordings"
"""Folder in which Teams keeps recordings of meetings, which are the council's."""


class FileKinds:
    """Counts one library's music, videos, photographs and games; what is said of an item last holds."""

    __slots__ = ("_files", "_recordings")

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, int, str | None]] = {}
        self._recordings: set[str] = set()

    def take(self, item: Mapping[str, Any]) -> None:
        """One row of the feed."""
        item_id = item["id"]
        self._files.pop(item_id, None)
        self._recordings.discard(item_id)
        if item.get("deleted") is not None:
            return
        name = str(item.get("name") or "")
        if item.get("folder") is not None and name.lower() == RECORDINGS:
            self._recordings.add(item_id)
        # A shortcut's target is counted where it lives.
        elif item.get("file") is not None and item.get("remoteItem") is None and (kind := _kind(name, item["file"])):
            self._files[item_id] = (kind, item.get("size") or 0, (item.get("parentReference") or {}).get("id"))

    def rows(self, drive: Mapping[str, Any]) -> Iterator[Row]:
        """One row for each kind there is, of ``file_kinds``; recordings of meetings are left out."""
        files: Counter[str] = Counter()
        room: Counter[str] = Counter()
        for kind, size, parent in self._files.values():
            if kind != "video" or parent not in self._recordings:
                files[kind] += 1
                room[kind] += size
        named = {name: drive[name] for name in ("drive_id", "drive_name", "site_name", "personal")}
        for kind in sorted(files):
            yield {**named, "kind": kind, "files": files[kind], "bytes": room[kind]}


def _kind(name: str, file: Mapping[str, Any]) -> str | None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _BY_ENDING.get(ending) or _BY_TYPE.get(str(file.get("mimeType") or "").partition("/")[0])
