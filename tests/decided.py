"""A council with a run, its real Clerk's workbook, and somebody who fills it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from report.hand_built import TENANT_ID, assessment, check

from m365audit.engine.deciding.decide import Heard, hear, sort_by_council
from m365audit.engine.documents import document
from m365audit.engine.places import Places
from m365audit.model.answers import form_for
from m365audit.model.assessment import Assessment, Finding, Subject
from m365audit.model.keys import reference
from m365audit.model.words import Actor, Result, Severity, State, SubjectKind
from m365audit.register import write_register
from m365audit.register.ingest import Now
from m365audit.register.understood import Refusal, Understood
from m365audit.report import clerk
from m365audit.report.names import file_name

RUN, AS_OF = "20261121T093000Z", date(2026, 11, 21)
TODAY = date(2026, 12, 7)
ON = date(2026, 12, 1)
NOW = Now(TODAY, datetime(2026, 12, 7, 10, 0, tzinfo=UTC))
DOMAIN = "exampleton-tc.gov.uk"
CLERK, DEPUTY, CHAIR = "Siân Llŷr", "Dai O\u2019Brien", "Mair Maer"
SIAN, DAI, MAIR, ANN = f"clerk@{DOMAIN}", f"deputy@{DOMAIN}", f"chair@{DOMAIN}", f"ann@{DOMAIN}"

PEOPLE: tuple[dict[str, Any], ...] = (
    {"Name": CLERK, "Role": "Town Clerk", "Account": SIAN, "Private addresses": ("sian@home.test",)},
    {"Name": DEPUTY, "Role": "Deputy Clerk", "Account": DAI},
    {"Name": CHAIR, "Role": "Chairman of the Council", "Account": MAIR},
    {"Name": "Ann Archer", "Role": "Councillor", "Account": ANN, "From": date(2023, 5, 9)},
    {"Name": "Old Clerk", "Role": "Town Clerk", "Account": f"old@{DOMAIN}", "Until": date(2026, 6, 30)},
    {"Name": "New Clerk", "Role": "Locum Clerk", "Account": f"new@{DOMAIN}", "From": date(2027, 1, 4)},
    {"Name": "Pat Helper", "Role": "Locum Clerk", "Account": "pat@example-it.test"},
)
THIRD_PARTIES = (
    {"Organisation": "Example IT Support Ltd", "Kind": "provider", "Identifier": "example-it.test", "Contract": "2026"},
)


@dataclass(frozen=True)
class Plan:
    """One finding to plant."""

    rule: str
    kind: SubjectKind
    key: str
    name: str
    concerns: tuple[str, ...] = ()
    why_not: str = ""
    result: Result = Result.DOES_NOT_MEET
    extent: tuple[str, ...] | None = None


PLANS: dict[str, Plan] = {
    "access": Plan("mailbox-access-authorised", SubjectKind.MAILBOX_ACCESS, "m-ann|d|full access", "Ann", (ANN,)),
    "clerk's": Plan(
        "mailbox-access-authorised", SubjectKind.MAILBOX_ACCESS, "m-clerk|x|send as", "Clerk", (SIAN, "sian@home.test")
    ),
    "both's": Plan("mailbox-access-authorised", SubjectKind.MAILBOX_ACCESS, "m-clerk|dai|send as", "Both", (SIAN, DAI)),
    "share": Plan("share-outside-accepted", SubjectKind.SHARE, "dr|i|p", "Minutes.docx"),
    "private share": Plan("share-outside-accepted", SubjectKind.SHARE, "dr|j|p", "Plan.docx", ("sian@home.test",)),
    "anyone": Plan("share-anyone-link", SubjectKind.SHARE, "dr|k|p", "Photos"),
    "forward": Plan("mail-forwarded-outside", SubjectKind.FORWARD, "m-ann|mailbox|a@b.test", "Ann on", (ANN,)),
    "clerk's mail": Plan(
        "mail-forwarded-outside", SubjectKind.FORWARD, "m-clerk|mailbox|a@b.test", "Clerk on", (), "It is the Clerk's."
    ),
    "two-step": Plan("two-step-registered", SubjectKind.ACCOUNT, "a-ann", "Cllr Ann Archer", (ANN,)),
    "admin": Plan(
        "two-step-registered", SubjectKind.ACCOUNT, "a-admin", "Admin", ("admin@x.test",), "It is an administrator's."
    ),
    "dormant": Plan("account-dormant", SubjectKind.ACCOUNT, "a-ann", "Ann Archer", (ANN,)),
    "nobody's": Plan("account-dormant", SubjectKind.ACCOUNT, "a-who", "Scanner", (f"scan@{DOMAIN}",)),
    "unknown": Plan("account-on-register", SubjectKind.ACCOUNT, "a-what", "planning"),
    "app": Plan("app-approved", SubjectKind.APP, "sp-1", "Calendly", extent=("Calendars.Read for everybody",)),
    "provider": Plan("third-party-under-contract", SubjectKind.PROVIDER, "t-1", "Example IT Support Ltd"),
    "provider's account": Plan(
        "account-on-register", SubjectKind.ACCOUNT, "a-pat", "Pat", ("pat@example-it.test",)
    ),
    "auditor": Plan("auditor-read-only", SubjectKind.APP, "sp-0", "This audit", (), "It audits itself."),
    "setting": Plan("sharing-limits-set", SubjectKind.SETTING, "sharing", "Sharing", result=Result.REVIEW),
    "blank": Plan("guest-accounted-for", SubjectKind.GUEST, "g-1", "A guest"),
}  # fmt: skip


def ref(key: str) -> str:
    plan = PLANS[key]
    return reference(TENANT_ID, plan.rule, plan.kind, plan.key)


def planted(plan: Plan) -> Finding:
    form = form_for(plan.rule, plan.kind)
    return Finding(
        reference=reference(TENANT_ID, plan.rule, plan.kind, plan.key),
        rule=plan.rule,
        clauses=("B-01-01",),
        result=plan.result,
        severity=Severity.MEDIUM,
        subject=Subject(plan.kind, plan.key, plan.name),
        because=f"{plan.name} appears to differ from the register ({plan.key})",
        fix="put it right",
        actor=Actor.CLERK,
        first_seen=AS_OF,
        state=State.NEW,
        answers=(form.without_allowing() if plan.why_not else form).words,
        may_accept=plan.why_not,
        concerns=frozenset(plan.concerns),
        extent=None if plan.extent is None else frozenset(plan.extent),
    )


def judged(run: str, as_of: date, plans: Mapping[str, Plan]) -> Assessment:
    """The assessment of a run with some findings."""
    findings = tuple(map(planted, plans.values()))
    known = assessment(findings=0, clauses=6)
    extra = sorted({finding.rule for finding in findings} - {one.check for one in known.checks})
    checks = (*known.checks, *(replace(check(0, findings), check=name) for name in extra))
    started = datetime.strptime(run, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return replace(known, findings=findings, checks=checks, run=run, as_of=as_of, collected_at=started)


Answers = Mapping[str, Mapping[str, Any]]


def answer(decision: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a cell takes
    """What a Clerk writes: heading to value, who and when filled in."""
    given = {key.replace("_", " ").capitalize(): value for key, value in more.items()}
    return {"Decision": decision, "Decided by": CLERK, "Decision date": ON, **given}


@dataclass
class Desk:
    """A council's folders, and what comes in."""

    folder: Path

    @property
    def places(self) -> Places:
        return Places(self.folder / "config", self.folder / "reports")

    @property
    def register(self) -> Path:
        return self.folder / "config" / "tenants" / "exampleton-register.xlsx"

    @property
    def ledger(self) -> Path:
        return self.register.with_name("exampleton-decisions.jsonl")

    def set_up(self, people: Sequence[Mapping[str, Any]] = PEOPLE) -> "Desk":
        self.folder.mkdir(exist_ok=True)
        self.register.parent.mkdir(parents=True)
        (self.register.parent / "exampleton.yaml").write_text(
            "council: Exampleton Town Council\n"
            f"tenant_id: {TENANT_ID}\n"
            "policy: towcester\n"
            "provider: Example IT Support Ltd\n"
            "register: exampleton-register.xlsx\n"
            "auth:\n  kind: azure-cli\n",
            encoding="utf-8",
        )
        write_register(self.register, "Exampleton Town Council", {"People": people, "Third parties": THIRD_PARTIES})
        slim(self.add_run(), self.blank)
        return self

    def add_run(self, run: str = RUN, as_of: date = AS_OF, plans: Mapping[str, Plan] = PLANS) -> Path:
        """A run with its assessment and the workbook as it was sent; the workbook's path."""
        made = judged(run, as_of, plans)
        folder = self.places.reports / "exampleton" / run
        (folder / "evidence").mkdir(parents=True)
        (folder / "evidence" / "manifest.json").write_text("{}")
        (folder / "assessment.json").write_bytes(orjson.dumps(document.as_json(made)))
        clerk.write(made, folder / file_name(made, "Clerk"))
        return folder / file_name(made, "Clerk")

    @property
    def sent(self) -> Path:
        return next((self.places.reports / "exampleton" / RUN).glob("* - Clerk - *.xlsx"))

    @property
    def blank(self) -> Path:
        return self.folder / "blank.xlsx"

    def returned(self, answers: Answers, name: str = "returned.xlsx", sent: Path | None = None) -> Path:
        """The workbook with some answers filled in; without the sheets nobody reads back, unless ``sent`` is given."""
        workbook = load_workbook(sent or self.blank)
        fill(workbook["Decisions needed"], answers)
        path = self.folder / name
        workbook.save(path)
        return path

    def hear(self, *files: Path, now: Now = NOW) -> tuple[Heard | None, Understood]:
        """What was understood of some files, whole files that were refused among the refusals."""
        councils, refused = sort_by_council(files, self.places)
        if not councils:
            return None, Understood(refused=refused)
        [(tenant, returned)] = councils.values()
        heard = hear(tenant, returned, self.places, now)
        return heard, replace(heard.understood, refused=(*refused, *heard.understood.refused))

    def understood(self, *files: Path, now: Now = NOW) -> Understood:
        return self.hear(*files, now=now)[1]


def slim(sent: Path, target: Path) -> None:
    """The workbook as it was sent with its first three sheets alone: the others take most of the time to open."""
    workbook = load_workbook(sent)
    for sheet in workbook.worksheets[3:]:
        workbook.remove(sheet)
    workbook.save(target)


def row_of(sheet: Worksheet, key: str) -> int:
    """The sheet's row of a planted finding."""
    column = next(cell.column for cell in sheet[3] if cell.value == "Reference")
    return next(row for row in range(4, sheet.max_row + 1) if sheet.cell(row, column).value == ref(key))


def column_of(sheet: Worksheet, heading: str) -> int:
    return next(cell.column for cell in sheet[3] if cell.value == heading)


def fill(sheet: Worksheet, answers: Answers) -> None:
    for key, given in answers.items():
        for heading, value in given.items():
            sheet.cell(row_of(sheet, key), column_of(sheet, heading)).value = value


def kept(understood: Understood) -> dict[str, str]:
    """Key of each finding that was decided on to the answer."""
    keys = {ref(key): key for key in PLANS}
    return {keys[one.reference]: str(one.answer) for one in understood.decisions}


def refused(understood: Understood) -> dict[str, Refusal]:
    keys = {ref(key): key for key in PLANS}
    return {keys.get(one.reference, one.reference): one for one in understood.refused}


GOOD: Answers = {
    "share": answer("Accepted", reason="Survey of the allotments", until=date(2027, 3, 31)),
    "setting": answer("Fix"),
}
