"""Passwords of workbooks: from the environment or asked for at the terminal, never from the command line.

They are asked for before anything is collected, for nobody wants to be asked twenty minutes later.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from m365audit.cli.app import err
from m365audit.engine.custody.protection import SHORTEST, Keyring, NoPassword, Protect, Protection, to_encrypt, unfit
from m365audit.model.tenant import WORKBOOK_PASSWORD, Tenant
from m365audit.register.typed import plain
from m365audit.settings import BadFile, load_tenant, tenants_available

Encrypt = Annotated[
    bool | None,
    typer.Option(
        "--encrypt/--no-encrypt",
        help="Encrypt the workbooks that name people, or none; else as the tenant file has it.",
        show_default=False,
    ),
]

_MOST_ASKED = 3
_NOT_SET = "${"


def protections(slugs: Iterable[str], config: Path, *, wanted: bool | None) -> Protect:
    """How each council's workbooks are protected: all that has to be asked is asked here, one council after another.

    What gives a council no protection that will do is raised when its turn comes, and stops none of the others.
    """
    found: dict[str, Protection | NoPassword] = {}
    for slug in slugs:
        try:
            found[slug] = protection(load_tenant(config, slug), wanted=wanted)
        except NoPassword as refusal:
            found[slug] = refusal
        except BadFile:
            # Its audit refuses it, in its turn and in the same words.
            continue

    def protect(tenant: Tenant) -> Protection:
        known = found.get(tenant.slug) or protection(tenant, wanted=wanted)
        if isinstance(known, NoPassword):
            raise known
        return known

    return protect


def protection(tenant: Tenant, *, wanted: bool | None) -> Protection:
    """How one council's workbooks are protected; somebody is asked for the password where no variable holds it.

    Raises:
        NoPassword: there is nobody to ask, or what there is will not do.
    """
    readers = to_encrypt(tenant, wanted=wanted)
    if not readers:
        return Protection()
    for password, place in _in_the_environment(tenant):
        if why := unfit(password):
            message = f"the workbooks of {tenant.council} cannot be encrypted with the password in {place}: {why}"
            raise NoPassword(message)
        return Protection(readers, password)
    if not _is_at_a_terminal():
        message = (
            f"the workbooks of {tenant.council} are to be encrypted, and there is no password; set {WORKBOOK_PASSWORD} "
            "or put it in .env, or give the command at a terminal"
        )
        raise NoPassword(message)
    return Protection(readers, _asked_twice(tenant))


def keyring(config: Path) -> Keyring:
    """The passwords to try on workbooks that come back: those in the environment, then those somebody is asked for."""
    at_hand = [os.environ.get(WORKBOOK_PASSWORD, "")]
    for slug in tenants_available(config):
        try:
            at_hand += [password for password, _ in _in_the_environment(load_tenant(config, slug, signs_in=False))]
        except BadFile:
            # A council that cannot be read has no part in this, unless the file is its own; then that is said.
            continue
    return Keyring(filter(None, at_hand), _Asker() if _is_at_a_terminal() else None)


def _in_the_environment(tenant: Tenant) -> list[tuple[str, str]]:
    """The password that counts for a council, with where it stands; none where no variable is set."""
    own = tenant.workbooks.password or ""
    places = (
        ("" if _NOT_SET in own else own, f"the variable that {tenant.slug}.yaml names for it"),
        (os.environ.get(WORKBOOK_PASSWORD, ""), WORKBOOK_PASSWORD),
    )
    return [(password, place) for password, place in places if password][:1]


def _asked_twice(tenant: Tenant) -> str:
    err.print(
        f"The workbooks of {escape(tenant.council)} will be encrypted; choose a password of at least {SHORTEST} "
        "characters, such as three unrelated words.",
        soft_wrap=True,
    )
    for _ in range(_MOST_ASKED):
        password = _hidden("Password")
        if why := unfit(password):
            err.print(f"It will not do: {why}.", soft_wrap=True)
        elif _hidden("The same again") == password:
            return password
        else:
            err.print("These two are not the same.")
    message = f"no password was settled for the workbooks of {tenant.council}; give the command again"
    raise NoPassword(message)


class _Asker:
    """Asks for the password of a file; whoever is asked again for the same one gave a wrong one before."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, file: str) -> str:
        if file == self._last:
            err.print("That one does not open it.")
        self._last = file
        return _hidden(f"Password of {plain(file)} (nothing to leave it)")


def _hidden(words: str) -> str:
    answer: str = typer.prompt(words, default="", show_default=False, hide_input=True, err=True)
    return answer


def _is_at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
