#!/usr/bin/env python3
"""Measures workflows beside DBOS, both in this run, and writes results.md beside this file. usage: compare.py PROGRAM [ROUNDS]"""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OURS = [sys.argv[1]]
PEER = [sys.executable, str(HERE / "peer.py")]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
LOAD = f"{os.getloadavg()[0]:.1f}"
# A run that DBOS starts side by side costs it a thread; what takes long is measured once.
RECOVERIES = [(1, 1000, ROUNDS), (1000, 50, 1)]


class Folder:
    """A data folder; the peer's file is preset to write-ahead logging, which it does not do itself."""

    def __enter__(self):
        # Not in memory: what is measured commits to a disk.
        self.path = tempfile.mkdtemp(dir=HERE.parent.parent / ".build")
        database = sqlite3.connect(self.path + "/dbos.db")
        database.execute("PRAGMA journal_mode=WAL")
        database.close()
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def run(command, *words):
    with Folder() as folder:
        output = subprocess.run(
            [*command, words[0], folder, *map(str, words[1:])], check=True, capture_output=True, text=True
        ).stdout
        return json.loads(output.splitlines()[-1])


def recover(command, runs, steps):
    with Folder() as folder:
        words = [folder, str(runs), str(steps)]
        child = subprocess.Popen([*command, "hold", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in child.stdout:
            if line.startswith("HELD"):
                break
        child.send_signal(signal.SIGKILL)
        child.wait()
        output = subprocess.run([*command, "resume", *words], check=True, capture_output=True, text=True).stdout
        times = {line.split()[0]: float(line.split()[1]) for line in output.splitlines() if line.strip()}
        return times["RESUMED"], times["ALL"]


def median(values, member):
    return statistics.median(value[member] for value in values)


def show(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


rows, details = [], []


def compare(title, member, ours, theirs, unit, higher=True, target=None):
    pairs = [(a[member] / b[member]) if higher else (b[member] / a[member]) for a, b in zip(ours, theirs)]
    ratio, spread = statistics.median(pairs), f"{min(pairs):.1f}–{max(pairs):.1f}" if len(pairs) > 1 else "once"
    met = "" if target is None else ("met" if ratio >= target else "missed")
    rows.append(
        f"| {title} | {show(median(ours, member))} {unit} | {show(median(theirs, member))} {unit} | {ratio:.1f}x ({spread})"
        f" | {f'≥ {target}x' if target else ''} | {met} |"
    )
    print(rows[-1], flush=True)


for runs, steps, target in [(1, 1000, 5), (32, 100, 20)]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(run(OURS, "steps", runs, steps))
        theirs.append(run(PEER, "steps", runs, steps))
    name = "one run" if runs == 1 else f"{runs} runs"
    compare(f"steps a second, {name}", "steps_per_second", ours, theirs, "", target=target)
    compare(f"processor time a step, {name}", "cpu_us_per_step", ours, theirs, "µs", higher=False)

for runs, steps, rounds in RECOVERIES:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(dict(zip(("resumed", "all"), recover(OURS, runs, steps))))
        theirs.append(dict(zip(("resumed", "all"), recover(PEER, runs, steps))))
    name = f"{runs:,} × {steps:,} steps"
    compare(f"kill -9 to all going on, {name}", "resumed", ours, theirs, "ms", higher=False, target=50)
    compare(f"kill -9 to all ended, {name}", "all", ours, theirs, "ms", higher=False)

ours, theirs = [run(OURS, "items", 20000)], [run(PEER, "items", 20000)]
compare("items a second, 20,000 items", "items_per_second", ours, theirs, "")
compare("peak memory, 20,000 items", "peak_mb", ours, theirs, "MB", higher=False)

for schedules, slots, peer_slots in [(1, 200, 60), (100, 20, 6)]:
    ours, theirs = [run(OURS, "lag", schedules, slots)], [run(PEER, "lag", schedules, peer_slots)]
    name = "1 schedule" if schedules == 1 else f"{schedules} due at once"
    compare(f"slot to start, p50, {name}", "lag_p50", ours, theirs, "ms", higher=False)
    compare(f"slot to start, p99, {name}", "lag_p99", ours, theirs, "ms", higher=False)

version = subprocess.run([sys.executable, "-m", "pip", "show", "dbos"], capture_output=True, text=True).stdout
version = next(line.split()[1] for line in version.splitlines() if line.startswith("Version"))
scheduling = {os.SCHED_OTHER: "ordinary", os.SCHED_RR: "real-time", os.SCHED_FIFO: "real-time"}[os.sched_getscheduler(0)]
text = f"""# Workflows beside DBOS

Written by `benchmarks/workflows/run`, in one run on one machine of {os.cpu_count()} processors. Medians of {ROUNDS} interleaved
rounds; ratios are of pairs, in brackets their range. Both sides ran at {scheduling} priority; the load average was {LOAD} at the start
and {os.getloadavg()[0]:.1f} at the end.

| measure | Switchboard | DBOS {version} | ratio | aim | |
|---|---|---|---|---|---|
{chr(10).join(rows)}

- Both commit every step durably to SQLite in write-ahead mode with `synchronous=FULL`; DBOS does not choose that mode itself, so
  its file is preset to it. A step answers at once with 500 bytes: what is measured is the engine, its journal and the disk.
- DBOS runs Python functions, one thread for each run. Switchboard interprets a file and evaluates its formulas.
- Recovery is counted from the start of the new process, as the kernel knows it, until the last of the runs has come to the step
  at which it was killed.
- How long a commit takes decides the figure for one run: each step of both is one, and on a disk that needs milliseconds for it the
  ratio for one run comes near to 1. On a machine that others use as well, a process waits as long for a processor after each
  commit; `chrt -r 1 benchmarks/workflows/run` lets both sides run first.
- From a slot to the first step, which begins when the start of the run is in the journal. Switchboard's schedules are due every minute,
  and the minutes are shortened to half a second by putting the clock forward; DBOS's are due every second, or every ten seconds
  where there are 100. DBOS polls its queue every second and adds up to a tenth of the wait on purpose.
- 20,000 items: a `forEach` with eight items at a time in Switchboard, with a journalled list, a step and an outcome for each item;
  a Python loop of 20,000 steps in DBOS.
"""
(HERE / "results.md").write_text(text)
