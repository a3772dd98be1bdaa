"""Who is at Exampleton: staff, councillors, leavers, accounts that are nobody's, and guests."""

from typing import Any

from m365audit.sample.councils.draft import Draft, domain
from m365audit.sample.councils.enrolment import Cast, Person, add_others, enrol, invite, keep_records
from m365audit.sample.councils.people import Invitation, Sketch, delete_account

_D = "exampleton-tc.gov.uk"
_M = "exampleton.onmicrosoft.com"
LOST_DOMAIN = "exampletontowncouncil.example"
"""A domain the council once had, and never confirmed again."""


def populate(draft: Draft) -> Cast:
    """Everybody, with what must and must not be found about their accounts."""
    cast: Cast = {}
    enrol(draft, cast, _STAFF | _COUNCILLORS | _LEAVERS)
    add_others(draft, cast, _OTHERS)
    invite(draft, cast, _GUESTS)
    delete_account(draft, cast["basil"], -5)
    delete_account(draft, cast["gone guest"], -12)
    draft.tenant.domains.append(domain(LOST_DOMAIN, verified=False))
    provider = (
        "Example IT Support Ltd",
        "provider",
        cast["provider"].user_principal_name,
        "Support 2025",
        "Everything",
    )
    draft.register.add("Third parties", *provider, draft.seed.day(-700))
    statements = {"ATT-ACK": -90, "ATT-BYOD": -200, "ATT-TRN": -120, "ATT-BKP": -30, "ATT-CONDUCT": -430}
    keep_records(draft, statements, untrained_every=6)
    return cast


def _cllr(name: str, local: str, **rest: Any) -> Sketch:  # noqa: ANN401 - what a sketch takes
    return Sketch(**({"name": f"Cllr {name}", "address": f"{local}@{_D}", "title": "Councillor"} | rest))


def _gone(name: str, local: str, **rest: Any) -> Sketch:  # noqa: ANN401
    """A leaver whose account is as it should be, but for what ``rest`` says."""
    good = {"enabled": False, "licensed": False, "purpose": "shared", "sessions": -199, "signed_in": -205}
    return _cllr(name, local, **(good | rest))


_STAFF = {
    "clerk": Person(
        role="Town Clerk",
        sketch=Sketch(name="Siân Powell", address=f"clerk@{_D}", aliases=(f"sian.powell@{_D}",), title="Town Clerk"),
    ),
    "deputy": Person(role="Deputy Clerk", sketch=Sketch(name="Bethan Ogden", address=f"b.ogden@{_D}")),
    "marcus": Person(
        role="Responsible Finance Officer",
        sketch=Sketch(name="Marcus Adeyemi", address=f"m.adeyemi@{_D}", steps=("push", "mobile")),
    ),
    "admin": Person(
        role="Assistant", name="Ffion Rhys", sketch=Sketch(name="Council Admin", address=f"admin@{_D}", steps=("code",))
    ),
    "admin too": Person(role="Assistant", name="Tomasz Nowak", account=f"admin@{_D}", sketch=None),
}
_COUNCILLORS = {
    "jane": Person(
        role="Mayor",
        name="Jane Smith",
        sketch=_cllr("J Smith", "jane.smith"),
        private=("jane.smith.exampleton@example-mail.test",),
        official=("jane.smith@exampleshire-dc.example",),
    ),
    "john": Person(role="Councillor", name="John Smith", sketch=_cllr("J Smith", "john.smith")),
    "niamh": Person(
        role="Councillor",
        sketch=_cllr("Niamh O'Neill", "niamh.o'neill", aliases=(f"n.oneill@{_D}",)),
        private=("niamh.oneill@example-mail.test",),
    ),
    "dafydd": Person(
        role="Councillor",
        sketch=_cllr("Dafydd Llewelyn-Jones", "dafydd.llewelyn-jones", sign_in_name=f"d.jones@{_M}", steps=("key",)),
    ),
    "priya": Person(
        role="Councillor",
        name="Priya Kaur",
        sketch=_cllr("Priya Kaur", "priya.kaur", sign_in_name=f"p.raman@{_D}", aliases=(f"p.raman@{_D}",)),
    ),
    "gwyn": Person(
        role="Councillor",
        sketch=_cllr("Gwyn Pugh", "g.pugh", address=f"g.pugh@{LOST_DOMAIN}", sign_in_name=f"g.pugh@{_D}"),
    ),
    "agnes": Person(
        role="Councillor",
        sketch=_cllr("Agnes Whitcombe", "a.whitcombe", enabled=False, signed_in=-140, steps=("mobile",)),
    ),
    "harold": Person(
        role="Councillor", sketch=_cllr("Harold Finch", "h.finch", purpose=None, licensed=False, steps=("push",))
    ),
    "yusuf": Person(
        role="Councillor",
        name="Yusuf Rahman",
        account=f"y.rahman@{_D}",
        sketch=None,
        private=("yusuf.rahman@example-mail.test",),
    ),
    "elen": Person(
        role="Councillor",
        sketch=_cllr("Elen Môn Griffiths", "e.griffiths", created=-1, signed_in=None, steps=(), reported=False),
        since=-1,
    ),
    "peter": Person(
        role="Councillor",
        sketch=_cllr("Peter Calloway", "p.calloway", signed_in=-120, attempted=-3, steps=("push", "mobile")),
    ),
    "ruth": Person(
        role="Councillor",
        sketch=_cllr("Ruth Abara", "r.abara", signed_in=-85, steps=("mobile", "office phone", "email")),
    ),
    "kenneth": Person(
        role="Councillor",
        sketch=_cllr("Kenneth Dale", "k.dale", steps=()),
        private=("k.dale@example-mail.test", "dale.family@example-mail.test"),
    ),
    "olwen": Person(role="Councillor", sketch=_cllr("Olwen Tate", "o.tate", steps=("code",), allowed=False)),
    "colin": Person(role="Councillor", sketch=_cllr("Colin Marsh", "c.marsh", steps=("mobile", "unheard of")), until=0),
    "hannah": Person(role="Councillor", name="Hannah Quill", account=f"h.quill@{_D}", sketch=None, since=20),
}
_LEAVERS = {
    "ivor": Person(
        role="Councillor",
        sketch=_cllr("Ivor Bancroft", "i.bancroft", sessions=-199),
        until=-200,
    ),
    "maud": Person(
        role="Councillor", sketch=_gone("Maud Ellery", "m.ellery", purpose="user", sessions=-300), until=-200
    ),
    "trevor": Person(
        role="Councillor", sketch=_gone("Trevor Nunn-Hale", "t.nunn-hale", licensed=True, purpose="user"), until=-200
    ),
    "sheila": Person(role="Councillor", sketch=_gone("Sheila Vance", "s.vance"), until=-200),
    "derek": Person(role="Councillor", sketch=_gone("Derek Okafor", "d.okafor"), until=-200),
    "joan": Person(role="Councillor", sketch=_gone("Joan Trent", "j.trent"), until=-200),
    "alun": Person(role="Councillor", sketch=_gone("Alun Bevan", "a.bevan"), until=-200),
    "nora": Person(
        role="Councillor",
        sketch=_gone("Nora Silk", "n.silk", licensed=True, purpose="user", sessions=-2, signed_in=-4),
        until=-3,
    ),
    "basil": Person(role="Councillor", sketch=_gone("Basil Hume-Croft", "b.hume-croft", sessions=-59), until=-60),
}
_HOSTILE = '=HYPERLINK("https://example.org/","Click here")'
_OTHERS = {
    "info": (
        "shared mailbox",
        Sketch(
            name="Council Information", address=f"info@{_D}", purpose="shared", enabled=False, licensed=False, steps=()
        ),
    ),
    "planning": (
        "shared mailbox",
        Sketch(name="Planning", address=f"planning@{_D}", purpose="shared", licensed=False),
    ),
    "chamber": (
        "room",
        Sketch(
            name="Council Chamber", address=f"chamber@{_D}", purpose="room", enabled=False, licensed=False, steps=()
        ),
    ),
    "committee room": ("room", Sketch(name="Committee Room", address=f"room2@{_D}", purpose="room", licensed=False)),
    "projector": (
        "",
        Sketch(
            name="Projector", address=f"projector@{_D}", purpose="equipment", enabled=False, licensed=False, steps=()
        ),
    ),
    "office": ("service", Sketch(name="Council Office", address=f"office@{_D}")),
    "scanner": ("service", Sketch(name="Office scanner", address=f"scanner@{_M}", steps=("code",))),
    "kiosk": ("service", Sketch(name="Library kiosk", address=f"kiosk@{_D}", purpose=None, licensed=False, steps=())),
    "glass": (
        "break-glass",
        Sketch(
            name="Emergency access",
            address=f"emergency.access@{_M}",
            purpose=None,
            licensed=False,
            steps=("key",),
            admin=True,
            signed_in=-20,
        ),
    ),
    "provider": (
        "",
        Sketch(name="Example IT Support", address=f"it.provider@{_D}", purpose=None, licensed=False, admin=True),
    ),
    "unknown": ("", Sketch(name=_HOSTILE, address=f"contractor1@{_D}", purpose=None, licensed=False)),
    "laptop": (
        "",
        Sketch(name="Old laptop", address=f"laptop@{_D}", purpose=None, enabled=False, licensed=False, signed_in=-700),
    ),
}
_GUESTS = {
    "supplier": ("Contoso Playgrounds", Invitation(name="Alex Lee", address="a.lee@contoso.example")),
    "invited": (
        "Fabrikam Surveyors",
        Invitation(name="Pat Moss", address="p.moss@fabrikam.example", accepted=False, created=-45, signed_in=None),
    ),
    "just invited": (
        "Fabrikam Surveyors",
        Invitation(name="Kim Shaw", address="k.shaw@fabrikam.example", accepted=False, created=-10, signed_in=None),
    ),
    "sleeper": (
        "Northwind Heritage",
        Invitation(name="Dee Oakes", address="d.oakes@northwind.example", signed_in=-120),
    ),
    "dozer": ("Northwind Heritage", Invitation(name="Lou Carr", address="l.carr@northwind.example", signed_in=-80)),
    "resident": ("", Invitation(name="Jean Resident", address="jean.resident@example-mail.test")),
    "private": ("Friends of the Park", Invitation(name="Ken Dale", address="k.dale@example-mail.test")),
    "district": (
        "Exampleshire District Council",
        Invitation(name="Jane Smith", address="jane.smith@exampleshire-dc.example"),
    ),
    "bookkeeper": ("Ledger Ltd", Invitation(name="Robin Books", address="robin@ledger.example")),
    "gone guest": ("", Invitation(name="Sam Past", address="s.past@example.org")),
}
