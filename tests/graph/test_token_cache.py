"""The provider's sign-in on disk: encrypted, replaced whole, shared by processes, and refused where it cannot be."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from msal_extensions import FilePersistence
from papers import NOW
from partner_login import CLIENT, KEY, customer

from m365audit.graph.persistence import KEY_VARIABLE, BadCache, SealedFile, WholeFile, persistence_for
from m365audit.graph.token_cache import Held, TokenCache, default_path, open_cache

TOKEN = "1.a-refresh-token-nobody-may-see"
ENVIRON = {KEY_VARIABLE: KEY}


def cache_in(folder: Path, key: str = KEY) -> TokenCache:
    return TokenCache(SealedFile(folder / "partner.cache", key))


def test_what_is_kept_is_there_again_by_app(tmp_path: Path) -> None:
    cache_in(tmp_path).replace(CLIENT, TOKEN, NOW, seed="outside")
    cache_in(tmp_path).replace("another-app", "1.other", NOW)
    held = cache_in(tmp_path).held(CLIENT.upper())
    assert held.refresh_token == TOKEN
    assert held.saved == "2026-11-21T09:30:00+00:00"
    assert held.knows("outside")
    assert not held.knows(TOKEN)
    assert cache_in(tmp_path).held("nobody") == Held()
    assert TOKEN not in repr(held)


def test_nothing_of_it_can_be_read_on_disk(tmp_path: Path) -> None:
    cache_in(tmp_path).replace(CLIENT, TOKEN, NOW, seed="outside")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"partner.cache", "partner.cache.lock"}
    for path in files:
        assert all(part not in path.read_bytes() for part in (TOKEN.encode(), b"outside", CLIENT.encode(), b"refresh"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_folder_made_for_it_is_its_owners_alone(tmp_path: Path) -> None:
    tenant = customer(tmp_path, cache="kept/here/partner.cache")
    open_cache(tenant, ENVIRON).replace(CLIENT, TOKEN, NOW)
    assert stat.S_IMODE((tmp_path / "kept" / "here").stat().st_mode) == 0o700
    assert (tmp_path / "kept" / "here" / "partner.cache").is_file()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        pytest.param(None, "no keyring and M365AUDIT_CACHE_KEY is not set", id="no key where there is no keyring"),
        pytest.param("hunter2", "is no key", id="a password in place of a key"),
        pytest.param("AAAA", "32 random bytes", id="a key too short"),
    ],
)
def test_it_is_never_kept_unencrypted(tmp_path: Path, key: str | None, words: str) -> None:
    with pytest.raises(BadCache, match=words) as refused:
        persistence_for(tmp_path / "partner.cache", {KEY_VARIABLE: key} if key else {}, "linux")
    assert "openssl rand -base64 32" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_key_may_be_written_in_either_alphabet(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    cache_in(tmp_path, key).replace(CLIENT, TOKEN, NOW)
    assert cache_in(tmp_path, key.replace("-", "+").replace("_", "/")).held(CLIENT).refresh_token == TOKEN


def _with_another_key(path: Path) -> TokenCache:
    cache_in(path).replace(CLIENT, TOKEN, NOW)
    return cache_in(path, Fernet.generate_key().decode())


def _tampered_with(path: Path) -> TokenCache:
    cache_in(path).replace(CLIENT, TOKEN, NOW)
    file = path / "partner.cache"
    file.write_bytes(file.read_bytes()[:-4] + b"AAAA")
    return cache_in(path)


def _holding(text: str) -> Callable[[Path], TokenCache]:
    def made(path: Path) -> TokenCache:
        SealedFile(path / "partner.cache", KEY).save(text)
        return cache_in(path)

    return made


def _a_folder(path: Path) -> TokenCache:
    (path / "partner.cache").mkdir()
    return cache_in(path)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        pytest.param(_with_another_key, "set the key it was written with", id="another key"),
        pytest.param(_tampered_with, "cannot be read with this", id="a changed file"),
        pytest.param(_holding("no JSON"), "not one of this program's", id="something else"),
        pytest.param(_holding('{"apps": {}}'), "not one of this program's", id="JSON of another kind"),
        pytest.param(_holding('{"version": 9, "apps": {}}'), "another version", id="a later version"),
        pytest.param(_a_folder, "cannot be read", id="a folder"),
    ],
)
def test_a_cache_that_cannot_be_read_is_refused_and_left_as_it_is(
    tmp_path: Path, made: Callable[[Path], TokenCache], words: str
) -> None:
    cache = made(tmp_path)
    before = [(path, path.read_bytes()) for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".lock"]
    for use in (lambda: cache.held(CLIENT), lambda: cache.replace(CLIENT, "1.new", NOW)):
        with pytest.raises(BadCache, match=words) as refused:
            use()
        assert "\n" not in str(refused.value)
    assert [(path, path.read_bytes()) for path, _ in before] == before


class FullDisk(SealedFile):
    """A file on a disk without room."""

    def save(self, content: str) -> None:
        raise OSError(28, "No space left on device", content[:0])


def test_a_full_disk_is_said_and_the_older_one_is_still_there(tmp_path: Path) -> None:
    cache_in(tmp_path).replace(CLIENT, TOKEN, NOW)
    with pytest.raises(BadCache, match=r"cannot be written \(No space left on device\)"):
        TokenCache(FullDisk(tmp_path / "partner.cache", KEY)).replace(CLIENT, "1.new", NOW)
    assert cache_in(tmp_path).held(CLIENT).refresh_token == TOKEN


def test_a_persistence_that_writes_in_place_is_made_to_replace_its_file(tmp_path: Path) -> None:
    path = tmp_path / "partner.cache"
    whole = WholeFile(path, FilePersistence)
    whole.save("first")
    inode = path.stat().st_ino
    whole.save("second")
    assert whole.load() == "second"
    assert path.stat().st_ino != inode
    assert whole.time_last_modified() == pytest.approx(time.time(), abs=60)
    assert [one.name for one in tmp_path.iterdir()] == ["partner.cache"]


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        pytest.param("linux", {"HOME": "/h"}, "/h/.local/state/m365audit/partner.cache", id="Linux"),
        pytest.param("linux", {"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s/m365audit/partner.cache", id="Linux, told"),
        pytest.param("darwin", {"HOME": "/h"}, "/h/Library/Application Support/m365audit/partner.cache", id="macOS"),
        pytest.param("win32", {"LOCALAPPDATA": "/l"}, "/l/m365audit/partner.cache", id="Windows"),
        pytest.param("win32", {"USERPROFILE": "/u"}, "/u/AppData/Local/m365audit/partner.cache", id="Windows, bare"),
    ],
)
def test_it_is_in_the_persons_own_data_folder(platform: str, environ: dict[str, str], place: str) -> None:
    assert default_path(environ, platform).as_posix() == place


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from m365audit.graph.persistence import SealedFile
from m365audit.graph.token_cache import TokenCache

path, key, app, times = sys.argv[1:]
cache = TokenCache(SealedFile(Path(path), key))
for number in range(int(times)):
    cache.replace(app, f"1.{app}-{number}", datetime.now(UTC), seed=f"{app}-{number}")
    print(number, flush=True)
"""


def writer(folder: Path, app: str, times: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, str(folder / "partner.cache"), KEY, app, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def test_processes_share_it_and_none_undoes_what_another_has_kept(tmp_path: Path) -> None:
    started = [writer(tmp_path, app, 30) for app in ("one", "two", "three")]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    cache = cache_in(tmp_path)
    assert [cache.held(app).refresh_token for app in ("one", "two", "three")] == [
        "1.one-29",
        "1.two-29",
        "1.three-29",
    ]
    assert all(len(cache.held(app).seeds) == 30 for app in ("one", "two", "three"))


def test_a_process_killed_at_any_moment_leaves_a_whole_cache_and_no_lock(tmp_path: Path) -> None:
    kept = -1
    for _ in range(5):
        process = writer(tmp_path, "one", 100_000)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        began = time.monotonic()
        token = cache_in(tmp_path).held("one").refresh_token
        assert time.monotonic() - began < 5
        kept = int(token.rpartition("-")[2])
        assert kept >= int(said[-1])
    cache_in(tmp_path).replace("one", "1.after", NOW)
    assert cache_in(tmp_path).held("one").refresh_token == "1.after"
    assert kept >= 2


def test_who_holds_it_too_long_is_spoken_of(tmp_path: Path) -> None:
    holder = cache_in(tmp_path)
    waiting = TokenCache(SealedFile(tmp_path / "partner.cache", KEY), wait_seconds=0.1)
    with holder._locked(), pytest.raises(BadCache, match="held by another run"):  # noqa: SLF001
        waiting.held(CLIENT)


def test_what_is_kept_has_a_version_so_that_a_later_one_can_tell(tmp_path: Path) -> None:
    cache_in(tmp_path).replace(CLIENT, TOKEN, NOW)
    document = json.loads(SealedFile(tmp_path / "partner.cache", KEY).load())
    assert document == {
        "version": 1,
        "apps": {CLIENT: {"refresh_token": TOKEN, "saved": "2026-11-21T09:30:00+00:00", "seeds": []}},
    }
