"""Whether an account is called like a person, an office or a machine. Only for proposals that somebody confirms."""

import re
from dataclasses import dataclass

_COUNCILLORS = frozenset({"cllr", "councillor", "cllrs"})
_TITLES = _COUNCILLORS | {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "revd", "sir", "dame", "lord", "lady"}
# Words no person is called, in names of accounts that are nobody's own.
_NO_PERSON = frozenset(
    {
        "account", "accounts", "admin", "administration", "administrator", "archive", "backup", "booking", "bookings",
        "break", "burial", "cemetery", "chamber", "clerk", "clerks", "committee", "contact", "contractor", "copier",
        "council", "councillor", "councillors", "deputy", "desk", "device", "emergency", "enquiries", "equipment",
        "events", "facilities", "finance", "former", "general", "glass", "hall", "helpdesk", "info", "information",
        "it", "kiosk", "laptop", "library", "mail", "mailbox", "market", "mayor", "meeting", "meetings", "member",
        "members", "museum", "no", "noreply", "office", "old", "parish", "pc", "phone", "planning", "pool", "printer",
        "projector", "reception", "reply", "rfo", "room", "scanner", "secretary", "service", "services", "shared",
        "staff", "support", "sync", "system", "tablet", "team", "temp", "temporary", "test", "tourist", "town",
        "training", "treasurer", "user", "visitor", "website", "wifi",
    }
)  # fmt: skip
_EMERGENCY = re.compile(r"emergency|break.?glass|breakglass", re.IGNORECASE)
_COMPANY = frozenset({"ltd", "limited", "plc", "llp", "uk", "co", "company", "the", "cic"})
_IN_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019.\-])*")


@dataclass(frozen=True, slots=True)
class Called:
    """A person's name, without title, and the role that title or job title tells; empty where neither does."""

    name: str
    role: str


def called(shown: str, given: str, surname: str, job_title: str) -> Called | None:
    """The person an account is called after; ``None`` where it is called after nobody."""
    plain = _IN_BRACKETS.sub("", shown)
    if "," in plain:
        last, _, first = plain.partition(",")
        plain = f"{first} {last}"
    words = plain.split()
    titles = []
    while words and words[0].casefold().rstrip(".") in _TITLES:
        titles.append(words.pop(0).casefold().rstrip("."))
    if not _is_person(words):
        # What was typed in as given name and surname may still be a person's where the name as shown is an office's.
        words = [*given.split(), *surname.split()] if given and surname else []
    if not _is_person(words):
        return None
    role = job_title or ("Councillor" if _COUNCILLORS.intersection(titles) else "")
    return Called(" ".join(words), role)


def _is_person(words: list[str]) -> bool:
    plain = [word.casefold().strip(".") for word in words]
    is_name = all(_NAME.fullmatch(word) and word[0].isupper() for word in words)
    return len(words) > 1 and is_name and _NO_PERSON.isdisjoint(plain)


def is_for_emergencies(shown: str, address: str) -> bool:
    """Whether an account is called as one that is kept for emergencies."""
    return bool(_EMERGENCY.search(shown) or _EMERGENCY.search(address.partition("@")[0]))


def is_of_provider(shown: str, provider: str) -> bool:
    """Whether an account is called after the IT provider."""
    firm = [word for word in _words(provider) if word not in _COMPANY]
    name = [word for word in _words(shown) if word not in _COMPANY]
    return len(firm) > 1 and firm == name[: len(firm)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
