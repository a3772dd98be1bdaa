"""Accounts of people, rooms and services, and guests, with everything Entra ID holds about them."""

from dataclasses import dataclass
from datetime import timedelta

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.mailboxes import add_mailbox
from m365audit.sample.councils.second_step import details, methods
from m365audit.sample.councils.seed import stamp
from m365audit.sample.tenant import Json


@dataclass(frozen=True, slots=True)
class Account:
    """An account that has been made, by what others need of it."""

    id: str
    name: str
    user_principal_name: str
    address: str
    """Primary mail address, in lower case; empty where there is none."""
    mailbox_name: str
    """What Exchange calls the mailbox; empty where there is none."""
    guest: bool = False

    @property
    def mailbox_id(self) -> str:
        """The id the natural keys use for its mailbox."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """An account to be made. Days count from ``as_of`` and are mostly negative; ``None`` means it never happened."""

    name: str
    address: str
    """Primary mail address; of an account without a mailbox, its sign-in name."""
    sign_in_name: str = ""
    """Where it differs from the address."""
    aliases: tuple[str, ...] = ()
    title: str = ""
    purpose: str | None = "user"
    """user, shared, room or equipment; ``None`` for an account without a mailbox."""
    enabled: bool = True
    licensed: bool = True
    created: int = -900
    sessions: int = -400
    signed_in: int | None = -2
    attempted: int | None = None
    """Last attempt, where it is later than the last success."""
    steps: tuple[str, ...] = ("push",)
    """Second steps registered, in the words of :mod:`m365audit.sample.councils.second_step`."""
    allowed: bool = True
    """Whether the tenant lets its second step be used."""
    admin: bool = False
    reported: bool = True
    """Whether the registration report has caught up with it."""


def add_account(draft: Draft, sketch: Sketch) -> Account:
    """Make a member account with its licence, registration, mailbox settings and mailbox."""
    account_id = draft.seed.guid("account", sketch.address)
    user = _member(draft, sketch, account_id)
    draft.tenant.users.append(user)
    draft.tenant.methods[account_id] = methods(draft.seed, account_id, sketch.steps)
    if sketch.enabled and sketch.reported:
        row = details(draft.seed, user, sketch.steps, allowed=sketch.allowed, admin=sketch.admin)
        draft.tenant.registration.append(row)
    if sketch.licensed:
        draft.tenant.skus[0]["consumedUnits"] += 1
    mailbox_name = ""
    if sketch.purpose:
        mailbox_name = add_mailbox(draft, user, sketch.purpose)
        draft.tenant.mailbox_settings[account_id] = _settings(sketch.purpose)
    address = sketch.address if sketch.purpose else ""
    return Account(account_id, sketch.name, user["userPrincipalName"], address, mailbox_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A guest to be made. Days count from ``as_of``."""

    name: str
    address: str
    accepted: bool = True
    created: int = -300
    signed_in: int | None = -5


def add_guest(draft: Draft, invitation: Invitation) -> Account:
    """Make a guest account."""
    local, _, host = invitation.address.partition("@")
    account_id = draft.seed.guid("guest", invitation.address)
    name = f"{local}_{host}#EXT#@{draft.initial}"
    user = _blank(account_id, invitation.name, name) | {
        "mail": invitation.address,
        "mailNickname": f"{local}_{host}#EXT#",
        "otherMails": [invitation.address],
        "proxyAddresses": [f"SMTP:{invitation.address}"],
        "userType": "Guest",
        "creationType": "Invitation",
        "createdDateTime": draft.seed.stamp(invitation.created),
        "externalUserState": "Accepted" if invitation.accepted else "PendingAcceptance",
        "externalUserStateChangeDateTime": draft.seed.stamp(invitation.created + (0.1 if invitation.accepted else 0)),
        "signInSessionsValidFromDateTime": draft.seed.stamp(invitation.created),
        "showInAddressList": False,
    }
    _sign_ins(draft, user, invitation.signed_in, None)
    draft.tenant.users.append(user)
    draft.tenant.methods[account_id] = []
    if invitation.accepted:
        draft.tenant.registration.append(details(draft.seed, user, (), allowed=True, admin=False))
    return Account(account_id, invitation.name, name, invitation.address, "", guest=True)


def delete_account(draft: Draft, account: Account, days: int) -> None:
    """Delete an account so many days from ``as_of``; it stays restorable and leaves everything else."""
    tenant = draft.tenant
    user = next(user for user in tenant.users if user["id"] == account.id)
    tenant.users.remove(user)
    # Entra ID puts the object id in front of a deleted account's sign-in name, so that the name is free again.
    renamed = account.id.replace("-", "") + user["userPrincipalName"]
    tenant.deleted_users.append(user | {"deletedDateTime": draft.seed.stamp(days), "userPrincipalName": renamed})
    tenant.registration[:] = [row for row in tenant.registration if row["id"] != account.id]
    for held in (tenant.methods, tenant.mailbox_settings, tenant.inbox_rules, tenant.calendars):
        held.pop(account.id, None)
    for of_mailbox in (tenant.mailbox_permissions, tenant.mail_folders):
        of_mailbox.pop(draft.seed.guid("mailbox", account.id), None)
    tenant.mailboxes[:] = [box for box in tenant.mailboxes if box["ExternalDirectoryObjectId"] != account.id]
    tenant.recipients[:] = [each for each in tenant.recipients if each["ExternalDirectoryObjectId"] != account.id]
    tenant.recipient_permissions[:] = [
        row for row in tenant.recipient_permissions if row["Identity"] != account.mailbox_name
    ]


def _member(draft: Draft, sketch: Sketch, account_id: str) -> Json:
    seed = draft.seed
    sku_id = draft.outline.sku_id
    words = sketch.name.split()
    user = _blank(account_id, sketch.name, sketch.sign_in_name or sketch.address) | {
        "accountEnabled": sketch.enabled,
        "givenName": words[-2] if sketch.purpose == "user" and len(words) > 1 else None,
        "surname": words[-1] if sketch.purpose == "user" else None,
        "jobTitle": sketch.title or None,
        "createdDateTime": seed.stamp(sketch.created),
        "lastPasswordChangeDateTime": seed.stamp(sketch.created / 2),
        "signInSessionsValidFromDateTime": seed.stamp(max(sketch.sessions, sketch.created)),
        "companyName": draft.outline.name,
        "isResourceAccount": None,
    }
    if sketch.purpose:
        user["mail"] = sketch.address
        user["proxyAddresses"] = [
            f"SMTP:{sketch.address}",
            *(f"smtp:{alias}" for alias in (*sketch.aliases, _routing(draft, sketch.address))),
            f"SPO:SPO_{seed.guid('spo', account_id)}@SPO_{draft.tenant.tenant_id}",
        ]
    if sketch.licensed:
        user["assignedLicenses"] = [{"skuId": sku_id, "disabledPlans": []}]
        user["licenseAssignmentStates"] = [
            {
                "skuId": sku_id,
                "assignedByGroup": None,
                "disabledPlans": [],
                "state": "Active",
                "error": "None",
                "lastUpdatedDateTime": user["createdDateTime"],
            }
        ]
    _sign_ins(draft, user, sketch.signed_in, sketch.attempted)
    return user


def _routing(draft: Draft, address: str) -> str:
    """The alias on the tenant's own domain that Exchange gives every mailbox."""
    local, _, host = address.partition("@")
    return f"{local}.routing@{draft.initial}" if host == draft.initial else f"{local}@{draft.initial}"


def _sign_ins(draft: Draft, user: Json, signed_in: int | None, attempted: int | None) -> None:
    if signed_in is None and attempted is None:
        return
    success = None if signed_in is None else draft.seed.at(signed_in)
    last = draft.seed.at(max(day for day in (signed_in, attempted) if day is not None))
    user["signInActivity"] = {
        "lastSignInDateTime": stamp(last),
        "lastSignInRequestId": draft.seed.guid("sign-in", user["id"]),
        "lastNonInteractiveSignInDateTime": stamp((success or last) - timedelta(hours=1)),
        "lastNonInteractiveSignInRequestId": draft.seed.guid("sign-in by program", user["id"]),
        "lastSuccessfulSignInDateTime": None if success is None else stamp(success),
        "lastSuccessfulSignInRequestId": None if success is None else draft.seed.guid("success", user["id"]),
    }


def _settings(purpose: str) -> Json:
    return {
        "userPurpose": purpose,
        "timeZone": "GMT Standard Time",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "dd/MM/yyyy",
        "timeFormat": "HH:mm",
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
    }


def _blank(account_id: str, name: str, sign_in_name: str) -> Json:
    """A ``user`` object with nothing but a name; every property the audit may select is there."""
    return {
        "id": account_id,
        "userPrincipalName": sign_in_name,
        "displayName": name,
        "givenName": None,
        "surname": None,
        "mail": None,
        "mailNickname": sign_in_name.partition("@")[0].replace("'", ""),
        "otherMails": [],
        "proxyAddresses": [],
        "userType": "Member",
        "accountEnabled": True,
        "createdDateTime": None,
        "deletedDateTime": None,
        "creationType": None,
        "externalUserState": None,
        "externalUserStateChangeDateTime": None,
        "identities": [
            {
                "signInType": "userPrincipalName",
                "issuer": sign_in_name.partition("@")[2],
                "issuerAssignedId": sign_in_name,
            }
        ],
        "assignedLicenses": [],
        "assignedPlans": [],
        "licenseAssignmentStates": [],
        "usageLocation": "GB",
        "jobTitle": None,
        "department": None,
        "companyName": None,
        "employeeType": None,
        "employeeId": None,
        "employeeHireDate": None,
        "lastPasswordChangeDateTime": None,
        "passwordPolicies": None,
        "signInSessionsValidFromDateTime": None,
        "onPremisesSyncEnabled": None,
        "onPremisesLastSyncDateTime": None,
        "onPremisesImmutableId": None,
        "onPremisesProvisioningErrors": [],
        "serviceProvisioningErrors": [],
        "isResourceAccount": None,
        "isManagementRestricted": None,
        "showInAddressList": None,
    }
