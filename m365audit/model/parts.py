"""What must be there for a part of a data set to be read: permission, licence, role, policy."""

from dataclasses import dataclass

from m365audit.model.plans import Plan


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a connector reads, and everything it cannot be read without.

    ``what`` names the part in plain words; empty means the whole data set, which is nothing without it. ``data_set`` is
    the connector's first where it is empty.
    ``permissions`` are all needed, each itself or by a wider one but those of ``except_by``.
    ``plans`` are licences without any of which it is a gap. With ``only_with`` or ``only_without`` the part is read so
    in tenants that have, or lack, that plan, and does not exist in others.
    ``app_only``: Microsoft answers an app, and not a person who signs in; ``person_needs`` are directory roles one of
    which a person must hold for it, and an app need not. ``access_policy``: only with a Teams
    application access policy. ``names_shown``: only where reports of use show names. ``cmdlets`` are the Exchange
    commands it takes. ``never`` says why nobody can read it who only reads. With all permissions of ``in_snapshot``, a
    snapshot of the configuration that holds it serves instead of everything else.
    """

    permissions: tuple[str, ...]
    what: str = ""
    data_set: str = ""
    except_by: tuple[str, ...] = ()
    plans: tuple[Plan, ...] = ()
    only_with: Plan | None = None
    only_without: Plan | None = None
    app_only: bool = False
    person_needs: tuple[str, ...] = ()
    access_policy: bool = False
    names_shown: bool = False
    cmdlets: tuple[str, ...] = ()
    never: str = ""
    in_snapshot: tuple[str, ...] = ()
