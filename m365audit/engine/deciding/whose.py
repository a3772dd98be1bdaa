"""Whose own matter a finding is: the people it is about, by every address they are known by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

import pandas as pd

from m365audit.engine.judging.inputs import Inputs
from m365audit.model.assessment import Subject
from m365audit.model.keys import share_key
from m365audit.model.words import SubjectKind
from m365audit.rules.facts.register_matching import account_ids, is_ended, listed, text

_ACCOUNT_ADDRESSES = ("user_principal_name", "mail", "primary_address", "addresses", "other_mails")
_MAILBOX_ADDRESSES = ("user_principal_name", "address", "addresses")
_PERSON_ADDRESSES = ("private_addresses", "other_official_addresses")
_PERSONAL_SITE = re.compile(r"/personal/([^/]+)")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[^a-z0-9]")
# Of a meeting, the organiser's matter, except where it is about who was invited.
_ABOUT_THE_INVITED = "private-address-in-use"

Names = frozenset[str]
_NOBODY: Names = frozenset()


@dataclass
class Whose:
    """Looks up, in evidence and register, whose own matter a finding is. Nothing is read before it is asked for."""

    inputs: Inputs
    _known: dict[str, Names] = field(default_factory=dict)

    def concerns(self, rule: str, subject: Subject) -> Names:
        """Addresses in lower case of everybody a finding is about: the council's, private and other official ones.

        Somebody on the register without any address goes by the name, in lower case.
        """
        first, _, rest = subject.id.partition("|")
        match subject.kind:
            case SubjectKind.ACCOUNT | SubjectKind.GUEST | SubjectKind.PERSON:
                names = [subject.id]
            case SubjectKind.MAILBOX_ACCESS:
                names = [first, rest.partition("|")[0]]
            case SubjectKind.FORWARD:
                names = [first, rest.rpartition("|")[2]]
            case SubjectKind.SITE_ACCESS:
                names = [rest]
            case SubjectKind.SHARE:
                names = self._of_shares.get(subject.id, [])
            case SubjectKind.PERSONAL_FILES:
                names = self._of_drives.get(subject.id, [])
            case SubjectKind.MEETING:
                names = self._of_meeting(rule, subject.id)
            case SubjectKind.DEVICE:
                names = self._of_devices.get(subject.id, [])
            case _:
                names = []
        return self.everything_of(names)

    def everything_of(self, names: Iterable[str]) -> Names:
        """Every address of the people that go by some object ids, addresses or names."""
        found: set[str] = set()
        for name in filter(None, map(text, names)):
            if name not in self._known:
                own = self._by_id.get(name, _NOBODY) | ({name} if "@" in name else _NOBODY)
                self._known[name] = own.union(*(self._people.get(one, _NOBODY) for one in (name, *own)))
            found |= self._known[name]
        return frozenset(found)

    @cached_property
    def people(self) -> Mapping[str, tuple[str, ...]]:
        """Everything somebody on the register goes by, object ids among it, to the names as the register has them."""
        people = (self.inputs.register or {}).get("people")
        if people is None:
            return {}
        shown = {text(name): str(name).strip() for name in people["name"]}
        found: dict[str, dict[str, None]] = {}
        for name, own in self._rows_of_people():
            for mark in (name, *sorted(own)):
                found.setdefault(mark, {})[shown[name]] = None
        for key, addresses in self._by_id.items():
            for mark in addresses & found.keys():
                found.setdefault(key, {}).update(found[mark])
        return {mark: tuple(names) for mark, names in found.items()}

    @cached_property
    def _by_id(self) -> Mapping[str, Names]:
        """Object id, in lower case, of an account or mailbox to its addresses."""
        found: dict[str, Names] = {}
        for data_set, key, columns in (
            ("mailboxes", "mailbox_id", _MAILBOX_ADDRESSES),
            ("accounts", "account_id", _ACCOUNT_ADDRESSES),
        ):
            for row in _rows(self.inputs.frame(data_set), key, *columns):
                found[text(row[key])] = found.get(text(row[key]), _NOBODY) | _addresses(row, columns)
        return found

    @cached_property
    def _people(self) -> Mapping[str, Names]:
        """Everything somebody on the register goes by (name, address, object id) to all addresses of that person."""
        persons: dict[str, set[str]] = {}
        for name, own in self._rows_of_people():
            persons.setdefault(name, set()).update(own)
        found: dict[str, Names] = {}
        for name, marks in persons.items():
            addresses = frozenset(mark for mark in marks if "@" in mark) or frozenset({name})
            for mark in {name, *marks}:
                found[mark] = found.get(mark, _NOBODY) | addresses
        return found

    def _rows_of_people(self) -> Iterator[tuple[str, Names]]:
        """Name and addresses of every row of the sheet People; an account that has passed on is its new holder's."""
        people = (self.inputs.register or {}).get("people")
        if people is None:
            return
        ids = account_ids(self.inputs.frame("accounts"))
        gone = list(is_ended(people, self.inputs.as_of))
        rows = _rows(people, "name", "account", *_PERSON_ADDRESSES)
        serving: dict[str, set[str]] = {}
        for row, has_gone in zip(rows, gone, strict=True):
            if not has_gone:
                serving.setdefault(text(row["account"]), set()).add(text(row["name"]))
        for row, has_gone in zip(rows, gone, strict=True):
            name, account = text(row["name"]), text(row["account"])
            own = _addresses(row, _PERSON_ADDRESSES)
            if account and not (has_gone and serving.get(account, {name}).isdisjoint({name})):
                own = own.union({account}, self._by_id.get(text(ids.get(account)), _NOBODY))
            yield name, own

    @cached_property
    def _of_shares(self) -> Mapping[str, list[str]]:
        """Key of a permission to whom it lets in and, in somebody's OneDrive, whose that is."""
        found: dict[str, list[str]] = {}
        wanted = ("grantee", "grantee_address", "invited_address", "site_url", "drive_url", "personal")
        for row in _rows(self.inputs.frame("sharing"), "drive_id", "item_id", "permission_id", *wanted):
            key = share_key(row["drive_id"], row["item_id"], row["permission_id"])
            names = found.setdefault(key, [])
            names += [text(row[column]) for column in wanted[:3]]
            names += self._owner(row)
        return found

    @cached_property
    def _of_drives(self) -> Mapping[str, list[str]]:
        """Id of a document library to whose OneDrive it is; nobody's where it is a site's."""
        rows = _rows(self.inputs.frame("drives"), "drive_id", "site_url", "drive_url")
        return {row["drive_id"]: self._owner(row) for row in rows}

    def _owner(self, row: Mapping[str, Any]) -> list[str]:
        """The account whose OneDrive something lies in, by the web addresses of its site or library."""
        home = _home(row["site_url"]) or _home(row["drive_url"])
        return [self._homes[home]] if home in self._homes else []

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        """What stands for a person in the address of a OneDrive to the object id of the account."""
        return {
            _NEITHER_LETTER_NOR_DIGIT.sub("_", address): account
            for account, addresses in self._by_id.items()
            for address in addresses
        }

    def _of_meeting(self, rule: str, meeting_id: str) -> list[str]:
        row = self._meetings.get(meeting_id, {})
        names = [text(row.get("organiser_id")), text(row.get("organiser_address"))]
        return [*names, *listed(row.get("outside_addresses"))] if rule == _ABOUT_THE_INVITED else names

    @cached_property
    def _meetings(self) -> Mapping[str, dict[str, Any]]:
        columns = ("organiser_id", "organiser_address", "outside_addresses")
        rows = _rows(self.inputs.frame("meetings"), "meeting_id", *columns)
        return {row["meeting_id"]: row for row in rows}

    @cached_property
    def _of_devices(self) -> Mapping[str, list[str]]:
        """Object id of a device, else Intune's id of it, to who uses it."""
        found: dict[str, list[str]] = {}
        object_ids: dict[str, str] = {}
        for row in _rows(self.inputs.frame("devices"), "device_id", "entra_id", "owner_ids"):
            found.setdefault(row["device_id"], []).extend(listed(row["owner_ids"]))
            object_ids[text(row["entra_id"])] = row["device_id"]
        columns = ("managed_id", "entra_id", "account_id", "user_address")
        for row in _rows(self.inputs.frame("managed_devices"), *columns):
            users = [text(row["account_id"]), text(row["user_address"])]
            for key in {row["managed_id"], object_ids.get(text(row["entra_id"]), row["managed_id"])}:
                found.setdefault(key, []).extend(users)
        return found


def _rows(frame: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """The rows of a frame with a few of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame[list(columns)].to_dict("records")]


def _addresses(row: Mapping[str, Any], columns: Iterable[str]) -> Names:
    return frozenset(value for column in columns for value in listed(row[column]))


def _home(address: object) -> str:
    """Of a web address in somebody's OneDrive, whose it is: the sign-in name with underscores for all marks."""
    match = _PERSONAL_SITE.search(unquote(urlsplit(text(address)).path))
    return _NEITHER_LETTER_NOR_DIGIT.sub("_", match[1]) if match else ""
