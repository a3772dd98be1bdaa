"""The last two sheets: what the words mean, and what the answers rest on."""

from collections.abc import Mapping, Sequence

from m365audit.excel.cells import LONDON, Alteration
from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment, DataSetNote
from m365audit.model.evidence import evidence_digest
from m365audit.model.words import Severity
from m365audit.report import clauses, decisions
from m365audit.report.altered import MOST_NAMED, Changed, Place
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.states import MEANING
from m365audit.report.wording import RESULT_MEANING, URGENCY, counted, day, sentence

NOTES_TITLE = "Notes"
RECORD_TITLE = "Run record"
UNCHANGED = "None: every text stands here as Microsoft 365 has it."
_WORDS = "Words"

_DUE = (
    f"{decisions.DAYS_TO_REPLY} days after it was first seen or came back; of an exception that ends soon, its last "
    "day. A date before the audit means it has been waiting."
)
_CONFIRM = (
    "Rows of the register that were proposed from what is in Microsoft 365. Their first cell begins with the word "
    "Confirm, and they count for nothing until somebody takes that word away."
)
TERMS: tuple[tuple[str, str], ...] = (
    ("Two-step sign-in", "Signing in with something besides the password (multi-factor authentication, MFA)."),
    ("Register", "The council's own list of what is right: people, who may open which mailbox, accepted sharing."),
    ("Rows to confirm", _CONFIRM),
    ("Reference", "The name of a finding. The same finding keeps it from month to month, so please quote it."),
    ("First seen", "The date of the first audit that found it."),
    ("Due", _DUE),
    ("Last time", "The result in the audit this one is compared with: that of the last month before that has one."),
    *MEANING.items(),
    ("Administrator", "An account that may change the settings of the council's Microsoft 365, or other accounts."),
    ("Shared mailbox", "A mailbox that several people open under their own names; nobody signs in to it itself."),
    ("Policy in Microsoft 365", "A rule there, such as whom it asks for a second step; not the council's IT policy."),
    ("Security defaults", "Microsoft's basic protection of signing in, on or off for everybody at once."),
    ("Intune", "Microsoft's service by which a council looks after its computers, tablets and telephones."),
    ("Guest", "Somebody from outside who has been let into the council's Microsoft 365."),
    ("Anyone link", "A link that opens a file for whoever holds it, without signing in."),
    ("Times", "Dates and times are those of the United Kingdom."),
)
URGENCY_MEANING: dict[Severity, str] = {
    Severity.HIGH: "Please look at it this week: information may be open to people who should not have it.",
    Severity.MEDIUM: "Please look at it this month.",
    Severity.LOW: "Worth putting right when it is convenient.",
}


def notes_page(assessment: Assessment, alterations: Mapping[Place, Changed]) -> Page:
    """What the words mean, notes on clauses, and which texts had to be changed to be shown.

    The alterations are read when the last row is written, so that those of the page itself are among them.
    """
    rows: list[Line] = [(str(result), "Results", meaning) for result, meaning in RESULT_MEANING.items()]
    rows += [(URGENCY[severity], "Urgency", meaning) for severity, meaning in URGENCY_MEANING.items()]
    rows += [(term, _WORDS, meaning) for term, meaning in (*TERMS, *_duties(assessment))]
    rows += [(f"[{marker}]", about, text) for marker, about, text in clauses.notes(assessment).values()]
    return Page(
        title=NOTES_TITLE,
        heading=NOTES_TITLE,
        purpose="What the words mean, and notes on single clauses",
        explanation=("One table: what the words of this workbook mean.",),
        columns=(Column("Word or note", 44, Look.STRONG), Column("About", 44), Column("Meaning", 60)),
        rows=Made(
            (*rows, None),
            lambda row: row or ("Texts changed to be shown", "This workbook", changes(alterations)),
        ),
        filters=False,
    )


def _duties(assessment: Assessment) -> list[tuple[str, str]]:
    """What the clauses outside the policy are, by the id of one of them."""
    meaning = "Other duties, on the sheet of that name: what the law or good practice asks, whatever the policy says."
    return [(f"Clauses such as {outcome.clause.id}", meaning) for outcome in assessment.duties[:1]]


def changes(alterations: Mapping[Place, Changed]) -> str:
    """How many cells do not show a text exactly as Microsoft 365 has it, in what way, and the first of them."""
    if not alterations:
        return UNCHANGED
    said = []
    for alteration in Alteration:
        if changed := {place: alterations[place] for place in alterations if place.alteration is alteration}:
            named = [f"{place.sheet} {cell}" for place, one in changed.items() for cell in one.named][:MOST_NAMED]
            others = sum(one.cells for one in changed.values()) - len(named)
            more = f" and {others:,} more" if others else ""
            said.append(f"{alteration}: {', '.join(named)}{more}.")
    return "\n".join(said)


def record_page(assessment: Assessment) -> Page:
    """Versions, what was read, with which permissions, and a digest that fixes it all."""
    moment = assessment.collected_at.astimezone(LONDON)
    permissions = sorted({note.permission for note in assessment.data_sets if note.permission})
    rows: list[Line] = [
        ("Council", assessment.council),
        ("Tenant", f"{assessment.tenant} ({assessment.tenant_id})"),
        ("Run", assessment.run),
        ("Read on", f"{day(moment)} at {moment:%H:%M}"),
        ("Judged as at", day(assessment.as_of)),
        ("Policy", f"{assessment.policy_title} ({assessment.policy})"),
        ("Policy version", assessment.policy_version or "None on file"),
        ("Register", "Used" if assessment.has_register else "None was given"),
        ("Made with", f"m365audit {assessment.tool_version}"),
        ("Made by", assessment.provider),
        ("Permissions used", ", ".join(permissions) or "None"),
        ("Digest of the evidence (SHA-256)", digest(assessment.data_sets)),
    ]
    rows += [(f"Read: {note.name.replace('_', ' ')}", _read(note)) for note in assessment.data_sets]
    return Page(
        title=RECORD_TITLE,
        heading=RECORD_TITLE,
        purpose="What the answers rest on: versions, what was read, permissions, digest",
        explanation=("One table: what the answers of this workbook rest on.",),
        columns=(Column("Item", 50, Look.STRONG), Column("Value", 60)),
        rows=tuple(rows),
        filters=False,
    )


def digest(notes: Sequence[DataSetNote]) -> str:
    """One digest over the digests of all data sets: it changes when any of them does."""
    return evidence_digest({note.name: note.sha256 for note in notes})


def _read(note: DataSetNote) -> str:
    coverage = note.coverage
    if coverage.is_absent:
        reach = "could not be read"
    elif coverage.is_whole:
        reach = "read whole"
    else:
        reach = f"{coverage.whole:,} of {counted(coverage.scopes, 'part')} read whole"
    return f"{sentence(note.meaning)} {counted(coverage.rows, 'row')}, {reach}."
