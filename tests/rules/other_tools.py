"""What three other tools conclude from the same policies: is two-step sign-in required of everybody?

Each function is one test of one tool, told again in our own words over the rows of ``access_rows``. True is "required",
False is "not required", None is "says nothing". All three answer for the tenant, never for one account, and take their
answer from single policies, never from several together. Each tool has further tests for parts of what this one leaves
out (Prowler for policies that leave somebody out whom no other takes in, Maester for what Microsoft's own What If
says); those are not told here. Two things hold for all three:

* A policy about apps that sign in as themselves reaches them with nobody in it: Microsoft says ``None`` there.
* They are given the strength inside the policy. A row where we could not read the strengths does not say what is in it,
  so it is not held for or against them.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from access_rows import STRENGTHS
from rule_rows import Row

World = dict[str, Any]
Tool = Callable[[list[Row], World], bool | None]


def as_maester(policies: list[Row], world: World) -> bool | None:
    """Maester, MT.1007: at least one policy requires a second step of all users.

    Read on 2026-11-22: maester365/maester, powershell/public/maester/entra/Test-MtCaMfaForAllUsers.ps1, as it stood
    after pull request 2169 (merged, September 2026), with the correction of pull request 2170 (merged, September 2026)
    as that request describes it: until then a policy without any grant control counted as well.

    Skipped without Entra ID P1. Of the policies in force it drops those that mend a risk (a new password, risk
    remediation) or hold for risky users or sign-ins only. One of the others is enough if it is for all users and all
    apps and names the second step, a strength that satisfies it, or any control of another provider. The operator
    between the controls, whoever and whatever is left out, and every other condition are not looked at.

    Our rows say of each policy, not of the tenant, whether there is a licence: without a policy there is taken to be
    one, and where it is not known, nothing is said.
    """
    if any(policy["licensed"] is not True for policy in policies):
        return None
    return any(
        policy["state"].lower() == "enabled"
        and not {"passwordchange", "riskremediation"} & _lower(policy["controls"])
        and not policy.get("user_risks")
        and not policy.get("sign_in_risks")
        and (
            "mfa" in _lower(policy["controls"])
            or _strength(policy, world).get("satisfies") == "mfa"
            or bool(policy.get("custom_controls"))
        )
        and "all" in _lower(policy["include_users"])
        and "all" in _lower(policy["include_apps"])
        for policy in _of_people(policies)
    )


def as_scubagear(policies: list[Row], world: World) -> bool | None:
    """ScubaGear, MS.AAD.3.2: a second step is enforced for all users.

    Read on 2026-11-22: cisagov/ScubaGear, PowerShell/ScubaGear/Rego/AADConfig.rego at 01678c73 and at 68ebd0cb,
    Rego/Utils/AAD.rego at 21763d5b and 040daa1c, Testing/Unit/Rego/AAD/AADConfig_03_test.rego at 0328db3f; pull request
    2066 (merged 2026: guests and apps left out are looked at as people are) and issue 1742 (open; a comment of
    2026-09-01 lists what the rule asks for). The text of the helper ``IsGeneralMFA`` was not found: that ``mfa`` among
    the controls is enough is from the code before it and from those unit tests; that a strength is held against the
    fixed combinations of Microsoft's strength "Multifactor authentication" is from issue 1993. Of the ways to hold it
    against them the strictest is taken (every combination is among them); the unit tests accept more. Version 2.0.0 of
    October 2026 was not to be found.

    One policy in force is enough if it is for all users and all apps, leaves out no role, no user, no group, no guest
    and no app, but for those its own configuration accepts (here: none), and names the second step or such a strength.
    The operator, places, platforms, clients, devices and risks are not looked at, nor is the licence.

    Run beside its own Rego over every row on that day, with ``mfa`` among the controls in place of ``IsGeneralMFA``:
    the same answer on each row but where a strength asks, and where guests are left out (the text read is older than
    pull request 2066, and passes those).
    """
    left_out = ("exclude_users", "exclude_groups", "exclude_roles", "exclude_guests", "exclude_apps")
    return any(
        policy["state"] == "enabled"
        and "All" in policy["include_users"]
        and "All" in policy["include_apps"]
        and not any(policy[column] for column in left_out)
        and ("mfa" in policy["controls"] or _all_two_steps(_strength(policy, world).get("combinations", [])))
        for policy in _of_people(policies)
    )


def as_prowler(policies: list[Row], world: World) -> bool | None:
    """Prowler, ``entra_users_mfa_enabled``: a policy in force requires a second step of all users.

    Read on 2026-11-22: prowler 5.46.0 from PyPI (the same text as prowler-cloud/prowler at 3d0c9d67),
    prowler/providers/m365/services/entra/entra_users_mfa_enabled/entra_users_mfa_enabled.py, and the reading of the
    policies in entra_service.py beside it.

    One policy in force is enough if it is for all users and all apps and has ``mfa`` among its built-in controls.
    Nothing else of the policy is looked at, a strength neither, nor is the licence. Reading stops, without a word in
    the result, at the first policy with a control, operator or state it has no name for; that policy and all after it
    are not seen. It reads the first page of policies only; our rows know no pages.

    Run beside Prowler's own reading and test over every row of the table on that day: the same answer on each.
    """
    del world
    return any(
        policy["state"] == "enabled"
        and "All" in policy["include_users"]
        and "All" in policy["include_apps"]
        and "mfa" in policy["controls"]
        for policy in _until_prowler_stops(_of_people(policies))
    )


TOOLS: dict[str, Tool] = {"Maester": as_maester, "ScubaGear": as_scubagear, "Prowler": as_prowler}


class Overlooked(NamedTuple):
    """Why a tool is wrong, and where in a row that stands: columns of the policies, or other evidence."""

    why: str
    columns: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    other_policies: bool = False


OVERLOOKED = {
    # What lets somebody in without the second step, and is not seen.
    "operator": Overlooked(
        "the second step is one of several ways, and any of them is enough",
        ("operator", "controls", "custom_controls", "terms_of_use", "strength_id"),
    ),
    "custom": Overlooked("what another provider's control asks for is not known", ("custom_controls", "controls")),
    "label": Overlooked("the strength lets in with one step, whatever it says of itself", ("strength_id", "controls")),
    "licence": Overlooked("without a licence policies may not be held", ("licensed",)),
    "users": Overlooked("an account is left out by its id", ("exclude_users",)),
    "groups": Overlooked("an account is left out by a group, or by one nobody could read", ("exclude_groups",)),
    "nested": Overlooked("an account is left out by a group within a group", ("exclude_groups",)),
    "roles": Overlooked("an account is left out by a role, or by one nobody could read", ("exclude_roles",)),
    "guests": Overlooked(
        "guests, or people of other organisations, are left out",
        ("exclude_users", "exclude_guests", "exclude_guests_of"),
    ),
    "apps": Overlooked("apps are left out", ("include_apps", "exclude_apps")),
    "clients": Overlooked("it holds for some kinds of client only", ("clients",)),
    "platforms": Overlooked("it holds for some platforms only", ("include_platforms", "exclude_platforms")),
    "places": Overlooked("it holds at some places only", ("include_locations", "exclude_locations")),
    "devices": Overlooked("it holds for the devices of a rule only", ("device_filter", "device_filter_mode")),
    "risks": Overlooked(
        "it holds at some risks only; or at all of them, and is taken for some",
        ("user_risks", "sign_in_risks", "insider_risks", "controls", "operator"),
    ),
    "unknown": Overlooked("there is a condition or control nobody has told us of", ("unknown_conditions",)),
    # What asks for the second step, and is not seen.
    "defaults": Overlooked("security defaults ask", evidence=("security_defaults",)),
    "per-user": Overlooked("the older setting asks", evidence=("per_user_mfa",)),
    "named": Overlooked(
        "who is asked is named, and not as everybody",
        ("include_users", "include_groups", "include_roles", "include_guests", "include_guests_of"),
    ),
    "together": Overlooked("one policy takes in what the other leaves out", other_policies=True),
    "anybody": Overlooked(
        "somebody else is left out, or nobody: that anything is left out is enough for a No",
        ("exclude_users", "exclude_groups", "exclude_roles", "exclude_guests", "exclude_guests_of"),
    ),
    "block": Overlooked("who is let in nowhere needs no second step", ("controls",)),
    "strength": Overlooked("a strength asks", ("strength_id", "controls", "operator")),
    "stops": Overlooked("reading stops at a word it does not know", ("controls", "operator")),
    "accounts": Overlooked(
        "nobody signs in there, or another check has it, or it is for emergencies and kept as such",
        evidence=("accounts", "mailbox_settings", "other_accounts"),
    ),
}
"""The words of the table, with what each means."""


def _of_people(policies: list[Row]) -> list[Row]:
    return [policy for policy in policies if not policy.get("for_apps_themselves")]


def _lower(words: list[str]) -> set[str]:
    """PowerShell compares without case."""
    return {word.lower() for word in words}


def _strength(policy: Row, world: World) -> Row:
    strengths: list[Row] = world.get("authentication_strengths", STRENGTHS) or []
    return next((row for row in strengths if row["strength_id"] == policy.get("strength_id")), {})


_TWO_IN_ONE = {
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "federatedMultiFactor",
}
"""The combinations of one method in Microsoft's strength "Multifactor authentication"; all others join two."""


def _all_two_steps(combinations: list[str]) -> bool:
    return bool(combinations) and all(one in _TWO_IN_ONE or "," in one for one in combinations)


_CONTROLS_OF_PROWLER = {
    "mfa",
    "block",
    "domainJoinedDevice",
    "passwordChange",
    "compliantDevice",
    "approvedApplication",
    "compliantApplication",
    "termsOfUse",
}


def _until_prowler_stops(policies: list[Row]) -> Iterator[Row]:
    for policy in policies:
        grants = any(policy.get(name) for name in ("controls", "custom_controls", "terms_of_use", "strength_id"))
        if (
            set(policy["controls"]) - _CONTROLS_OF_PROWLER
            or policy["state"] not in {"enabled", "disabled", "enabledForReportingButNotEnforced"}
            or (grants and policy["operator"] is None)
        ):
            return
        yield policy
