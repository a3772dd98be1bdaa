"""Everything made up, made up the same way every time: ids and days from a name and a date."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta


class Seed:
    """The source of all ids and days of one council; the same name and ``as_of`` give the same council.

    ``as_of`` must know its time zone; days are counted from it and held in UTC.
    """

    __slots__ = ("_name", "as_of")

    def __init__(self, name: str, as_of: datetime) -> None:
        if as_of.tzinfo is None:
            message = "as_of needs a time zone"
            raise ValueError(message)
        self._name = name.encode()
        self.as_of = as_of.astimezone(UTC).replace(microsecond=0)

    def bits(self, *words: object) -> bytes:
        """Thirty-two bytes that belong to the words."""
        return hashlib.sha256(self._name + b"\x1f" + "\x1f".join(map(str, words)).encode()).digest()

    def guid(self, *words: object) -> str:
        """An id as Entra ID spells them."""
        text = self.bits("guid", *words).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def number(self, below: int, *words: object) -> int:
        """A whole number from 0, less than ``below``."""
        return int.from_bytes(self.bits("number", *words)[:8], "big") % below

    def code(self, length: int, *words: object) -> str:
        """Capitals and digits, at most 64, as SharePoint ids have them."""
        return self.bits("code", *words).hex().upper()[:length]

    def opaque(self, *words: object) -> str:
        """A long id such as Exchange gives: letters of both cases, digits, ``-``, ``_`` and ``=``."""
        return base64.urlsafe_b64encode(self.bits("opaque", *words)).decode()

    def at(self, days: float) -> datetime:
        """The moment so many days after ``as_of``; before it when negative."""
        return self.as_of + timedelta(days=days)

    def day(self, days: int) -> date:
        """The date so many days after ``as_of``."""
        return self.at(days).date()

    def hour(self, days: int, hour: int) -> datetime:
        """A full hour of a day counted from ``as_of``."""
        return datetime(self.as_of.year, self.as_of.month, self.as_of.day, hour, tzinfo=UTC) + timedelta(days=days)

    def stamp(self, days: float) -> str:
        """:meth:`at` as Graph writes it."""
        return stamp(self.at(days))


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it, such as ``2026-11-21T09:30:00Z``."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"
