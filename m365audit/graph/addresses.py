"""Addresses of Graph requests: built by the SDK's request builders, spelled as Microsoft documents them."""

import re
from functools import cache
from typing import Any
from urllib.parse import quote

from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

UNKNOWN_MEMBERS = {"Prefer": "include-unknown-enum-members"}
"""Without this header Graph hides newer values of its enumerations behind ``unknownFutureValue``."""

_ODATA = "{?%24count,%24expand,%24filter,%24orderby,%24search,%24select,%24skip,%24top}"
_ODATA_NAMES = frozenset({"count", "expand", "filter", "orderby", "search", "select", "skip", "top"})

# The template engine escapes what a path segment may carry as it is; ids are documented and logged without.
_NEEDLESS = re.compile(r"%(21|24|2C|3A|3D|40)", re.IGNORECASE)
_OPTION = re.compile(r"(?<=[?&])%24", re.IGNORECASE)


def build(
    base: str,
    builder: BaseRequestBuilder,
    suffix: tuple[str, ...],
    headers: dict[str, str] | None,
    query: dict[str, Any],
) -> RequestInformation:
    """A GET for what a builder points at.

    Args:
        base: the service's address with its version.
        builder: one of the SDK's request builders.
        suffix: path segments the SDK has no builder for.
        headers: extra request headers.
        query: query parameters by the SDK's own names; with a suffix, OData's.

    Raises:
        TypeError: the SDK knows no such query parameter here.
    """
    template = _spelled(builder.url_template)
    if suffix:
        if unknown := set(query) - _ODATA_NAMES:
            msg = f"no such query parameter: {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        segments = "".join(f"/{quote(segment, safe='.')}" for segment in suffix)
        template = f"{template.partition('{?')[0]}{segments}{_ODATA}"
    draft = RequestInformation(Method.GET, template, {**builder.path_parameters, "baseurl": base})
    if suffix:
        draft.query_parameters = {f"%24{name}": value for name, value in query.items() if value is not None}
    elif query:
        parameters = _parameters(type(builder))
        if parameters is None:
            msg = f"{type(builder).__name__} takes no query parameters"
            raise TypeError(msg)
        draft.configure(RequestConfiguration(query_parameters=parameters(**query)))
    request = RequestInformation(Method.GET)
    request.url = _address(draft.url)
    request.headers.add_all({"Accept": "application/json", **(headers or {})})
    return request


def address(base: str, request: RequestInformation) -> str:
    """The absolute address of a request, whether it was built here or by the SDK alone."""
    if request.url_template:
        request.path_parameters["baseurl"] = base
    return _address(request.url)


def _parameters(builder: type) -> Any:  # noqa: ANN401 - a dataclass of the SDK
    """The SDK's own class of query parameters for GETs by this builder; None where there is none."""
    nested = (value for name, value in vars(builder).items() if name.endswith("GetQueryParameters"))
    return next(nested, None)


@cache
def _spelled(template: str) -> str:
    """The SDK writes functions with brackets and type casts without their namespace."""
    return template.replace("/graph.", "/microsoft.graph.").replace("()", "")


def _address(expanded: str) -> str:
    path, mark, query = expanded.partition("?")
    path = _NEEDLESS.sub(lambda found: chr(int(found[1], 16)), path)
    return path + _OPTION.sub("$", mark + query.replace("%3A", ":"))
