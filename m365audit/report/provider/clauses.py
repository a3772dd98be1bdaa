"""What councils have in common: checks, which are the same for all, and the clauses of the policies they share."""

from m365audit.excel.styles import Look
from m365audit.model.fleet import Fleet, Tally
from m365audit.model.words import Result
from m365audit.report.rows import Line, Made
from m365audit.report.sheets import Column, Page
from m365audit.report.topics import FILTERS
from m365audit.report.wording import NONE, sentence

CHECKS_TITLE = "Checks across councils"
CLAUSES_TITLE = "Clauses across councils"
_IN_ORDER = (Result.ADVICE, Result.ACCEPTED, Result.ATTESTED, Result.MEETS, Result.NOT_APPLICABLE)
_COUNTS = (
    Column("Do not meet", 11, Look.NUMBER),
    Column("To review", 11, Look.NUMBER),
    Column("Not assessed", 12, Look.NUMBER),
    Column("Statement due", 12, Look.NUMBER),
    Column("In order", 11, Look.NUMBER),
    Column("Councils in all", 11, Look.NUMBER),
)
CHECK_COLUMNS = (Column("What should be so", 60, Look.STRONG), Column("Topic", 24), Column("Check", 34), *_COUNTS)
CLAUSE_COLUMNS = (Column("Heading", 52, Look.STRONG), Column("Clause", 18), Column("Policy", 34), *_COUNTS)
_LAST = "Counted are councils, each by its last audit. In order: met, stated, accepted, or advice only."


def checks_page(fleet: Fleet) -> Page:
    """The sheet of checks: what most councils do not meet first."""
    return Page(
        title=CHECKS_TITLE,
        heading=CHECKS_TITLE,
        purpose="Which checks most councils do not meet: what to mend for all of them at once",
        explanation=(f"One table. Checks are the same whatever a council's policy says. {_LAST} {FILTERS}",),
        columns=CHECK_COLUMNS,
        rows=Made(fleet.checks, _check) if fleet.checks else (_nothing(CHECK_COLUMNS),),
        frozen_columns=1,
    )


def clauses_page(fleet: Fleet) -> Page:
    """The sheet of clauses, each under its policy: what most councils do not meet first."""
    return Page(
        title=CLAUSES_TITLE,
        heading=CLAUSES_TITLE,
        purpose="Every clause of every policy, and how many of its councils come to what",
        explanation=(
            (
                "One table. Councils have different policies: each clause is counted over those with it; baseline has "
                f"the duties of all. m365audit clauses POLICY says what each asks. {_LAST} {FILTERS}"
            ),
        ),
        columns=CLAUSE_COLUMNS,
        rows=Made(fleet.clauses, _clause) if fleet.clauses else (_nothing(CLAUSE_COLUMNS),),
        frozen_columns=1,
    )


def _check(tally: Tally) -> Line:
    return (sentence(tally.says), tally.under, tally.id, *_counts(tally))


def _clause(tally: Tally) -> Line:
    return (tally.says, tally.id, tally.under, *_counts(tally))


def _counts(tally: Tally) -> tuple[int, ...]:
    counts = tally.counts
    singly = (Result.DOES_NOT_MEET, Result.REVIEW, Result.NOT_ASSESSED, Result.ATTESTATION_DUE)
    in_order = sum(counts.get(result, 0) for result in _IN_ORDER)
    return (*(counts.get(result, 0) for result in singly), in_order, sum(counts.values()))


def _nothing(columns: tuple[Column, ...]) -> Line:
    return ("None: no council has a result.", *[NONE] * (len(columns) - 1))
