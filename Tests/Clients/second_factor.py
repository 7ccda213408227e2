"""Clients of both SDKs at an endpoint that asks for an API token besides its URL: with the token, without, and revoked.

SWITCHBOARD names the program and SWITCHBOARD_DATA its data folder.
"""

import asyncio
import json
import os
import subprocess


def switchboard(*words):
    command = [os.environ["SWITCHBOARD"], *words, "--sandbox", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


async def tools(url, headers):
    """How many tools a client is shown that sends these headers."""
    try:
        from mcp import Client
    except ImportError:
        import httpx
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        async with (
            httpx.AsyncClient(headers=headers) as http,
            streamable_http_client(url, http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return len((await session.list_tools()).tools)
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        return len((await client.list_tools()).tools)


def texts(error):
    """What an error says, and those that it holds."""
    yield f"{type(error).__name__}: {error}"
    for inner in [*getattr(error, "exceptions", ()), error.__cause__]:
        if inner is not None:
            yield from texts(inner)


async def refused(url, headers):
    try:
        async with asyncio.timeout(20):
            await tools(url, headers)
    except TimeoutError:
        raise
    except BaseException as error:
        said = "; ".join(texts(error))
        # The SDK 2 says no more than this of a 401.
        assert "401" in said or "Server returned an error response" in said, said
        return
    raise AssertionError("it was let in")


async def main():
    url = switchboard("endpoints", "create", "--name", "guarded", "--mode", "meta", "--require-api-token")["url"]
    token = switchboard("tokens", "create", "agent")
    bearer = {"Authorization": "Bearer " + token["token"]}
    assert await tools(url, bearer) > 0
    assert await tools(url, {"x-api-key": token["token"]}) > 0
    print("with the token ok")
    await refused(url, {})
    print("without it ok")
    await refused(url, {"Authorization": "Bearer sbk_" + "0" * 43})
    # The token alone opens nothing: the endpoint is named by its URL.
    await refused(url.rsplit("/", 1)[0] + "/sb_none", bearer)
    print("with another ok")
    revoke = [os.environ["SWITCHBOARD"], "tokens", "revoke", token["id"], "--sandbox"]
    subprocess.run(revoke, check=True, capture_output=True)
    await refused(url, bearer)
    print("revoked ok")


asyncio.run(main())
