"""Finds a candidate and reads it, with the Python SDK `mcp` 1.x.

usage: find_candidate_mcp1.py [URL] [NAME]        (URL defaults to $SWITCHBOARD_MCP_URL)
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from records import matching, records


def payload(result):
    """The value that a tool gave back, or an error with the tool's own words."""
    text = "\n".join(block.text for block in result.content if block.type == "text")
    if result.isError:
        raise SystemExit(f"The tool failed: {text}")
    return result.structuredContent if result.structuredContent is not None else json.loads(text)


async def main(url: str, name: str) -> None:
    async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
        hello = await session.initialize()
        print(f"{hello.serverInfo.name} {hello.serverInfo.version}, protocol {hello.protocolVersion}")

        tools, cursor = [], None
        while True:
            page = await session.list_tools(cursor)
            tools += page.tools
            cursor = page.nextCursor
            if cursor is None:
                break
        print(f"{len(tools)} tools")

        found = payload(await session.call_tool("list_all_pinpoint_candidates", {"search": name}))
        person = matching(records(found), name)
        print(f"found candidate {person['id']}")

        candidate = payload(await session.call_tool("get_single_pinpoint_candidate_by_id", {"id": str(person["id"])}))
        print(json.dumps(candidate, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SWITCHBOARD_MCP_URL")
    if not url:
        raise SystemExit(__doc__)
    asyncio.run(main(url, sys.argv[2] if len(sys.argv) > 2 else "Sarah Jenkins"))
