"""The auditor must not be able to change anything: what its sign-in may do is looked at before it is used."""

from m365audit.model.access import Access


class UnsafePermission(Exception):
    """The app may change something, or read what an audit has no business reading. One sentence, with the remedy."""


def refuse_unsafe(access: Access, council: str) -> None:
    """Stop where the sign-in holds an unsafe permission or role the tenant file does not accept by name.

    Raises:
        UnsafePermission: it does.
    """
    found = access.unsafe_and_not_accepted
    if found:
        names = ", ".join(found)
        message = (
            f"{council}: the auditor's app holds {names}, which is more than reading an audit's facts; take it away in "
            "Entra admin centre > App registrations > API permissions (a role: Roles and administrators), or accept it "
            "by name under accept_write_permissions in the tenant file"
        )
        raise UnsafePermission(message)
