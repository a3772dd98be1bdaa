"""Rules about the second step of signing in."""

import pandas as pd
from pandas.api.types import is_list_like

from m365audit.model.words import Actor, Result, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.populations import is_nobodys, signing_in, with_mailbox
from m365audit.rules.facts.register_matching import listed, text
from m365audit.rules.facts.verdicts import column, first_fault, surely

# Methods in the words of Microsoft's registration report, lower case.
_PHONE = frozenset({"mobilephone", "alternatemobilephone", "officephone", "phone", "sms", "voice"})
_EMAIL = frozenset({"email"})
_NO_STEP = frozenset({"password", "securityquestion", "temporaryaccesspass", "qrcode", "qrcodepin"})
_APP = frozenset(
    {
        "microsoftauthenticatorpush",
        "microsoftauthenticatorpasswordless",
        "softwareonetimepasscode",
        "hardwareonetimepasscode",
        "externalauthmethod",
    }
)
_PHISHING_RESISTANT = (
    "fido2", "passkey", "windowshelloforbusiness", "macossecureenclavekey", "platformcredential",
    "certificatebasedauthentication", "x509",
)  # fmt: skip
_WITHDRAWN = frozenset({"sms", "voice"})
_RETIRED = "Microsoft withdraws codes by SMS and telephone on 1 February 2027"


@rule(
    "two-step-registered",
    subject="account",
    severity="high",
    actor="person",
    topic="Two-step sign-in",
    row_by_row=("accounts", "registration", "mailbox_settings"),
    helpful=("mailbox_settings", "mailboxes"),
)
def two_step_registered(
    accounts: pd.DataFrame,
    registration: pd.DataFrame,
    mailbox_settings: pd.DataFrame | None = None,
    mailboxes: pd.DataFrame | None = None,
    *,
    exempt: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Everybody with a council mailbox has registered a second step of sign-in.

    Why: a password alone can be guessed, bought or phished; Cyber Essentials asks for a second step on every cloud
        service. Registered is not enforced: that is a check of its own.
    Judged: members with sign-in allowed and a mailbox of their own. Where Microsoft's registration report is there, its
        word on whether a registered method may be used; without it, whether the account has any second method. An
        account the report does not name yet, or names without an answer, is not judged. Shared mailboxes, rooms and
        equipment are left to the check on accounts of one person; those named in the tenant file are left out.
    Fix: sign in at aka.ms/mysecurityinfo and add the Microsoft Authenticator app or a passkey.
    See: https://learn.microsoft.com/entra/identity/authentication/concept-mfa-howitworks
    """
    judged = _with_registration(with_mailbox(signing_in(accounts), mailbox_settings, mailboxes), registration)
    spared = judged["account_id"].isin(exempt) | judged["user_principal_name"].isin({text(name) for name in exempt})
    judged = judged[~spared & judged["has_mailbox"].fillna(value=True) & ~is_nobodys(judged)]
    step = judged["capable"].fillna(judged["registered"])
    lacking = surely(~step)
    judged["fault"] = first_fault(
        judged[lacking],
        {
            "has registered a second step that the settings do not let it use": judged.loc[lacking, "registered"],
            "has registered no second step of sign-in": ~judged.loc[lacking, "registered"].fillna(value=False),
        },
    )
    found = lacking & surely(judged["has_mailbox"])
    return together(
        breaches(
            judged[found],
            because="{display_name} {fault} ({source})",
            subject_id="account_id",
            subject_name="{display_name}",
            evidence=("user_principal_name", "methods", "source", "reported_at"),
        ),
        unjudged(
            judged[~surely(step) & ~found],
            because="its second step has not been reported yet, or whether it has a mailbox could not be read",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
    )


@rule(
    "two-step-method-strong",
    subject="account",
    severity="medium",
    actor="person",
    topic="Two-step sign-in",
    row_by_row=("accounts", "registration"),
    helpful=("role_members",),
)
def two_step_method_strong(
    accounts: pd.DataFrame,
    registration: pd.DataFrame,
    role_members: pd.DataFrame | None = None,
    authentication_methods_policy: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Nobody depends on a code by SMS, telephone or e-mail, and administrators use a passkey.

    Why: codes can be read out to a caller or taken over with the telephone number, and Microsoft ends its own SMS and
        voice codes on 1 February 2027: who has nothing else will then be stopped at sign-in. An administrator's account
        is worth phishing for.
    Judged: members with sign-in allowed. Only telephone or e-mail methods: Advice. An administrator without a method
        that resists phishing (passkey, security key, Windows Hello, certificate): Advice; administrators are known from
        the registration report, or from who holds a role now that can change something. A method nobody has told us
        of decides nothing: where it alone would, the account is not judged; nor is one of which it is not known whether
        it is an administrator's, unless it has a method that resists phishing. The tenant lets people use SMS or calls:
        Advice.
    Fix: sign in at aka.ms/mysecurityinfo and add the Microsoft Authenticator app; an administrator adds a passkey.
    See: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-methods
    """
    judged = _with_registration(signing_in(accounts), registration)
    steps = [_steps(methods) for methods in judged["methods"]]
    only = column(judged, map(_is_only, steps))
    resists = column(judged, map(_resists, steps)).astype("boolean")
    admin = _is_admin(judged, role_members)
    judged["fault"] = first_fault(
        judged,
        {
            f"is an administrator's and has only the telephone as a second step; {_RETIRED}": admin & (only == "phone"),
            f"has only the telephone as a second step; {_RETIRED}": only == "phone",
            "has only e-mail for a second code": only == "email",
            "is an administrator's and has no method that resists phishing": admin & ~resists,
        },
    )
    judged["method"] = ["a passkey" if flag else "the Microsoft Authenticator app" for flag in surely(admin)]
    clear = judged["fault"] == ""
    unread = clear & ((only == "unknown") | (~surely(~admin) & ~surely(resists)))
    return together(
        breaches(
            judged[~clear],
            because="the account of {display_name} {fault}",
            result=Result.ADVICE,
            subject_id="account_id",
            subject_name="{display_name}",
            fix="sign in at aka.ms/mysecurityinfo and add {method}",
            evidence=("user_principal_name", "methods", "admin", "source"),
        ),
        unjudged(
            judged[unread],
            because="the strength of its methods, or whether it is an administrator's, is not known",
            subject_id="account_id",
            subject_name="{display_name}",
        ),
        _weak_methods(authentication_methods_policy),
    )


def _is_admin(judged: pd.DataFrame, role_members: pd.DataFrame | None) -> pd.Series:
    """Where an account is an administrator's, by the report or by its roles; unknown where neither tells."""
    said = judged["admin"].astype("boolean")
    if role_members is None:
        return said
    held = role_members[
        (role_members["assignment"] == "active") & ~surely(~role_members["privileged"].astype("boolean"))
    ]
    is_admin = judged["account_id"].isin(held[surely(held["privileged"])]["member_id"]).astype("boolean")
    # A role nobody could name, or a group nobody could open, may be anybody's.
    whole = bool(surely(held["privileged"]).all()) and not bool((held["member_kind"] == "group").any())
    known = is_admin if whole else is_admin.mask(~is_admin)
    return said.mask(surely(is_admin), other=True).fillna(known)


def _weak_methods(methods: pd.DataFrame | None) -> pd.DataFrame:
    """Whether the tenant lets people use what Microsoft withdraws."""
    if methods is None:
        return together()
    weak = methods[methods["method"].str.lower().isin(_WITHDRAWN)]
    on = sorted(weak[surely(weak["state"].str.lower() == "enabled")]["method"], key=str.casefold)
    about = pd.DataFrame([{"id": "entra.authentication-methods", "on": on}], dtype=object)
    if on:
        return breaches(
            about,
            because=f"the settings let people use {{on}} as a second step; {_RETIRED}",
            result=Result.ADVICE,
            subject=SubjectKind.SETTING,
            subject_id="id",
            subject_name="Methods the settings allow",
            actor=Actor.PROVIDER,
            fix="switch codes by SMS and telephone off: Entra admin centre > Protection > Authentication methods > "
            "Policies",
        )
    if (methods["migration"] == "migrationComplete").all() and len(weak) == len(_WITHDRAWN):
        return together()
    return unjudged(
        about,
        because="whether the settings still let people use SMS and calls, in its older settings, is not known",
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="Methods the settings allow",
    )


def _resists(methods: frozenset[str] | None) -> bool | None:
    """Whether one of some methods resists phishing; unknown where nobody has told us of one of them."""
    if methods is None:
        return None
    if any(method.startswith(_PHISHING_RESISTANT) for method in methods):
        return True
    return None if methods - _APP - _PHONE - _EMAIL else False


def _is_only(methods: frozenset[str] | None) -> str:
    """What the second step hangs on: phone, email, something unknown, or enough; empty where there is none."""
    if methods is None:
        return "unknown"
    if not methods:
        return ""
    if methods & _APP or _resists(methods):
        return "enough"
    if methods - _PHONE - _EMAIL:
        return "unknown"
    return "phone" if methods & _PHONE else "email"


def _steps(methods: object) -> frozenset[str] | None:
    """The methods that may be a second step, as they are compared; ``None`` where nothing was reported."""
    return frozenset(listed(methods)) - _NO_STEP if is_list_like(methods) else None


def _with_registration(accounts: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    return accounts.merge(registration, on="account_id", how="left")
