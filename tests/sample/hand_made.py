"""A tenant small enough to read, and a plain HTTP client to question its imitation with."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from m365audit.sample.service.clock import Clock
from m365audit.sample.service.manner import Manner
from m365audit.sample.service.server import Service, serve
from m365audit.sample.tenant import ENTRA_P1, Tenant

TENANT = "11111111-2222-3333-4444-555555555555"
ANN, BOB, EVE, INFO = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 4))
SITE = "exampleton.sharepoint.com,aaaa,bbbb"
JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d"
JOIN_OF_BOB = "https://teams.microsoft.com/meet/2345?p=secret"
PLAIN = Manner()
ANCHOR = f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT}"

EVERYTHING = frozenset({
    "AuditLog.Read.All", "Calendars.Read", "Domain.Read.All", "Exchange.ManageAsApp", "Files.Read.All",
    "Group.Read.All", "GroupMember.Read.All", "LicenseAssignment.Read.All", "MailboxSettings.Read",
    "OnlineMeetings.Read.All", "Organization.Read.All", "SharePointTenantSettings.Read.All", "Sites.Read.All",
    "User.Read.All", "UserAuthenticationMethod.Read.All",
})  # fmt: skip


def user(object_id: str, name: str, **more: object) -> dict[str, Any]:
    address = f"{name.lower()}@exampleton-tc.gov.uk"
    return {"id": object_id, "displayName": name, "userPrincipalName": address, "mail": address, **more}


def sku(*, premium: bool = True, licences: int = 10) -> dict[str, Any]:
    plans = [{"servicePlanId": ENTRA_P1, "servicePlanName": "AAD_PREMIUM", "provisioningStatus": "Success"}]
    return {
        "id": "sku-1",
        "skuId": "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        "skuPartNumber": "SPB",
        "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": licences},
        "servicePlans": plans if premium else [],
    }


def event(key: str, start: str, end: str, kind: str = "singleInstance", **more: object) -> dict[str, Any]:
    times = {
        name: {"dateTime": f"{text}.0000000", "timeZone": "UTC"} for name, text in (("start", start), ("end", end))
    }
    return (
        {"id": key, "iCalUId": key, "subject": f"Meeting {key}", "type": kind, "bodyPreview": "join us"} | times | more
    )


def item(key: str, parent: str | None, **more: object) -> dict[str, Any]:
    above = {} if parent is None else {"parentReference": {"driveId": "b!one", "id": parent, "path": "/drive/root:"}}
    kind = {"root": {}, "folder": {}} if parent is None else {"file": {}}
    return {"id": key, "name": f"{key} name", "size": 1} | kind | above | more


def link(key: str, scope: str) -> dict[str, Any]:
    address = f"https://exampleton.sharepoint.com/:f:/{key}"
    return {
        "id": key,
        "roles": ["read"],
        "shareId": f"u!{key}",
        "link": {"scope": scope, "type": "view", "webUrl": address},
    }


def mailbox(object_id: str, name: str, **more: object) -> dict[str, Any]:
    address = f"{name.lower()}@exampleton-tc.gov.uk"
    return {
        "Guid": f"9{object_id[1:]}",
        "ExternalDirectoryObjectId": object_id,
        "Identity": name.lower(),
        "DisplayName": name,
        "UserPrincipalName": address,
        "PrimarySmtpAddress": address,
        "EmailAddresses": [f"SMTP:{address}", f"smtp:old.{address}"],
        "RecipientTypeDetails": "UserMailbox",
        "DeliverToMailboxAndForward": False,
        "GrantSendOnBehalfTo": [],
    } | more


def small_tenant(**changes: object) -> Tenant:
    """Ann with a mailbox, Bob without, Eve a guest, an info mailbox; one site, one drive, a shared folder."""
    activity = {"lastSignInDateTime": "2026-11-01T10:00:00Z", "lastSuccessfulSignInDateTime": "2026-11-01T10:00:00Z"}
    mailboxes = [mailbox(ANN, "Ann"), mailbox(INFO, "Info", RecipientTypeDetails="SharedMailbox")]
    full = {
        "User": "NT AUTHORITY\\SELF",
        "AccessRights": ["FullAccess", "ReadPermission"],
        "IsInherited": False,
        "Deny": False,
    }
    tenant = Tenant(
        tenant_id=TENANT,
        initial_domain="exampleton.onmicrosoft.com",
        organisation={"id": TENANT, "displayName": "Exampleton Town Council", "tenantType": "AAD"},
        domains=[{"id": f"d{n}.example", "isVerified": True} for n in range(3)],
        skus=[sku()],
        users=[
            user(
                ANN,
                "Ann",
                accountEnabled=True,
                signInActivity=activity,
                assignedLicenses=[{"skuId": "x"}],
                jobTitle="Clerk",
            ),
            user(BOB, "Bob", accountEnabled=False, employeeLeaveDateTime="2026-12-01T00:00:00Z"),
            user(EVE, "Eve", userType="Guest"),
            user(INFO, "Info", accountEnabled=False),
        ],
        deleted_users=[user("00000000-0000-0000-0000-00000000000d", "Gone", deletedDateTime="2026-11-10T00:00:00Z")],
        groups=[
            {"id": "g-1", "displayName": "Councillors", "groupTypes": ["Unified"], "members": [BOB, "g-2"]},
            {"id": "g-2", "displayName": "Staff", "groupTypes": [], "members": [ANN, BOB]},
        ],
        registration=[{"id": ANN, "isMfaRegistered": True}, {"id": EVE, "isMfaRegistered": False}],
        methods={ANN: [{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "28c1"}]},
        mailbox_settings={ANN: {"userPurpose": "user", "timeZone": "UTC"}, INFO: {"userPurpose": "shared"}},
        inbox_rules={ANN: [{"id": "rule-1", "displayName": "Forward", "isEnabled": True}]},
        calendars={
            ANN: [
                event("before", "2026-10-31T09:00:00", "2026-10-31T10:00:00"),
                event("across", "2026-10-31T23:30:00", "2026-11-01T00:30:00"),
                event("master", "2026-11-05T09:00:00", "2026-11-05T10:00:00", "seriesMaster"),
                event("first", "2026-11-05T09:00:00", "2026-11-05T10:00:00", "occurrence", seriesMasterId="master"),
                event("after", "2026-12-01T00:00:00", "2026-12-01T01:00:00"),
            ]
        },
        online_meetings={
            ANN: [
                {
                    "id": "m-1",
                    "joinWebUrl": JOIN,
                    "lobbyBypassSettings": {"scope": "invited", "isDialInBypassEnabled": False},
                    "joinMeetingIdSettings": {"joinMeetingId": "123456", "isPasscodeRequired": True},
                }
            ],
            BOB: [{"id": "m-2", "joinWebUrl": JOIN_OF_BOB}],
        },
        sites=[
            {"id": SITE, "name": "team", "isPersonalSite": False},
            {"id": "p-1", "name": "ann", "isPersonalSite": True},
        ],
        drives={SITE: [{"id": "b!one", "name": "Documents"}, {"id": "b!two", "name": "Preservation", "system": {}}]},
        items={
            "b!one": [
                item("top", None),
                item("folder", "top", shared={"scope": "anonymous"}),
                item("inside", "folder"),
                item("own", "folder", shared={"scope": "users"}),
                item("apart", "folder", shared={}),
                item("plain", "top"),
            ]
        },
        permissions={("b!one", "folder"): [link("open", "anonymous")], ("b!one", "own"): [link("named", "users")]},
        sharing_settings={"sharingCapability": "externalUserAndGuestSharing"},
        mailboxes=mailboxes,
        mailbox_permissions={one["Guid"]: [{"Identity": one["Identity"], **full}] * 2 for one in mailboxes},
        mail_folders={
            one["Guid"]: [
                {"Name": "Top", "FolderPath": "/Top", "FolderType": "Root", "ContainerClass": None},
                {
                    "Name": "Mewnflwch",
                    "FolderPath": "/Mewnflwch",
                    "FolderType": "Inbox",
                    "ContainerClass": "IPF.Note",
                    "LetIn": [("ann", "Editor")],
                },
                {
                    "Name": "a/b",
                    "FolderPath": "/Mewnflwch/a\uf8ffb",
                    "FolderType": "User Created",
                    "ContainerClass": "",
                },
            ]
            for one in mailboxes
        },
        recipient_permissions=[{"Identity": "info", "Trustee": "ann@exampleton-tc.gov.uk", "AccessRights": ["SendAs"]}],
        recipients=mailboxes,
        transport_rules=[{"Guid": "t-1", "Name": "Redirect", "State": "Enabled"}],
        granted=EVERYTHING,
        directory_roles=frozenset({"Global Reader"}),
    )
    known = {one.name for one in fields(Tenant)}
    for name, value in changes.items():
        assert name in known
        setattr(tenant, name, value)
    return tenant


def crowd(people: int) -> list[dict[str, Any]]:
    return [user(f"10000000-0000-0000-0000-{n:012d}", f"Person{n}", accountEnabled=True) for n in range(people)]


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    at: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 9, 30, tzinfo=UTC) + timedelta(seconds=self.at)

    def seconds(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.02)


@dataclass
class Wire:
    """Plain HTTP to the imitation, with the right token for each service."""

    service: Service
    http: httpx.AsyncClient
    tenant_id: str = TENANT

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """GET an address of Graph, ``/users`` or a whole nextLink."""
        url = path if path.startswith("http") else f"{self.service.url}/v1.0{path}"
        return await self.http.get(url, headers=self._bearer("graph") | dict(headers or {}))

    async def value(self, path: str, headers: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Every object of a collection, over all its pages."""
        found: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            body = (await self.get(link, headers)).raise_for_status().json()
            found += body["value"]
            link = body.get("@odata.nextLink")
        return found

    async def error(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and error code of an address that is refused."""
        answer = await self.get(path, headers)
        return answer.status_code, answer.json()["error"]["code"]

    async def batch(self, *requests: Mapping[str, Any] | str) -> httpx.Response:
        """POST a batch; a text is a GET of that address, its place its id."""
        whole = [
            {"id": str(n), "method": "GET", "url": one} if isinstance(one, str) else one
            for n, one in enumerate(requests)
        ]
        headers = self._bearer("graph") | {"Content-Type": "application/json"}
        return await self.http.post(f"{self.service.url}/v1.0/$batch", json={"requests": whole}, headers=headers)

    async def batched(self, *requests: Mapping[str, Any] | str) -> dict[str, dict[str, Any]]:
        """The responses of a batch by id, header names in lower case."""
        responses = (await self.batch(*requests)).raise_for_status().json()["responses"]
        return {
            one["id"]: one | {"headers": {name.lower(): value for name, value in one["headers"].items()}}
            for one in responses
        }

    async def invoke(
        self,
        name: str,
        select: Sequence[str] = (),
        url: str = "",
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> httpx.Response:
        """POST an Exchange command; ``url`` is a nextLink to go on with."""
        plain = f"{self.service.url}/adminapi/beta/{self.tenant_id}/InvokeCommand"
        said = {"X-AnchorMailbox": ANCHOR, "X-ResponseFormat": "json", "Content-Type": "application/json"}
        return await self.http.post(
            url or (f"{plain}?$select={','.join(select)}" if select else plain),
            json={"CmdletInput": {"CmdletName": name, "Parameters": parameters}},
            headers=self._bearer("exchange") | said | dict(headers or {}),
        )

    def _bearer(self, audience: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.service.token(self.tenant_id, audience)}"}


@asynccontextmanager
async def wired(
    *tenants: Tenant, clock: Clock | None = None, limits: bool = True, manner: Manner = PLAIN
) -> AsyncIterator[Wire]:
    """A running imitation of those tenants (the small one when none is given), and a client to question it."""
    async with (
        serve(tenants or [small_tenant()], clock=clock, limits=limits, manner=manner) as service,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        yield Wire(service, http)
