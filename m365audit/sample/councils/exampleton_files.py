"""Exampleton's sites, and what is shared from them."""

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.files import Library, add_onedrive, add_site
from m365audit.sample.councils.mailboxes import add_group
from m365audit.sample.councils.permissions import (
    Grant,
    anyone_link,
    direct,
    entra_group,
    everyone_but_guests,
    guest,
    guest_by_code,
    invitation,
    marked_inherited,
    member,
    organisation_link,
    people_link,
)

ANYONE = "share-anyone-link"
INSIDE = "share-everyone-inside"
OUTSIDE = "share-outside-accepted"
PRIVATE = "private-address-in-use"
_BY_ANYONE = "anyone with the link"


def answer(draft: Draft, cast: Cast) -> None:
    """Make the sites, share from them, and write the answers down."""
    sites = {name: add_site(draft, name) for name in ("Planning", "Planning Archive", "Finance", "Allotments")}
    sites["Council"] = add_site(draft, "Council", path="")
    for name, site in sites.items():
        for year in (2024, 2025, 2026):
            site.fill(f"{name} papers/{year}/Agendas", 6)
            site.fill(f"{name} papers/{year}/Minutes", 6)
    homes = {
        name: add_onedrive(draft, account)
        for name, account in cast.items()
        if draft.tenant.mailbox_settings.get(account.id, {}).get("userPurpose") == "user"
    }
    for name, home in homes.items():
        home.fill("Desktop", 4 + len(name) % 3)
    _anyone(draft, sites, homes["jane"])
    _inside(draft, sites)
    _outside(draft, cast, sites)
    _outside_in_other_shapes(draft, cast, sites)
    _people(draft, cast, sites["Council"])
    _unmarked(draft, cast, sites)
    for library in (*sites.values(), *homes.values()):
        library.close()
    draft.tenant.sharing_settings["sharingCapability"] = "externalUserAndGuestSharing"


def lock(draft: Draft) -> None:
    """Make a site whose library nobody may read: it has a drive, and the drive has nothing, not even a root."""
    site = add_site(draft, "Archive under lock")
    del draft.tenant.items[site.drive_id]


def accept(draft: Draft, location: str, shared_with: str, until: int | None = None) -> None:
    """Write an acceptance into the register; ``until`` counts days from ``as_of``."""
    last = None if until is None else draft.seed.day(until)
    draft.register.add("Accepted sharing", location, shared_with, "Council business", "Town Clerk", last)


def _anyone(draft: Draft, sites: dict[str, Library], home: Library) -> None:
    planning, finance, allotments = sites["Planning"], sites["Finance"], sites["Allotments"]
    planning.fill("Consultation/Drawings/Phase 1", 5)
    link = anyone_link(draft, "consultation", "view")
    draft.plant(ANYONE, planning.share("Consultation", link), "a folder open to anyone, without an end")
    for path in (
        "Consultation/Drawings",
        "Consultation/Drawings/Phase 1",
        "Consultation/Drawings/Phase 1/Phase 1 001.docx",
    ):
        draft.near(ANYONE, planning.key(path, link), "passed down from the folder above, and reported there")
    link = marked_inherited(anyone_link(draft, "ledger", "edit", expires=14, password=True))
    draft.plant(ANYONE, finance.share(finance.file("Ledger.xlsx"), link), "anyone may edit, with a password and an end")
    path = finance.file("Annual return.pdf")
    key = finance.share(path, anyone_link(draft, "annual return", "view", expires=30))
    accept(draft, finance.web_address(path), _BY_ANYONE, 30)
    draft.near(ANYONE, key, "accepted, for this file")
    draft.near(OUTSIDE, key, "names nobody outside")
    path = finance.file("Grants.xlsx")
    accept(draft, finance.web_address(path), _BY_ANYONE, -1)
    draft.plant(ANYONE, finance.share(path, anyone_link(draft, "grants", "view")), "accepted until yesterday")
    accept(draft, allotments.site_url, _BY_ANYONE)
    key = allotments.share(allotments.file("Waiting list/Form.docx"), anyone_link(draft, "form", "view"))
    draft.near(ANYONE, key, "accepted, for the whole site")
    hostile = home.file("=SUM(A1,A9)+cmd.xlsx")
    draft.plant(
        ANYONE, home.share(hostile, anyone_link(draft, "hostile", "edit")), "anyone may edit a file of a OneDrive"
    )


def _unmarked(draft: Draft, cast: Cast, sites: dict[str, Library]) -> None:
    """What only the census finds: Microsoft marks none of it as shared."""
    planning, finance = sites["Planning"], sites["Finance"]
    planning.fill("Surgeries/Letters", 3)
    link = anyone_link(draft, "surgeries", "edit")
    draft.plant(ANYONE, planning.share_unmarked("Surgeries", link), "a folder open to anyone, and not marked as shared")
    draft.near(ANYONE, planning.key("Surgeries/Letters", link), "passed down from the folder above, and told there")
    visitor = direct(guest(cast["resident"]))
    key = finance.share_unmarked(finance.folder("Bids"), visitor)
    draft.plant(OUTSIDE, key, "given to a guest nobody accepted, and not marked as shared")
    supplier = direct(guest(cast["supplier"]))
    key = finance.share_unmarked(finance.folder("Quotes"), supplier)
    draft.near(OUTSIDE, key, "not marked as shared, and accepted by domain")
    key = finance.share_unmarked(finance.folder("Drafts"), people_link(draft, "drafts", "edit", member(cast["jane"])))
    draft.near(OUTSIDE, key, "not marked as shared, and shared with a colleague only")
    draft.near(INSIDE, key, "not marked as shared, and shared with one colleague, not with everybody")


def _inside(draft: Draft, sites: dict[str, Library]) -> None:
    council = sites["Council"]
    key = council.share(council.file("Staff/Rota.xlsx"), organisation_link(draft, "rota", "edit"))
    draft.plant(INSIDE, key, "a link for everybody in the council")
    draft.near(ANYONE, key, "only for the council's own people")
    key = council.share(council.file("Staff/Handbook.docx"), direct(everyone_but_guests(draft)))
    draft.plant(INSIDE, key, "given to everyone except external users")
    draft.near(OUTSIDE, key, "everyone but guests is nobody outside")
    public = add_group(draft, "Everybody News", unified=True, visibility="Public")
    draft.plant(INSIDE, public.id, "anybody in the council may join")
    private = add_group(draft, "Staffing", unified=True, visibility="Private")
    draft.near(INSIDE, private.id, "private")
    hidden = add_group(draft, "Grievances", unified=True, visibility="HiddenMembership")
    draft.near(INSIDE, hidden.id, "hidden")
    group = entra_group(private.name, private.id)
    key = council.share(council.folder("Staff/Appraisals"), direct(group, role="write"))
    draft.near(INSIDE, key, "a group, not everybody")


def _outside(draft: Draft, cast: Cast, sites: dict[str, Library]) -> None:
    planning, archive, finance = sites["Planning"], sites["Planning Archive"], sites["Finance"]
    resident, supplier = guest(cast["resident"]), guest(cast["supplier"])

    def share(library: Library, path: str, *people: dict[str, object]) -> str:
        return library.share(library.file(path), people_link(draft, path, "view", *people))

    draft.plant(OUTSIDE, share(planning, "Plots/Plot 1.pdf", resident), "a guest nobody accepted")
    accept(draft, "anywhere", "contoso.example")
    draft.near(OUTSIDE, share(planning, "Plots/Plot 2.pdf", supplier), "the supplier's domain is accepted anywhere")
    stranger = guest_by_code("Somebody", "somebody@notcontoso.example")
    draft.plant(OUTSIDE, share(planning, "Plots/Plot 3.pdf", stranger), "the domain only ends like an accepted one")
    both = share(planning, "Plots/Plot 4.pdf", supplier, resident)
    draft.plant(OUTSIDE, both, "one of the two is not accepted")
    sleeper = guest(cast["sleeper"])
    accept(draft, planning.site_url, cast["sleeper"].address, 100)
    draft.near(OUTSIDE, share(planning, "Plots/Plot 5.pdf", sleeper), "accepted for this site")
    draft.plant(OUTSIDE, share(finance, "Insurance.pdf", sleeper), "accepted for another site")
    draft.plant(OUTSIDE, share(archive, "Plot 6.pdf", sleeper), "the address only begins like the accepted site's")
    dozer = guest(cast["dozer"])
    accept(draft, finance.site_url, cast["dozer"].address, -5)
    draft.plant(OUTSIDE, share(finance, "Assets.xlsx", dozer), "accepted until five days ago")
    path = finance.file("Valuation.pdf")
    accept(draft, finance.web_address(path), cast["dozer"].address.upper(), 0)
    key = finance.share(path, people_link(draft, path, "view", dozer))
    draft.near(OUTSIDE, key, "accepted for this file; today is the last day")


def _outside_in_other_shapes(draft: Draft, cast: Cast, sites: dict[str, Library]) -> None:
    allotments, council = sites["Allotments"], sites["Council"]
    allotments.fill("Tenancies/2026", 4)

    def near_below(folder: str, grant: Grant, because: str) -> None:
        for path in allotments.ids:
            if path.startswith(f"{folder}/"):
                draft.near(OUTSIDE, allotments.key(path, grant), because)

    folder = direct(guest(cast["supplier"]), role="write")
    draft.near(OUTSIDE, allotments.share("Tenancies", folder), "accepted by domain")
    resident = direct(guest(cast["resident"]), role="write")
    draft.plant(OUTSIDE, allotments.share("Tenancies/2026", resident), "given straight to a guest")
    near_below("Tenancies/2026", resident, "passed down, and reported above")
    by_code = guest_by_code("Plot holder", "plot.holder@example-mail.test")
    for name in ("Plot A.docx", "Plot B.docx"):
        # A grant's id follows from whom it is given to: two files side by side have the same one.
        key = allotments.share(allotments.file(name), direct(by_code))
        draft.plant(OUTSIDE, key, "given to somebody outside who opens it with a code")
    accept(draft, "anywhere", "surveyor@fabrikam.example")
    escaped = guest_by_code("Surveyor", "surveyor@fabrikam.example", escaped=True)
    key = allotments.share(allotments.file("Survey.pdf"), people_link(draft, "survey", "edit", escaped))
    draft.near(OUTSIDE, key, "the address is accepted anywhere")
    key = council.share(council.file("Tender.docx"), invitation(draft, "tender", "bids@tender.example"))
    draft.plant(OUTSIDE, key, "an invitation to an address nobody accepted")
    key = council.share(council.file("Drawings.pdf"), invitation(draft, "drawings", "Plans@Contoso.example"))
    draft.near(OUTSIDE, key, "an invitation to an accepted domain")
    key = council.share(council.file("Forgotten.docx"), people_link(draft, "forgotten", "edit"))
    draft.near(OUTSIDE, key, "a link for people, naming nobody")


def _people(draft: Draft, cast: Cast, council: Library) -> None:
    accept(draft, "anywhere", cast["private"].address)
    key = council.share(council.file("Park plan.docx"), people_link(draft, "park", "edit", guest(cast["private"])))
    draft.plant(PRIVATE, key, "shared with a private address of a councillor who has an account")
    draft.near(OUTSIDE, key, "accepted, private as it is")
    accept(draft, "anywhere", "exampleshire-dc.example")
    key = council.share(council.file("Highways.docx"), people_link(draft, "highways", "view", guest(cast["district"])))
    draft.near(PRIVATE, key, "shared with her official address at another council")
    draft.near(OUTSIDE, key, "the other council's domain is accepted")
    council.share(council.file("Handover.docx"), direct(member(cast["joan"])))
    key = council.share(council.file("Briefing.docx"), direct(member(cast["john"])))
    draft.near(OUTSIDE, key, "given to a councillor")
    key = council.share(
        council.file("Rota draft.docx"), people_link(draft, "rota draft", "edit", member(cast["marcus"]))
    )
    draft.near(OUTSIDE, key, "a link for a colleague")
