"""Rules about the audit itself: that it is made every month, and that everybody can use what it writes."""

from datetime import date

import pandas as pd

from m365audit.model.words import SubjectKind
from m365audit.rules.declare import breaches, rule, unjudged

_TOPIC = "This audit"


@rule("audit-cadence", subject="setting", severity="medium", actor="provider", topic=_TOPIC)
def audit_cadence(
    earlier_audits: pd.DataFrame, as_of: date, *, most_days: int = 35, look_back_months: int = 12
) -> pd.DataFrame:
    """An audit has been completed every month.

    Why: a review that skips months sees neither what came nor what went, and the council states once a year that it
        looks regularly.
    Judged: the audits on record before this one. The last complete one is no more than 35 days ago, and every calendar
        month since the first, of the last twelve, has one. An audit that could not read all it should does not count
        as complete. With no complete audit before this one there is nothing to judge by yet.
    Fix: run the audit on the first working day of every month, and once more when one was incomplete.
    """
    complete = pd.to_datetime(earlier_audits.loc[earlier_audits["complete"].astype(bool), "made_on"])
    row = pd.DataFrame([{"id": "audit.cadence", "name": "The monthly audit"}], dtype=object)
    if complete.empty:
        why = "this is the first audit on record, so next month shows whether one is made every month"
        if len(earlier_audits):
            why = "no audit before this one was complete, so there is nothing yet to judge by"
        return unjudged(row, because=why, subject_id="id", subject_name="{name}")
    days = (pd.Timestamp(as_of) - complete.max()).days
    missing = _months_without(complete, as_of, look_back_months)
    faults = [f"the last complete audit before this one was {days} days ago, on {_day(complete.max())}"] * (
        days > most_days
    )
    faults += [f"no complete audit was made in {', '.join(f'{month:%B %Y}' for month in missing)}"] * bool(missing)
    row["fault"] = "; ".join(faults)
    return breaches(row[row["fault"] != ""], because="{fault}", subject_id="id", subject_name="{name}")


def _months_without(complete: pd.Series, as_of: date, look_back_months: int) -> list[pd.Period]:
    """The calendar months between the first complete audit and this month that have none."""
    this = pd.Period(as_of, freq="M")
    first = max(complete.dt.to_period("M").min(), this - look_back_months)
    made = set(complete.dt.to_period("M"))
    return [month for month in pd.period_range(first, this - 1, freq="M") if month not in made]


def _day(moment: pd.Timestamp) -> str:
    return f"{moment.day} {moment:%b %Y}"


@rule("workbooks-accessible", subject=SubjectKind.SETTING, severity="medium", actor="provider", topic=_TOPIC)
def workbooks_accessible(workbook_faults: pd.DataFrame) -> pd.DataFrame:
    """Everybody can use the audit's workbooks, with a screen reader too.

    Why: what is made for a council must be usable by its Clerk and councillors, whatever aids they work with.
    Judged: the Clerk's and the Council's workbook as they are written, before they are handed over, against the rules
        for public spreadsheets: the Council's against all of them, the Clerk's against those that are essential under
        the accessibility regulations and those that do not stand in the way of daily work. Marked-up tables, named
        headers, nothing merged or hidden, plain letters that stand out, described links and charts. Spelling is tested
        when the program is made. The Technician's and the Provider's workbooks are working papers and are not tested.
    Fix: tell the developers of m365audit which rule was broken; until then the same facts are in assessment.json.
    See: https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/
    """
    by_rule = workbook_faults.sort_values(["sheet", "what"]).groupby(["workbook", "rule"], as_index=False)
    rows = by_rule.agg(places=("what", "size"), what=("what", "first"))
    rows["id"] = "workbooks." + rows["workbook"].str.lower() + "." + rows["rule"].str.replace(" ", "-")
    return breaches(
        rows,
        because="the rule '{rule}' is broken in {places} places of the {workbook} workbook, such as: {what}",
        subject_id="id",
        subject_name="{workbook} workbook",
    )
