"""What the auditor's own sign-in may do, as its tokens say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from m365audit.model.directory_roles import role_changes_something
from m365audit.model.permissions import BY_ROLE, changes_something, reads_content


@dataclass(frozen=True, slots=True)
class TokenSays:
    """One service's token.

    ``permissions`` are application permissions, or what a person's sign-in was given where ``delegated``;
    ``directory_roles`` are names of roles, ``None`` where the token does not speak of any. ``app_id`` is the client id,
    ``principal_id`` the object id of the app's service principal (of the person, where ``delegated``).
    """

    permissions: frozenset[str]
    directory_roles: frozenset[str] | None
    delegated: bool
    app_id: str = ""
    principal_id: str = ""
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What the tokens say, by service (``graph``, ``exchange``).

    A service whose token cannot be read, or that gave none, is left out. ``refused`` says why there is no token.
    ``needed`` are the permissions the connectors ask for, ``accepted`` the names the tenant file accepts although they
    do more than read an audit's facts.
    """

    said: Mapping[str, TokenSays] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether Graph's token says anything at all."""
        return "graph" in self.said

    @property
    def permissions(self) -> frozenset[str]:
        """Every permission granted, by any service."""
        return frozenset[str]().union(*(said.permissions for said in self.said.values()))

    @property
    def delegated(self) -> bool:
        """Whether a person signed in, so that the app may do what both of them may."""
        return any(said.delegated for said in self.said.values())

    @property
    def directory_roles(self) -> frozenset[str] | None:
        """Every directory role held; ``None`` where no token speaks of any."""
        known = [said.directory_roles for said in self.said.values() if said.directory_roles is not None]
        return frozenset[str]().union(*known) if known else None

    @property
    def roles_that_count(self) -> frozenset[str]:
        """The directory roles that give the sign-in its reach.

        A person's own roles do not: an app reaches no further than the permissions it was given, whatever the person
        who signed in may do besides; but they do where a permission is worth what the person's role is.
        """
        counts = not self.delegated or self.permissions & BY_ROLE
        return (self.directory_roles or frozenset()) if counts else frozenset()

    @property
    def unsafe(self) -> tuple[str, ...]:
        """Permissions and roles that can change something, or that read what people wrote, by name, in order.

        A role nobody knows by name may do anything.
        """
        writing = {name for name in self.roles_that_count if role_changes_something(name) is not False}
        return tuple(sorted(writing | {name for name in self.permissions if is_unsafe(name)}))

    @property
    def unsafe_and_not_accepted(self) -> tuple[str, ...]:
        """Those of them the tenant file does not accept by name."""
        return tuple(name for name in self.unsafe if name not in self.accepted)


UNKNOWN_ACCESS = Access()
"""Nobody looked, or no token could be read."""


def is_unsafe(permission: str) -> bool:
    """Whether a permission is more than reading an audit's facts."""
    return changes_something(permission) or reads_content(permission)
