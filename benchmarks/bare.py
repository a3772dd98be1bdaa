"""The yardstick: the same pages by a bare httpx loop that parses them, counts the rows and keeps nothing."""

import asyncio
import os
import sys

import httpx
import orjson

from benchmarks.measure import report


async def main(hello: str, *addresses: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['M365AUDIT_GRAPH_TOKEN']}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        # The audit's first request is its sign-in, so the first here is not counted either.
        (await client.get(hello)).raise_for_status()

        async def work() -> int:
            rows = 0
            for first in addresses:
                address: str | None = first
                while address:
                    answer = await client.get(address)
                    page = orjson.loads(answer.raise_for_status().content)
                    rows += len(page["value"])
                    address = page.get("@odata.nextLink")
            return rows

        await report(work)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
