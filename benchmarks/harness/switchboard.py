"""The program under test: started on a data folder, asked for endpoints and connections through its own commands."""

import json
import os
import select
import subprocess
import time

from mcp_requests import Request, ask
from processes import Process, stop_with

ANNOUNCEMENT = "MCP endpoint: "
USER = "sandbox"


class Switchboard:
    """`switchboard serve` on the built-in sandbox, and the URL that it announced."""

    def __init__(self, program, data, core=None, log=subprocess.DEVNULL):
        self.program = program
        self.data = data
        self.environment = {**os.environ, "SWITCHBOARD_BENCH_KEY": "bench-key", "NO_COLOR": "1"}
        arguments = [program, "serve", "--sandbox", "--port", "0", "--data", str(data)]
        self.process = Process("switchboard", arguments, core, self.environment, subprocess.PIPE, log)
        self.url = self.announced_url()

    def announced_url(self, seconds=20):
        output = self.process.child.stdout
        deadline = time.monotonic() + seconds
        text = b""
        while time.monotonic() < deadline:
            if not select.select([output], [], [], 0.5)[0]:
                continue
            piece = os.read(output.fileno(), 65536)
            if not piece:
                stop_with(f"switchboard ended before it announced its endpoint: {text.decode(errors='replace')}")
            text += piece
            for line in text.decode(errors="replace").splitlines(keepends=True):
                if line.startswith(ANNOUNCEMENT) and line.endswith("\n"):
                    return line[len(ANNOUNCEMENT) :].strip()
        return stop_with(f"switchboard did not announce its endpoint within {seconds} s")

    def command(self, *arguments):
        done = subprocess.run(
            [self.program, *arguments, "--data", str(self.data), "--json"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            stop_with(f"switchboard {' '.join(arguments[:2])} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def endpoint(self, name, user, mode, toolkits="pinpoint"):
        made = self.command(
            "endpoints", "create", "--name", name, "--user", user, "--toolkits", toolkits, "--mode", mode
        )
        return made["url"]

    def connect_to(self, base_url, user):
        self.command(
            *["connections", "add", "pinpoint", "--user", user, "--api-key-env", "SWITCHBOARD_BENCH_KEY"],
            *["--field", "subdomain=bench", "--base-url", base_url],
        )


def start_milliseconds(program, data):
    """From the start of the process to the last byte of its first answer."""
    started = time.monotonic()
    server = Switchboard(program, data)
    reply = ask(server.url, Request("tools/list"))
    elapsed = (time.monotonic() - started) * 1000
    if reply.status != 200 or not reply.value()["result"]["tools"]:
        stop_with(f"the first answer is no list of tools: {reply.body[:200]!r}")
    return elapsed, server
