"""An AutoGen agent prepares an interview through one MCP endpoint.

usage: briefing.py [URL]        (URL defaults to $SWITCHBOARD_MCP_URL)

The agent, its workbench and every tool call are real. The model's turns are recorded, so that the program runs without a
key; what the recording says is checked against what the tools answer.
"""

import asyncio
import json
import os
import re
import sys

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import ToolCallExecutionEvent, ToolCallRequestEvent
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from autogen_ext.tools.mcp import McpWorkbench, StreamableHttpServerParams

TASK = (
    "Find the candidate Sarah Jenkins in Pinpoint, list her applications, read the interviewers' comments, "
    "and write a short interview briefing that names the ids it rests on."
)

CALLS = [
    ("list_all_pinpoint_candidates", {"search": "Sarah Jenkins"}),
    ("list_all_pinpoint_applications", {"candidate_id": "98765"}),
    ("list_all_pinpoint_comments", {"application_id": "5566"}),
]

BRIEFING = """# Interview briefing: Sarah Jenkins

**Background.** Product manager with seven years in business software; led merchant onboarding at Kestrel Payments and raised
activation from 41 to 58 percent [application 5566]. An earlier application ended in March 2024 [application 4870].

**In the pipeline.** Applied on 12 October 2026 through an employee referral [application 5566].

**What interviewers wrote.**
- Phone screen: wants to be closer to the people who use the product; notice period eight weeks [comment 60309].
- Product case: strong on discovery, weaker on pricing; a yes [comment 60310].
- Engineering partner: plain about trade-offs; has not yet run a migration customers depend on [comment 60311].
- Hiring manager: leaning yes, wants one more talk on stakeholders and pricing [comment 60312].

**Ask about.** Who pays for a change and what it costs [comment 60310]; a migration under load [comment 60311].

**Before you start.** The conversation is on 24 November at 14:00 in Bristol; she needs step-free access [comment 60313].

Sarah Jenkins is [candidate 98765].
"""


def model() -> ReplayChatCompletionClient:
    """A model that asks for one tool after the other, and then writes; put a real one here."""
    usage = RequestUsage(prompt_tokens=0, completion_tokens=0)
    turns = [
        CreateResult(
            finish_reason="function_calls",
            content=[FunctionCall(id=f"call_{number}", name=name, arguments=json.dumps(arguments))],
            usage=usage,
            cached=False,
        )
        for number, (name, arguments) in enumerate(CALLS, start=1)
    ]
    return ReplayChatCompletionClient(
        turns + [BRIEFING],
        model_info={
            "vision": False,
            "function_calling": True,
            "json_output": False,
            "family": "unknown",
            "structured_output": False,
        },
    )


async def main(url: str) -> None:
    results = []
    server = StreamableHttpServerParams(url=url, timeout=30)
    async with McpWorkbench(server_params=server) as workbench:
        print(f"{len(await workbench.list_tools())} tools")
        agent = AssistantAgent(
            "recruiter",
            model_client=model(),
            workbench=workbench,
            system_message="You prepare interviews. Every fact names the id of the record it comes from.",
            max_tool_iterations=len(CALLS) + 1,
        )
        answer = ""
        async for event in agent.run_stream(task=TASK):
            if isinstance(event, ToolCallRequestEvent):
                for call in event.content:
                    print(f"→ {call.name} {call.arguments}")
            elif isinstance(event, ToolCallExecutionEvent):
                for result in event.content:
                    print(f"← {result.name}: {len(result.content)} characters")
                    if result.is_error:
                        raise SystemExit(f"{result.name} failed: {result.content}")
                    results.append(result.content)
            elif hasattr(event, "messages"):
                answer = event.messages[-1].to_text()

    # A recording stays true only while the tools say what they said then.
    for kind, record in re.findall(r"\[(\w+) (\d+)\]", answer):
        if not any(re.search(rf"\b{record}\b", result) for result in results):
            raise SystemExit(f"The briefing names {kind} {record}, which no tool result has")
    if "Jenkins" not in "".join(results):
        raise SystemExit("No tool result names the candidate")
    print()
    print(answer)


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SWITCHBOARD_MCP_URL")
    if not url:
        raise SystemExit(__doc__)
    asyncio.run(main(url))
