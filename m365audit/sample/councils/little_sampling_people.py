"""Who is at Little Sampling, and what must and must not be found about them."""

from typing import Any

from m365audit.sample.councils.answers import Rows, near_about, plant_about
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast, Person, add_others, enrol, invite, keep_records
from m365audit.sample.councils.licences import SPB, subscribed_sku
from m365audit.sample.councils.people import Invitation, Sketch

_D = "little-sampling-pc.org.uk"
_M = "littlesampling.onmicrosoft.com"


def populate(draft: Draft) -> Cast:
    """Everybody, with the answers about their accounts."""
    cast: Cast = {}
    enrol(draft, cast, _PEOPLE)
    add_others(draft, cast, _OTHERS)
    invite(draft, cast, _GUESTS)
    keep_records(draft, {"ATT-ACK": -60, "ATT-CONDUCT": -150, "ATT-IM": -400}, untrained_every=4)
    # A trial that ran out: it has Entra ID P1 on paper only.
    draft.tenant.skus.append(subscribed_sku(draft.tenant.tenant_id, SPB, bought=25, status="Suspended"))
    draft.tenant.sharing_settings["isResharingByExternalUsersEnabled"] = True
    plant_about(draft, cast, _PLANTED)
    near_about(draft, cast, _NEAR)
    return cast


def _cllr(name: str, local: str, **rest: Any) -> Sketch:  # noqa: ANN401 - what a sketch takes
    return Sketch(**({"name": f"Cllr {name}", "address": f"{local}@{_D}", "title": "Councillor"} | rest))


def _gone(name: str, local: str, sessions: int) -> Sketch:
    return _cllr(name, local, enabled=False, licensed=False, purpose="shared", sessions=sessions, signed_in=-130)


_PEOPLE = {
    "clerk": Person(role="Clerk", sketch=Sketch(name="Rhiannon Vaughan", address=f"clerk@{_D}")),
    "owen": Person(role="Councillor", sketch=_cllr("Owen Smith", "o.smith")),
    "olive": Person(
        role="Councillor",
        sketch=_cllr("Olive Smith", "olive.smith", sign_in_name=f"o.smith2@{_D}", steps=("mobile", "email")),
    ),
    "pat": Person(
        role="Councillor",
        sketch=_cllr("Pat D'Arcy", "pat.d'arcy", steps=("pass",)),
        private=("pat.darcy@example-mail.test",),
    ),
    "mair": Person(
        role="Councillor",
        sketch=_cllr("Mair Hughes", "m.hughes", steps=("unheard of",)),
        official=("mair.hughes@samplingshire-cc.example",),
    ),
    "tom": Person(
        role="Councillor",
        sketch=_cllr("Tom Beech", "t.beech", steps=()),
        private=("tom.beech@example-mail.test",),
        until=0,
    ),
    "nia": Person(
        role="Councillor", sketch=_cllr("Nia Ellis", "n.ellis", created=-3, signed_in=None, steps=("key",)), since=-3
    ),
    "wyn": Person(role="Councillor", name="Wyn Archer", account=f"w.archer@{_D}", sketch=None),
    "ada": Person(role="Councillor", name="Ada Lunt", account=f"a.lunt@{_D}", sketch=None, since=14),
    "carys": Person(role="Councillor", sketch=_gone("Carys Dean", "c.dean", -200), until=-120),
    "rob": Person(role="Councillor", sketch=_gone("Rob Hale", "r.hale", -119), until=-120),
}
_SHARED: dict[str, Any] = {"purpose": "shared", "licensed": False}
_OTHERS = {
    "info": ("shared mailbox", Sketch(name="Parish Information", address=f"info@{_D}", **_SHARED)),
    "planning": (
        "shared mailbox",
        Sketch(name="Planning", address=f"planning@{_D}", enabled=False, steps=(), **_SHARED),
    ),
    "hall": (
        "room",
        Sketch(name="Village Hall", address=f"hall@{_D}", purpose="room", enabled=False, licensed=False, steps=()),
    ),
    "glass": (
        "break-glass",
        Sketch(name="Emergency access", address=f"emergency.access@{_M}", purpose=None, licensed=False, steps=("key",)),
    ),
    "unknown": ("", Sketch(name="=1+1 Test", address=f"temp@{_D}", purpose=None, licensed=False)),
    "old": ("", Sketch(name="Old Clerk PC", address=f"oldpc@{_D}", purpose=None, licensed=False, enabled=False)),
}
_GUESTS = {
    "supplier": ("Tailspin Grounds", Invitation(name="Vic Moor", address="v.moor@tailspin.example")),
    "invited": (
        "Tailspin Grounds",
        Invitation(name="Una Pike", address="u.pike@tailspin.example", accepted=False, created=-90, signed_in=None),
    ),
    "just invited": (
        "Tailspin Grounds",
        Invitation(name="Meg Fell", address="m.fell@tailspin.example", accepted=False, created=-5, signed_in=None),
    ),
    "resident": ("", Invitation(name="Les Villager", address="les.villager@example-mail.test")),
    "private": ("Village Society", Invitation(name="Pat", address="pat.darcy@example-mail.test")),
}
_PLANTED: Rows = (
    ("person-has-account", f"w.archer@{_D}", "on the register, and no account has that name"),
    ("account-on-register", "unknown", "an enabled member account nobody wrote down"),
    ("leaver-access-removed", "carys", "her sessions were last ended before she left"),
    ("mailbox-on-council-domain", _D, "a domain of the council's own, but not .gov.uk: advice"),
    ("account-belongs-to-one-person", "info", "a shared mailbox that can be signed in to"),
    ("two-step-registered", "tom", "a password and nothing else"),
    ("two-step-registered", "pat", "a temporary pass is no second step"),
    ("two-step-method-strong", "olive", "only text messages and e-mail"),
    ("guest-accounted-for", "invited", "invited 90 days ago and never accepted"),
    ("guest-accounted-for", "resident", "on no row of the register"),
    ("private-address-in-use", "private", "a guest with the private address of a councillor who has an account"),
    (
        "sharing-limits-set",
        "sharepoint.isResharingByExternalUsersEnabled",
        "guests may pass on what was shared: advice",
    ),
    ("policy-review-due", "town-council-2023", "the next review was due in January 2024"),
)
_NEAR: Rows = (
    ("person-has-account", "owen", "two people are called Smith; each has one account"),
    ("person-has-account", "olive", "her sign-in name is not her address, and the register has it"),
    ("person-has-account", "tom", "today is his last day"),
    ("person-has-account", f"a.lunt@{_D}", "starts in 14 days"),
    ("account-on-register", "planning", "on the register"),
    ("account-on-register", "glass", "on the register as break-glass"),
    ("account-on-register", "old", "not on the register, but disabled"),
    ("leaver-access-removed", "rob", "mailbox made shared, sign-in blocked, sessions ended"),
    ("leaver-access-removed", "tom", "the last day still counts"),
    ("mailbox-on-council-domain", "clerk", "a domain the council owns; the advice is about the domain"),
    ("mailbox-on-council-domain", _M, "nobody's primary address is there"),
    ("account-belongs-to-one-person", "clerk", "a general name that belongs to the one Clerk"),
    ("account-belongs-to-one-person", "planning", "a shared mailbox with sign-in blocked"),
    ("account-belongs-to-one-person", "hall", "a room with sign-in blocked"),
    ("two-step-registered", "clerk", "an authenticator app"),
    ("two-step-registered", "olive", "text messages are a second step, if a weak one"),
    ("two-step-registered", "mair", "a kind nobody knows yet is not none"),
    ("two-step-registered", "glass", "no mailbox"),
    ("two-step-registered", "planning", "sign-in blocked"),
    ("two-step-registered", "resident", "a guest is no member"),
    ("two-step-method-strong", "mair", "a kind nobody knows yet is not weak"),
    ("two-step-method-strong", "tom", "nothing at all is not weak: it is missing"),
    ("two-step-method-strong", "nia", "a security key"),
    ("account-dormant", "nia", "no evidence without Entra ID P1"),
    ("guest-accounted-for", "supplier", "accepted, in use and on the register"),
    ("guest-accounted-for", "just invited", "invited 5 days ago"),
    ("private-address-in-use", "resident", "nobody's private address on the register"),
    ("sharing-limits-set", "sharepoint.sharingCapability", "no links for anyone can be made any more"),
)
