#!/usr/bin/env python3
"""DBOS with the work of WorkflowBenchmark: steps that answer at once with 500 bytes.

usage: peer.py steps FOLDER RUNS STEPS | hold FOLDER RUNS STEPS | resume FOLDER RUNS STEPS | items FOLDER COUNT
     | lag FOLDER SCHEDULES SLOTS
"""
import json
import os
import resource
import sys
import threading
import time

from dbos import DBOS, SetWorkflowID

mode, folder = sys.argv[1:3]
numbers = [int(word) for word in sys.argv[3:]]
PAYLOAD = "x" * 500
DBOS(config={
    "name": "bench", "system_database_url": f"sqlite:///{folder}/dbos.db", "run_admin_server": False,
    "log_level": "ERROR", "application_version": "v1", "executor_id": "e1",
})
held = 0
resumed = 0
lock = threading.Lock()


def since_start():
    fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) * 1000 - int(fields[19]) * 1000 / os.sysconf("SC_CLK_TCK")


def say(*words):
    print(*words, flush=True)


@DBOS.step()
def step(number):
    return {"i": number, "p": PAYLOAD}


@DBOS.step()
def hold():
    global held, resumed
    with lock:
        if mode == "hold":
            held += 1
            if held == numbers[0]:
                say("HELD")
        else:
            resumed += 1
            if resumed == 1:
                say("FIRST", since_start())
            if resumed == numbers[0]:
                say("RESUMED", since_start())
    if mode == "hold":
        time.sleep(1e6)


@DBOS.workflow()
def plain(count):
    for number in range(count):
        step(number)
    return count


@DBOS.workflow(max_recovery_attempts=1000)
def holding(count):
    for number in range(count):
        step(number)
    hold()
    step(-1)
    return count


lags = []


@DBOS.workflow()
def scheduled(slot, _):
    lags.append((time.time() - slot.timestamp()) * 1000)
    step(0)


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


DBOS.launch()
if mode == "steps":
    runs, steps = numbers
    plain(1)
    start, cpu = time.perf_counter(), used()[0]
    threads = [threading.Thread(target=plain, args=(steps,)) for _ in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    say(json.dumps({
        "steps_per_second": runs * steps / seconds, "cpu_us_per_step": (used()[0] - cpu) * 1e6 / (runs * steps),
        "peak_mb": used()[1],
    }))
elif mode == "hold":
    for number in range(numbers[0]):
        with SetWorkflowID(f"run-{number}"):
            DBOS.start_workflow(holding, numbers[1])
    time.sleep(1e6)
elif mode == "resume":
    for number in range(numbers[0]):
        DBOS.retrieve_workflow(f"run-{number}").get_result()
    say("ALL", since_start(), numbers[0])
elif mode == "lag":
    schedules, slots = numbers
    # As often as it can start so many; it adds a delay of up to a tenth of the wait by itself.
    cron = "* * * * * *" if schedules == 1 else "*/10 * * * * *"
    for number in range(schedules):
        DBOS.create_schedule(schedule_name=f"schedule-{number}", workflow_fn=scheduled, schedule=cron)
    while len(lags) < schedules * slots:
        time.sleep(0.02)
    lags.sort()
    say(json.dumps({
        "lag_p50": lags[len(lags) // 2], "lag_p99": lags[len(lags) * 99 // 100], "starts": len(lags),
    }))
else:
    start, cpu = time.perf_counter(), used()[0]
    plain(numbers[0])
    seconds = time.perf_counter() - start
    say(json.dumps({
        "items_per_second": numbers[0] / seconds, "cpu_us_per_item": (used()[0] - cpu) * 1e6 / numbers[0],
        "peak_mb": used()[1],
    }))
os._exit(0)
