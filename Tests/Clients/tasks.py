"""Long runs as tasks, with clients of both SDKs: begun, looked at, approved by a person, cancelled, and with progress.

SWITCHBOARD names the program and SWITCHBOARD_DATA its data folder; the person decides with `switchboard approvals`.
"""

import asyncio
import os
import subprocess

TOOL = "workflow_bulk_disposition"
ARGUMENTS = {"jobId": "8899", "comment": "Role filled internally."}
EXTENSION = "io.modelcontextprotocol/tasks"


def decide(url):
    approval = url.rsplit("/", 1)[1].split()[0].rstrip(".")
    command = [os.environ["SWITCHBOARD"], "approvals", "approve", approval, "--yes", "--sandbox"]
    subprocess.run(command, check=True, capture_output=True)


def check(steps, result):
    """What progress said, and what the call gave that said it."""
    assert steps and [step[0] for step in steps] == sorted({step[0] for step in steps}), steps
    assert steps[-1] == (steps[-1][0], steps[-1][0], "40 of 40 items done"), steps
    assert result["state"] == "done", result
    print("progress ok")


async def modern(url):
    from typing import ClassVar, Literal

    from mcp import Client
    from mcp.client.extension import ClientExtension, ResultClaim
    from mcp.types import CallToolResult, Request, RequestParams, Result

    class Task(Result):
        """What the SDK has no type of its own for."""

        result_type: Literal["task"]
        task_id: str
        status: str
        poll_interval_ms: int

    class TaskState(Result):
        task_id: str
        status: str
        status_message: str | None = None
        ttl_ms: int | None
        poll_interval_ms: int
        result: CallToolResult | None = None

    class TaskParams(RequestParams):
        task_id: str

    class Get(Request):
        name_param: ClassVar[str] = "taskId"
        method: Literal["tasks/get"] = "tasks/get"
        params: TaskParams

    class Cancel(Request):
        name_param: ClassVar[str] = "taskId"
        method: Literal["tasks/cancel"] = "tasks/cancel"
        params: TaskParams

    async def end(session, task):
        while True:
            state = await session.send_request(Get(params=TaskParams(task_id=task)), TaskState)
            if state.status == "input_required":
                assert "/approvals/" in state.status_message, state
                decide(state.status_message[state.status_message.index("http") :])
            elif state.status != "working":
                return state
            await asyncio.sleep(min(state.poll_interval_ms, 500) / 1000)

    async def resolve(task, context):
        return (await end(context.session, task.task_id)).result

    class Tasks(ClientExtension):
        identifier = EXTENSION

        def claims(self):
            return [ResultClaim(result_type="task", model=Task, resolve=resolve)]

    async with Client(url, extensions=[Tasks()]) as client:
        print("protocol", client.protocol_version)
        assert EXTENSION in client.server_capabilities.extensions, client.server_capabilities
        result = await client.call_tool(TOOL, ARGUMENTS)
        assert not result.is_error and result.structured_content["result"]["count"] == 40, result
        print("task ok")
        task = await client.session.call_tool(TOOL, {**ARGUMENTS, "comment": "Again."}, allow_claimed=True)
        await client.session.send_request(Cancel(params=TaskParams(task_id=task.task_id)), Result)
        assert (await end(client.session, task.task_id)).status == "cancelled"
        print("cancel ok")
    async with Client(url) as client:
        steps = []

        async def progress(done, total, message):
            steps.append((done, total, message))

        result = await client.call_tool(TOOL, {**ARGUMENTS, "preview": True}, progress_callback=progress)
        check(steps, result.structured_content)


async def legacy(url):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client
    from mcp.types import CallToolResult

    async with streamable_http_client(url) as (read, write, _), ClientSession(read, write) as session:
        hello = await session.initialize()
        print("protocol", hello.protocolVersion)
        assert hello.capabilities.tasks.requests.tools.call is not None, hello
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert tools[TOOL].execution.taskSupport == "optional", tools[TOOL]
        tasks = session.experimental
        task = (await tasks.call_tool_as_task(TOOL, ARGUMENTS)).task
        assert task.status == "working", task
        waited = False
        async for state in tasks.poll_task(task.taskId):
            if state.status == "input_required":
                decide(state.statusMessage[state.statusMessage.index("http") :])
                waited = True
        result = await tasks.get_task_result(task.taskId, CallToolResult)
        assert waited and not result.isError and result.structuredContent["result"]["count"] == 40, result
        assert task.taskId in [known.taskId for known in (await tasks.list_tasks()).tasks]
        print("task ok")
        other = (await tasks.call_tool_as_task(TOOL, {**ARGUMENTS, "comment": "Again."})).task
        assert (await tasks.cancel_task(other.taskId)).status == "cancelled"
        print("cancel ok")
        steps = []

        async def progress(done, total, message):
            steps.append((done, total, message))

        arguments = {**ARGUMENTS, "preview": True}
        result = await session.call_tool(TOOL, arguments, progress_callback=progress)
        check(steps, result.structuredContent)


def main():
    url = os.environ["SWITCHBOARD_MCP_URL"]
    try:
        from mcp import Client  # noqa: F401
    except ImportError:
        asyncio.run(legacy(url))
    else:
        asyncio.run(modern(url))


main()
