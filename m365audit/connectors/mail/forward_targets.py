"""Where a forward leads: the address behind what a rule or a mailbox names."""

from dataclasses import dataclass

from m365audit.connectors.entra.known_accounts import address_of_guest
from m365audit.connectors.mail.lookups import Lookups, address_of
from m365audit.connectors.mail.recipients import Recipient, Recipients
from m365audit.connectors.reading.addresses import is_address, plain
from m365audit.model.evidence import Row


@dataclass(frozen=True, slots=True)
class Target:
    """Where mail goes; where the address could not be found out, ``domain`` is null and ``address`` what was said."""

    address: str
    name: str | None
    domain: str | None

    @property
    def row(self) -> Row:
        """The target's columns of a forward."""
        return {"target_address": self.address, "target_name": self.name, "target_domain": self.domain}


class Targets:
    """Finds the addresses behind names: among accounts, mailboxes and groups, else by asking Exchange.

    A name that only looks like a colleague's decides nothing: an outside contact may well be shown by the name of a
    councillor. So names count here only where they are nobody else's by nature, and Exchange is asked for the rest.
    """

    def __init__(self, recipients: Recipients, lookups: Lookups) -> None:
        self._recipients = recipients
        self._lookups = lookups

    async def of_address(self, said: str, name: str | None = None) -> Target:
        """The target of a rule: an address as it stands, or a name to be looked up."""
        address = plain(said) or ""
        # A guest's sign-in name ends in the council's own domain, though the guest is outside.
        if (guest := address_of_guest(address)) is not None:
            known = self._recipients.exact(address)
            return _known(known) if known and known.address else _at(guest, name)
        return _at(address, name) if is_address(address) else await self.of_recipient(said, name)

    async def of_recipient(self, said: str, name: str | None = None) -> Target:
        """The target behind a recipient of the tenant, who may be a contact and lead outside."""
        known = self._recipients.exact(plain(said) or said)
        if known and known.address:
            return _known(known)
        if (found := await self._lookups.recipient(said)) and (leads_to := address_of(found)):
            return _at(leads_to, found.get("DisplayName") or said)
        address = plain(said) or said.strip()
        # An address may be a contact's, which leads elsewhere: what Exchange did not tell is nobody's to guess.
        if is_address(address):
            return Target(address, name, None) if self._lookups.is_unknown(said) else _at(address, name)
        return Target(said.strip(), name or said.strip(), None)


def _known(recipient: Recipient) -> Target:
    return _at(recipient.address or "", recipient.name)


def _at(address: str, name: str | None) -> Target:
    return Target(address, name, address.rpartition("@")[2])
