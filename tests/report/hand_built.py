"""A realistic assessment, built by hand: sixty clauses, twenty-five findings, some of them with hostile names."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from m365audit.model.assessment import (
    Assessment,
    CheckResult,
    ClauseResult,
    DataSetNote,
    Finding,
    GapNote,
    Subject,
)
from m365audit.model.datasets import DATA_SETS
from m365audit.model.evidence import Coverage, Gap, Row, Stored
from m365audit.model.keys import reference
from m365audit.model.policy import Attestation, CheckUse, Clause
from m365audit.model.words import Actor, Force, GapKind, Judgement, Result, Severity, State, SubjectKind

TENANT_ID = "11111111-2222-3333-4444-555555555555"
AS_OF = date(2026, 11, 21)
COLLECTED_AT = datetime(2026, 11, 21, 9, 30, 12, 345678, tzinfo=UTC)

HOSTILE = (
    '=HYPERLINK("https://example.test/?"&A1,"Minutes")',
    "=cmd|'/c calc'!A1",
    "+447700900123",
    "-2+3",
    "@SUM(A1:A9)",
    "{=1+1}",
    "\t=1+1",
    "\r=1+1",
    "#N/A",
    "#REF!",
    "nul\x00 bell\x07 escape\x1b delete\x7f next\x85",
    "not a character \ufffe \uffff \U0001fffe",
    "half a pair \ud83d",
    "Minutes\u202excod.exe",
    "Cl\u200berk\u2066\u2069\ufeff",
    "_x000D_ and _x0041_x0042_ and _x005F_x0041_",
    "x" * 40_000,
    "\n".join(f"line {number}" for number in range(300)),
    "Family 👨\u200d👩\u200d👧 picnic 🎉",
    "Tŷ Ŵyn Cyngor â Siân Llŷr",
    "'leading apostrophe",
    "00123",
    "1E5",
    "31/03/2027",
    " spaces at both ends ",
    "https://example.test/anyone-with-this-link",
    "<v>&amp;</v><f>1+1</f>",
)

_CHECKS: tuple[tuple[str, str, str, Severity, Actor, SubjectKind], ...] = (
    ("person-has-account", "Everyone on the register has one account", "People and accounts",
     Severity.MEDIUM, Actor.PROVIDER, SubjectKind.PERSON),
    ("account-on-register", "Every account belongs to somebody on the register", "People and accounts",
     Severity.MEDIUM, Actor.CLERK, SubjectKind.ACCOUNT),
    ("account-dormant", "Every account has been used in the last 90 days", "People and accounts",
     Severity.LOW, Actor.CLERK, SubjectKind.ACCOUNT),
    ("two-step-registered", "Everyone has set up a second step for signing in", "Two-step sign-in",
     Severity.HIGH, Actor.PERSON, SubjectKind.ACCOUNT),
    ("two-step-method-strong", "Nobody relies on text messages for the second step", "Two-step sign-in",
     Severity.LOW, Actor.PERSON, SubjectKind.ACCOUNT),
    ("mailbox-access-authorised", "Nobody opens another's mailbox without authority", "Mailbox access",
     Severity.HIGH, Actor.CLERK, SubjectKind.MAILBOX_ACCESS),
    ("mail-forwarded-outside", "No mailbox sends its mail on to an outside address", "Forwarding",
     Severity.HIGH, Actor.PROVIDER, SubjectKind.FORWARD),
    ("share-anyone-link", "No file is open to anyone who has the link", "Sharing outside",
     Severity.HIGH, Actor.PROVIDER, SubjectKind.SHARE),
    ("share-outside-accepted", "Whatever is shared outside has been accepted", "Sharing outside",
     Severity.MEDIUM, Actor.CLERK, SubjectKind.SHARE),
    ("sharing-limits-set", "Sharing is limited in the settings", "Sharing outside",
     Severity.MEDIUM, Actor.PROVIDER, SubjectKind.SETTING),
    ("guest-accounted-for", "Every guest is known and still needed", "Guests",
     Severity.LOW, Actor.CLERK, SubjectKind.GUEST),
    ("meeting-on-teams", "Council meetings online are held on Teams", "Meetings",
     Severity.MEDIUM, Actor.PERSON, SubjectKind.MEETING),
    ("leaver-access-removed", "Nobody who has left still has access", "Leavers",
     Severity.HIGH, Actor.PROVIDER, SubjectKind.ACCOUNT),
    ("policy-review-due", "The policy has been reviewed in time", "Policy",
     Severity.LOW, Actor.COUNCIL, SubjectKind.POLICY),
)  # fmt: skip
CHECK_IDS = tuple(check[0] for check in _CHECKS)

_WHY = {
    "Forwarding": "council business in a private mailbox can still be asked for under Freedom of Information, and is "
    "out of the council's reach",
    "Two-step sign-in": "a stolen password alone would open the account",
    "Mailbox access": "whoever opens a mailbox reads what residents wrote in confidence",
}
_HEADINGS = ("Email", "Passwords and sign-in", "Documents", "Virtual meetings", "Leavers", "Personal devices")
_PARAPHRASES = (
    "Use the council's own address for council business, and no private one",
    "Keep passwords to yourself and set up a second step for signing in wherever the service offers one",
    "Share documents only with those who need them, for as long as they need them",
    "Hold online meetings on Teams, with a passcode for people from outside",
    "Hand back equipment and lose access on the last day of service",
    "Ask the Clerk before using a device of your own for council business",
)
_FORCES = (Force.MUST, Force.SHOULD, Force.MUST_NOT, Force.ENCOURAGED, Force.STATEMENT, Force.MUST)
_OUTCOMES = (
    (Result.DOES_NOT_MEET, "2 accounts have no second step"),
    (Result.MEETS, "all 31 accounts were looked at"),
    (Result.REVIEW, "1 account is on nobody's list"),
    (Result.NOT_ASSESSED, "part of it could not be read"),
    (Result.ATTESTATION_DUE, "only a person can say"),
    (Result.ADVICE, "3 people rely on text messages"),
)

LICENCE_GAP = Gap(
    GapKind.LICENCE,
    "Neither tenant is B2C or tenant doesn't have premium license",
    "a licence that includes Entra ID P1, such as Business Premium",
    data_set="sign_in_activity",
)


def drive_gap(number: int) -> Gap:
    """One library that could not be read."""
    return Gap(
        GapKind.PERMISSION,
        "Access denied",
        "Sites.Read.All for the audit's app",
        scope=f"drive:b!{number:04}",
        data_set="sharing",
    )


def clause(number: int, policy: str = "exampleton") -> Clause:
    """One of the policy's clauses."""
    kind = number % len(_HEADINGS)
    prefix = "B" if policy != "baseline" else "CE"
    return Clause(
        id=f"{prefix}-{kind + 1:02}-{number // len(_HEADINGS) + 1:02}",
        line=20 + number if policy != "baseline" else None,
        heading=_HEADINGS[kind],
        paraphrase=_PARAPHRASES[kind],
        force=_FORCES[kind],
        binds=("councillors", "staff"),
        judgement=Judgement.AUTOMATIC if kind == 1 else Judgement.PARTLY,
        checks=(CheckUse(CHECK_IDS[number % len(CHECK_IDS)], {"days": 90} if kind == 1 else {}),),
        attestation=Attestation((f"ATT-{number:03}",), "Has everybody signed the policy this year?")
        if kind in (2, 4)
        else None,
        left_to_a_person="Whether the signed copies are on file." if kind == 4 else "",
        note="The policy says should here and not compulsory further down; it is treated as advice"
        if number in (3, 9)
        else "",
        frameworks=("Cyber Essentials A5.10",),
    )


def outcome(number: int, policy: str = "exampleton") -> ClauseResult:
    """What one clause came to."""
    made = clause(number, policy)
    result, because = _OUTCOMES[number % len(_OUTCOMES)]
    if number == 16:
        return ClauseResult(made, policy, Result.ATTESTED, "the Clerk has stated it", attested_on=date(2026, 3, 3))
    return ClauseResult(made, policy, result, because)


def finding(number: int, name: str | None = None) -> Finding:
    """One finding; numbers go round the checks."""
    rule, _, topic, severity, actor, kind = _CHECKS[number % len(_CHECKS)]
    who = name if name is not None else f"Councillor {('Aled', 'Bronwen', 'Carys', 'Dilwyn')[number % 4]} {number}"
    key = f"00000000-0000-0000-0000-{number:012}"
    result = (Result.DOES_NOT_MEET, Result.REVIEW, Result.DOES_NOT_MEET, Result.ADVICE)[number % 4]
    return Finding(
        reference=reference(TENANT_ID, rule, kind, key),
        rule=rule,
        clauses=tuple(clause(n).id for n in range(number % 4, number % 4 + 1 + number % 5)),
        result=result,
        severity=severity,
        subject=Subject(kind, key, who),
        because=f"under {topic.lower()}, {who} appears to differ from what the register says, in one way or another",
        fix="Microsoft 365 admin centre > Users > Active users > the person > the setting, then save",
        actor=actor,
        first_seen=AS_OF if number % 3 else date(2026, 9, 21),
        state=(State.NEW, State.OPEN, State.CAME_BACK)[number % 3],
        evidence={"source": "registration report", "name": who},
    )


def check(number: int, findings: tuple[Finding, ...]) -> CheckResult:
    """What one check came to."""
    rule, title, topic, *_ = _CHECKS[number]
    found = [one for one in findings if one.rule == rule]
    gaps: tuple[Gap, ...] = ()
    if rule == "account-dormant":
        gaps = (LICENCE_GAP,)
    if rule.startswith("share-"):
        gaps = (drive_gap(1), drive_gap(2))
    result = found[0].result if found else Result.NOT_ASSESSED if gaps else Result.MEETS
    return CheckResult(
        check=rule,
        title=title,
        topic=topic,
        why=_WHY.get(topic, "the council answers for who can reach what it keeps about people"),
        fix="admin centre",
        result=result,
        because="part of it could not be read" if gaps else "all of it was read",
        findings=len(found),
        unjudged=3 if rule == "two-step-registered" else 0,
        gaps=gaps,
        sources=("accounts",),
    )


def data_set(name: str, coverage: Coverage) -> DataSetNote:
    """What was read of one data set."""
    declared = DATA_SETS[name]
    return DataSetNote(name, declared.meaning, coverage, "User.Read.All", f"{len(name):064x}")


def stored(name: str, rows: Sequence[Row] = ()) -> Stored:
    """Evidence as a snapshot gives it, in batches of a few."""
    table = DATA_SETS[name].table(rows)
    return Stored(DATA_SETS[name].names, len(table), iter(table.to_batches(max_chunksize=16)))


def assessment(names: tuple[str, ...] = HOSTILE[:8], *, findings: int = 25, clauses: int = 60) -> Assessment:
    """The whole: the first findings carry the given names, the others plain ones."""
    made = tuple(finding(number, names[number] if number < len(names) else None) for number in range(findings))
    gaps = (
        GapNote(LICENCE_GAP, ("account-dormant",), ("B-01-01", "B-02-01")),
        *(GapNote(drive_gap(n), ("share-anyone-link", "share-outside-accepted"), ("B-03-01",)) for n in range(1, 41)),
    )
    return Assessment(
        tenant="exampleton",
        tenant_id=TENANT_ID,
        council="Exampleton Town Council",
        provider="Example IT Support Ltd",
        policy="exampleton",
        policy_title="Exampleton IT policy",
        policy_version="version 3, adopted 4 May 2025",
        run="20261121T093000Z",
        as_of=AS_OF,
        collected_at=COLLECTED_AT,
        clauses=(*(outcome(n) for n in range(clauses)), *(outcome(n, "baseline") for n in range(4))),
        checks=tuple(check(n, made) for n in range(len(_CHECKS))),
        findings=made,
        gaps=gaps,
        data_sets=(
            data_set("accounts", Coverage(rows=31)),
            data_set("sign_in_activity", Coverage(gaps=(LICENCE_GAP,))),
            data_set("sharing", Coverage(rows=318, scopes=80, gaps=tuple(drive_gap(n) for n in range(1, 41)))),
        ),
        has_register=True,
        tool_version="0.1.0",
    )
