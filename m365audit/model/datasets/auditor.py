"""The data set about the audit's own sign-in."""

from m365audit.model.datasets.schema import Column, DataSet

AUDITOR = DataSet(
    "auditor",
    key=("service", "kind", "name"),
    meaning="Every permission and directory role this audit's own sign-in holds, as its tokens say it.",
    columns=(
        Column("service", "text", "graph, exchange, or directory for a directory role"),
        Column("kind", "text", "permission or directory role"),
        Column("name", "text", "Name of the permission or role; of a role nobody knows by name, its template id"),
        Column("app_id", "text", "Client id of the app, lower case"),
        Column("principal_id", "text", "Object id of the app's service principal; nothing where a person signed in"),
        Column("delegated", "flag", "Whether a person signed in, and the app acts for them", judged=False),
        Column("needed", "flag", "Whether something this program reads needs it"),
        Column("changes_something", "flag", "Whether it can do anything but read; unknown for an unknown role"),
        Column("reads_content", "flag", "Whether it opens what people wrote or said, or keys and passwords"),
        Column("accepted", "flag", "Whether the tenant file accepts it by name all the same"),
    ),
)
