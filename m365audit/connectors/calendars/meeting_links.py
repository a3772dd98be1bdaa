"""Links that people join meetings by: which platform a link belongs to, told by its host and never by its looks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

TEAMS = "Teams"
SKYPE = "Skype"


@dataclass(frozen=True, slots=True)
class JoinHost:
    """One row of the host list: a host with all its sub-domains, and what the path of a join link looks like."""

    platform: str
    host: str
    path: re.Pattern[str]

    def fits(self, host: str, path: str) -> bool:
        """Whether a link to that host (lower case) and path joins a meeting of this platform."""
        return (host == self.host or host.endswith(f".{self.host}")) and self.path.search(path) is not None


def _host(platform: str, host: str, path: str = r"^/[^/]") -> JoinHost:
    return JoinHost(platform, host, re.compile(path, re.IGNORECASE))


JOIN_HOSTS: tuple[JoinHost, ...] = (
    # The long form until 2025 and the short one since; webinars and town halls have a host of their own.
    _host(TEAMS, "teams.microsoft.com", r"^/(l/meetup-join|meet|event)/"),
    _host(TEAMS, "teams.cloud.microsoft", r"^/(l/meetup-join|meet|event)/"),
    _host(TEAMS, "teams.microsoft.us", r"^/(l/meetup-join|meet|event)/"),
    _host("Teams (personal)", "teams.live.com", r"^/(meet|l/meetup-join)/"),
    # j: join, my: personal room, s: start, w: webinar, wc: in the browser.
    _host("Zoom", "zoom.us", r"^/(j|my|s|w|wc|webinar|meeting)/"),
    _host("Zoom", "zoom.com", r"^/(j|my|s|w|wc|webinar|meeting)/"),
    _host("Zoom", "zoomgov.com", r"^/(j|my|s|w|wc|webinar|meeting)/"),
    _host("Google Meet", "meet.google.com"),
    _host("Google Meet", "g.co", r"^/meet/"),
    _host("Webex", "webex.com", r"^/(meet|join|m)/|/(j|e)\.php$|^/wbxmjs/|^/webappng/"),
    _host("GoTo", "gotomeet.me"),
    _host("GoTo", "global.gotomeeting.com"),
    _host("GoTo", "gotomeeting.com", r"^/(join|meeting)"),
    _host("GoTo", "meet.goto.com"),
    _host("Whereby", "whereby.com", r"^/(?!(information|blog|pricing|user)(/|$))[^/]"),
    _host("Jitsi", "meet.jit.si"),
    _host("Jitsi", "8x8.vc"),
    _host(SKYPE, "meet.lync.com"),
    _host(SKYPE, "join.skype.com"),
)
"""Every host whose links are known to join a meeting; no host stands under another of a different platform."""

# A backslash ends a link: browsers read "https://evil.test\@zoom.us/" as a way to evil.test.
_REST = r"[^\s<>\"'\\|)\]}]"
_ADDRESS = re.compile(rf"https?://{_REST}+", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w.@/=\\-])(?:[a-z0-9-]+\.)+[a-z]{{2,}}/{_REST}+", re.IGNORECASE)
_WRAPPER = "safelinks.protection.outlook.com"


@dataclass(frozen=True, slots=True)
class JoinLink:
    """A link that joins a meeting. It is asked about and then forgotten, so it never shows in a log."""

    platform: str
    url: str

    def __repr__(self) -> str:
        return f"JoinLink({self.platform!r})"


def join_link(url: str) -> JoinLink | None:
    """The link, if it joins a meeting on a known platform; Outlook's Safe Links wrapping is taken off first."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # brackets or characters that no address has
        return None
    if host.endswith(f".{_WRAPPER}"):
        wrapped = parse_qs(parts.query).get("url", [""])[0]
        return join_link(wrapped) if _WRAPPER not in wrapped else None
    row = next((row for row in JOIN_HOSTS if row.fits(host, parts.path)), None)
    return JoinLink(row.platform, url.strip()) if row else None


def first_join_link(texts: Iterable[str | None]) -> JoinLink | None:
    """The first link of a known platform in some texts; links with and without ``https://`` count."""
    links = (join_link(url) for text in texts if text for url in _urls(text))
    return next((link for link in links if link), None)


def _urls(text: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(text):
        yield found[0].rstrip(".,;:!?")
    # What stands inside a whole link is part of that link, wherever it pretends to lead.
    for found in _BARE.finditer(_ADDRESS.sub(" ", text)):
        yield f"https://{found[0].rstrip('.,;:!?')}"
