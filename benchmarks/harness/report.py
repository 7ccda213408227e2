"""What was measured, as Markdown with the ratios first."""

import datetime
import os
import pathlib
import platform
import statistics
import subprocess


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) // 1024 // 1024
    return f"{os.cpu_count()} cores, {model}, {memory} GB, Linux {platform.release()}"


def output_of(*arguments):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    return (done.stdout or done.stderr).strip()


def commit():
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results.md")
    return output_of("git", "rev-parse", "--short", "HEAD") + (" with uncommitted changes" if changed else "")


def median(samples, key):
    return statistics.median(sample[key] for sample in samples)


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Target:
    """One ratio or size with its target: at least or at most so much."""

    def __init__(self, what, value, limit, at_least=False, unit="", spread=""):
        self.what = what
        self.value = value
        self.limit = limit
        self.at_least = at_least
        self.unit = unit
        self.spread = spread

    def row(self):
        side = "≥" if self.at_least else "≤"
        value = f"{number(self.value)}{self.unit}{self.spread}"
        return f"| {self.what} | {value} | {side} {self.limit:g}{self.unit} | {self.verdict()} |"

    def verdict(self):
        met = self.value >= self.limit if self.at_least else self.value <= self.limit
        if met:
            return "met"
        if self.at_least:
            return f"missed: {(1 - self.value / self.limit) * 100:.0f} % short"
        return f"missed: {(self.value / self.limit - 1) * 100:.0f} % over"


class Report:
    def __init__(self, settings):
        self.settings = settings
        self.targets = []
        self.cases = []
        self.notes = []

    def target(self, what, value, limit, unit, spread=""):
        self.targets.append(Target(what, value, limit, False, unit, spread))

    def compare(self, ours, peer, limit, at_least):
        """One ratio: the median of the rounds' ratios, which were measured side by side, and their range."""
        ratios = [
            (other["microseconds"] / own["microseconds"]) if at_least else (own["microseconds"] / other["microseconds"])
            for own, other in zip(ours.samples, peer.samples)
        ]
        words = "requests per CPU-second against" if at_least else "CPU per request against"
        spread = f" ({number(min(ratios))}–{number(max(ratios))})"
        self.targets.append(
            Target(f"{ours.case}: {words} {peer.server}", statistics.median(ratios), limit, at_least, "x", spread)
        )

    def text(self):
        lines = ["# Benchmarks", "", "Written by `make bench`, in one run. Ratios first; in brackets the range over the rounds.", ""]
        lines += ["| measure | result | target | |", "|---|---|---|---|"]
        lines += [target.row() for target in self.targets]
        missed = [target for target in self.targets if target.verdict() != "met"]
        lines += ["", f"{len(self.targets) - len(missed)} of {len(self.targets)} targets met.", "", "## What was measured", ""]
        lines += ["| case | server | CPU µs a request | requests a CPU-second | requests/s | p50 µs | p99 µs | bytes |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
        for mode in self.cases:
            cpu = median(mode.samples, "microseconds")
            lines.append(
                f"| {mode.case} | {mode.server} | {number(cpu)} | {1e6 / cpu:,.0f} | {median(mode.samples, 'rate'):,.0f} | "
                f"{median(mode.samples, 'p50'):,.0f} | {median(mode.samples, 'p99'):,.0f} | {len(mode.reply.body):,} |"
            )
        lines += ["", "## How", ""] + [f"- {note}" for note in self.notes]
        lines += ["", "## Where and when", "", f"- {machine()}"]
        lines += [f"- {self.settings}", f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, commit {commit()}"]
        return "\n".join(lines) + "\n"

    def write(self, path):
        pathlib.Path(path).write_text(self.text(), encoding="utf-8")
