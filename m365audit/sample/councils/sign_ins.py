"""Who signed in to a sample council by old protocols, as Microsoft's log has it."""

from typing import Final

from m365audit.sample.councils.answers import Rows, near_about, plant_about
from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.policies import LEGACY

WRONG_PASSWORD: Final = 50126
"""What Microsoft's log says of a guess at a password."""

_PLANTED: Rows = ((LEGACY, "marcus", "his telephone still fetches his mail by IMAP"),)
_NEAR: Rows = (
    (LEGACY, "john", "somebody guessed at his password by POP, and did not get in"),
    (LEGACY, "agnes", "signed in by ActiveSync, but her account is switched off since"),
    (LEGACY, "olwen", "signs in by a browser"),
    (LEGACY, "kenneth", "last signed in by IMAP six weeks ago"),
)


def exampleton(draft: Draft, cast: Cast) -> None:
    """One who signs in by an old protocol, and several who only seem to."""
    for who, client, days, error in (
        *(("marcus", "IMAP4", -day, 0) for day in (2, 9, 16)),
        *(("scanner", "Authenticated SMTP", -day, 0) for day in range(1, 29)),
        *(("john", "POP3", -4 - part / 100, WRONG_PASSWORD) for part in range(40)),
        ("agnes", "Exchange ActiveSync", -28, 0),
        ("olwen", "Browser", -1, 0),
        ("kenneth", "IMAP4", -42, 0),
    ):
        sign_in(draft, cast[who].id, client, days, error)
    plant_about(draft, cast, _PLANTED)
    near_about(draft, cast, _NEAR)


def sign_in(draft: Draft, account_id: str, client: str, days: float, error: int = 0) -> None:
    """Write a sign-in into the log, so many days from ``as_of``; ``error`` is Microsoft's number, 0 of a success."""
    number = len(draft.tenant.sign_ins)
    user = next(one for one in draft.tenant.users if one["id"] == account_id)
    entry = {
        "id": draft.seed.guid("sign-in", number),
        "createdDateTime": draft.seed.stamp(days),
        "userDisplayName": user["displayName"],
        "userPrincipalName": user["userPrincipalName"],
        "userId": user["id"],
        "appId": draft.seed.guid("mail program"),
        "appDisplayName": "Office 365 Exchange Online",
        "ipAddress": f"203.0.113.{1 + number % 250}",
        "clientAppUsed": client,
        "conditionalAccessStatus": "notApplied",
        "isInteractive": True,
        "status": {
            "errorCode": error,
            "failureReason": "Invalid username or password." if error else "Other.",
            "additionalDetails": None,
        },
        "location": {"city": "Northampton", "state": "Northamptonshire", "countryOrRegion": "GB"},
    }
    draft.tenant.sign_ins.append(entry)
