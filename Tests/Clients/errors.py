"""What a client of either SDK sees when it asks for the wrong thing: an error that says what to do instead."""

import asyncio
import os


def client(url):
    """A session of the installed SDK, with one way to call a tool and the names its results have there."""
    try:
        from mcp import Client
        from mcp import MCPError as Failure

        return Client(url), Failure, "is_error"
    except ImportError:
        from contextlib import asynccontextmanager

        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared.exceptions import McpError as Failure

        @asynccontextmanager
        async def session():
            async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
                await session.initialize()
                yield session

        return session(), Failure, "isError"


async def main(url):
    opened, Failure, error = client(url)
    async with opened as session:
        try:
            result = await session.call_tool("list_pinpoint_candidates", {})
            raise SystemExit(f"an unknown tool gave a result: {result}")
        except Failure as failure:
            assert failure.error.code == -32602, failure.error
            suggestions = failure.error.data["suggestions"]
            assert "list_all_pinpoint_candidates" in suggestions and len(suggestions) <= 3, suggestions
            print("suggestions ok")

        result = await session.call_tool("get_single_pinpoint_candidate_by_id", {})
        assert getattr(result, error), result
        assert "id" in result.content[0].text, result
        print("arguments ok")

        # Nothing that went wrong before ends the session.
        result = await session.call_tool("list_all_pinpoint_candidates", {"search": "Sarah Jenkins"})
        assert not getattr(result, error), result


if __name__ == "__main__":
    asyncio.run(main(os.environ["SWITCHBOARD_MCP_URL"]))
