"""Finds a candidate and reads it, with the Python SDK `mcp` 2.x.

usage: find_candidate.py [URL] [NAME]        (URL defaults to $SWITCHBOARD_MCP_URL)
"""

import asyncio
import json
import os
import sys

from mcp import Client

from records import matching, records


def payload(result):
    """The value that a tool gave back, or an error with the tool's own words."""
    text = "\n".join(block.text for block in result.content if block.type == "text")
    if result.is_error:
        raise SystemExit(f"The tool failed: {text}")
    return result.structured_content if result.structured_content is not None else json.loads(text)


async def main(url: str, name: str) -> None:
    async with Client(url) as client:
        print(f"{client.server_info.name} {client.server_info.version}, protocol {client.protocol_version}")

        # Long lists come in pages; the list has ended when a page names no next one.
        tools, cursor = [], None
        while True:
            page = await client.list_tools(cursor=cursor)
            tools += page.tools
            cursor = page.next_cursor
            if cursor is None:
                break
        print(f"{len(tools)} tools")

        found = payload(await client.call_tool("list_all_pinpoint_candidates", {"search": name}))
        person = matching(records(found), name)
        print(f"found candidate {person['id']}")

        candidate = payload(await client.call_tool("get_single_pinpoint_candidate_by_id", {"id": str(person["id"])}))
        print(json.dumps(candidate, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SWITCHBOARD_MCP_URL")
    if not url:
        raise SystemExit(__doc__)
    asyncio.run(main(url, sys.argv[2] if len(sys.argv) > 2 else "Sarah Jenkins"))
