"""What the SDK's typed objects cost: both lists through ``PageIterator``, every object counted and let go."""

import asyncio
import os
import sys
from urllib.parse import parse_qs, urlsplit

from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph_core import GraphClientFactory
from msgraph_core.tasks.page_iterator import PageIterator

from benchmarks.measure import report


async def main(url: str, users: str) -> None:
    client = GraphClientFactory.create_with_default_middleware()
    client.headers["Authorization"] = f"Bearer {os.environ['M365AUDIT_GRAPH_TOKEN']}"
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client)
    adapter.base_url = f"{url}/v1.0"
    sdk = GraphServiceClient(request_adapter=adapter)
    # The first request of a kind imports the SDK's models of it, which is no part of reading.
    await sdk.users.get(RequestConfiguration(query_parameters=sdk.users.UsersRequestBuilderGetQueryParameters(top=1)))
    details = sdk.reports.authentication_methods.user_registration_details
    detail_query = details.UserRegistrationDetailsRequestBuilderGetQueryParameters
    await details.get(RequestConfiguration(query_parameters=detail_query(top=1)))
    select = parse_qs(urlsplit(users).query)["$select"][0].split(",")

    async def work() -> int:
        rows = 0

        def count(_: object) -> bool:
            nonlocal rows
            rows += 1
            return True

        people = sdk.users.UsersRequestBuilderGetQueryParameters(select=select, top=999)
        for first in (
            await sdk.users.get(RequestConfiguration(query_parameters=people)),
            await details.get(RequestConfiguration(query_parameters=detail_query(top=999))),
        ):
            await PageIterator(first, adapter).iterate(count)
        return rows

    await report(work)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
