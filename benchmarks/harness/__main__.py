"""Measures the release build against nginx and the Python SDK in one run: see benchmarks/README.md."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import nginx
from documents import PROXIED
from load import Mode
from mcp_requests import Request, ask
from processes import LOAD_CORE, SERVER_CORE, Process, free_port, program, stop_with
from report import Report, output_of
from switchboard import USER, Switchboard, start_milliseconds

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".build/bench-venv/bin/python"
MEGABYTE = 1024 * 1024


def options():
    parser = argparse.ArgumentParser(prog="benchmarks/run")
    parser.add_argument("--program", default=str(ROOT / ".build/release/switchboard"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one load")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--starts", type=int, default=25)
    parser.add_argument("--output", default=str(ROOT / "benchmarks/results.md"))
    return parser.parse_args()


def check_tools(arguments):
    for name in ("nginx", "wrk", "taskset"):
        program(name)
    if not PYTHON.exists():
        stop_with("the virtual environment .build/bench-venv is missing; run benchmarks/setup")
    if not os.access(arguments.program, os.X_OK):
        stop_with(f"{arguments.program} is missing; run make release")
    if os.cpu_count() < 2:
        stop_with("two cores are needed: one for the server, one for the load")


def expect(condition, what, reply):
    if not condition:
        stop_with(f"{what}: {reply.body[:400].decode(errors='replace')}")


def local_call(direct, meta):
    """A call that is answered without an upstream, and what it is."""
    schemas = Request("tools/call", name="get_tool_schemas", arguments={"names": ["get_single_pinpoint_candidate_by_id"]})
    reply = ask(meta, schemas)
    expect(reply.status == 200 and not reply.value()["result"].get("isError"), "get_tool_schemas failed", reply)
    return meta, schemas, "`get_tool_schemas` of one tool on a meta endpoint"


def cheaper(forms, arguments):
    """The form that costs the peer less CPU, after one short load of each."""
    costs = [form.run(1, arguments.connections)["microseconds"] for form in forms]
    return forms[costs.index(min(costs))]


def local_modes(server, folder, report, arguments):
    """(a): what the server answers by itself, against the same bytes from nginx and the same tools from the Python SDK."""
    meta = server.endpoint("bench-meta", USER, "meta")
    listing = Request("tools/list")
    listed = ask(server.url, listing)
    expect(listed.status == 200, "tools/list failed", listed)
    call_url, call, words = local_call(server.url, meta)
    called = ask(call_url, call)
    result = called.value()["result"]
    tools = listed.value()["result"]["tools"]
    answers = {"list": listed.body, "call": called.body}
    same = nginx.answers(folder, SERVER_CORE, answers)

    captured = folder / "captured.json"
    captured.write_text(
        json.dumps(
            {
                "tools": tools,
                "text": result["content"][0]["text"],
                "structured": result.get("structuredContent"),
                "is_error": result.get("isError", False),
            }
        ),
        encoding="utf-8",
    )
    port = free_port()
    python = Process(
        "the Python SDK",
        [str(PYTHON), str(ROOT / "benchmarks/peers/python_sdk.py"), str(port), str(captured)],
        SERVER_CORE,
    )
    python.wait_for_port(port)
    python_url = f"http://127.0.0.1:{port}/mcp"

    groups = []
    for case, url, request, name in (("tools/list", server.url, listing, "list"), ("tools/call, local", call_url, call, "call")):
        label = case.replace("/", "-").replace(", ", "-")
        modes = [
            Mode(case, label, "switchboard", server.process, url, request, folder),
            cheaper(
                [
                    Mode(case, label, "nginx", same.process, f"{same.url}/{name}-{form}", request, folder)
                    for form in ("returned", "file")
                ],
                arguments,
            ),
            Mode(case, label, "Python SDK", python, python_url, request, folder),
        ]
        expect(modes[1].reply.body == answers[name], "nginx does not answer the same bytes", modes[1].reply)
        if name == "list":
            peers = modes[2].reply.value()["result"]["tools"]
            expect([tool["name"] for tool in peers] == [tool["name"] for tool in tools], "other tools", modes[2].reply)
        groups.append(modes)
    report.notes += [
        f"tools/list: {len(tools)} tools in one page of a direct endpoint. nginx returns the very bytes of our answer, "
        "from its configuration or from the page cache, whichever costs it less in a short trial.",
        f"tools/call, local: {words}; no upstream is asked.",
        "Python SDK: mcp 2.3.0, low-level server, stateless, JSON replies, uvicorn with uvloop and httptools; the same tools and "
        "the same text.",
    ]
    return groups


def proxied_modes(server, folder, report):
    """(b): a call that needs the upstream, against nginx as a reverse proxy in front of the same one."""
    documents = {path: document() for _, _, path, _, document in PROXIED.values()}
    upstream = nginx.upstream(folder, LOAD_CORE, documents)
    paths = {f"proxied-{number}": path for number, path in enumerate(documents)}
    proxy = nginx.proxy(folder, SERVER_CORE, upstream.port, paths)
    server.connect_to(upstream.url, "bench")
    url = server.endpoint("bench-proxied", "bench", "direct")
    groups = []
    for (size, (tool, arguments, path, text, _)), name in zip(PROXIED.items(), paths):
        request = Request("tools/call", name=tool, arguments=arguments)
        case = f"tools/call, proxied, {size}"
        ours = Mode(case, name, "switchboard", server.process, url, request, folder)
        peer = Mode(case, name, "nginx proxy_pass", proxy.process, f"{proxy.url}/{name}", request, folder)
        result = ours.reply.value().get("result", {})
        expect(not result.get("isError") and text.encode() in ours.reply.body, f"{tool} failed", ours.reply)
        expect(peer.reply.body == documents[path], "nginx does not pass the document on", peer.reply)
        groups.append([ours, peer])
    sizes = " and ".join(f"{len(document):,}" for document in documents.values())
    report.notes.append(
        f"proxied: the upstream is another nginx on the load's core with fixed JSON:API documents of {sizes} bytes. Our server checks "
        "the arguments, calls the upstream, flattens the document and answers as MCP; nginx passes it on untouched. Both keep "
        "their upstream connections, and both turn the POST into a GET."
    )
    return groups


def measure(groups, arguments):
    modes = [mode for group in groups for mode in group]
    for mode in modes:
        mode.run(1, arguments.connections)
    for turn in range(arguments.rounds):
        for mode in modes:
            mode.samples.append(mode.run(arguments.seconds, arguments.connections))
            sample = mode.samples[-1]
            print(
                f"round {turn + 1}/{arguments.rounds}  {mode.case:26} {mode.server:17} "
                f"{sample['microseconds']:9.1f} µs CPU  {sample['rate']:9,.0f} requests/s",
                flush=True,
            )


def starts(arguments, folder, report):
    """(c): start to first answer on a new data folder and on one that exists."""
    kept = folder / "kept"
    first, again = [], []
    for turn in range(arguments.starts):
        fresh = folder / f"fresh-{turn}"
        for data, times in ((fresh, first), (kept, again)):
            elapsed, server = start_milliseconds(arguments.program, data)
            times.append(elapsed)
            server.process.end()
        shutil.rmtree(fresh, ignore_errors=True)
    again = again[1:]
    spread = f" ({min(again):.1f}–{max(again):.1f})"
    report.target("start to first answered request, existing data folder", statistics.median(again), 50, " ms", spread)
    spread = f" ({min(first):.1f}–{max(first):.1f})"
    report.target("start to first answered request, new data folder", statistics.median(first), 50, " ms", spread)


def main():
    arguments = options()
    check_tools(arguments)
    began = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="switchboard-bench-"))
    # nginx's worker gives up root and must still read the answers.
    folder.chmod(0o755)
    try:
        report = Report(
            f"{arguments.rounds} rounds, modes interleaved, {arguments.seconds} s a load, {arguments.connections} kept connections; "
            f"load average {os.getloadavg()[0]:.2f} before the run"
        )
        server = Switchboard(arguments.program, folder / "data", SERVER_CORE)
        expect_first = ask(server.url, Request("tools/list"))
        expect(expect_first.status == 200, "tools/list failed", expect_first)
        time.sleep(1)
        idle = server.process.resident_megabytes()

        local = local_modes(server, folder, report, arguments)
        proxied = proxied_modes(server, folder, report)
        measure(local + proxied, arguments)
        loaded = server.process.resident_megabytes()
        for ours, same, python in local:
            report.compare(ours, same, 0.6, at_least=True)
            report.compare(ours, python, 50, at_least=True)
            report.cases += [ours, same, python]
        for ours, proxy in proxied:
            report.compare(ours, proxy, 2, at_least=False)
            report.cases += [ours, proxy]
        requests = sum(sample["requests"] for group in local + proxied for sample in group[0].samples)
        Process.end_all()

        starts(arguments, folder, report)
        report.target("resident memory, idle after the first answer", idle, 30, " MB")
        report.target(f"resident memory, after {requests:,} requests", loaded, 30, " MB")
        size = os.stat(arguments.program).st_size / MEGABYTE
        report.target("the program, static and stripped", size, 25, " MB")
        report.notes += [
            f"The server runs on core {SERVER_CORE}, wrk on core {LOAD_CORE}. CPU is user and system time of the server's processes "
            "from /proc, without the load generator and the upstream: the column to trust, while requests/s and latencies also "
            "measure the load generator and its neighbours.",
            "Every load must end without an error status and without a broken connection, its answers must have the length of the "
            "first one, and one more answer after it must equal the first one byte for byte.",
            f"start: median of {arguments.starts}, from the start of the process, on any core, to the last byte of its first tools/list.",
            f"peers: {output_of(program('nginx'), '-v').removeprefix('nginx version: ')}, "
            f"{output_of(program('wrk'), '-v').splitlines()[0].partition(' Copyright')[0].strip()}, {output_of(str(PYTHON), '--version')}",
        ]
        report.write(arguments.output)
        print(f"\n{report.text()}\nwritten to {arguments.output} in {time.monotonic() - began:.0f} s")
    finally:
        Process.end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
