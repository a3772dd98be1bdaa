"""Who is meant by what Exchange calls somebody: a sign-in name, an address, a name, a distinguished name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from m365audit.connectors.entra.known_accounts import address_of_guest
from m365audit.connectors.reading.addresses import is_address
from m365audit.connectors.reading.frames import records


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody the tenant knows: an account, a mailbox without one, or a group."""

    id: str
    address: str | None
    name: str | None
    kind: Literal["member", "guest", "group"]


_Names = dict[str, Recipient | None]


class Recipients:
    """Everybody the tenant knows, by every name Exchange may use.

    Names are tried from the surest to the least sure: ids, sign-in names, addresses and Exchange's own identities;
    then mail aliases; then display names. A name that two share decides nothing.
    """

    def __init__(
        self, accounts: pd.DataFrame | None, mailboxes: pd.DataFrame | None, groups: pd.DataFrame | None
    ) -> None:
        self._exact: _Names = {}
        self._aliases: _Names = {}
        self._shown: _Names = {}
        self._by_id: dict[str, Recipient] = {}
        self._add_accounts(accounts)
        self._add_mailboxes(mailboxes)
        self._add_groups(groups)

    def exact(self, said: str) -> Recipient | None:
        """Who is meant, by a name that is nobody else's by its nature."""
        return self._look_up(said, self._exact)

    def find(self, said: str) -> Recipient | None:
        """Who is meant, by any name that fits only one."""
        return self._look_up(said, self._exact, self._aliases, self._shown)

    def is_shared(self, said: str) -> bool:
        """Whether the name fits more than one, so that nobody can say who is meant."""
        tables = (self._exact, self._aliases, self._shown)
        found = next((t[n] for t in tables for n in _spellings(said) if n in t), _NOBODY)
        return found is None

    @staticmethod
    def _look_up(said: str, *tables: _Names) -> Recipient | None:
        spellings = tuple(_spellings(said))
        return next((table[name] for table in tables for name in spellings if name in table), None)

    def _add(self, table: _Names, name: str | None, recipient: Recipient) -> None:
        if name:
            key = name.strip().lower()
            known = table.setdefault(key, recipient)
            if known is not recipient:
                table[key] = None

    def _add_accounts(self, accounts: pd.DataFrame | None) -> None:
        columns = ("account_id", "user_type", "user_principal_name", "mail", "primary_address", "addresses")
        for row in records(accounts, *columns, "mail_nickname", "display_name"):
            kind: Literal["member", "guest"] = "guest" if row["user_type"] == "guest" else "member"
            address = row["primary_address"] or row["mail"] or address_of_guest(row["user_principal_name"] or "")
            person = Recipient(row["account_id"], address, row["display_name"], kind)
            self._by_id[person.id] = person
            sure = {person.id, row["user_principal_name"], row["mail"], *(row["addresses"] or ())}
            self._add_all(person, sure, row["mail_nickname"])

    def _add_mailboxes(self, mailboxes: pd.DataFrame | None) -> None:
        columns = ("mailbox_id", "exchange_id", "identity", "user_principal_name", "display_name")
        for row in records(mailboxes, *columns, "address", "addresses"):
            unknown = Recipient(row["mailbox_id"], row["address"], row["display_name"], "member")
            box = self._by_id.setdefault(unknown.id, unknown)
            sure = {box.id, row["exchange_id"], row["user_principal_name"], row["address"], *(row["addresses"] or ())}
            self._add_all(box, sure, None)
            self._add(self._shown, row["display_name"], box)
            for name in _spellings(row["identity"] or ""):
                self._add(self._exact, name, box)

    def _add_groups(self, groups: pd.DataFrame | None) -> None:
        for row in records(groups, "group_id", "mail", "mail_nickname", "display_name"):
            group = Recipient(row["group_id"], row["mail"], row["display_name"], "group")
            self._add_all(group, {group.id, row["mail"]}, row["mail_nickname"])

    def _add_all(self, recipient: Recipient, sure: set[str | None], alias: str | None) -> None:
        for name in {name.lower() for name in sure if name}:
            self._add(self._exact, name, recipient)
        self._add(self._aliases, alias, recipient)
        self._add(self._shown, recipient.name, recipient)


_NOBODY = object()


def _spellings(said: str) -> Iterator[str]:
    """The name as said, then the last part of a path or a distinguished name, lower case."""
    name = said.strip().lower()
    if name:
        yield name
    if name.startswith("cn="):
        yield name[len("cn=") :].partition(",")[0]
    elif "/" in name and not is_address(name):
        yield name.rpartition("/")[2].removeprefix("cn=")
