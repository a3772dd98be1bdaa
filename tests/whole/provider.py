"""A provider's sign-in to a council served on loopback: token calls meet the imitation's own login service."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import requests
import responses
from audits import served
from cryptography.fernet import Fernet

from m365audit.engine.places import Places
from m365audit.graph.partner import Ask, PartnerTokens
from m365audit.model.tenant import Auth, AuthKind, Endpoints, Tenant
from m365audit.sample.councils import SampleCouncil
from m365audit.sample.demo import DemoClock
from m365audit.sample.service.server import Service
from m365audit.sample.tenant import Partner
from m365audit.settings import load_tenant

LOGIN = "https://login.microsoftonline.com"
KEY = Fernet.generate_key().decode()


def relationship(council: SampleCouncil) -> Partner:
    """A partner relationship that lets the provider's account read what the council's own app reads."""
    read = {name for name in council.tenant.granted if not name.startswith("Exchange.")}
    return Partner(scopes=frozenset(read | {"Exchange.Manage"}))


def looked_after(council: SampleCouncil, partner: Partner | None) -> SampleCouncil:
    """The council with a partner relationship, or without; its own app is not let in."""
    return replace(council, tenant=replace(council.tenant, partner=partner, granted=frozenset()))


def over_loopback(service: Service) -> responses.RequestsMock:
    """Microsoft's login address, answered by the imitation: https, as msal insists on it, in front of plain http."""
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    # The imitation's services stand on one port; by which name it is called tells them apart in a scope.
    port = urlsplit(service.url).port
    names = {
        f"http://127.0.0.1:{port}/.default": "https://graph.microsoft.com/.default",
        f"http://localhost:{port}/.default": "https://outlook.office365.com/.default",
    }

    def forward(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        address = f"{service.url}{str(request.url).removeprefix(LOGIN)}"
        form = dict(parse_qsl(str(request.body or "")))
        if "scope" in form:
            form["scope"] = " ".join(names.get(one, one) for one in form["scope"].split())
        headers = {"Host": urlsplit(LOGIN).netloc, "Content-Type": "application/x-www-form-urlencoded"}
        with httpx.Client(trust_env=False) as http:
            got = http.request(str(request.method), address, headers=headers, content=urlencode(form) if form else None)
        kept = {name: got.headers[name] for name in ("Location",) if name in got.headers}
        return got.status_code, kept, got.text.replace("http://login.", "https://login.")

    for method in (responses.GET, responses.POST):
        mock.add_callback(method, re.compile(f"{re.escape(LOGIN)}/.*"), forward)
    return mock


@contextmanager
def customer(council: SampleCouncil, folder: Path) -> Iterator[tuple[Service, Places, DemoClock, Tenant]]:
    """The council on loopback, and its tenant file as a provider writes it."""
    with served([council], folder) as (service, places, clock), over_loopback(service):
        port = urlsplit(service.url).port
        endpoints = Endpoints(graph=service.url, exchange=f"http://localhost:{port}", login=LOGIN)
        auth = Auth(
            kind=AuthKind.PARTNER,
            client_id=Service.client_id,
            secret=Service.client_secret,
            cache=str(folder / "partner.cache"),
        )
        tenant = load_tenant(places.config, council.slug).model_copy(update={"auth": auth, "endpoints": endpoints})
        yield service, places, clock, tenant


def at_a_browser(service: Service, texts: list[str]) -> Ask:
    """Somebody who does what they are told: opens the address, signs in, pastes where the browser ends."""

    def ask(text: str) -> str:
        texts.append(text)
        address = next(word for word in text.split() if word.startswith(LOGIN))
        with httpx.Client(trust_env=False) as http:
            return http.get(address.replace(LOGIN, service.url)).headers["location"] + "\n"

    return ask


def tokens(service: Service, tenant: Tenant, clock: DemoClock, seed: str | None = None) -> PartnerTokens:
    """The provider's sign-in, with a refresh token from outside."""
    environ = {"M365AUDIT_CACHE_KEY": KEY, "M365AUDIT_PARTNER_REFRESH_TOKEN": seed or service.refresh_token()}
    return PartnerTokens(tenant, clock, environ, pause_seconds=0)
