"""CPU of a long agent run, step by step, against a model that answers at once; see benchmarks/README.md.

A step is one model call with one tool call. The process's own CPU time comes from the kernel; a run of one step is taken off, so that starting
does not count.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/harness"))

from processes import Process, free_port, stop_with  # noqa: E402
from report import commit, machine, number  # noqa: E402

FAKE = pathlib.Path(__file__).with_name("fake_model.py")
PEER = pathlib.Path(__file__).with_name("autogen_peer.py")
AUTOGEN = ROOT / ".build/autogen-venv/bin/python"
LENGTHS = (100, 400)
TARGETS = {100: 1.0, 400: 2.0}


def agent_home(folder):
    """A home with one agent that may take as many steps as it likes."""
    shutil.copytree(ROOT / "toolkits", folder / "toolkits")
    for name in ("agents", "prompts"):
        (folder / name).mkdir()
    (folder / "prompts/bench.md").write_text("---\nname: bench\npurpose: An agent that is measured.\n---\nYou are being measured.\n", encoding="utf-8")
    agent = {
        "name": "bench",
        "description": "Calls one tool again and again.",
        "instructions": "prompts/bench.md",
        "model": "default",
        "tools": {"names": ["search_tools", "get_tool_schemas", "execute_tools"]},
        "limits": {
            "max_tool_iterations": 1000,
            "max_tool_calls": 1000,
            "max_total_tokens": 100_000_000,
            "max_seconds": 3600,
        },
    }
    (folder / "agents/bench.json").write_text(json.dumps(agent), encoding="utf-8")
    return folder


def run(command, expected):
    """CPU seconds and largest resident memory in MB of one process that must say the expected words."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT
        )
        output = child.stdout.read().decode()
        child.stdout.close()
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0 or expected not in output:
        stop_with(f"{command[0]} ended with status {child.returncode} and said: {(output + said)[-300:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def with_model(steps, tool, arguments, command):
    """One run of so many model calls: all but the last ask for a tool."""
    port = free_port()
    model = Process("the fake model", [sys.executable, str(FAKE), str(port), str(steps - 1), tool, arguments])
    model.wait_for_port(port)
    try:
        return run(command(f"http://127.0.0.1:{port}/v1", steps), f"Done after {steps - 1} results.")
    finally:
        model.end()


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/agent-loop/run")
    parser.add_argument("--program", default=str(ROOT / ".build/release/switchboard"))
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="switchboard-agent-loop-"))
    rows = []
    try:
        home = agent_home(folder / "home")

        def ours(base, steps):
            places = ["--sandbox", "--home", str(home), "--data", str(folder / "data")]
            return [options.program, "ask", "Begin.", "--agent", "bench", "--model", f"openai-chat:fake@{base}", *places]

        def autogen(base, steps):
            return [str(AUTOGEN), str(PEER), base, str(steps)]

        clients = [("switchboard", ours, "get_tool_schemas", '{"names":["nothing"]}')]
        if AUTOGEN.exists():
            clients.append(("AutoGen 0.7.5", autogen, "add", '{"a":1,"b":2}'))
        for name, command, tool, arguments in clients:
            base = statistics.median(with_model(1, tool, arguments, command)[0] for _ in range(options.runs))
            for length in LENGTHS:
                samples = [with_model(length, tool, arguments, command) for _ in range(options.runs)]
                cpu = statistics.median((seconds - base) * 1000 / (length - 1) for seconds, _ in samples)
                memory = statistics.median(size for _, size in samples)
                rows.append((name, length, cpu, memory))
                print(f"{name:15} {length:4} steps  {cpu:8.3f} ms CPU a step  {memory:6.1f} MB", flush=True)
    finally:
        Process.end_all()
        shutil.rmtree(folder, ignore_errors=True)
    lines = [
        "# The agent loop",
        "",
        "Written by `benchmarks/agent-loop/run`: one model call and one tool call a step, streamed over loopback HTTP from a model "
        "that answers at once, with a history that only grows. CPU of the client's process alone, without its start.",
        "",
        "| client | steps | CPU ms a step | target | largest memory MB |",
        "|---|---|---|---|---|",
    ]
    for name, length, cpu, memory in rows:
        target = ""
        if name == "switchboard":
            limit = TARGETS[length]
            target = f"≤ {limit:g}: " + ("met" if cpu <= limit else f"missed, {(cpu / limit - 1) * 100:.0f} % over")
        lines.append(f"| {name} | {length} | {number(cpu)} | {target} | {memory:.0f} |")
    if not AUTOGEN.exists():
        lines += ["", "AutoGen is not installed (`benchmarks/agent-loop/run --autogen` does it)."]
    lines += ["", f"{machine()}; median of {options.runs} runs; commit {commit()}."]
    (ROOT / "benchmarks/agent-loop/results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
