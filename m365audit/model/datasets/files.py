"""Data sets about SharePoint and OneDrive. No link address is ever kept."""

from m365audit.model.datasets.schema import Column, DataSet

DRIVES = DataSet(
    "drives",
    key=("drive_id",),
    meaning="Every document library of every site and OneDrive.",
    model="drive",
    columns=(
        Column("drive_id", "text", "Id of the library", "id"),
        Column("drive_name", "text", "Name of the library", "name"),
        Column("drive_kind", "text", "documentLibrary, business or personal", "driveType"),
        Column("drive_url", "text", "Web address of the library", "webUrl"),
        Column("site_id", "text", "Id of the site"),
        Column("site_name", "text", "Name of the site"),
        Column("site_url", "text", "Web address of the site"),
        Column("personal", "flag", "Whether it is somebody's OneDrive"),
    ),
)

SHARING = DataSet(
    "sharing",
    key=("drive_id", "item_id", "permission_id", "grantee"),
    meaning="Who may open what is shared: every permission at the highest place it was given, one row per person or group.",
    model="permission",
    columns=(
        Column("drive_id", "text", "Id of the library"),
        Column("item_id", "text", "Id of the file or folder"),
        Column("permission_id", "text", "Id of the permission", "id"),
        Column("grantee", "text", "Object id, else address, else login name, else name of who is let in; empty for a link open to a scope"),
        Column("grantee_kind", "text", "member, guest, outside address, group, site group, application, everyone, everyone but guests, link holders"),
        Column("grantee_address", "text", "Address, lower case", "grantedToIdentitiesV2"),
        Column("grantee_name", "text", "Name as shown", "grantedToV2"),
        Column("drive_name", "text", "Name of the library"),
        Column("drive_url", "text", "Web address of the library"),
        Column("site_id", "text", "Id of the site"),
        Column("site_name", "text", "Name of the site"),
        Column("site_url", "text", "Web address of the site"),
        Column("personal", "flag", "Whether it is in somebody's OneDrive"),
        Column("item_name", "text", "Name of the file or folder"),
        Column("path", "text", "Folders from the top of the library to the item"),
        Column("item_url", "text", "Web address of the item; opens only for those who may"),
        Column("folder", "flag", "Whether it is a folder, and so everything in it"),
        Column("link_scope", "text", "anonymous, organization, users or existingAccess; null for a direct grant", "link.scope"),
        Column("link_kind", "text", "view, edit, review, createOnly, blocksDownload", "link.type"),
        Column("roles", "texts", "read, write, owner", "roles"),
        Column("expires_at", "time", "When it ends; null for never", "expirationDateTime"),
        Column("password", "flag", "Whether a password is asked for", "hasPassword"),
        Column("blocks_download", "flag", "Whether it can be looked at but not saved", "link.preventsDownload"),
        Column("invited_address", "text", "Address the invitation went to, lower case", "invitation.email"),
        Column("marked_inherited", "flag", "Microsoft marked it as inherited; not reliable, kept as said", "inheritedFrom"),
        Column("found_by", "text", "facet: Microsoft marked the item as shared; census: it did not, and the item was looked at all the same"),
    ),
)

SHARING_CENSUS = DataSet(
    "sharing_census",
    key=("drive_id", "item_id"),
    meaning="Every file and folder, and when its permissions were last looked at one by one.",
    columns=(
        Column("drive_id", "text", "Id of the library"),
        Column("item_id", "text", "Id of the file or folder"),
        Column("asked_on", "time", "Day its permissions were last asked for; null for never"),
        Column("looked_on", "time", "Day they were last seen; null for never"),
        Column("marked", "flag", "Whether Microsoft marked it as shared the last time"),
        Column("shared", "flag", "Whether something was found given on it that Microsoft did not mark"),
    ),
    for_people=False,
)

SHARING_REACH = DataSet(
    "sharing_reach",
    key=("drive_id",),
    meaning="How much of every library has been looked at one by one in the last twelve months.",
    columns=(
        Column("drive_id", "text", "Id of the library"),
        Column("drive_name", "text", "Name of the library"),
        Column("site_name", "text", "Name of the site"),
        Column("items", "count", "Files and folders in it"),
        Column("looked_at", "count", "Those whose permissions were seen in the last twelve months"),
        Column("marks_own", "flag", "Microsoft marked only what was shared itself (hierarchicalsharing), and not all below it as well"),
    ),
)

SHARING_SETTINGS = DataSet(
    "sharing_settings",
    key=("sharing",),
    meaning="What the settings let anybody share, one row.",
    model="sharepointSettings",
    columns=(
        Column("sharing", "text", "disabled, existingExternalUserSharingOnly, externalUserSharingOnly, or externalUserAndGuestSharing (Anyone links)", "sharingCapability"),
        Column("guests_may_reshare", "flag", "Guests may pass on what was shared with them", "isResharingByExternalUsersEnabled"),
        Column("must_match_invited", "flag", "Only the invited address may accept", "isRequireAcceptingUserToMatchInvitedUserEnabled"),
        Column("domain_limits", "text", "none, allowList or blockList", "sharingDomainRestrictionMode"),
        Column("allowed_domains", "texts", "Domains on the allow list", "sharingAllowedDomainList"),
        Column("blocked_domains", "texts", "Domains on the block list", "sharingBlockedDomainList"),
        Column("idle_sign_out", "flag", "Idle sessions are signed out", "idleSessionSignOut.isEnabled"),
        Column("legacy_sign_in", "flag", "Old sign-in protocols are allowed", "isLegacyAuthProtocolsEnabled"),
        Column("sync_only_managed", "flag", "Only managed computers may sync", "isUnmanagedSyncAppForTenantRestricted"),
    ),
)
