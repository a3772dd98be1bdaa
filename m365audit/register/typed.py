"""What people type into cells: text without what cannot be seen, names as they are compared, days in any usual form."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Final

FORMS: Final = "write it as 31/03/2027"
_EARLIEST, _LATEST = date(1970, 1, 1), date(2100, 1, 1)
# Excel counts days from the last one of 1899, the one after its own mistake over the leap year 1900.
_DAY_ZERO = date(1899, 12, 30)
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
                         "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
                         "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
                         "\u2212": "-"})  # fmt: skip
_TITLES = re.compile(r"^(?:(?:cllr|councillor|mr|mrs|ms|miss|mx|dr|rev|revd|sir|dame|prof)\b\.?\s*)+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december")  # fmt: skip
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+")
_IN_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]00:00(?::00)?)?")
_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+([a-z]+)\.?,?[\s-]+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")


def plain(value: object) -> str:
    """A cell as text: days as 2027-03-31, white space of every sort as one space, nothing that cannot be seen."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str(value.date()) if not (value.hour or value.minute or value.second) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = _ENCODED.sub(lambda match: chr(int(match[1], 16)), str(value))
    seen = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(seen.split())


def word(value: object) -> str:
    """A word chosen from a list, as it is compared: without capitals, quotes around it or a full stop behind it."""
    return plain(value).translate(_QUOTES).strip(" '\".").casefold()


def name(value: object) -> str:
    """A person's name as two of them are compared: without capitals, accents, titles and kinds of quotes."""
    apart = unicodedata.normalize("NFKD", plain(value).translate(_QUOTES))
    letters = "".join(c for c in apart if not unicodedata.combining(c)).casefold()
    return " ".join(_TITLES.sub("", " ".join(re.sub(r"[.,\"]", " ", letters).split())).split())


def day(value: object, *, base_1904: bool = False) -> date | None:
    """A day from a date, the number Excel keeps for one, or a text with the day before the month; ``None`` for no day.

    Raises:
        ValueError: it is none of these, or a day of another age.
    """
    found = _day(value, base_1904=base_1904)
    if found is not None and not _EARLIEST <= found <= _LATEST:
        message = f"{found} is no day of this age"
        raise ValueError(message)
    return found


def _day(value: object, *, base_1904: bool) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, date(1904, 1, 1) if base_1904 else _DAY_ZERO)
    text = plain(value).translate(_QUOTES).strip(" '\".").casefold()
    if value is None or not text:
        return None
    if isinstance(value, str):
        return _from_text(_WEEKDAY.sub("", text))
    message = f"'{text}' is no date"
    raise ValueError(message)


def _from_number(number: float, zero: date) -> date:
    try:
        return zero + timedelta(days=int(number))
    except OverflowError as error:
        message = f"{number} is no date"
        raise ValueError(message) from error


def _from_text(text: str) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _IN_NUMBERS.fullmatch(text):
        return date(_year(match[3]), int(match[2]), int(match[1]))
    if match := _IN_WORDS.fullmatch(text):
        return date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(text):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    message = f"'{text}' is no date"
    raise ValueError(message)


def _year(text: str) -> int:
    return int(text) if len(text) > len("27") else 2000 + int(text)


def _month(said: str) -> int:
    if said in _LONG_MONTHS:
        return _LONG_MONTHS.index(said) + 1
    if said == "sept":
        said = "sep"
    if said in _MONTHS:
        return _MONTHS.index(said) + 1
    message = f"'{said}' is no month"
    raise ValueError(message)
