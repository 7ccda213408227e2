"""The same conversation with AutoGen's AssistantAgent: autogen_peer.py BASE_URL STEPS."""

import asyncio
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from autogen_agentchat.agents import AssistantAgent  # noqa: E402
from autogen_ext.models.openai import OpenAIChatCompletionClient  # noqa: E402

INFO = {
    "vision": False,
    "function_calling": True,
    "json_output": False,
    "family": "unknown",
    "structured_output": False,
}


async def add(a: int, b: int) -> int:
    "Adds two integers."
    return a + b


async def main():
    client = OpenAIChatCompletionClient(
        model="fake", base_url=sys.argv[1], api_key="none", model_info=INFO, max_retries=0
    )
    agent = AssistantAgent(
        "agent", client, tools=[add], max_tool_iterations=int(sys.argv[2]) + 5, model_client_stream=True
    )
    result = await agent.run(task="Add one and two.")
    print(result.messages[-1].to_text())


asyncio.run(main())
