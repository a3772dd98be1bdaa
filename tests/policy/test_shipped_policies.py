"""The policies that ship: complete, traceable to their texts, and each clause decided by something."""

import re
from collections import Counter
from datetime import date

import pytest

from m365audit.model.policy import Clause, Policy
from m365audit.model.words import Force, Judgement, Result, Right
from m365audit.policy import load, policies_available, rolled_up
from m365audit.rules import RULES

from .catalogue import CATALOGUE, TOWCESTER, TOWN_COUNCIL_2023, clauses_by_line

POLICIES = {
    name: load(
        name, config_dir=None, known_checks=CATALOGUE, parameters={r.id: tuple(r.parameters) for r in RULES.values()}
    )
    for name in ("town-council-2023", "towcester", "baseline")
}
OURS, TOWCESTER_POLICY, BASELINE = POLICIES.values()
COUNCILS = (OURS, TOWCESTER_POLICY)
ATTESTATIONS = [pytest.param(c, id=c.id) for p in COUNCILS for c in p.clauses if c.judgement is Judgement.ATTESTATION]
EVERY_CLAUSE = [pytest.param(clause, id=clause.id) for policy in POLICIES.values() for clause in policy.clauses]
FRAMEWORKS = re.compile(
    r"AGS10-(EMAIL|WEB|PUB|DP|ITP)|CE (UAC|SC|SUM|MAL)|CIS 7\.0\.0 \d(\.\d{1,2}){2,3}"
    r"|UK GDPR Art (5\(1\)\([cef]\)|5\(2\)|24|25|28|32\(1\)\([abcd]\)|33|34|35)|FOIA 2000 s\.(3\(2\)\(b\)|45|46|77)"
    r"|Localism Act 2011 s\.(25|27-28)|LGA 1972 Sch 12|Computer Misuse Act 1990 s\.[13]|Equality Act 2010"
    r"|SI 2018/952|WCAG 2\.2 AA|ICO Monitoring workers"
)
NEVER_CITED = {"CIS 7.0.0 5.1.3.1"}


def clause(clause_id: str) -> Clause:
    """One clause of any of the policies."""
    return next(c for policy in POLICIES.values() for c in policy.clauses if c.id == clause_id)


@pytest.mark.parametrize(
    ("policy", "listing", "count"),
    [
        pytest.param(OURS, TOWN_COUNCIL_2023, 58, id="town-council-2023 has its 58 clauses on their lines"),
        pytest.param(TOWCESTER_POLICY, TOWCESTER, 74, id="towcester has its 74 clauses on their lines"),
    ],
)
def test_the_clauses_are_those_of_the_text(policy: Policy, listing: str, count: int) -> None:
    """Every clause is there once, in the order of the text, on its line."""
    assert [(c.id, c.line) for c in policy.clauses] == list(clauses_by_line(listing).items())
    assert len(policy.clauses) == count


def test_no_id_is_used_in_two_policies() -> None:
    """Findings name clauses by id alone."""
    ids = [c.id for policy in POLICIES.values() for c in policy.clauses]
    assert len(ids) == len(set(ids))
    assert len([i for i in ids if not i.startswith("BASE-")]) == 132


def test_the_two_policies_divide_as_they_were_counted() -> None:
    """17 decided by data, 58 in part, 48 by statement, 9 from facts of the policy itself."""
    counted = Counter(c.judgement for policy in COUNCILS for c in policy.clauses)
    assert counted == {
        Judgement.AUTOMATIC: 17,
        Judgement.PARTLY: 58,
        Judgement.ATTESTATION: 48,
        Judgement.POLICY_FACTS: 9,
    }


def test_the_policies_are_found_by_name() -> None:
    """Those that ship need no folder of the council's."""
    assert policies_available() == ("baseline", "towcester", "town-council-2023")


def test_every_check_has_a_clause_for_every_council() -> None:
    """What a check finds is a finding under the baseline, or under both policies: nothing is lost."""
    decides = {name: {use.check for c in policy.clauses for use in c.checks} for name, policy in POLICIES.items()}
    assert decides["baseline"] | (decides["towcester"] & decides["town-council-2023"]) == CATALOGUE


def test_every_check_of_the_catalogue_is_made() -> None:
    """Nothing is only planned, and no rule is made that nobody wrote down."""
    assert RULES.keys() == CATALOGUE


@pytest.mark.parametrize("clause", EVERY_CLAUSE)
def test_a_clause_can_come_to_a_result(clause: Clause) -> None:
    """Something decides it: checks, a person's statement, or the clauses it rolls up."""
    assert clause.checks or clause.attestation or clause.rolls_up
    assert all(isinstance(use.parameters, dict) for use in (*clause.checks, *clause.supporting))


@pytest.mark.parametrize("clause", EVERY_CLAUSE)
def test_a_clause_is_told_in_plain_words(clause: Clause) -> None:
    """One short sentence, no jargon."""
    assert clause.paraphrase.endswith(".")
    assert len(clause.paraphrase) <= 160
    assert not re.search(r"\b(MFA|tenant|UPN|SMTP)\b", clause.paraphrase)
    assert clause.note or not clause.cap


@pytest.mark.parametrize("clause", ATTESTATIONS)
def test_what_only_a_person_can_say_is_asked(clause: Clause) -> None:
    """A code, a question the Clerk can answer Yes to, and the evidence to keep."""
    assert clause.attestation is not None
    assert clause.attestation.codes
    assert re.fullmatch(r"(Has|Have|Is|Are|Was|Were|Did|Does|Do) [^?]+\? Keep [^?]+\.", clause.attestation.ask)
    assert not clause.checks


def test_the_codes_of_statements_are_the_known_ones() -> None:
    """A code nobody asks for again would split what one statement answers."""
    codes = {code for p in COUNCILS for c in p.clauses if c.attestation for code in c.attestation.codes}
    wanted = "ACK LAW CONDUCT IM ROLE PROC BKP DSP LVR DEV BYOD MON CCTV TRN INC INC-LOG WEB"
    assert codes == {f"ATT-{code}" for code in wanted.split()}


@pytest.mark.parametrize("clause", EVERY_CLAUSE)
def test_frameworks_are_named_by_identifiers_that_exist(clause: Clause) -> None:
    """Nothing unconfirmed is cited."""
    assert not [name for name in clause.frameworks if not FRAMEWORKS.fullmatch(name) or name in NEVER_CITED]
    assert len(set(clause.frameworks)) == len(clause.frameworks)


@pytest.mark.parametrize(
    ("clause_id", "supporting"),
    [
        pytest.param("A-DOC-02", {"two-step-enforced"}, id="two-step sign-in, which policy A does not ask for"),
        pytest.param(
            "A-DOC-06",
            {
                "two-step-registered",
                "two-step-enforced",
                "two-step-method-strong",
                "two-step-exclusions-on-register",
                "legacy-sign-in-blocked",
                "password-protection-on",
                "incidents-reported",
            },
            id="everything about passwords, which shows no behaviour",
        ),
    ],
)
def test_what_only_supports_decides_nothing(clause_id: str, supporting: set[str]) -> None:
    """Evidence a policy does not ask for is shown and does not count."""
    assert {use.check for use in clause(clause_id).supporting} == supporting
    assert not {use.check for use in clause(clause_id).checks} & supporting


def test_policy_a_is_never_breached_by_two_step_sign_in() -> None:
    """It has no clause on it; the baseline has."""
    assert not [c.id for c in OURS.clauses for use in c.checks if use.check.startswith("two-step")]
    assert {use.check for c in BASELINE.clauses for use in c.checks} >= {
        c for c in CATALOGUE if c.startswith("two-step")
    }


@pytest.mark.parametrize(
    ("clause_id", "check", "parameters"),
    [
        ("A-EML-01", "person-has-account", {"roles": ("councillor",)}),
        ("A-EML-03", "mailbox-access-authorised", {}),
        (
            "A-EML-06",
            "mailbox-access-authorised",
            {"rights": ("send as", "send on behalf"), "mailboxes_of": ("councillor",)},
        ),
        ("B-08-01", "person-has-account", {"roles": ("councillor", "staff")}),
        ("A-VM-03", "meeting-on-teams", {"kinds": ("working group",)}),
        ("B-16-02", "policy-documents-on-file", {"documents": ("Retention and Disposal Policy",)}),
    ],
)
def test_a_clause_narrows_its_check_as_its_text_does(clause_id: str, check: str, parameters: dict[str, object]) -> None:
    """Whom and what the clause is about."""
    use = next(use for use in clause(clause_id).checks if use.check == check)
    assert use.parameters == parameters


def test_rights_are_spelled_as_everywhere() -> None:
    """The register and the natural keys use these words."""
    rights = {
        r for p in POLICIES.values() for c in p.clauses for use in c.checks for r in use.parameters.get("rights", ())
    }
    assert rights <= set(Right)


@pytest.mark.parametrize(
    ("clause_id", "force", "cap"),
    [
        pytest.param("A-EML-04", Force.SHOULD, Result.ADVICE, id="should, but a later line calls it voluntary"),
        pytest.param("A-EML-10", Force.ENCOURAGED, None, id="encouraged, which caps by itself"),
        pytest.param("B-04-04", Force.MUST_NOT, None, id="the same evidence, where a policy prohibits"),
        pytest.param("A-EML-07", Force.LAW, Result.ADVICE, id="law that nobody can break here"),
        pytest.param("A-VM-01", Force.MUST, Result.REVIEW, id="council meetings, for the Clerk to look at"),
        pytest.param("A-DOC-14", Force.MUST_NOT, Result.REVIEW, id="personal files, for the Clerk to look at"),
        pytest.param("B-09-04", Force.ENCOURAGED, None, id="password changes, against today's advice"),
    ],
)
def test_how_far_a_clause_may_go(clause_id: str, force: Force, cap: Result | None) -> None:
    """Contradictions are settled in the policy file, where a council can switch them."""
    assert (clause(clause_id).force, clause(clause_id).cap) == (force, cap)


def test_policy_a_names_its_switch() -> None:
    """The note says how a council makes the clause strict."""
    assert "cap" in clause("A-EML-04").note
    assert "A-EML-10" in clause("A-EML-04").note


@pytest.mark.parametrize(
    ("policy", "roll_up"), [(OURS, "A-RSP-01"), (TOWCESTER_POLICY, "B-03-02")], ids=lambda v: getattr(v, "id", v)
)
def test_keeping_the_policy_means_keeping_every_clause_on_councillors_and_staff(policy: Policy, roll_up: str) -> None:
    """The roll-up finds them by whom they bind, and not itself or what binds the council alone."""
    found = {c.id for c in rolled_up(clause(roll_up), policy.clauses)}
    bound = {"councillors", "staff", "users", "own-device users", "line managers"}
    assert found == {c.id for c in policy.clauses if bound & set(c.binds)} - {roll_up}
    assert [c.id for c in policy.clauses if c.rolls_up] == [roll_up]
    assert found


def test_the_review_of_policy_a_is_34_months_overdue_in_november_2026() -> None:
    """A true finding, which the first run must show."""
    assert OURS.last_review == date(2023, 1, 1)
    assert OURS.next_review == date(2024, 1, 31)
    run = date(2026, 11, 21)
    assert (run.year - OURS.next_review.year) * 12 + run.month - OURS.next_review.month == 34


def test_towcester_gives_no_date_and_names_its_documents() -> None:
    """The text has no date: whether it is due cannot be told, and is not guessed."""
    policy = TOWCESTER_POLICY
    assert (policy.adopted_on, policy.last_review, policy.next_review, policy.review_every_months) == (
        None,
        None,
        None,
        12,
    )
    asked = {name for c in policy.clauses for use in c.checks for name in use.parameters.get("documents", ())}
    assert asked == {document.name for document in policy.documents}
