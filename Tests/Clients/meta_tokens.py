"""The list of meta-tools has fewer than 2,500 tokens, and no search changes it."""

import json
import os
import urllib.request

from tokens import count

LIMIT = 2500


def ask(method, **params):
    """The result of one request, without an SDK."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-11-25",
    }
    request = urllib.request.Request(os.environ["SWITCHBOARD_META_URL"], body, fields)
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    if "result" not in answer:
        raise SystemExit(f"{method} failed: {answer}")
    return answer["result"]


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


before = ask("tools/list")["tools"]
for tool in before:
    print(f"{tool['name']}: {count(compact(tool))} tokens")
total = count(compact(before))
ask("tools/call", name="search_tools", arguments={"queries": [{"use_case": "reject an applicant"}]})
ask("tools/call", name="manage_connections", arguments={})
if ask("tools/list")["tools"] != before:
    raise SystemExit("The list is another one after a search")
if total >= LIMIT:
    raise SystemExit(f"{total} tokens are not fewer than {LIMIT}")
print(f"{total} tokens in all, fewer than {LIMIT}")
