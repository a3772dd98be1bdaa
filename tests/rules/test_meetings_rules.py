from datetime import date

import pytest
from rule_rows import (
    DOMAIN,
    FAILS,
    MEETS,
    REVIEW,
    UNJUDGED,
    Row,
    Verdict,
    account,
    at,
    authorised,
    judge,
    meeting,
    only,
    options,
    person,
)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, MEETS, id="on Teams"),
        pytest.param({"platform": "Zoom"}, FAILS, id="on Zoom"),
        pytest.param({"platform": "Teams (personal)"}, FAILS, id="on somebody's own Teams"),
        pytest.param({"platform": "Zoom", "ours": False}, MEETS, id="organised by another body"),
        pytest.param({"platform": "Zoom", "ours": None}, MEETS, id="not known to be ours"),
        pytest.param({"platform": None, "online": False}, MEETS, id="in a room"),
        pytest.param({"platform": None}, UNJUDGED, id="online, nobody knows where"),
        pytest.param({"platform": "Zoom", "kind": "other"}, FAILS, id="any kind of meeting"),
    ],
)
def test_meeting_on_teams(changed: Row, verdict: Verdict) -> None:
    assert only(judge("meeting-on-teams", meetings=[meeting(**changed)])) == verdict


@pytest.mark.parametrize(("kind", "verdict"), [("working group", FAILS), ("council", MEETS), ("other", MEETS)])
def test_a_clause_may_ask_for_working_groups_alone(kind: str | None, verdict: Verdict) -> None:
    asked = {"kinds": ("working group",)}
    found = judge("meeting-on-teams", meetings=[meeting(platform="Zoom", kind=kind)], parameters=asked)
    assert only(found) == verdict


@pytest.mark.parametrize(
    ("changed", "set_to", "verdict"),
    [
        pytest.param({}, {}, MEETS, id="ID, passcode and lobby"),
        pytest.param({}, {"passcode_required": False}, FAILS, id="no passcode"),
        pytest.param({}, {"has_meeting_id": False}, FAILS, id="no meeting ID"),
        pytest.param({}, {"lobby": "everyone"}, FAILS, id="everyone skips the lobby"),
        pytest.param({}, {"lobby": "organizationAndFederated"}, MEETS, id="colleagues and partners skip the lobby"),
        pytest.param({}, {"phone_skips_lobby": True}, FAILS, id="callers skip the lobby"),
        pytest.param({}, {"passcode_required": None}, UNJUDGED, id="an option was not given"),
        pytest.param({}, {"passcode_required": None, "lobby": "everyone"}, FAILS, id="another option is enough"),
        pytest.param({}, None, UNJUDGED, id="options not read"),
        pytest.param({"outside_attendees": 0}, {"passcode_required": False}, MEETS, id="nobody from outside"),
        pytest.param({"ours": False}, None, MEETS, id="organised by another body"),
        pytest.param({"platform": "Zoom"}, None, MEETS, id="not on Teams: another check"),
    ],
)
def test_meeting_outside_passcode(changed: Row, set_to: Row | None, verdict: Verdict) -> None:
    found = judge(
        "meeting-outside-passcode",
        meetings=[meeting(**{"outside_attendees": 2} | changed)],
        meeting_options=[] if set_to is None else [options(**set_to)],
    )
    assert only(found) == verdict


def test_every_open_door_is_said() -> None:
    found = judge(
        "meeting-outside-passcode",
        meetings=[meeting(outside_attendees=1)],
        meeting_options=[options(passcode_required=False, lobby="everyone")],
    )
    assert "no passcode; everyone skips the lobby" in found["because"].iloc[0]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, REVIEW, id="a council meeting online"),
        pytest.param({"online": False}, MEETS, id="a council meeting in the chamber"),
        pytest.param({"online": None}, MEETS, id="nothing says it is online"),
        pytest.param({"kind": "working group"}, MEETS, id="a working group online"),
        pytest.param({"ours": False}, MEETS, id="a committee of the district council"),
    ],
)
def test_council_meeting_in_person(changed: Row, verdict: Verdict) -> None:
    row = meeting(**{"kind": "council", "subject": "Full Council"} | changed)
    assert only(judge("council-meeting-in-person", meetings=[row])) == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({}, MEETS, id="a link, in good time"),
        pytest.param({"has_link": False}, FAILS, id="online without a link"),
        pytest.param({"has_link": False, "online": False}, REVIEW, id="no link, perhaps in a room"),
        pytest.param({"has_link": None}, UNJUDGED, id="not known whether there is a link"),
        pytest.param({"created_at": at(2026, 12, 1, 18)}, FAILS, id="set up when it began"),
        pytest.param({"created_at": at(2026, 12, 1, 17)}, MEETS, id="set up an hour before"),
        pytest.param({"created_at": None}, UNJUDGED, id="not known when it was set up"),
        pytest.param({"has_link": False, "kind": "other"}, MEETS, id="some other meeting"),
        pytest.param({"has_link": False, "ours": False}, MEETS, id="another body's working group"),
    ],
)
def test_meeting_link_provided(changed: Row, verdict: Verdict) -> None:
    assert only(judge("meeting-link-provided", meetings=[meeting(**changed)])) == verdict


def test_a_private_meeting_goes_by_its_organiser() -> None:
    found = judge("meeting-on-teams", meetings=[meeting(subject=None, private=True, platform="Zoom")])
    assert found["subject_name"].tolist() == ["a meeting organised by ann@exampleton-tc.gov.uk"]


@pytest.mark.parametrize(
    ("people", "rows", "verdict"),
    [
        pytest.param([person("ann", role="Town Clerk")], [], MEETS, id="the Clerk"),
        pytest.param([person("ann", role="Parish Clerk and RFO")], [], MEETS, id="by another name of the office"),
        pytest.param([person("ann"), person("cy", role="Clerk")], [], REVIEW, id="somebody else"),
        pytest.param(
            [person("ann", role="Deputy Clerk"), person("cy", role="Clerk")],
            [],
            REVIEW,
            id="a deputy without authority",
        ),
        pytest.param(
            [person("ann"), person("cy", role="Clerk")],
            [authorised(mailbox=f"cy@{DOMAIN}", delegate=f"ann@{DOMAIN}")],
            MEETS,
            id="somebody authorised for the Clerk's mailbox",
        ),
        pytest.param(
            [person("ann"), person("cy", role="Clerk")],
            [authorised(mailbox=f"cy@{DOMAIN}", delegate=f"ann@{DOMAIN}", until=date(2026, 11, 20))],
            REVIEW,
            id="an authority that ended yesterday",
        ),
        pytest.param(
            [person("ann"), person("cy", role="Clerk")],
            [authorised(mailbox=f"bob@{DOMAIN}", delegate=f"ann@{DOMAIN}")],
            REVIEW,
            id="authorised for another mailbox",
        ),
        pytest.param(
            [person("ann", role="Clerk", until=date(2026, 1, 1)), person("cy", role="Clerk")],
            [],
            REVIEW,
            id="the former Clerk",
        ),
        pytest.param([person("ann")], [], UNJUDGED, id="the register names no Clerk"),
    ],
)
def test_who_organises_a_working_group(people: list[Row], rows: list[Row], verdict: Verdict) -> None:
    found = judge(
        "meeting-link-provided",
        meetings=[meeting()],
        people=people,
        accounts=[account("ann"), account("bob"), account("cy")],
        authorised_access=rows,
    )
    assert only(found) == verdict


def test_a_late_meeting_stays_a_breach_whoever_organised_it() -> None:
    found = judge(
        "meeting-link-provided",
        meetings=[meeting(created_at=at(2026, 12, 2))],
        people=[person("ann"), person("cy", role="Clerk")],
        accounts=[account("ann"), account("cy")],
        authorised_access=[],
    )
    assert only(found) == FAILS


@pytest.mark.parametrize(("online", "said"), [(True, "is online but has no link"), (False, "held in a room")])
def test_what_is_said_of_a_missing_link(*, online: bool, said: str) -> None:
    found = judge("meeting-link-provided", meetings=[meeting(has_link=False, online=online)])
    assert found["because"].str.contains(said).all()
    assert found["because"].str.contains("; ").sum() == (not online)
