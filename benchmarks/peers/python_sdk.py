"""A server made with the Python SDK that answers the tools and the text of a captured answer: python_sdk.py PORT FILE.

The file holds {"tools": [...], "text": "...", "structured": value or null, "is_error": bool}. The low-level server is used, which validates less than
the decorated one, with uvloop and httptools: the SDK at its fastest.
"""

import json
import sys

import mcp_types as types
import uvicorn
from mcp.server.lowlevel import Server

port = int(sys.argv[1])
with open(sys.argv[2], encoding="utf-8") as file:
    answer = json.load(file)

tools = [types.Tool.model_validate(tool) for tool in answer["tools"]]


async def list_tools(context, params):
    return types.ListToolsResult(tools=tools)


async def call_tool(context, params):
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer["text"])],
        structured_content=answer["structured"],
        is_error=answer["is_error"],
    )


server = Server("peer", version="1", on_list_tools=list_tools, on_call_tool=call_tool)
application = server.streamable_http_app(json_response=True, stateless_http=True)
uvicorn.run(application, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="error", access_log=False)
