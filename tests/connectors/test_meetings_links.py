import pytest

from m365audit.connectors.calendars.meeting_links import JOIN_HOSTS, first_join_link, join_link

OLD_TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%22t%22%7d"


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        pytest.param(OLD_TEAMS, "Teams", id="the long Teams link"),
        pytest.param("https://teams.microsoft.com/meet/3211?p=Xy", "Teams", id="the short Teams link"),
        pytest.param("https://teams.microsoft.com/meetingOptions/?x=1", None, id="a Teams page that is no meeting"),
        pytest.param("https://teams.live.com/meet/9412?p=Q", "Teams (personal)", id="somebody's personal Teams"),
        pytest.param("https://zoom.us/j/123", "Zoom", id="Zoom"),
        pytest.param("https://US02WEB.Zoom.us/J/123?pwd=x", "Zoom", id="Zoom by a sub-domain, in capitals"),
        pytest.param("zoom.us/j/123", "Zoom", id="Zoom without https"),
        pytest.param("Join (https://zoom.us/my/clerk).", "Zoom", id="Zoom inside a sentence"),
        pytest.param("https://zoom.us./j/123", "Zoom", id="a host with its closing dot"),
        pytest.param("https://zoom.us:443/j/123", "Zoom", id="a host with its port"),
        pytest.param("https://zoom.us/download", None, id="a Zoom page that is no meeting"),
        pytest.param("Zoom", None, id="the word alone"),
        pytest.param("https://notzoom.us/j/123", None, id="a host that ends alike"),
        pytest.param("https://notzoom.us.evil.test/j/123", None, id="a host that begins alike"),
        pytest.param("https://zoom.us.evil.test/j/123", None, id="a sub-domain of somebody else"),
        pytest.param("notzoom.us/j/1", None, id="a host that ends alike without https"),
        pytest.param("https://zoom.us@evil.test/j/123", None, id="a user name that looks like a host"),
        pytest.param("https://evil.test/zoom.us/j/123", None, id="a path that looks like a host"),
        pytest.param("https://evil.test/?to=https://zoom.us/j/1", None, id="a query that looks like a link"),
        pytest.param("https://evil.test#zoom.us/j/1", None, id="a fragment that looks like a link"),
        pytest.param("https://evil.test\\@zoom.us/j/1", None, id="a backslash that browsers take for a slash"),
        pytest.param("clerk@zoom.us/j/1", None, id="a mail address"),
        pytest.param("https://zооm.us/j/1", None, id="Cyrillic letters"),  # noqa: RUF001 - that is the point
        pytest.param("https://[zoom.us/j/1", None, id="no address at all"),
        pytest.param("https://meet.google.com/abc-defg-hij", "Google Meet", id="Google Meet"),
        pytest.param("https://meet.google.com/", None, id="Google Meet's own page"),
        pytest.param("https://council.webex.com/meet/clerk", "Webex", id="a Webex room"),
        pytest.param("https://council.webex.com/council/j.php?MTID=m1", "Webex", id="a Webex meeting"),
        pytest.param("https://gotomeet.me/clerk", "GoTo", id="GoTo, the short host"),
        pytest.param("https://global.gotomeeting.com/join/123", "GoTo", id="GoTo"),
        pytest.param("https://whereby.com/exampleton", "Whereby", id="Whereby"),
        pytest.param("https://whereby.com/pricing", None, id="a Whereby page that is no meeting"),
        pytest.param("https://meet.jit.si/Exampleton", "Jitsi", id="Jitsi"),
        pytest.param(
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F1&data=x",
            "Zoom",
            id="a link that Outlook wrapped",
        ),
        pytest.param(
            "https://eur01.safelinks.protection.outlook.com.evil.test/?url=https%3A%2F%2Fzoom.us%2Fj%2F1",
            None,
            id="a wrapping that is not Outlook's",
        ),
        pytest.param("https://exampleton-tc.gov.uk/agenda", None, id="the agenda"),
    ],
)
def test_a_link_belongs_to_the_platform_of_its_host(text: str, platform: str | None) -> None:
    found = first_join_link([None, "", text])
    assert (found.platform if found else None) == platform


def test_the_first_place_that_has_a_link_decides() -> None:
    found = first_join_link(["Room 1", "see https://zoom.us/j/1 or https://meet.jit.si/x", "https://whereby.com/y"])
    assert found is not None
    assert found.platform == "Zoom"


def test_no_link_ever_shows_in_a_log() -> None:
    link = join_link("https://teams.microsoft.com/meet/3211?p=Secret")
    assert "Secret" not in f"{link!r}"
    assert "Teams" in f"{link!r}"


def test_hosts_of_one_platform_never_stand_under_another() -> None:
    for row in JOIN_HOSTS:
        above = {other.platform for other in JOIN_HOSTS if row.host.endswith(f".{other.host}")}
        assert above <= {row.platform}
