"""Compares what a model must read for ten tasks: every tool listed, and the meta-tools.

usage: SWITCHBOARD_MCP_URL=… SWITCHBOARD_META_URL=… .build/venv-tokens/bin/python benchmarks/tokens/measure.py > benchmarks/tokens/results.md

The URLs are endpoints of one program, in `direct` and in `meta` mode. Tokens are counted with cl100k_base. What the tasks' own calls answer is
the same both ways and not counted. A task with n calls has n + 1 turns with all tools listed. With the meta-tools it has one more for the
search, which asks for all steps at once, and one for the schemas of the tools that write. Each turn reads all that came before again;
prompt caches make that cheaper and not less.
"""
import json
import os
import pathlib
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Tests/Clients"))

from tokens import count  # noqa: E402

FIELDS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
}


def ask(url, method, **params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, FIELDS), timeout=60) as response:
        return json.load(response)["result"]


def listed(url):
    """What a model is given of each tool: name, description, input schema."""
    tools, cursor = [], None
    while True:
        page = ask(url, "tools/list", **({"cursor": cursor} if cursor else {}))
        tools += page["tools"]
        cursor = page.get("nextCursor")
        if cursor is None:
            kept = [{name: tool[name] for name in ("name", "description", "inputSchema")} for tool in tools]
            return tools, count(json.dumps(kept, separators=(",", ":"), ensure_ascii=False))


def call(url, name, arguments):
    result = ask(url, "tools/call", name=name, arguments=arguments)
    if result.get("isError"):
        raise SystemExit(f"{name} failed: {result['content'][0]['text']}")
    return result["content"][0]["text"]


def main():
    direct, meta = os.environ["SWITCHBOARD_MCP_URL"], os.environ["SWITCHBOARD_META_URL"]
    tools, all_listed = listed(direct)
    few, meta_listed = listed(meta)
    writes = {tool["name"] for tool in tools if not tool["annotations"]["readOnlyHint"]}
    print("# Tokens a model must read\n")
    print(f"All tools listed: {len(tools)} tools, {all_listed:,} tokens. Meta-tools: {len(few)} tools, {meta_listed:,} tokens.")
    print("Counted with cl100k_base by `measure.py`, whose first lines say how.\n")
    print("| Task | calls | context, all tools | context, meta-tools | read in all turns, all tools | read in all turns, meta-tools | saved |")
    print("|---|---|---|---|---|---|---|")
    sums = [0, 0]
    for task in json.loads((HERE / "tasks.json").read_text()):
        queries = [{"use_case": step} for step in task["steps"]]
        found = call(meta, "search_tools", {"queries": queries, "limit": 3})
        answer = json.loads(found)
        for position, tool in enumerate(task["tools"]):
            names = [each["name"] for each in answer["results"][position]["tools"]]
            if tool not in names:
                raise SystemExit(f"search names {names} for \"{task['steps'][position]}\", not {tool}")
        changing = [tool for tool in dict.fromkeys(task["tools"]) if tool in writes]
        schemas = count(call(meta, "get_tool_schemas", {"names": changing})) if changing else 0
        calls = len(task["tools"])
        all_turns = all_listed * (calls + 1)
        # The first turn has the list alone, the next the search too, and all later ones the schemas.
        search = count(found)
        context = meta_listed + search + schemas
        meta_turns = meta_listed + (meta_listed + search if changing else 0) + context * (calls + 1)
        sums = [sums[0] + all_turns, sums[1] + meta_turns]
        print(
            f"| {task['task']} | {calls} | {all_listed:,} | {context:,} | {all_turns:,} | {meta_turns:,} |"
            f" {100 - 100 * meta_turns / all_turns:.1f} % |"
        )
    print(f"| **all ten** | | | | **{sums[0]:,}** | **{sums[1]:,}** | **{100 - 100 * sums[1] / sums[0]:.1f} %** |")


main()
