"""The OData query options of one request, read as strictly as Microsoft documents them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote, unquote_plus

from m365audit.sample.service.graph_errors import reject

_COMPARISON = re.compile(r"(?P<path>\w+(?:/\w+)*) eq (?P<value>'(?:[^']|'')*'|true|false)")
# What may stand in a query unencoded; a space, a double quote or a letter with an accent may not.
_SENDABLE = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]{}|]*")


@dataclass(frozen=True, slots=True)
class Options:
    """The query options sent. ``said`` is every one of them by name, percent-decoded, paging tokens left out.

    ``select`` is ``None`` when nothing was selected. ``page`` and ``token`` are continuation tokens as they came.
    """

    said: dict[str, str]
    select: tuple[str, ...] | None = None
    top: int | None = None
    expand: tuple[str, ...] = ()
    page: str | None = None
    token: str | None = None

    @property
    def query(self) -> str:
        """The options again as a query string, sorted, without paging tokens."""
        return "&".join(f"{name}={quote(value, safe='$,()/:-._~')}" for name, value in sorted(self.said.items()))


def read_options(query: str, known: Iterable[str], ignored: Iterable[str] = ()) -> Options:
    """The options of a query string.

    Raises:
        ProblemError: 400, on an option the resource does not know, one sent twice, or a value that cannot be read.
    """
    if not _SENDABLE.fullmatch(query):
        reject("The query string contains characters that must be percent-encoded.")
    known, ignored = frozenset(known), frozenset(ignored)
    said: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, equals, value = part.partition("=")
        name = unquote_plus(name)
        if name not in known and name not in ignored:
            _reject_name(name)
        if name in said:
            reject(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        if not equals or not value:
            reject(f"The query option '{name}' has no value.")
        said[name] = unquote_plus(value)
    page, token = said.pop("$skiptoken", None), said.pop("token", None)
    return Options(
        said=said,
        select=_names("$select", said["$select"]) if "$select" in said else None,
        top=_top(said["$top"]) if "$top" in said and "$top" not in ignored else None,
        expand=_names("$expand", said["$expand"]) if "$expand" in said else (),
        page=page,
        token=token,
    )


def comparison(filtered: str) -> tuple[str, str]:
    """The property path and the value of ``path eq 'value'``; a doubled quote in the value stands for one.

    Raises:
        ProblemError: 400, on any other filter.
    """
    found = _COMPARISON.fullmatch(filtered)
    if found is None:
        reject(f"Invalid filter clause: '{filtered}' is not supported on this resource.")
    value = found["value"]
    return found["path"], value[1:-1].replace("''", "'") if value.startswith("'") else value


def _reject_name(name: str) -> NoReturn:
    if name.startswith("$"):
        reject(f"The query parameter '{name}' is not supported on this resource.", "Request_UnsupportedQuery")
    # Microsoft lets some of these pass without a word; a judge that did so would let a mistyped '$select' pass too.
    reject(f"The query parameter '{name}' is not known.")


def _names(option: str, text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(names):
        reject(f"Syntax error in '{option}={text}': a property name is missing.")
    return names


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        reject(f"Invalid value '{text}' for $top query option found. A positive integer is needed.")
    return int(text)
