"""Which workbooks of a council are encrypted, with which password, and which passwords will do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from m365audit.model.tenant import NAMING_PEOPLE, Reader, Tenant

SHORTEST: Final = 12
LONGEST: Final = 255
"""What Excel takes at most."""
_FEWEST_DIFFERENT: Final = 5
_MOST_ASKED: Final = 3


class NoPassword(Exception):
    """Workbooks are to be encrypted, and there is no password that will do: whose, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Protection:
    """The workbooks to encrypt, and the password they open with; it is shown nowhere."""

    readers: frozenset[Reader] = frozenset()
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what would not protect.

        Raises:
            NoPassword: the password will not do.
        """
        if self.readers and (why := unfit(self.password)):
            message = f"workbooks cannot be encrypted with the password that was given: {why}"
            raise NoPassword(message)


OPEN: Final = Protection()
"""Nothing is encrypted."""

Protect = Callable[[Tenant], Protection]
"""How a council's workbooks are protected.

Raises:
    NoPassword: they are to be, and cannot.
"""


def unprotected(_tenant: Tenant) -> Protection:
    """Nothing is encrypted, whatever the tenant file says: for the demo, and for tests."""
    return OPEN


def to_encrypt(tenant: Tenant, *, wanted: bool | None) -> frozenset[Reader]:
    """Whose workbooks are to be encrypted: as the tenant file has it, unless the command said ``wanted`` or not."""
    if wanted is None:
        return frozenset(tenant.workbooks.encrypt)
    return frozenset({*NAMING_PEOPLE, *tenant.workbooks.encrypt}) if wanted else frozenset()


def unfit(password: str) -> str:
    """Why a password will not do, with what would; nothing if it will."""
    if not password.isprintable() or password != password.strip():
        return "it begins or ends with a space, or holds what no keyboard types; use letters, digits and signs"
    if len(password) < SHORTEST:
        return f"it has {len(password)} characters, and at least {SHORTEST} are needed, such as three unrelated words"
    if len(password) > LONGEST:
        return f"it has {len(password)} characters, and Excel takes {LONGEST} at most"
    if len(set(password)) < _FEWEST_DIFFERENT:
        return "it is the same few characters over and over; take three unrelated words"
    return ""


class Keyring:
    """Passwords to try on encrypted workbooks: those at hand, then those that somebody is asked for.

    ``ask`` gives a password for a file of that name, or nothing where nobody wants to give one.
    """

    def __init__(self, at_hand: Iterable[str] = (), ask: Callable[[str], str] | None = None) -> None:
        self._at_hand = list(dict.fromkeys(at_hand))
        self._ask = ask

    def at_hand(self, _file: str) -> tuple[str, ...]:
        """Those nobody has to be asked for."""
        return tuple(self._at_hand)

    def all(self, file: str) -> Iterator[str]:
        """Those at hand, then up to three that are asked for, and from then on at hand."""
        yield from self.at_hand(file)
        for _ in range(_MOST_ASKED if self._ask else 0):
            given = self._ask(file) if self._ask else ""
            if not given:
                return
            if given not in self._at_hand:
                self._at_hand.append(given)
            yield given


NO_KEYS: Final = Keyring()
