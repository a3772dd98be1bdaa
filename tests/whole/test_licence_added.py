"""Give a council a licence it lacks: what that opens is looked at, and of everything else nothing changes."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from fault_laws import Came
from faulted import Town, town
from licences_added import (
    DEFENDER,
    DEFENDER_P2,
    EVERYTHING,
    GOVERNANCE,
    INTUNE,
    OFFERS,
    P1,
    P2,
    Bought,
    D,
    held,
    subjects,
    with_more_to_find,
)
from virtual import NOW

from m365audit.connectors import CONNECTORS
from m365audit.model.evidence import Gap
from m365audit.model.plans import Plan
from m365audit.model.words import GapKind, Result
from m365audit.rules import RULES

FOR_WANT_OF_ONE: Final = frozenset({GapKind.LICENCE, GapKind.NOT_ENABLED})
ITSELF: Final = "licences"
MEETS, BREACH, REVIEW, NOT = Result.MEETS, Result.DOES_NOT_MEET, Result.REVIEW, Result.NOT_ASSESSED
AS_IT_IS, WITH_MORE = "little-sampling", "little-sampling with more to find"

Row = tuple[str, str, str]
"""Check, subject as people call it, and why."""


@dataclass(frozen=True)
class Shows:
    """What a licence changes. ``comes_to``: check to its result, and a part of what it says where that tells more."""

    appears: tuple[Row, ...] = ()
    goes: tuple[Row, ...] = ()
    comes_to: Mapping[str, tuple[Result, str]] = field(default_factory=dict)

    def __or__(self, more: "Shows") -> "Shows":
        return Shows(self.appears + more.appears, self.goes + more.goes, {**self.comes_to, **more.comes_to})


_ASKED = "the policy of the trial is in force, and asks everybody"
_OF_P1: Final = Shows(
    appears=(
        ("admin-changes-expected", "directory.Add member to role.2026-11-01", "20 days ago: no longer gone after 7"),
        ("unmanaged-device-limited", "entra.unmanagedDevices", "the policy of the trial asks nothing of devices"),
    ),
    goes=(
        ("two-step-enforced", f"olive.smith@{D}", _ASKED),
        ("two-step-enforced", f"pat.d'arcy@{D}", _ASKED),
        ("two-step-enforced", f"m.hughes@{D}", _ASKED),
        ("two-step-enforced", f"t.beech@{D}", _ASKED),
        ("two-step-enforced", f"temp@{D}", _ASKED),
        ("two-step-enforced", "v.moor@tailspin.example", _ASKED),
        ("two-step-enforced", "les.villager@example-mail.test", _ASKED),
        ("two-step-enforced", "pat.darcy@example-mail.test", _ASKED),
    ),
    comes_to={"unmanaged-device-limited": (BREACH, "")},
)
_P1_AS_IT_IS: Final = _OF_P1 | Shows(
    goes=(
        ("two-step-enforced", f"n.ellis@{D}", _ASKED),
        ("legacy-sign-in-blocked", "entra.legacy-sign-in", "old clients are asked as well, and cannot answer"),
        ("legacy-sign-in-blocked", "exchange.smtp-auth", "still on, and lets in nobody any more"),
    ),
    comes_to={
        # All of them signed in two days ago, but for one whose account was made three days ago.
        "account-dormant": (MEETS, ""),
        "two-step-enforced": (MEETS, ""),
        "two-step-exclusions-on-register": (MEETS, ""),
        "legacy-sign-in-blocked": (MEETS, ""),
    },
)
_P1_WITH_MORE: Final = _OF_P1 | Shows(
    appears=(
        ("account-dormant", f"m.hughes@{D}", "91 days ago; the other, 90 days ago, is in use"),
        ("guest-accounted-for", "v.moor@tailspin.example", "91 days ago; the other, 90 days ago, still comes"),
        ("legacy-sign-in-blocked", f"o.smith@{D}", "by IMAP two days ago; one only tried, and one did six weeks ago"),
        ("two-step-exclusions-on-register", f"n.ellis@{D}", "left out; so is the emergency account on the register"),
        ("two-step-registered", f"olive.smith@{D}", "only the report says that she may not use what she registered"),
    ),
    comes_to={
        "account-dormant": (REVIEW, ""),
        "two-step-exclusions-on-register": (BREACH, ""),
    },
)
_ROLE: Final = Shows(
    appears=(
        ("admin-roles-justified", f"m.hughes@{D}", "a councillor who may administer mail whenever she likes"),
        ("leaver-access-removed", f"r.hale@{D}", "has left, with nothing but a role to be taken up"),
    )
)
_AT_RISK: Final = Shows(
    appears=(("incidents-reported", "security.incidents", "one account at risk: another is not, a third is deleted"),),
    comes_to={"incidents-reported": (REVIEW, "")},
)
_QUIET: Final = Shows(comes_to={"incidents-reported": (MEETS, "")})
_ATTACHMENTS: Final = Shows(
    appears=(("mail-protection-on", "exchange.SafeAttachments", "bought, and switched off; links are looked at"),)
)
_INTUNE_AS_IT_COMES: Final = Shows(
    appears=(("device-meets-standard", "intune.secureByDefault", "a device without a policy counts as compliant"),),
    comes_to={"device-meets-standard": (NOT, "no device is managed")},
)
_INTUNE_IN_USE: Final = Shows(
    appears=(
        ("device-meets-standard", "Parish-Laptop", "its disk is not encrypted"),
        ("device-on-asset-list", "Spare phone", "only Intune knows it; the tablet is listed by its serial number"),
    ),
    comes_to={"device-meets-standard": (BREACH, "")},
)
EXPECTED: Final[Mapping[str, Mapping[Bought, Shows]]] = {
    AS_IT_IS: {
        P1: _P1_AS_IT_IS,
        P2: _P1_AS_IT_IS,
        GOVERNANCE: _P1_AS_IT_IS,
        INTUNE: _INTUNE_AS_IT_COMES,
        DEFENDER: Shows(),
        DEFENDER_P2: Shows(),
        EVERYTHING: _P1_AS_IT_IS | _INTUNE_AS_IT_COMES,
    },
    WITH_MORE: {
        P1: _P1_WITH_MORE,
        P2: _P1_WITH_MORE | _ROLE | _AT_RISK,
        GOVERNANCE: _P1_WITH_MORE | _ROLE,
        INTUNE: _INTUNE_IN_USE,
        DEFENDER: _QUIET | _ATTACHMENTS,
        DEFENDER_P2: _QUIET | _ATTACHMENTS,
        EVERYTHING: _P1_WITH_MORE | _ROLE | _INTUNE_IN_USE | _ATTACHMENTS | _AT_RISK,
    },
    "exampleton": {P2: Shows(), GOVERNANCE: Shows(), DEFENDER_P2: Shows()},
}
"""What was made up about the councils, seen with each licence: worked out from what they were made of, by hand."""

SHOWN_BESIDES: Final = {
    # Microsoft shows no policy where none can act, and refuses nobody who asks for them.
    "conditional_access": {Plan.ENTRA_P1},
    # No alert says something only where a product would raise one; where there are any, they are always shown.
    "alerts": {Plan.ENTRA_P2, Plan.OFFICE_PROTECTION},
}
"""What no part of a connector declares, because it is read without a licence as well, and then says less."""

CASES = [
    pytest.param(council, bought, id=f"{council}, having bought {bought.name}")
    for council, offers in EXPECTED.items()
    for bought in offers
]


@cache
def place(name: str) -> Town:
    if name != WITH_MORE:
        return town(name)
    return Town(AS_IT_IS, with_more_to_find(NOW), Path(tempfile.mkdtemp(prefix="m365audit-")))


@cache
def having(name: str, bought: Bought) -> Came:
    richer: Town = copy(place(name))
    richer.council = bought.council(richer.council)
    return richer.audited(None)


def new_with(name: str, bought: Bought) -> frozenset[Plan]:
    """The plans that the council did not have."""
    before = place(name).council
    return held(bought.by(before.tenant)) - held(before.tenant)


def opened(plans: Iterable[Plan]) -> frozenset[str]:
    """The data sets of which a part is declared to need one of some plans, and those that are made from them."""
    by = set(plans)
    found = {
        part.data_set or connector.data_sets[0]
        for connector in CONNECTORS
        for part in connector.parts
        if by & {*part.plans, part.only_with, part.only_without}
    }
    return frozenset(found.union(*(one.data_sets for one in CONNECTORS if found & set(one.needs))))


def touched(plans: frozenset[Plan]) -> frozenset[str]:
    return opened(plans) | {name for name, by in SHOWN_BESIDES.items() if by & plans}


def pairs(name: str, rows: Iterable[Row]) -> set[tuple[str, str]]:
    key = subjects(place(name).council.tenant)
    return {(check, key(subject)) for check, subject, _ in rows}


def found(came: Came) -> set[tuple[str, str]]:
    return {(check, subject) for check, _, subject in came.found}


def planted(name: str) -> set[tuple[str, str]]:
    """What is planted in the council; of one with more to find, what shows of it without a licence."""
    rows = {(plant.rule, plant.subject) for plant in place(name).council.planted}
    return rows - {("incidents-reported", "security.incidents")} if name == WITH_MORE else rows


def want_of_one(gaps: Iterable[Gap], names: frozenset[str]) -> set[Gap]:
    return {gap for gap in gaps if gap.kind in FOR_WANT_OF_ONE and gap.data_set in names}


@pytest.mark.parametrize("name", EXPECTED)
def test_without_more_licences_what_is_planted_is_found_and_nothing_behind_them(name: str) -> None:
    assert found(place(name).untroubled()) == planted(name)


@pytest.mark.parametrize(("name", "bought"), CASES)
def test_every_gap_it_mends_is_gone_and_no_other_gap_comes_or_goes(name: str, bought: Bought) -> None:
    before, after = place(name).untroubled().gaps, having(name, bought).gaps
    opens = touched(new_with(name, bought))
    assert after == {one: gaps - want_of_one(gaps, opens) for one, gaps in before.items()}
    fixes = [gap.fix for gaps in after.values() for gap in gaps]
    assert [fix for fix in fixes for plan in bought.plans if f"licence with {plan}" in fix] == []


@pytest.mark.parametrize(("name", "bought"), CASES)
def test_what_it_opens_was_missing_before(name: str, bought: Bought) -> None:
    before = place(name).untroubled().gaps
    # Second steps are read account by account without the report, so that nothing is missing.
    opens = opened(new_with(name, bought)) - {"registration"}
    assert opens
    assert {one for one in opens if not want_of_one(before[one], opens)} == set()


@pytest.mark.parametrize(("name", "bought"), CASES)
def test_what_is_found_is_what_was_planted_and_what_it_shows_and_nothing_else(name: str, bought: Bought) -> None:
    shows = EXPECTED[name][bought]
    appears, goes = pairs(name, shows.appears), pairs(name, shows.goes)
    assert goes <= planted(name)
    assert appears & planted(name) == set()
    assert found(having(name, bought)) == planted(name) - goes | appears


@pytest.mark.parametrize(("name", "bought"), CASES)
def test_every_check_comes_to_what_it_should(name: str, bought: Bought) -> None:
    before, after, plans = place(name).untroubled(), having(name, bought), new_with(name, bought)
    assert list(_wrong_results(before, after, touched(plans), EXPECTED[name][bought])) == []


def _wrong_results(before: Came, after: Came, opens: frozenset[str], shows: Shows) -> Iterator[str]:
    assert before.assessment
    assert after.assessment
    were = {check.check: check for check in before.assessment.checks}
    assert set(shows.comes_to) <= set(were)
    for check in after.assessment.checks:
        was = were[check.check]
        wanted, says = shows.comes_to.get(check.check, (was.result, ""))
        if check.result is not wanted or says not in check.because:
            yield f"{check.check} was {was.result}, should be {wanted} and is {check.result}: {check.because}"
        if was.result is NOT and want_of_one(was.gaps, opens) and check.check not in shows.comes_to:
            yield f"{check.check} was not assessed for want of it, and nobody has said what it comes to now"
        if want_of_one(check.gaps, opens):
            yield f"{check.check} still lacks it: {check.limits}"


@pytest.mark.parametrize(("name", "bought"), CASES)
def test_what_does_not_touch_it_is_the_same_word_for_word(name: str, bought: Bought) -> None:
    before, after = place(name).untroubled(), having(name, bought)
    assert before.assessment
    assert after.assessment
    opens = touched(new_with(name, bought))
    other = {one for one, digest in after.evidence.items() if digest != before.evidence[one]}
    assert other - opens == {ITSELF}, "what the council has bought is evidence as well"
    apart = {check.check for check in after.assessment.checks if not opens & set(check.sources)}
    assert len(apart) > 30
    for these in (before.assessment, after.assessment):
        assert apart <= {check.check for check in these.checks}
    now = [check for check in after.assessment.checks if check.check in apart]
    assert now == [check for check in before.assessment.checks if check.check in apart]
    there = [finding for finding in after.assessment.findings if finding.rule in apart]
    assert there == [finding for finding in before.assessment.findings if finding.rule in apart]


@pytest.mark.parametrize(
    ("bought", "risky"),
    [pytest.param(P1, "not shown", id="without P2 nobody is told"), pytest.param(P2, "1", id="with P2 it is one")],
)
def test_how_many_appear_to_be_at_risk_is_told_where_microsoft_tells(bought: Bought, risky: str) -> None:
    came = having(AS_IT_IS if bought is P1 else WITH_MORE, bought)
    assert came.assessment
    (said,) = (finding.because for finding in came.assessment.findings if finding.rule == "incidents-reported")
    assert said.endswith(f"accounts that appear to be at risk: {risky}")


@pytest.mark.parametrize(
    ("bought", "rows"),
    [
        pytest.param(DEFENDER, 0, id="with the first plan it is not shown"),
        pytest.param(DEFENDER_P2, 1, id="with the second it is"),
    ],
)
def test_an_exercise_with_false_mail_is_kept_as_evidence_on_which_no_check_rests(bought: Bought, rows: int) -> None:
    came = having(WITH_MORE, bought)
    assert came.assessment
    (kept,) = (one.coverage.rows for one in came.assessment.data_sets if one.name == "attack_simulations")
    assert kept == rows
    assert [rule for rule in RULES if "attack_simulations" in (*RULES[rule].needs, *RULES[rule].uses)] == []


def test_second_steps_are_read_from_the_report_as_soon_as_there_is_one() -> None:
    plain, premium = place(AS_IT_IS).untroubled(), having(AS_IT_IS, P1)
    assert premium.evidence["registration"] != plain.evidence["registration"]
    assert having(AS_IT_IS, INTUNE).evidence["registration"] == plain.evidence["registration"]


def test_every_plan_that_opens_something_is_bought() -> None:
    declared = {plan for one in CONNECTORS for part in one.parts for plan in (*part.plans, part.only_with) if plan}
    assert {plan for bought in OFFERS for plan in held(bought.by(place(AS_IT_IS).council.tenant))} >= declared
    assert set(EXPECTED[AS_IT_IS]) == set(EXPECTED[WITH_MORE]) == set(OFFERS)
