"""One load: wrk on its core against a server on the other, with every answer accounted for."""

import json
import pathlib
import subprocess

from mcp_requests import ask
from processes import LOAD_CORE, program, stop_with

SCRIPT = pathlib.Path(__file__).with_name("load.lua")


class Mode:
    """A request to a server: what is loaded, and the samples of every round."""

    def __init__(self, case, label, server, process, url, request, folder):
        self.case = case
        self.server = server
        self.process = process
        self.url = url
        self.request = request
        self.file = folder / f"{label}-{server.replace(' ', '-')}.request"
        request.write(self.file)
        self.reply = self.checked_reply()
        self.samples = []

    def checked_reply(self):
        reply = ask(self.url, self.request)
        if not 200 <= reply.status < 300:
            stop_with(f"{self.server} answers {self.case} with status {reply.status}: {reply.body[:300]!r}")
        return reply

    def run(self, seconds, connections):
        """Loads the server and returns a sample; ends the program when one answer differs from the first."""
        before = self.process.cpu_seconds()
        arguments = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", str(SCRIPT)]
        wrk = subprocess.run(
            [program("taskset"), "-c", str(LOAD_CORE), program("wrk"), *arguments, self.url, "--", str(self.file)],
            capture_output=True,
            text=True,
            check=False,
        )
        used = self.process.cpu_seconds() - before
        lines = [line[7:] for line in wrk.stdout.splitlines() if line.startswith("RESULT ")]
        if wrk.returncode != 0 or not lines:
            stop_with(f"wrk failed on {self.server}: {wrk.stderr.strip() or wrk.stdout.strip()}")
        result = json.loads(lines[0])
        self.check(result, connections)
        return {
            "requests": result["requests"],
            "microseconds": used * 1e6 / result["requests"],
            "rate": result["requests"] * 1e6 / result["microseconds"],
            "p50": result["p50"],
            "p99": result["p99"],
        }

    def check(self, result, connections):
        where = f"{self.server}, {self.case}"
        if result["requests"] == 0:
            stop_with(f"{where}: no answer at all")
        if result["status"] or result["broken"]:
            stop_with(f"{where}: {result['status']} answers with an error status, {result['broken']} broken connections")
        length = len(self.reply.head) + len(self.reply.body)
        # wrk also counts the bytes of answers that its end cut off, at most one on each connection.
        if not 0 <= result["bytes"] - result["requests"] * length <= connections * length:
            stop_with(f"{where}: answers of {result['bytes'] / result['requests']:.0f} bytes instead of {length}")
        again = self.checked_reply()
        if again.body != self.reply.body:
            stop_with(f"{where}: the answer changed: {again.body[:200]!r} instead of {self.reply.body[:200]!r}")
