"""What the words of the Council's workbook mean, and what its numbers rest on."""

from m365audit.excel.styles import Look
from m365audit.model.assessment import Assessment
from m365audit.model.words import Result
from m365audit.report import clauses, closing
from m365audit.report.changes import ORDER
from m365audit.report.sheets import Column, Line, Page
from m365audit.report.small_numbers import ALL, FEW, FEWER, NONE, NOT_ALL, SMALL
from m365audit.report.states import MEANING
from m365audit.report.wording import RESULT_MEANING, URGENCY, counted

_RESULTS, _NUMBERS, _WORDS = "Results, the worst first", "Numbers", "Words"
_SHARED_TERMS = ("Two-step sign-in", "Register", "Last time", "Guest", "Anyone link", "Times")
_ATTESTED = "A person has stated how things stand, and the statement still holds."
_OWN_TERMS = {
    "Clause": "One thing the policy asks for, in short; the policy has the whole text.",
    "Section": "The heading of the policy under which clauses stand.",
    "Check": "One question the audit puts to what it read. A clause may have several, or none.",
    "Finding": "One thing in which one account, mailbox, file, meeting or setting appears to differ from what a check "
    "asks. It is no accusation: it may have a good reason that the audit does not know.",
    "Accepted for a time": "The council knows of it and has agreed to it, with a reason and a last day. It is looked "
    "at again in every audit.",
}
_NUMBER_MEANING = {
    NONE: "Not one was found, by the checks that were made.",
    FEWER: "At least one, and not more than four.",
    "About 10": f"Rounded to the nearest {FEW}: 8 to 12. Totals are rounded for themselves, so rows may not add up.",
    f"{ALL}, {NOT_ALL}": f"Of accounts, where there are fewer than {SMALL}; where there are more, shares are told.",
    "Why not exact": "In a council everybody knows, an exact number can name somebody: one leaver is the one who left. "
    "That something was found is never rounded away, and the Clerk has the exact numbers.",
}


def page(assessment: Assessment) -> Page:
    """What the words mean, notes on single clauses, and the digest an auditor may compare."""
    meanings = {**RESULT_MEANING, Result.ATTESTED: _ATTESTED}
    rows: list[Line] = [(str(result), _RESULTS, meaning) for result, meaning in meanings.items()]
    rows += [(f"{URGENCY[severity]} urgency", "Urgency", words) for severity, words in closing.URGENCY_MEANING.items()]
    rows += [(word, _NUMBERS, meaning) for word, meaning in _NUMBER_MEANING.items()]
    rows += [(term, _WORDS, meaning) for term, meaning in _terms().items()]
    rows += [(f"[{marker}]", about, text) for marker, about, text in clauses.notes(assessment).values()]
    rows.append(("Digest of the evidence", "This audit", _digest(assessment)))
    return Page(
        title=closing.NOTES_TITLE,
        heading=closing.NOTES_TITLE,
        purpose="What the words mean, why some numbers are not exact, and notes on single clauses",
        explanation=("One table: what the words of this workbook mean, and each note.",),
        columns=(Column("Word or note", 36, Look.STRONG), Column("About", 40), Column("Meaning", 60)),
        rows=tuple(rows),
    )


def _terms() -> dict[str, str]:
    ours = dict(closing.TERMS)
    shared = {term: ours[term] for term in _SHARED_TERMS}
    return {**_OWN_TERMS, **shared, **{word: MEANING[word] for word in ORDER if word in MEANING}}


def _digest(assessment: Assessment) -> str:
    read = counted(len(assessment.data_sets), "set", "sets")
    return (
        f"{read} of data were read. Their common digest (SHA-256) is also on the Clerk's sheet Run record: "
        f"{closing.digest(assessment.data_sets)}"
    )
