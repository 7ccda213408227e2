"""Processes with a place (one core), their CPU time and their memory, as the kernel accounts for them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE = 0
LOAD_CORE = 1


def stop_with(message):
    sys.exit(f"error: {message}")


def program(name, remedy="run benchmarks/setup"):
    """The path of a program, also outside a user's PATH, where Debian keeps nginx."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        stop_with(f"{name} is not installed; {remedy}")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child with its own children, as nginx has, ended when the run ends."""

    all = []

    def __init__(self, name, arguments, core=None, environment=None, output=subprocess.DEVNULL, log=subprocess.DEVNULL):
        self.name = name
        place = [] if core is None else [program("taskset"), "-c", str(core)]
        self.child = subprocess.Popen(
            place + arguments, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=log
        )
        Process.all.append(self)

    def members(self):
        found, waiting = [], [self.child.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                        waiting += map(int, file.read().split())
            except FileNotFoundError:
                continue
        return found

    def cpu_seconds(self):
        """User and system time of the whole family, to a clock tick."""
        total = 0
        for pid in self.members():
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def resident_megabytes(self):
        total = 0
        for pid in self.members():
            with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.startswith("VmRSS:"):
                        total += int(line.split()[1])
        return total / 1024

    def wait_for_port(self, port, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                stop_with(f"{self.name} ended with status {self.child.returncode} before it listened on port {port}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        stop_with(f"{self.name} does not listen on port {port} after {seconds} s")

    def end(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()
        if self in Process.all:
            Process.all.remove(self)

    @classmethod
    def end_all(cls):
        for process in list(cls.all):
            process.end()
