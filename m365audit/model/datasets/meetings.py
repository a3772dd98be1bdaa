"""Data sets about meetings. No passcode, join link, body or private subject is ever kept."""

from m365audit.model.datasets.schema import Column, DataSet

MEETINGS = DataSet(
    "meetings",
    key=("meeting_id",),
    meaning="Every meeting in the window that is online, has outside attendees, or is named like a council meeting; a series is one row.",
    model="event",
    columns=(
        Column("meeting_id", "text", "iCalUId of the event, of a series its master's", "iCalUId"),
        Column("organiser_id", "text", "Object id of the organiser, where it is one of the tenant's accounts"),
        Column("organiser_address", "text", "Address of the organiser, lower case", "organizer"),
        Column("ours", "flag", "Whether the organiser is an account of the tenant"),
        Column("subject", "text", "Subject; withheld for private meetings and where no rule needs it", "subject"),
        Column("kind", "text", "council, working group or other, by the tenant file's patterns"),
        Column("private", "flag", "Marked private or confidential", "sensitivity"),
        Column("recurring", "flag", "Whether it is a series", "type"),
        Column("occurrences", "count", "Meetings of it in the window", unit="meetings"),
        Column("first_starts_at", "time", "Start of the first one in the window", "start"),
        Column("last_starts_at", "time", "Start of the last one in the window", "start"),
        Column("created_at", "time", "When it was put in the calendar", "createdDateTime"),
        Column("online", "flag", "Whether it has an online platform or a recognised join link", "isOnlineMeeting"),
        Column("platform", "text", "Teams, Teams (personal), Zoom, Google Meet, Webex, GoTo, Whereby, Jitsi, Skype; null where none", "onlineMeetingProvider"),
        Column("has_link", "flag", "Whether there is a link to join by", "onlineMeeting"),
        Column("attendees", "count", "Attendees beside the organiser", "attendees", "people"),
        Column("outside_attendees", "count", "Of them, with an address on no domain of the tenant", unit="people"),
        Column("outside_addresses", "texts", "Their addresses, lower case"),
    ),
)

MEETING_OPTIONS = DataSet(
    "meeting_options",
    key=("meeting_id",),
    meaning="Options of the Teams meetings the council's people organise.",
    model="onlineMeeting",
    columns=(
        Column("meeting_id", "text", "iCalUId, as in meetings"),
        Column("organiser_id", "text", "Object id of the organiser"),
        Column("has_meeting_id", "flag", "Can be joined by meeting ID", "joinMeetingIdSettings.joinMeetingId"),
        Column("passcode_required", "flag", "Asks for a passcode with the ID", "joinMeetingIdSettings.isPasscodeRequired"),
        Column("lobby", "text", "Who skips the lobby: organizer, organization, organizationAndFederated, everyone, invited, organizationExcludingGuests", "lobbyBypassSettings.scope"),
        Column("phone_skips_lobby", "flag", "Callers by phone skip the lobby", "lobbyBypassSettings.isDialInBypassEnabled"),
        Column("presenters", "text", "Who may present: everyone, organization, roleIsPresenter, organizer", "allowedPresenters"),
        Column("records_itself", "flag", "Recording starts by itself", "recordAutomatically"),
    ),
)
