"""Who may open Exampleton's mailboxes, and where its mail goes."""

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.mail import (
    FORWARDED,
    RULE,
    authorise,
    forward_all,
    forward_to_recipient,
    full_access,
    inbox_rule,
    may_look_up,
    send_as,
    send_on_behalf,
    tidying_rule,
    transport_rule,
)
from m365audit.sample.councils.mailboxes import add_contact, add_group, add_guest_recipient

_D = "exampleton-tc.gov.uk"


def answer(draft: Draft, cast: Cast) -> None:
    """Give the rights, set the routes, and write the answers down."""
    _full_access(draft, cast)
    _groups_and_strangers(draft, cast)
    _sending(draft, cast)
    _inbox_rules(draft, cast)
    _mailbox_routes(draft, cast)
    _transport_rules(draft)


def _full_access(draft: Draft, cast: Cast) -> None:
    info, planning, clerk = cast["info"], cast["planning"], cast["clerk"]
    for mailbox, who, until, because in (
        (info, "clerk", None, "authorised without an end"),
        (info, "deputy", 90, "authorised"),
        (clerk, "deputy", 0, "authorised; today is the last day"),
        (cast["alun"], "clerk", 30, "authorised to open a leaver's mailbox"),
    ):
        authorise(draft, mailbox, cast[who], "Full access", until)
        draft.near(RULE, full_access(draft, mailbox, cast[who]), because)
    authorise(draft, info, cast["marcus"], "Full access", -30)
    draft.plant(RULE, full_access(draft, info, cast["marcus"]), "the authorisation ended 30 days ago")
    draft.plant(RULE, full_access(draft, info, cast["admin"]), "no authorisation")
    draft.plant(RULE, full_access(draft, planning, cast["deputy"]), "authorised for another mailbox")
    draft.near(RULE, may_look_up(draft, info, cast["ruth"]), "may see the permissions, not the mail")
    draft.near(RULE, full_access(draft, clerk, cast["admin"], deny=True), "kept out, not let in")
    draft.near(RULE, full_access(draft, clerk, "GBRP265A001\\Organization Management", inherited=True), "inherited")
    draft.near(RULE, full_access(draft, clerk, "NT AUTHORITY\\SYSTEM"), "Exchange itself")
    add_guest_recipient(draft, cast["bookkeeper"].id)
    for who, because in (
        ("sheila", "authorised, but she has left"),
        ("agnes", "authorised, but her account is disabled"),
        ("bookkeeper", "authorised, but a guest"),
    ):
        authorise(draft, planning, cast[who], "Full access", 200)
        draft.plant(RULE, full_access(draft, planning, cast[who]), because)


def _groups_and_strangers(draft: Draft, cast: Cast) -> None:
    planning_team = add_group(draft, "Planning Team")
    authorise(draft, cast["planning"], planning_team, "Full access")
    draft.near(RULE, full_access(draft, cast["planning"], planning_team), "a group, authorised by its address")
    office_team = add_group(draft, "Office Team")
    draft.plant(RULE, full_access(draft, cast["info"], office_team), "a group without authorisation")
    orphan = "S-1-5-21-1004336348-1177238915-682003330-512001"
    draft.plant(RULE, full_access(draft, cast["clerk"], orphan), "an account that is gone, without authorisation")
    draft.plant(
        RULE, full_access(draft, cast["office"], "Former Accounts Team"), "somebody Exchange cannot name further"
    )


def _sending(draft: Draft, cast: Cast) -> None:
    jane, john, clerk, info = cast["jane"], cast["john"], cast["clerk"], cast["info"]
    authorise(draft, jane, john, "Full access", 60)
    draft.near(RULE, full_access(draft, jane, john), "authorised to open it")
    draft.plant(RULE, send_as(draft, jane, john), "authorised to open the mailbox, not to send as it")
    authorise(draft, info, cast["deputy"], "Send as")
    draft.near(RULE, send_as(draft, info, cast["deputy"]), "authorised")
    draft.near(RULE, send_as(draft, info, cast["ruth"], deny=True), "kept from it, not let")
    draft.near(RULE, send_as(draft, info, cast["olwen"], inherited=True), "inherited")
    authorise(draft, clerk, cast["deputy"], "Send on behalf")
    draft.near(RULE, send_on_behalf(draft, clerk, cast["deputy"]), "authorised")
    draft.plant(RULE, send_on_behalf(draft, clerk, cast["peter"]), "no authorisation")
    address = "pa@secretarial.example"
    contact = add_contact(draft, "Temporary secretary", address)
    authorise(draft, clerk, address, "Send on behalf", 30)
    draft.plant(RULE, send_on_behalf(draft, clerk, contact, address), "authorised, but outside the council")


def _inbox_rules(draft: Draft, cast: Cast) -> None:
    private = (("Ken", "k.dale@example-mail.test"),)
    (key,) = inbox_rule(draft, cast["kenneth"], "All mail home", "forwardTo", private)
    draft.plant(FORWARDED, key, "forwards to a private address on the register")
    draft.near("private-address-in-use", key, "a forward is no guest, share or meeting")
    (key,) = inbox_rule(draft, cast["niamh"], "Redirect", "redirectTo", (("Me", "niamh.oneill@example-mail.test"),))
    draft.plant(FORWARDED, key, "redirects to a private address")
    both = (("Work", "ruth@employer.example"), ("Clerk", f"clerk@{_D}"))
    outside, inside = inbox_rule(draft, cast["ruth"], "Both", "forwardAsAttachmentTo", both)
    draft.plant(FORWARDED, outside, "forwards as attachment to an employer")
    draft.near(FORWARDED, inside, "the same rule's other target is a colleague")
    # Neither found nor missed: a rule that is switched off is listed as information.
    inbox_rule(draft, cast["olwen"], "Holiday", "forwardTo", (("Me", "o.tate@example-mail.test"),), enabled=False)
    (key,) = inbox_rule(draft, cast["marcus"], "Invoices", "forwardTo", (("Siân Powell", f"CLERK@{_D}"),))
    draft.near(FORWARDED, key, "to a colleague")
    own = (("Office", "office@exampleton.onmicrosoft.com"),)
    (key,) = inbox_rule(draft, cast["marcus"], "Statements", "forwardTo", own)
    draft.near(FORWARDED, key, "to the tenant's own domain")
    (key,) = inbox_rule(draft, cast["peter"], "Archive", "forwardTo", (("Archive", f"archive@mail.{_D}"),))
    draft.plant(FORWARDED, key, "to a sub-domain the council never confirmed")
    tidying_rule(draft, cast["marcus"], "Newsletters")


def _mailbox_routes(draft: Draft, cast: Cast) -> None:
    key = forward_all(draft, cast["info"], "parish.office@example-mail.test")
    draft.plant(FORWARDED, key, "the whole mailbox goes outside")
    key = forward_all(draft, cast["derek"], "derek.okafor@example-mail.test", keep=False)
    draft.plant(FORWARDED, key, "a leaver's mailbox goes outside")
    key = forward_to_recipient(draft, cast["office"], cast["clerk"].mailbox_name, cast["clerk"].address)
    draft.near(FORWARDED, key, "to the Clerk's mailbox")
    address = "consultant@planning-partners.example"
    key = forward_to_recipient(draft, cast["planning"], add_contact(draft, "Planning consultant", address), address)
    draft.plant(FORWARDED, key, "to a contact that points outside")


def _transport_rules(draft: Draft) -> None:
    key = transport_rule(draft, "Copy everything", "archive@mail-archive.example")
    draft.plant(FORWARDED, key, "everybody's mail is copied outside")
    key = transport_rule(draft, "Complaints to the Clerk", f"clerk@{_D}", action="RedirectMessageTo")
    draft.near(FORWARDED, key, "to a colleague")
    # Neither found nor missed: switched off.
    transport_rule(draft, "Old archive", "archive@old-archive.example", action="RedirectMessageTo", enabled=False)
