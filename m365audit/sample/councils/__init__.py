"""The sample councils: two told in full, and one of any size."""

from datetime import datetime

from m365audit.sample.councils import (
    exampleton_accounts,
    exampleton_files,
    exampleton_mail,
    exampleton_meetings,
    exampleton_people,
    little_sampling_people,
    little_sampling_work,
    scaled_council,
)
from m365audit.sample.councils.draft import Outline, SampleCouncil, draft
from m365audit.sample.councils.licences import O365_BUSINESS_PREMIUM, SPB
from m365audit.sample.tenant import Json

_PATTERNS: Json = {"council": ["Full Council*", "*Committee*"], "working_group": ["*Working Group*"]}
_MEETINGS: Json = {"meetings": _PATTERNS | {"back_days": 30, "ahead_days": 90}}


def exampleton(as_of: datetime, *, with_unreadable_drive: bool = False) -> SampleCouncil:
    """A town council with Business Premium, held against the policy ``towcester``.

    With ``with_unreadable_drive`` there is one more library, which the app may not read: sharing has a gap there.
    """
    town = Outline(
        slug="exampleton",
        name="Exampleton Town Council",
        policy="towcester",
        domain="exampleton-tc.gov.uk",
        sku_id=SPB,
        seats=40,
    )
    council = draft(town, as_of)
    cast = exampleton_people.populate(council)
    exampleton_accounts.answer(council, cast)
    exampleton_mail.answer(council, cast)
    exampleton_meetings.answer(council, cast)
    exampleton_files.answer(council, cast)
    if with_unreadable_drive:
        exampleton_files.lock(council)
    return council.finished(_MEETINGS)


def little_sampling(as_of: datetime) -> SampleCouncil:
    """A parish council with Business Standard and no access policy, held against the policy ``town-council-2023``."""
    parish = Outline(
        slug="little-sampling",
        name="Little Sampling Parish Council",
        policy="town-council-2023",
        domain="little-sampling-pc.org.uk",
        sku_id=O365_BUSINESS_PREMIUM,
        seats=10,
        access_policy=False,
    )
    council = draft(parish, as_of)
    cast = little_sampling_people.populate(council)
    little_sampling_work.answer(council, cast)
    return council.finished(_MEETINGS)


def scaled(people: int, seed: int, as_of: datetime) -> SampleCouncil:
    """A council of so many people, for benchmarks: mailboxes, calendars, sites and shares grow with them."""
    return scaled_council.build(people, seed, as_of).finished(_MEETINGS)


__all__ = ["SampleCouncil", "exampleton", "little_sampling", "scaled"]
