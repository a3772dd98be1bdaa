"""The sample councils: two told in full, and one of any size."""

from datetime import datetime

from m365audit.sample.councils import (
    apps,
    devices,
    directory,
    exampleton_accounts,
    exampleton_files,
    exampleton_mail,
    exampleton_meetings,
    exampleton_people,
    little_sampling_people,
    little_sampling_work,
    own_access,
    personal_files,
    policies,
    protection,
    roles,
    scaled_council,
    sign_ins,
)
from m365audit.sample.councils.draft import Outline, SampleCouncil, draft
from m365audit.sample.councils.licences import O365_BUSINESS_PREMIUM, SPB
from m365audit.sample.councils.scaled_council import ORDINARY, Scale
from m365audit.sample.tenant import Json

_PATTERNS: Json = {"council": ["Full Council*", "*Committee*"], "working_group": ["*Working Group*"]}
_MEETINGS: Json = {"meetings": _PATTERNS | {"back_days": 30, "ahead_days": 90}}
_SETTINGS: Json = _MEETINGS | {"census": {"calls": 150}}
"""Of the councils told in full: all of Little Sampling is looked at in a month, and a seventh of Exampleton."""


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
    devices.exampleton(council, cast)
    protection.exampleton(council, cast)
    personal_files.exampleton(council)
    auditor = directory.furnish(council)
    roles.exampleton(council, cast)
    apps.exampleton(council, cast, auditor)
    policies.exampleton(council, cast)
    sign_ins.exampleton(council, cast)
    if with_unreadable_drive:
        exampleton_files.lock(council)
    own_access.as_agreed(council)
    return council.finished(_SETTINGS)


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
    devices.little_sampling(council, cast)
    protection.little_sampling(council, cast)
    personal_files.little_sampling(council, cast)
    auditor = directory.furnish(council)
    roles.little_sampling(council, cast)
    apps.little_sampling(council, cast, auditor)
    policies.little_sampling(council, cast)
    own_access.too_much(council, auditor)
    return council.finished(_SETTINGS | {"accept_write_permissions": list(own_access.ACCEPTED)})


def scaled(people: int, seed: int, as_of: datetime, scale: Scale = ORDINARY) -> SampleCouncil:
    """A council of so many people, for benchmarks: mailboxes, calendars, sites and shares grow with them.

    There is no census: it takes as long as it is allowed, whatever the council's size.
    """
    return scaled_council.build(people, seed, as_of, scale).finished(_MEETINGS | {"census": {"calls": 0}})


__all__ = ["SampleCouncil", "Scale", "exampleton", "little_sampling", "scaled"]
