"""The workbook of all councils: when it is written, and the refusals that are remembered for it."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from rich.console import Console
from rich.markup import escape

from m365audit.cli.app import err
from m365audit.cli.notice import show as show_notice
from m365audit.cli.refusals import REFUSALS, code_of, say
from m365audit.cli.results import Results
from m365audit.engine.audit import Outcome
from m365audit.engine.places import LONDON, Places
from m365audit.engine.roll_up import fleet as roll_up
from m365audit.engine.roll_up.refused import forget, remember
from m365audit.fleet import Failed
from m365audit.snapshot import BadRun


def keep_in_mind(result: Outcome | Failed, code: int, where: Places) -> int:
    """Remember that an audit was refused, or forget it as one succeeded; the code, or that of not being able to."""
    try:
        if isinstance(result, Failed):
            remember(result.slug, result.refusal, code, where, datetime.now(UTC))
        else:
            forget(result.tenant.slug, where)
    except BadRun as trouble:
        # A refusal for a full disk or a locked folder has said so already; a second sentence would only hide the first.
        if not (isinstance(result, Failed) and isinstance(result.refusal, BadRun)):
            say(trouble)
        return code or code_of(trouble)
    return code


def after_audits(where: Places, as_of: date | None, *, councils: int, everyone: bool) -> list[int]:
    """Write the workbook of all councils after several audits, or anew after one where the month has it already.

    Returns: the codes of what was refused; none where all went well.
    """
    if everyone or councils > 1 or roll_up.path_of(where, _day(as_of)).exists():
        err.print("All councils:")
        return report_fleet(where, as_of, err)
    return []


def report_each(
    slugs: Iterable[str], report_one: Callable[[str], Outcome], shown: Console, results: Results
) -> list[int]:
    """Report each council, one after another, and add what became of it: none of them stops another.

    Returns: the codes of those that were refused.
    """
    codes: list[int] = []
    for slug in slugs:
        try:
            outcome = report_one(slug)
        except REFUSALS as refusal:
            say(refusal)
            results.add(Failed(slug, refusal))
            codes.append(code_of(refusal))
        else:
            for path in outcome.workbooks:
                shown.print(escape(str(path)), soft_wrap=True)
            show_notice(outcome)
            results.add(outcome)
    return codes


def report_fleet(where: Places, as_of: date | None, shown: Console) -> list[int]:
    """Write the workbook of all councils, and print its path.

    Returns: the code of what was refused; none where all went well.
    """
    try:
        shown.print(escape(str(roll_up.write(where, _day(as_of)))), soft_wrap=True)
    except REFUSALS as refusal:
        say(refusal)
        return [code_of(refusal)]
    return []


def _day(as_of: date | None) -> date:
    return as_of or datetime.now(LONDON).date()
