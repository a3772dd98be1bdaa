"""Take one thing away: what it let the audit see is missed by name, and nothing looks any better for it."""

from collections.abc import Callable, Collection, Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fault_laws import Came, downstream
from faulted import COUNCILS, Town, town

from m365audit.connectors import CONNECTORS
from m365audit.engine.collecting.access import NEEDED
from m365audit.model.assessment import CheckResult
from m365audit.model.evidence import Gap
from m365audit.model.permission_table import PERMISSIONS
from m365audit.model.plans import PLAN_IDS, Plan, plans_of
from m365audit.model.words import GapKind, Result
from m365audit.sample.tenant import Tenant

BOTH = [name for name in COUNCILS if name != "hamlet"]
OF_A_GRANT = frozenset({GapKind.PERMISSION, GapKind.ROLE, GapKind.POLICY})
OF_A_LICENCE = frozenset({GapKind.LICENCE, GapKind.NOT_ENABLED})
ITSELF = frozenset({"auditor", "licences"})
"""What the audit's own app may do, and what the council pays for, are evidence as well: that changes with them."""
SERVED_OTHERWISE = {
    ("exampleton", "UserAuthenticationMethod.Read.All"): "with Entra ID P1 the registration report says as much",
}
"""What is granted and not needed in a council, because something else shows the same."""
IMITATED = (Plan.ENTRA_P1, Plan.ENTRA_P2, Plan.INTUNE, Plan.OFFICE_PROTECTION, Plan.OFFICE_PROTECTION_P2)
"""Without the others there is no mail, no file or no meeting to be audited, which is another council."""
OTHER_TRUTHS = {
    # Conditional Access comes with it, so that without it no policy asks anybody; and second steps are read account by
    # account instead of from a report, which says of other cases what it knows.
    str(Plan.ENTRA_P1): {
        "two-step-enforced", "two-step-exclusions-on-register", "two-step-method-strong", "two-step-registered",
    },
    # Serial numbers come from it, by which the register may name a device.
    str(Plan.INTUNE): {"device-on-asset-list"},
}  # fmt: skip
"""Checks of which something else is true without a licence, not only something less known."""


@dataclass(frozen=True)
class Taken:
    """Something taken from a council: how, and of what kind the gaps may be that come of it."""

    name: str
    how: Callable[[Tenant], Tenant]
    kinds: frozenset[GapKind]


def permission(name: str) -> Taken:
    """A permission, with those that would serve in its place."""
    gone = {name, *_wider(name)}
    return Taken(name, lambda tenant: replace(tenant, granted=tenant.granted - gone), OF_A_GRANT)


def _wider(name: str) -> Iterator[str]:
    for wider in PERMISSIONS[name].wider if name in PERMISSIONS else ():
        yield wider
        yield from _wider(wider)


def licence(plan: Plan) -> Taken:
    """A service plan in all subscriptions, those that hold it included."""
    ids = {one for one in PLAN_IDS if plan in plans_of([one])}

    def without(tenant: Tenant) -> Tenant:
        return replace(
            tenant, skus=[{**sku, "servicePlans": list(_off(sku["servicePlans"], ids))} for sku in tenant.skus]
        )

    return Taken(str(plan), without, OF_A_LICENCE)


def _off(plans: list[dict[str, Any]], ids: set[str]) -> Iterator[dict[str, Any]]:
    for plan in plans:
        yield {**plan, "provisioningStatus": "Disabled"} if plan["servicePlanId"] in ids else plan


def _there(tenant: Tenant) -> Iterator[Taken]:
    """All that can be taken from a council, one thing at a time."""
    yield from map(permission, sorted(NEEDED & tenant.granted))
    yield Taken("the directory roles", lambda one: replace(one, directory_roles=frozenset()), OF_A_GRANT)
    if tenant.access_policy:
        yield Taken("the application access policy", lambda one: replace(one, access_policy=False), OF_A_GRANT)
    enabled = [sku for sku in tenant.skus if sku["capabilityStatus"] == "Enabled"]
    held = plans_of(plan["servicePlanId"] for sku in enabled for plan in sku["servicePlans"])
    yield from map(licence, sorted(held & set(IMITATED)))


PAIRS = [(name, taken) for name in BOTH for taken in _there(COUNCILS[name]().tenant)]
CASES = [pytest.param(name, taken, id=f"{name} without {taken.name}") for name, taken in PAIRS]


def without(name: str, taken: Taken) -> tuple[Came, Came]:
    """The council's audit as it is, and without something."""
    whole = town(name)
    less: Town = copy(whole)
    less.council = replace(whole.council, tenant=taken.how(whole.council.tenant))
    return whole.untroubled(), less.audited(None)


@pytest.mark.parametrize(("name", "taken"), CASES)
def test_it_is_missed_by_name_and_nothing_looks_better(name: str, taken: Taken) -> None:
    before, after = without(name, taken)
    untold = () if (name, taken.name) in SERVED_OTHERWISE else _untold(before, after, taken)
    assert [*untold, *_wrong_gaps(before, after, taken), *_wrong_results(before, after, taken)] == []


def test_all_that_the_audit_asks_for_is_taken_away_in_both_councils() -> None:
    assert {(name, taken.name) for name, taken in PAIRS} >= {(name, one) for name in BOTH for one in NEEDED}


def _untold(before: Came, after: Came, taken: Taken) -> Iterator[str]:
    """What was taken is missed, unless all it opens was closed for another reason already."""
    opens = {name for one in CONNECTORS if taken.name in one.permissions for name in one.data_sets}
    if not _new(before, after) and not (opens and all(before.gaps[name] for name in opens)):
        yield "nothing is missed"


def _wrong_gaps(before: Came, after: Came, taken: Taken) -> Iterator[str]:
    for gap in _new(before, after):
        if gap.kind not in taken.kinds:
            yield f"{gap.data_set} {gap.scope} is missed as {gap.kind}: {gap.detail}"
        if not gap.fix:
            yield f"nothing is said that would mend {gap.data_set} {gap.scope}"


def _new(before: Came, after: Came) -> set[Gap]:
    return {gap for name, gaps in after.gaps.items() for gap in gaps - before.gaps[name]}


def _lost(before: Came, after: Came) -> set[str]:
    """The data sets of which something is missing that was not, and those that are not the same for want of them."""
    gone = {name for name, gaps in after.gaps.items() if gaps - before.gaps[name]}
    return gone | {name for name in downstream(gone) if after.evidence[name] != before.evidence[name]}


def _wrong_results(before: Came, after: Came, taken: Taken) -> Iterator[str]:
    assert before.assessment
    assert after.assessment
    lost, others = _lost(before, after), OTHER_TRUTHS.get(taken.name, set())
    were = {check.check: check for check in before.assessment.checks}
    for check in after.assessment.checks:
        was = were[check.check]
        found = {finding for finding in after.found if finding[0] == check.check}
        known = {finding for finding in before.found if finding[0] == check.check}
        if _is_good(check.result) and not _is_good(was.result):
            yield f"{check.check} was {was.result} and is {check.result}"
        if check.check in others:
            continue
        if found - known:
            yield f"{check.check} finds out of nothing {sorted(found - known)}"
        if lost & set(check.sources):
            yield from _unsaid(was, check, known - found)
        elif not ITSELF & set(check.sources) and (found != known or check.result is not was.result):
            yield f"{check.check} has all its evidence; it was {was.result} and is {check.result}"
    clauses = {(one.policy, one.clause.id): one.result for one in before.assessment.clauses}
    for one in after.assessment.clauses:
        if _is_good(one.result) and not _is_good(clauses[one.policy, one.clause.id]):
            yield f"clause {one.clause.id} was {clauses[one.policy, one.clause.id]} and is {one.result}"


def _unsaid(was: CheckResult, check: CheckResult, gone: Collection[object]) -> Iterator[str]:
    """What a check keeps to itself that lacks something it had."""
    lacks = set(check.gaps) - set(was.gaps)
    if lacks and _is_good(check.result):
        yield f"{check.check} is {check.result} without {sorted(gap.data_set for gap in lacks)}"
    if gone and check.result is not Result.NOT_ASSESSED and check.limits == was.limits:
        yield f"{check.check} finds {len(gone)} no more, and does not say what it did not see"
    if (lacks or check.result is not was.result) and not check.limits:
        yield f"{check.check} is {check.result}, and does not say what it did not see"
    if check.result is not was.result and check.result is not Result.NOT_ASSESSED and not check.findings:
        yield f"{check.check} was {was.result} and is {check.result}, having found nothing"


def _is_good(result: Result) -> bool:
    return result in (Result.MEETS, Result.NOT_APPLICABLE, Result.ATTESTED)
