"""What clients of both SDKs see when a call needs a person: a page to open where they can, a link in the text where not.

SWITCHBOARD names the program and SWITCHBOARD_DATA its data folder; the person decides with `switchboard approvals`.
"""

import asyncio
import os
import subprocess

TOOL = "delete_a_pinpoint_candidate_by_id"


def decide(url, word="approve"):
    approval = url.rsplit("/", 1)[1]
    command = [os.environ["SWITCHBOARD"], "approvals", word, approval, "--yes", "--sandbox"]
    subprocess.run(command, check=True, capture_output=True)


async def modern(url):
    from mcp import Client
    from mcp.types import ElicitResult

    seen = []

    async def elicit(context, params):
        assert params.mode == "url", params
        seen.append(params.url)
        await asyncio.to_thread(decide, params.url)
        return ElicitResult(action="accept")

    async with Client(url, elicitation_callback=elicit) as client:
        print("protocol", client.protocol_version)
        tool, arguments = await target(client)
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result
        assert len(seen) == 1, seen
        print("elicited ok")
    async with Client(url) as client:
        result = await client.call_tool(tool, arguments)
        assert result.is_error and result.structured_content["error"] == "approval_required", result
        assert result.structured_content["approval_url"] in result.content[0].text, result
        print("link ok")


async def legacy(url):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client
    from mcp.types import ElicitResult

    seen = []

    async def elicit(context, params):
        assert params.mode == "url", params
        seen.append(params.url)
        await asyncio.to_thread(decide, params.url)
        return ElicitResult(action="accept")

    async with streamable_http_client(url) as (read, write, _):
        async with ClientSession(read, write, elicitation_callback=elicit) as session:
            print("protocol", (await session.initialize()).protocolVersion)
            tool, arguments = await target(session)
            result = await session.call_tool(tool, arguments)
            assert not result.isError, result
            assert len(seen) == 1, seen
            print("elicited ok")
    async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        result = await session.call_tool(tool, arguments)
        assert result.isError and result.structuredContent["error"] == "approval_required", result
        assert result.structuredContent["approval_url"] in result.content[0].text, result
        print("link ok")


async def target(session):
    """A tool that destroys something, and arguments that work."""
    tools = (await session.list_tools()).tools
    names = [tool.name for tool in tools]
    tool = next(name for name in names if name.startswith("delete_") and "comment" in name)
    comments = await session.call_tool("list_all_pinpoint_comments", {"limit": 1})
    text = getattr(comments, "structured_content", None) or comments.structuredContent
    items = text["items"] if "items" in text else text["data"]
    return tool, {"id": str(items[0]["id"])}


def main():
    url = os.environ["SWITCHBOARD_MCP_URL"]
    try:
        from mcp import Client  # noqa: F401
    except ImportError:
        asyncio.run(legacy(url))
    else:
        asyncio.run(modern(url))


main()
