"""An audit that was refused is remembered beside the council's runs, until one succeeds; nobody is named there."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from m365audit import __version__
from m365audit.engine.collecting.safety import UnsafePermission
from m365audit.engine.custody.protection import NoPassword
from m365audit.engine.judging.parameters import BadParameter
from m365audit.engine.places import Places
from m365audit.graph import SignInFailed
from m365audit.graph.signin import PARTNER_REMEDIES, REMEDIES
from m365audit.register import SHEETS, BadRegister
from m365audit.register.ledger import BadLedger
from m365audit.settings import BadFile, tenants_available
from m365audit.snapshot import BadRun, Busy
from m365audit.snapshot.folders import make_home, unreadable, unwritable, write_whole

REFUSED_FILE = "refused.json"
_VERSION = 1
_LONGEST = 1_000
_ADDRESS = re.compile(r"[^\s<>\"'(),;]+@[^\s<>\"'(),;]+")
_SIGN_IN_CODE = re.compile(r"AADSTS\d+")
_CELL = re.compile(r"sheet '([^']+)', row (\d+), column [^():]+ \(([A-Z]+\d+)\)")
_QUOTES = re.compile(r"^Microsoft Graph refused the sign-in: |See auth in \S+\.yaml\.$")
"""Sentences about signing in that carry words of Microsoft's, which may name the account."""
_OURS = (
    *(meaning for _, meaning, _ in (*PARTNER_REMEDIES, *REMEDIES)),
    "could not be reached", "from an environment variable", "set the environment variable", "the certificate",
    "is of the tenant", "there is no sign-in of the provider yet", "endpoints in ",
)  # fmt: skip
"""What stands in every other sentence about signing in that is known to name nobody."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An audit that was refused: when (UTC), with which exit code, and why."""

    at: datetime
    code: int
    words: str


def remember(slug: str, refusal: Exception, code: int, places: Places, now: datetime) -> None:
    """Write down that an audit was refused. Nothing is written of a council there is no tenant file of.

    That another audit of the council is running is no failure, and not written down either.

    Raises:
        BadRun: it cannot be written.
    """
    if isinstance(refusal, Busy) or slug not in tenants_available(places.config):
        return
    body = {
        "version": _VERSION,
        "at": now.astimezone(UTC).replace(microsecond=0),
        "code": code,
        "words": words_of(refusal, slug, places),
        "tool_version": __version__,
    }
    try:
        home = make_home(places.reports, slug)
    except OSError as error:
        raise unwritable(places.reports / slug, error) from error
    write_whole(home / REFUSED_FILE, orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))


def forget(slug: str, places: Places) -> None:
    """An audit succeeded.

    Raises:
        BadRun: the file cannot be taken away.
    """
    path = places.reports / slug / REFUSED_FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def refused(slug: str, places: Places) -> Refused | None:
    """The last refusal of a council's audit since one succeeded; ``None`` where there is none.

    Raises:
        BadRun: the file is there and cannot be read.
    """
    path = places.reports / slug / REFUSED_FILE
    try:
        body = orjson.loads(path.read_bytes())
        return Refused(datetime.fromisoformat(body["at"]), int(body["code"]), str(body["words"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from error
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        message = f"{path} is not as it was written; delete it, and audit {slug} again"
        raise BadRun(message) from error


def words_of(refusal: Exception, slug: str, places: Places) -> str:
    """A refusal in a sentence that names nobody: a register's cells and Microsoft's own words may, ours do not."""
    return _short(_nameless(refusal, slug), places)


def _nameless(refusal: Exception, slug: str) -> str:
    match refusal:
        case SignInFailed():
            return _of_sign_in(str(refusal))
        case BadRegister():
            return _of_register(str(refusal), slug)
        case BadLedger():
            return f"The council's ledger of decisions cannot be used; `m365audit verify {slug}` says what is wrong."
        case BadFile() | BadRun() | BadParameter() | UnsafePermission() | NoPassword():
            return str(refusal)
        case _:
            return f"`m365audit audit {slug}` says what is wrong."


def _of_sign_in(said: str) -> str:
    """Microsoft's own words are left out, but for the number of its error."""
    if not _QUOTES.search(said) and any(words in said for words in _OURS):
        return said
    code = _SIGN_IN_CODE.search(said)
    return f"Microsoft refused the sign-in{f' with the error {code[0]}' if code else ''}."


def _of_register(said: str, slug: str) -> str:
    cell = _CELL.search(said)
    known = {sheet.title for sheet in SHEETS}
    place = (
        f"Sheet {cell[1]}, row {cell[2]} ({cell[3]}) of the register" if cell and cell[1] in known else "The register"
    )
    return f"{place} cannot be read as it is; `m365audit audit {slug}` says why."


def _short(words: str, places: Places) -> str:
    """Without the folders of this machine, which carry its user's name, and without any address."""
    for folder, name in ((places.config, "config"), (places.reports, "reports"), (Path.home(), "~")):
        for spelling in dict.fromkeys((str(folder), str(folder.absolute()))):
            if len(spelling) > 1:
                words = words.replace(spelling, name)
    return " ".join(_ADDRESS.sub("(an address)", words).split())[:_LONGEST]
