"""A mapping read from a file a person wrote: it knows the line of every value, and refuses in one sentence."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

_LIKENESS = 0.6
_Word = TypeVar("_Word", bound=StrEnum)


class BadFile(Exception):
    """A file the program will not work from; ``str`` is one sentence with the place, the problem and the remedy.

    ``line`` counts from one, or is ``None`` where the whole file is meant; ``where`` names the part in the reader's
    words (``clause A-EML-01``) and may be empty.
    """

    def __init__(self, path: Path, line: int | None, where: str, problem: str, remedy: str) -> None:
        super().__init__(path, line, where, problem, remedy)
        self.path = path
        self.line = line
        self.where = where
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """The sentence."""
        place = (str(self.path), f"line {self.line}" if self.line else "", self.where)
        return f"{', '.join(filter(None, place))}: {self.problem}; {self.remedy}."


@dataclass(frozen=True, slots=True)
class LocatedList(Sequence[Any]):
    """A YAML list that knows the line of each of its items."""

    items: tuple[Any, ...]
    lines: tuple[int, ...]

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - what a sequence promises
        """One item, or several."""
        return self.items[index]

    def __len__(self) -> int:
        """How many items there are."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Located(Mapping[str, Any]):
    """A YAML mapping that knows where it stands.

    Values are text, numbers, flags, dates, ``None``, :class:`Located` or :class:`LocatedList`. Every reader below
    raises the file's refusal (a :class:`BadFile`) where the key is missing or its value does not fit.
    """

    path: Path
    line: int
    refusal: type[BadFile]
    values_by_key: Mapping[str, Any]
    lines_by_key: Mapping[str, int]
    where: str = ""

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - YAML may hold anything; the readers below narrow it
        """The value as it stands."""
        return self.values_by_key[key]

    def __iter__(self) -> Iterator[str]:
        """The keys in the order of the file."""
        return iter(self.values_by_key)

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self.values_by_key)

    def placed(self, where: str) -> "Located":
        """The same mapping under a name people know it by, for the sentences of its refusals."""
        return replace(self, where=where)

    def line_of(self, key: str) -> int:
        """The line of a key; of one that is not there, the line of the mapping."""
        return self.lines_by_key.get(key, self.line)

    def line_at(self, place: Sequence[str | int]) -> int:
        """The line of a place such as ``("auth", "kind")`` or ``("domains", 2)``, as far as the file goes with it."""
        line: int = self.line
        value: Any = self
        for step in place:
            if isinstance(value, Located) and step in value.lines_by_key:
                line, value = value.lines_by_key[str(step)], value[str(step)]
            elif isinstance(value, LocatedList) and isinstance(step, int) and step < len(value):
                line, value = value.lines[step], value[step]
            else:
                break
        return line

    def plain(self) -> dict[str, Any]:
        """The same as ordinary ``dict`` and ``list``, all the way down."""
        return {key: _plain(value) for key, value in self.items()}

    def refuse(self, place: str | tuple[str | int, ...], problem: str, remedy: str) -> NoReturn:
        """Refuse one key, a place inside it such as ``("domains", 2)``, or with ``()`` the whole mapping.

        Raises:
            BadFile: always.
        """
        line = self.line_at((place,) if isinstance(place, str) else place)
        raise self.refusal(self.path, line, self.where, problem, remedy)

    def allow(self, known: Collection[str]) -> None:
        """Refuse the first key that is none of those known."""
        for key in self:
            if key not in known:
                self.refuse(key, f"'{key}' is no key here", nearest(key, known))

    def need(self, key: str) -> Any:  # noqa: ANN401 - the readers below narrow it
        """The value of a key that must be there and must not be empty."""
        if key not in self:
            self.refuse(key, f"the key '{key}' is missing", f"add a line '{key}: ...'")
        if self[key] is None:
            self.refuse(key, f"'{key}' has nothing after it", "give it a value, or take the line away")
        return self[key]

    def text(self, key: str, default: str | None = None) -> str:
        """A piece of text that is not blank; ``default`` where the key is absent and a default is given."""
        if key not in self and default is not None:
            return default
        value = self.need(key)
        if not isinstance(value, str):
            self._wrong(key, "text; put it in quotes")
        if not value.strip():
            self.refuse(key, f"'{key}' is blank", "give it a value, or take the line away")
        return " ".join(value.split())

    def whole_number(self, key: str, *, least: int = 0) -> int:
        """A whole number, not below ``least``."""
        value = self.need(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self._wrong(key, f"a whole number, {least} or more")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.need(key)
        if not isinstance(value, bool):
            self._wrong(key, "true or false")
        return value

    def day(self, key: str) -> date:
        """A date."""
        value = self.need(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self._wrong(key, "a date such as 2026-04-01, without quotes")
        return value

    def one_of(self, key: str, words: type[_Word]) -> _Word:
        """One word of a closed vocabulary, told apart without regard to capitals."""
        by_name = {str(word).lower(): word for word in words}
        value = self.text(key)
        if value.lower() not in by_name:
            problem = f"'{key}' cannot be '{value}'"
            self.refuse(key, problem, nearest(value, [str(word) for word in words]))
        return by_name[value.lower()]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of pieces of text, none of them blank, at least one."""
        value = self.need(key)
        if not isinstance(value, LocatedList) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            self._wrong(key, "a list of texts, such as [one, two]")
        return tuple(value)

    def section(self, key: str) -> "Located":
        """A mapping inside this one, under the same name in refusals."""
        value = self.need(key)
        if not isinstance(value, Located):
            self._wrong(key, "keys with values, one a line, indented")
        return value.placed(self.where)

    def sections(self, key: str) -> tuple["Located", ...]:
        """A list of mappings, at least one."""
        value = self.need(key)
        if not isinstance(value, LocatedList) or not value or not all(isinstance(item, Located) for item in value):
            self._wrong(key, "a list whose items begin with '- ' and hold keys with values")
        return tuple(item.placed(self.where) for item in value)

    def _wrong(self, key: str, expected: str) -> NoReturn:
        value = self[key]
        kinds: dict[type, str] = {LocatedList: "a list", Located: "a group of keys"}
        shown = kinds.get(type(value), f"'{value}'")
        self.refuse(key, f"'{key}' cannot be {shown}", f"it must be {expected}")


def nearest(wrong: str, known: Collection[str]) -> str:
    """The remedy for a wrong word: the right one it is most like, else all there are."""
    like = difflib.get_close_matches(wrong.lower(), [str(word) for word in known], n=1, cutoff=_LIKENESS)
    if like:
        return f"the nearest right word is '{like[0]}'"
    return f"it may be {', '.join(sorted(map(str, known)))}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(value, Located):
        return value.plain()
    return [_plain(item) for item in value] if isinstance(value, LocatedList) else value
