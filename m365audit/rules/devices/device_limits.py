"""Rules about what devices the council does not manage may do."""

from typing import Final

import pandas as pd

from m365audit.model.plans import Plan
from m365audit.model.privileges import SHAREPOINT_ONLINE
from m365audit.model.words import Result
from m365audit.rules.declare import rule
from m365audit.rules.facts.licences import plans
from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.facts.settings_table import Setting, of_settings, said
from m365audit.rules.facts.verdicts import surely

_TOPIC: Final = "Devices"
_FILES: Final = frozenset({"all", "office365", SHAREPOINT_ONLINE})
"""What a policy can be for so that it covers SharePoint and OneDrive."""
_OF_DEVICES: Final = frozenset({"compliantdevice", "domainjoineddevice", "approvedapplication", "compliantapplication"})
_OF_SESSIONS: Final = frozenset({"applicationenforcedrestrictions", "cloudappsecurity"})
_CLIENTS: Final = frozenset({"browser", "mobileappsanddesktopclients"})
_MOST_LEFT_OUT: Final = 2
_WHERE: Final = "Entra admin centre > Protection > Conditional Access"


@rule("unmanaged-device-limited", subject="setting", severity="medium", actor="provider", topic=_TOPIC)
def unmanaged_device_limited(conditional_access: pd.DataFrame, licences: pd.DataFrame) -> pd.DataFrame:
    """A device the council does not manage can do less with the council's data.

    Why: nobody knows whether such a device is locked, or who else uses it.
    Judged: policies of Conditional Access that are switched on (not those that only report), for everybody, everywhere
        and on every system, and for SharePoint, Office 365 or all apps: they ask for a compliant or joined device or an
        approved or protected app, and do not take another thing instead. They have to cover both browsers and apps.
        For the Clerk to look at: they cover a part only, leave out groups, roles or more than two accounts, or only
        hand the session over to SharePoint or Defender, whose own settings decide what it may do. Not assessed where
        the council has no licence for Conditional Access. SharePoint's own setting for unmanaged devices is not shown
        to an auditor that only reads.
    Fix: Entra admin centre > Protection > Conditional Access: ask for a compliant device or a protected app, or limit
        to the browser.
    """
    if Plan.ENTRA_P1 not in plans(licences):
        return of_settings([_limits(None, "the council has no licence for Conditional Access")])
    whole, part = _coverage(conditional_access)
    if whole:
        return of_settings([_limits(good=True)])
    if part:
        fault = f"only a part of what devices could do is limited ({', '.join(part)})"
        return of_settings([_limits(good=False, fault=fault, result=Result.REVIEW)])
    return of_settings([_limits(good=False)])


def _limits(
    good: bool | None,  # noqa: FBT001 - an answer, not a switch
    unknown: str = "",
    fault: str = "nothing limits what devices can do that the council does not manage",
    result: Result = Result.DOES_NOT_MEET,
) -> Setting:
    return Setting(
        path="entra.unmanagedDevices",
        name="Devices that are not managed",
        good=good,
        fault=fault,
        fix=f"ask for a managed device or a protected app, or limit what other devices can do: {_WHERE}",
        unknown=unknown,
        result=result,
    )


@rule(
    "local-copies-limited",
    subject="setting",
    severity="medium",
    actor="provider",
    topic=_TOPIC,
    helpful=("conditional_access",),
)
def local_copies_limited(
    sharing_settings: pd.DataFrame, licences: pd.DataFrame, conditional_access: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Council files are copied only onto computers the council manages.

    Why: a folder that synchronises to a private computer stays there when its owner leaves.
    Judged: SharePoint lets only computers of the council's own domains synchronise; or, where the council's computers
        belong to no such domain, Conditional Access limits what devices can do that are not managed, as the check
        unmanaged-device-limited has it. Whether Teams and the web offer storage of other companies is not shown to an
        auditor that only reads.
    Fix: SharePoint admin centre > Settings > Sync: allow syncing only on computers joined to specific domains; or Entra
        admin centre > Protection > Conditional Access: limit the session on devices that are not managed.
    """
    managed_only = said(sharing_settings["sync_only_managed"])
    licensed = Plan.ENTRA_P1 in plans(licences)
    limited = licensed and conditional_access is not None and _coverage(conditional_access)[0]
    could_be = licensed and conditional_access is None
    good = True if managed_only or limited else None if managed_only is None or could_be else False
    return of_settings(
        [
            Setting(
                path="sharepoint.isUnmanagedSyncAppForTenantRestricted",
                name="Copies on other computers",
                good=good,
                fault="any computer may keep a synchronised copy of the council's files",
                fix=f"limit which computers may keep copies: SharePoint admin centre > Settings > Sync, or {_WHERE}",
                unknown="whether other computers may keep copies could not be told",
            )
        ]
    )


def _coverage(conditional_access: pd.DataFrame) -> tuple[bool, list[str]]:
    """Whether policies limit every way in for everybody, and the names of those that limit some of it."""
    covered: set[str] = set()
    part: list[str] = []
    for row in conditional_access.to_dict("records"):
        policy = {str(name): value for name, value in row.items()}
        if not _limits_devices(policy):
            continue
        part.append(str(policy["name"]))
        # What a session may then do is decided in SharePoint or Defender, where this audit cannot look.
        if _asks_of_devices(policy) and _is_for_all(policy):
            clients = set(listed(policy["clients"]))
            covered |= _CLIENTS if not clients or "all" in clients else clients
    return covered >= _CLIENTS, sorted(part)


def _limits_devices(policy: dict[str, object]) -> bool:
    """Whether a policy that is in force asks something of the device, or restricts the session, for files."""
    if policy["state"] != "enabled" or not surely(pd.Series([policy["licensed"]])).iloc[0]:
        return False
    if listed(policy["unknown_conditions"]) or surely(pd.Series([policy["for_apps_themselves"]])).iloc[0]:
        return False
    if not set(listed(policy["include_apps"])) & _FILES or set(listed(policy["exclude_apps"])) & _FILES:
        return False
    return _asks_of_devices(policy) or bool(set(listed(policy["session_controls"])) & _OF_SESSIONS)


def _asks_of_devices(policy: dict[str, object]) -> bool:
    """Whether nobody gets in by the policy without a managed device or a protected app."""
    controls = set(listed(policy["controls"]))
    others = controls - _OF_DEVICES or listed(policy["custom_controls"]) or text(policy["strength_id"])
    return bool(controls & _OF_DEVICES) and not (text(policy["operator"]) == "or" and others)


def _is_for_all(policy: dict[str, object]) -> bool:
    """Whether a policy holds for everybody, everywhere, on every system and at any risk."""
    narrowing = (
        *("exclude_groups", "exclude_roles", "exclude_locations", "exclude_platforms"),
        *("sign_in_risks", "user_risks", "insider_risks", "transfer_methods", "device_filter"),
    )
    widest = {"include_locations": "all", "include_platforms": "all"}
    return (
        "all" in listed(policy["include_users"])
        and len(listed(policy["exclude_users"])) <= _MOST_LEFT_OUT
        and not any(listed(policy[name]) for name in narrowing)
        and all(set(listed(policy[name])) <= {word} for name, word in widest.items())
    )
