"""Mail, meetings and files of Little Sampling, and what must and must not be found about them."""

from typing import Any

from m365audit.sample.councils.calendars import Meeting, Options, add_meeting
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.exampleton_files import ANYONE, INSIDE, OUTSIDE, PRIVATE, accept
from m365audit.sample.councils.exampleton_meetings import IN_PERSON, LINK, PASSCODE, TEAMS
from m365audit.sample.councils.files import add_onedrive, add_site
from m365audit.sample.councils.mail import (
    FORWARDED,
    RULE,
    authorise,
    forward_all,
    full_access,
    inbox_rule,
    send_as,
    send_on_behalf,
    transport_rule,
)
from m365audit.sample.councils.mailboxes import add_group
from m365audit.sample.councils.permissions import (
    anyone_link,
    direct,
    guest,
    guest_by_code,
    organisation_link,
    people_link,
)

_D = "little-sampling-pc.org.uk"


def answer(draft: Draft, cast: Cast) -> None:
    """Do the work, and write the answers down."""
    _mailboxes(draft, cast)
    _routes(draft, cast)
    _meetings(draft, cast)
    _private_addresses(draft, cast)
    _files(draft, cast)
    _outside(draft, cast)


def _mailboxes(draft: Draft, cast: Cast) -> None:
    clerk, info, planning = cast["clerk"], cast["info"], cast["planning"]
    authorise(draft, info, clerk, "Full access")
    draft.near(RULE, full_access(draft, info, clerk), "authorised")
    authorise(draft, info, clerk, "Send as", -1)
    draft.plant(RULE, send_as(draft, info, clerk), "authorised until yesterday")
    draft.plant(RULE, full_access(draft, planning, cast["mair"]), "no authorisation")
    authorise(draft, planning, cast["carys"], "Send on behalf", 10)
    draft.plant(RULE, send_on_behalf(draft, planning, cast["carys"]), "authorised, but she has left")
    orphan = "S-1-5-21-1004336348-1177238915-682003330-512777"
    draft.plant(RULE, full_access(draft, clerk, orphan), "an account that is gone, without authorisation")
    draft.near(RULE, full_access(draft, clerk, "GBRP265A001\\Exchange Servers", inherited=True), "inherited")
    draft.near(RULE, full_access(draft, clerk, cast["owen"], deny=True), "kept out, not let in")


def _routes(draft: Draft, cast: Cast) -> None:
    (key,) = inbox_rule(draft, cast["pat"], "Home", "redirectTo", (("Pat", "Pat.DArcy@example-mail.test"),))
    draft.plant(FORWARDED, key, "redirects to a private address on the register")
    (key,) = inbox_rule(draft, cast["owen"], "To Clerk", "forwardTo", (("Clerk", f"clerk@{_D}"),))
    draft.near(FORWARDED, key, "to a colleague")
    # Neither found nor missed: a rule that is switched off is listed as information.
    inbox_rule(draft, cast["mair"], "Away", "forwardTo", (("Me", "mair@example-mail.test"),), enabled=False)
    key = forward_all(draft, cast["planning"], "plans@planning-partners.example")
    draft.plant(FORWARDED, key, "the whole mailbox goes outside")
    key = transport_rule(draft, "Copy to Clerk", f"clerk@{_D}")
    draft.near(FORWARDED, key, "to a colleague")
    key = transport_rule(draft, "Copy to archive", "little@mail-archive.example", action="RedirectMessageTo")
    draft.plant(FORWARDED, key, "everybody's mail is redirected outside")


def _meetings(draft: Draft, cast: Cast) -> None:
    clerk, members = cast["clerk"], (cast["owen"], cast["olive"], cast["mair"])

    def meet(subject: str, day: int, **rest: Any) -> str:  # noqa: ANN401 - what a meeting takes
        said: dict[str, Any] = {"subject": subject, "organiser": clerk, "invited": members, "day": day}
        return add_meeting(draft, Meeting(**(said | rest)))

    draft.plant(
        IN_PERSON, meet("Full Council", -35, link="teams", every=28, times=4, created=-90), "on Teams every month"
    )
    draft.near(IN_PERSON, meet("Finance Committee", 6, room=cast["hall"]), "in the village hall")
    draft.near(IN_PERSON, meet("Full Council (old date)", 9, link="teams", cancelled=True), "cancelled")
    draft.plant(LINK, meet("Footpaths Working Group", 7), "no link")
    key = meet("Hall Working Group", -15, link="teams, old link", every=14, times=5, created=-80)
    draft.near(LINK, key, "link, in time, by the Clerk")
    draft.near(TEAMS, key, "on Teams")
    draft.near(IN_PERSON, key, "a working group is no council meeting")
    draft.plant(
        TEAMS, meet("Surgery", 8, organiser=cast["owen"], invited=(clerk,), link="zoom"), "a Zoom link as its place"
    )
    theirs = meet("County briefing", 10, organiser=("County", "events@samplingshire-cc.example"), link="zoom")
    draft.near(TEAMS, theirs, "somebody else chose Zoom")
    # Without the access policy nobody can read a meeting's options, so this is not found.
    outsiders = (("Vic Moor", "v.moor@tailspin.example"),)
    key = meet("Grounds contract", 11, outsiders=outsiders, link="teams", options=Options(passcode=False))
    draft.near(PASSCODE, key, "the options of meetings cannot be read here")


def _private_addresses(draft: Draft, cast: Cast) -> None:
    for subject, address, found, because in (
        ("Ditch visit", "tom.beech@example-mail.test", True, "the private address of a councillor with an account"),
        ("Bus visit", "mair.hughes@samplingshire-cc.example", False, "her official address at another council"),
        ("Pond visit", "thomas.beech@example.org", False, "sounds like him, but is on no register"),
    ):
        outsiders = ((subject, address),)
        key = add_meeting(draft, Meeting(subject=subject, organiser=cast["clerk"], outsiders=outsiders, day=13))
        (draft.plant if found else draft.near)(PRIVATE, key, because)


def _files(draft: Draft, cast: Cast) -> None:
    site = add_site(draft, "Parish")
    for year in (2024, 2025, 2026):
        site.fill(f"Parish papers/{year}/Minutes", 12)
    site.fill("Survey/Photos", 8)
    link = anyone_link(draft, "survey", "edit")
    draft.plant(ANYONE, site.share("Survey", link), "anyone may edit a folder, without an end")
    draft.near(ANYONE, site.key("Survey/Photos", link), "passed down from the folder above, and reported there")
    path = site.file("Newsletter.pdf")
    accept(draft, site.web_address(path), "Anyone with the link")
    draft.near(
        ANYONE, site.share(path, anyone_link(draft, "newsletter", "view", expires=60)), "accepted, for this file"
    )
    key = site.share(site.file("@Rota.xlsx"), organisation_link(draft, "rota", "edit"))
    draft.plant(INSIDE, key, "a link for everybody in the council")
    draft.near(INSIDE, add_group(draft, "Clerks", unified=True, visibility="Private").id, "private")
    link = organisation_link(draft, "inspections", "view")
    key = site.share_unmarked(site.folder("Inspections"), link)
    draft.plant(INSIDE, key, "a link for everybody in the council, on a folder that is not marked as shared")
    site.fill("Inspections/Playground", 2)
    draft.near(INSIDE, site.key("Inspections/Playground", link), "passed down from the folder above, and told there")
    path = site.folder("Signs")
    accept(draft, site.web_address(path), "Anyone with the link")
    key = site.share_unmarked(path, anyone_link(draft, "signs", "view", expires=90))
    draft.near(ANYONE, key, "not marked as shared, and accepted for this folder")
    site.close()
    home = add_onedrive(draft, cast["owen"])
    home.fill("Casework", 20)
    key = home.share(home.file("Casework/Case 7.docx"), anyone_link(draft, "case", "view", expires=7))
    draft.plant(ANYONE, key, "anyone may see a file of a OneDrive")
    home.close()


def _outside(draft: Draft, cast: Cast) -> None:
    site = add_site(draft, "Grounds")
    site.fill("Contracts", 15)
    accept(draft, "anywhere", "tailspin.example")
    key = site.share(site.file("Mowing.docx"), people_link(draft, "mowing", "edit", guest(cast["supplier"])))
    draft.near(OUTSIDE, key, "the supplier's domain is accepted anywhere")
    key = site.share(site.file("Plan.pdf"), direct(guest(cast["resident"])))
    draft.plant(OUTSIDE, key, "given to a guest nobody accepted")
    accept(draft, site.site_url, "tree.surgeon@example.org", -40)
    stranger = guest_by_code("Tree surgeon", "tree.surgeon@example.org", escaped=True)
    key = site.share(site.file("Trees.pdf"), people_link(draft, "trees", "view", stranger))
    draft.plant(OUTSIDE, key, "accepted until forty days ago")
    accept(draft, site.site_url, cast["private"].address)
    key = site.share(site.file("Bench.docx"), people_link(draft, "bench", "edit", guest(cast["private"])))
    draft.plant(PRIVATE, key, "shared with a private address of a councillor who has an account")
    draft.near(OUTSIDE, key, "accepted for this site, private as it is")
    site.close()
