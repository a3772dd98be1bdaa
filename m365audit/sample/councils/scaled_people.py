"""The people of a large council, its guests and its shared mailboxes."""

from typing import Any, Final

from m365audit.model.keys import person_key
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.mail import FORWARDED, RULE, authorise, forward_all, full_access, send_as, send_on_behalf
from m365audit.sample.councils.people import Account, Invitation, Sketch, add_account, add_guest, delete_account
from m365audit.sample.councils.scaled_stories import followed_by, story

GUESTS_TO_A_PERSON: Final = 10
_GIVEN = ("Siân", "Owen", "Niamh", "Rhys", "Priya", "Tomasz", "Mair", "Yusuf", "Grace", "Iolo")
_FAMILY = ("Smith", "O'Neill", "Powell", "Adeyemi", "Llewelyn-Jones", "Kaur", "Nowak", "Tate", "Abara", "Griffiths")
_GONE: dict[str, Any] = {"enabled": False, "licensed": False, "purpose": "shared", "sessions": -199, "signed_in": -205}
_SKETCHES: dict[str, dict[str, Any]] = {
    "text messages only": {"steps": ("mobile",)},
    "text messages and an app": {"steps": ("mobile", "push")},
    "no second step": {"steps": ()},
    "second step not allowed": {"allowed": False},
    "away for 120 days": {"signed_in": -120, "attempted": -3},
    "away for 85 days": {"signed_in": -85},
    "switched off": {"enabled": False},
    "no mailbox": {"purpose": None, "licensed": False},
    "unknown and switched off": {"enabled": False},
    "leaver in order": _GONE,
    "leaver who can sign in": {"sessions": -199},
    "leaver with a licence": _GONE | {"licensed": True, "purpose": "user"},
    "leaver with old sessions": _GONE | {"purpose": "user", "sessions": -300},
    "leaver with a right": _GONE,
    "leaver whose mail goes home": _GONE,
    "leaver in a group": _GONE,
    "leaver with a share": _GONE,
    "began yesterday": {"created": -1, "signed_in": None},
    "administers": {"steps": ("key",), "admin": True},
    "reads everything": {"steps": ("key",)},
}
_ANSWERS: dict[str, tuple[tuple[str, bool, str], ...]] = {
    "text messages only": (("two-step-method-strong", True, "only text messages and calls"),),
    "text messages and an app": (("two-step-method-strong", False, "an app as well"),),
    "no second step": (
        ("two-step-registered", True, "no second step"),
        ("two-step-method-strong", False, "nothing at all is not weak: it is missing"),
    ),
    "second step not allowed": (("two-step-registered", True, "a second step that may not be used"),),
    "away for 120 days": (("account-dormant", True, "last success 120 days ago; the later attempts failed"),),
    "away for 85 days": (("account-dormant", False, "85 days is less than 90"),),
    "address of the tenant": (
        ("mailbox-on-council-domain", True, "the main address is on the domain Microsoft lends"),
        ("person-has-account", False, "the domain Microsoft lends is the council's while it lasts"),
    ),
    "switched off": (
        ("person-has-account", True, "the account is disabled"),
        ("account-dormant", False, "cannot sign in at all"),
    ),
    "no mailbox": (
        ("person-has-account", True, "the account has no mailbox"),
        ("two-step-registered", False, "has one, and no mailbox"),
    ),
    "unknown": (("account-on-register", True, "an enabled member account nobody wrote down"),),
    "unknown and switched off": (("account-on-register", False, "not on the register, but disabled"),),
    "leaver in order": (("leaver-access-removed", False, "mailbox made shared, sign-in blocked, sessions ended"),),
    "leaver who can sign in": (
        ("leaver-access-removed", True, "can still sign in"),
        ("account-on-register", False, "a leaver, but known"),
    ),
    "leaver with a licence": (("leaver-access-removed", True, "still has a licence after 200 days"),),
    "leaver with old sessions": (("leaver-access-removed", True, "sessions were last ended before the last day"),),
    "last day today": (
        ("leaver-access-removed", False, "the last day still counts"),
        ("person-has-account", False, "today is the last day"),
    ),
    "began yesterday": (
        ("account-dormant", False, "never signed in, but made yesterday"),
        ("person-has-account", False, "new, and all is there"),
    ),
}


def add_person(draft: Draft, number: int) -> Account:
    """Somebody with an account, on the register where their story has them there."""
    tale, name = story(number), f"{_GIVEN[number % 10]} {_FAMILY[number // 10 % 10]}"
    domain = draft.initial if tale == "address of the tenant" else draft.domain
    role = _role(number)
    facts: dict[str, Any] = {"name": name, "address": f"person{number:06d}@{domain}", "title": role}
    account = add_account(draft, Sketch(**(facts | _SKETCHES.get(tale, {}))))
    for rule, found, because in _ANSWERS.get(tale, ()):
        (draft.plant if found else draft.near)(rule, account.id, because)
    if not tale.startswith("unknown"):
        _register(draft, number, account, role)
    return account


def _role(number: int) -> str:
    if number == 0:
        return "Town Clerk"
    return "Assistant" if story(number) == "staff who write nothing" or number % 10 == 9 else "Councillor"  # noqa: PLR2004


def _register(draft: Draft, number: int, account: Account, role: str) -> None:
    tale, seed = story(number), draft.seed
    until = seed.day(-200) if tale.startswith("leaver") else seed.day(0) if tale == "last day today" else None
    private = private_address(number) if tale in {"private guest", "leaver whose mail goes home"} else None
    official = f"person{number:06d}@county.example" if tale == "official address elsewhere" else None
    sign_in = account.user_principal_name
    since = -1 if tale == "began yesterday" else -900
    draft.register.add("People", account.name, role, sign_in, seed.day(since), until, private, official)
    if until is not None and until < seed.day(0):
        return
    late = tale == "trained long ago"
    draft.register.add("Training", account.name, "Cyber security", seed.day(-430 if late else -120))
    if late:
        draft.plant("training-current", person_key(sign_in, account.name), "trained longer ago than a year")


def private_address(number: int) -> str:
    """The private address of the person with a number."""
    return f"home{number:06d}@example-mail.test"


def add_visitors(draft: Draft, many: int) -> list[Account]:
    """So many guests, most of them accepted, in use and on the register; gives those who are still there."""
    return [guest for number in range(many) if (guest := _visitor(draft, number)) is not None]


def _visitor(draft: Draft, number: int) -> Account | None:
    kind = number % 50
    # Contoso's domain is accepted anywhere; these two come from elsewhere.
    host = "elsewhere.example" if kind in {15, 17} else "contoso.example"
    address = f"guest{number:06d}@{host}"
    facts: dict[int, dict[str, Any]] = {
        11: {"accepted": False, "created": -45, "signed_in": None},
        12: {"accepted": False, "created": -10, "signed_in": None},
        13: {"signed_in": -120},
        14: {"signed_in": -80},
    }
    guest = add_guest(draft, Invitation(name=f"Guest {number}", address=address, **facts.get(kind, {})))
    if kind not in {15, 18}:
        contract = None if kind == 16 else "On file"  # noqa: PLR2004
        until = draft.seed.day(-30) if kind == 17 else None  # noqa: PLR2004
        row = ("Contoso", "guest", address, contract, "Files", draft.seed.day(-400), until)
        draft.register.add("Third parties", *row)
    answers = {
        11: ("guest-accounted-for", True, "invited 45 days ago and never accepted"),
        12: ("guest-accounted-for", False, "invited 10 days ago"),
        13: ("guest-accounted-for", True, "last signed in 120 days ago"),
        14: ("guest-accounted-for", False, "80 days is less than 90"),
        15: ("guest-accounted-for", True, "on no row of the register"),
        16: ("third-party-under-contract", True, "the row names no contract"),
        17: ("guest-accounted-for", True, "the row ended 30 days ago"),
        18: ("guest-accounted-for", False, "deleted"),
        19: ("third-party-under-contract", False, "under contract"),
    }
    if kind in answers:
        rule, found, because = answers[kind]
        (draft.plant if found else draft.near)(rule, guest.id, because)
    if kind == 17:  # noqa: PLR2004
        draft.plant("third-party-access-ended", guest.id, "the contract ended 30 days ago")
    if kind == 18:  # noqa: PLR2004
        delete_account(draft, guest, -12)
        return None
    return guest


def add_shared_mailbox(draft: Draft, number: int, accounts: list[Account]) -> None:
    """A shared mailbox on the register, which somebody of no story may open."""
    kind = number % 25
    facts: dict[str, Any] = {"purpose": "shared", "enabled": kind == 4, "licensed": False, "steps": ()}  # noqa: PLR2004
    mailbox = add_account(draft, Sketch(name=f"Team {number}", address=f"team{number:06d}@{draft.domain}", **facts))
    draft.register.add("Other accounts", mailbox.user_principal_name, "shared mailbox", mailbox.name, "Town Clerk")
    delegate = followed_by(accounts, number * 20, number % 20)
    key = full_access(draft, mailbox, delegate)
    if kind == 1:
        draft.plant(RULE, key, "no authorisation")
    elif kind == 2:  # noqa: PLR2004
        authorise(draft, mailbox, delegate, "Full access", -1)
        draft.plant(RULE, key, "authorised until yesterday")
    else:
        authorise(draft, mailbox, delegate, "Full access", 0 if kind == 3 else None)  # noqa: PLR2004
        draft.near(RULE, key, "authorised")
    if kind == 4:  # noqa: PLR2004
        draft.plant("account-belongs-to-one-person", mailbox.id, "a shared mailbox that can be signed in to")
    else:
        draft.near("account-belongs-to-one-person", mailbox.id, "a shared mailbox with sign-in blocked")
    if kind == 5:  # noqa: PLR2004
        key = forward_all(draft, mailbox, f"team{number}@example-mail.test")
        draft.plant(FORWARDED, key, "the whole mailbox goes outside")
    if kind == 6:  # noqa: PLR2004
        draft.plant(RULE, send_as(draft, mailbox, delegate), "authorised to open the mailbox, not to send as it")
    if kind == 7:  # noqa: PLR2004
        draft.plant(RULE, send_on_behalf(draft, mailbox, delegate), "authorised to open it, not to send on behalf")
