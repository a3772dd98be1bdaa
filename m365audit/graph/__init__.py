"""The wire: the only place that speaks to Microsoft 365, and it can only read."""

from m365audit.graph.addresses import UNKNOWN_MEMBERS
from m365audit.graph.certificates import Certificate, certificate_of
from m365audit.graph.client import Graph
from m365audit.graph.clock import Clock, WallClock
from m365audit.graph.credentials import Credentials, ReadyTokens, claims, credentials_for, signed_in_person
from m365audit.graph.errors import ABSENT, Absent, NotAllowed, Refused, SignInFailed
from m365audit.graph.exchange import Exchange
from m365audit.graph.governor import AppLimits, Governor, Pacing
from m365audit.graph.names import Names
from m365audit.graph.paging import Page
from m365audit.graph.retry import Patience
from m365audit.graph.said import Service
from m365audit.graph.session import REAL, Outside, Session, connect
from m365audit.graph.wire import asking

__all__ = [
    "ABSENT",
    "REAL",
    "UNKNOWN_MEMBERS",
    "Absent",
    "AppLimits",
    "Certificate",
    "Clock",
    "Credentials",
    "Exchange",
    "Governor",
    "Graph",
    "Names",
    "NotAllowed",
    "Outside",
    "Pacing",
    "Page",
    "Patience",
    "ReadyTokens",
    "Refused",
    "Service",
    "Session",
    "SignInFailed",
    "WallClock",
    "asking",
    "certificate_of",
    "claims",
    "connect",
    "credentials_for",
    "signed_in_person",
]
