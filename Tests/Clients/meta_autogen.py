"""AutoGen's AssistantAgent works through the meta-tools; its model is a script that reads what the tools answer."""

import asyncio
import json
import os

from autogen_agentchat.agents import AssistantAgent
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, FunctionExecutionResultMessage, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from autogen_ext.tools.mcp import McpWorkbench, StreamableHttpServerParams

from meta_script import turns


class Script(ReplayChatCompletionClient):
    """A model whose next turn follows from the result of the one before."""

    def __init__(self):
        info = {"vision": False, "function_calling": True, "json_output": False, "structured_output": False}
        super().__init__([], model_info={**info, "family": "unknown"})
        self.script, self.turn = turns(), 0

    async def create(self, messages, **options):
        self.turn += 1
        usage = RequestUsage(prompt_tokens=0, completion_tokens=0)
        last = messages[-1]
        try:
            if isinstance(last, FunctionExecutionResultMessage):
                (result,) = last.content
                if result.is_error:
                    raise SystemExit(f"{result.name} failed: {result.content}")
                blocks = json.loads(result.content)
                # The workbench gives a list of content blocks, or the text of the only one.
                if isinstance(blocks, list):
                    blocks = json.loads(blocks[0]["text"])
                name, arguments = self.script.send(blocks)
            else:
                name, arguments = next(self.script)
        except StopIteration as end:
            return CreateResult(finish_reason="stop", content=end.value, usage=usage, cached=False)
        call = FunctionCall(id=f"call_{self.turn}", name=name, arguments=json.dumps(arguments))
        return CreateResult(finish_reason="function_calls", content=[call], usage=usage, cached=False)


async def main(url):
    async with McpWorkbench(server_params=StreamableHttpServerParams(url=url, timeout=30)) as workbench:
        print(f"{len(await workbench.list_tools())} tools")
        agent = AssistantAgent("recruiter", model_client=Script(), workbench=workbench, max_tool_iterations=20)
        result = await agent.run(task="Find Sarah Jenkins in Ashby, see her stage and move her on.")
        print(result.messages[-1].to_text())


asyncio.run(main(os.environ["SWITCHBOARD_META_URL"]))
