"""How the Exchange admin service refuses: JSON that buries the reason, or no body at all."""

import orjson

from m365audit.sample.service.message import Answer

_TASKS = "Microsoft.Exchange.Configuration.Tasks"
_SERVER = "SAMPLE.PROD.OUTLOOK.COM"
_CHALLENGE = (
    'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*"'
    ', token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"'
)


class CmdletError(Exception):
    """A command that fails. ``kind`` is the .NET exception Exchange names, ``text`` what it says."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.text = text

    def answer(self) -> Answer:
        """The error as it goes over the wire; the top message is always the same and says nothing."""
        code = {400: "BadRequest", 404: "NotFound"}[self.status]
        error = {
            "code": code,
            "message": "Error executing cmdlet",
            "details": [{"code": "Context", "target": "", "message": f"Ex6F9304|{self.kind}|{self.text}"}],
            "innererror": {
                "message": "Error executing cmdlet",
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "internalexception": {"message": self.text, "type": self.kind},
            },
        }
        return Answer(self.status, orjson.dumps({"error": error}), {"Content-Type": "application/json; charset=utf-8"})


def no_such_object(identity: str) -> CmdletError:
    """404: nothing has that identity."""
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on '{_SERVER}'."
    return CmdletError(404, f"{_TASKS}.ManagementObjectNotFoundException", text)


def ambiguous(identity: str) -> CmdletError:
    """400: several things have that identity."""
    text = f"The operation couldn't be performed because '{identity}' matches multiple entries."
    return CmdletError(400, f"{_TASKS}.ManagementObjectAmbiguousException", text)


def not_visible(name: str) -> CmdletError:
    """400: the roles of the caller do not show the command."""
    text = (
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
    )
    return CmdletError(400, "System.Management.Automation.CommandNotFoundException", text)


def bad_parameters(text: str) -> CmdletError:
    """400: a parameter that is unknown, missing or unreadable."""
    return CmdletError(400, "System.Management.Automation.ParameterBindingException", text)


def bad_request(text: str) -> Answer:
    """400: no well-formed request, so no command was run."""
    error = {"code": "BadRequest", "message": text, "details": [], "innererror": {"message": text, "type": ""}}
    return Answer(400, orjson.dumps({"error": error}), {"Content-Type": "application/json; charset=utf-8"})


def unauthorised() -> Answer:
    """401 without a body."""
    return Answer(401, b"", {"WWW-Authenticate": _CHALLENGE})


def forbidden(app_id: str) -> Answer:
    """403 without a body; the reason is in a header."""
    reason = (
        f"The role assigned to application {app_id} isn't supported in this scenario. Please check online "
        "documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication."
    )
    return Answer(403, b"", {"x-ms-diagnostics": f'2000001;reason="{reason}";error_category="invalid_role"'})


def too_many() -> Answer:
    """429 in plain text."""
    text = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
    return Answer(429, text.encode(), {"Content-Type": "text/plain", "Retry-After": "1"})
