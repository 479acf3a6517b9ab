"""Jobs with --bask-trace, --bask-tasks and --bask-metrics: what their files say, also when they fail.

usage: followed_job.py TASKBENCH RANKS_PROGRAM MPIRUN…
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

import h5py

sys.path.insert(0, os.path.dirname(__file__))
from perfetto import Trace

taskbench, ranks_program = sys.argv[1:3]
mpirun = sys.argv[3:]
scratch = tempfile.TemporaryDirectory()


def check(name, condition, *shown):
    assert condition, (name, *shown)
    print("ok:", name)


def place(*names):
    return os.path.join(scratch.name, *names)


def run(name, command, code=0, ending="pftrace"):
    os.mkdir(place(name))
    files = ["trace." + ending, "tasks.h5", "job.prom"]
    options = [f"--bask-{what}={place(name, file)}" for what, file in zip(["trace", "tasks", "metrics"], files)]
    done = subprocess.run(command + options, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (name, done.returncode, done.stderr)
    check(name + ": there are the three files, and nothing else", sorted(os.listdir(place(name))) == sorted(files),
          os.listdir(place(name)), done.stderr)
    return [place(name, file) for file in files]


def rows_of(path):
    with h5py.File(path) as file:
        assert file.attrs["format"] == 1
        return file["tasks"][:], list(file["layers"].asstr()[:]), list(file["hosts"].asstr()[:])


def metrics_of(path):
    with open(path) as file:
        text = file.read()
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        check("promtool finds nothing", checked.returncode == 0 and not checked.stderr, checked.stderr)
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def task_of(row, layers):
    return layers[row["layer"]], int(row["computation"]), int(row["task"]), int(row["rank"])


def check_job(name, files, ranks):
    trace = Trace(files[0])
    tasks, layers, hosts = rows_of(files[1])
    metrics = metrics_of(files[2])
    names = [trace.processes[pid] for pid in sorted(trace.processes)]
    check(name + ": ranks are processes", names == [f"rank {i} on {hosts[i]}" for i in range(ranks)], names)
    shown = [slice for slice in trace.slices if slice.category == "task"]
    points = sum(slice.name == "run_point" for slice in shown)
    check(name + ": every task is a slice", points == 4000, points)
    threads = {name for pid, name in trace.threads.values()}
    check(name + ": threads have their lanes' names", "thread 0" in threads, threads)
    of_rows = Counter(task_of(row, layers) for row in tasks)
    of_slices = Counter(
        (slice.name, slice.args["computation"], slice.args["task"], trace.threads[slice.track][0] - 1) for slice in shown)
    check(name + ": the table has the same tasks", of_rows == of_slices, len(tasks), len(shown))
    check(name + ": times are in the job", 0 <= tasks["begin_ns"].min() and tasks["duration_ns"].min() >= 0)
    check(name + ": all are done", set(tasks["outcome"]) == {0} and tasks["bytes"].max() > 0)
    done = int(metrics['bask_tasks_done_total{layer="run_point"}'])
    check(name + ": metrics count them", done == 4000 and metrics["bask_job_exit_code"] == "0", done)
    # Each point reads up to three of the step before: 499 steps of 8 points.
    check(name + ": arrows go from tasks to their readers", trace.flows > 3 * 8 * 400, trace.flows)
    begins = {flow: slice for slice in trace.slices for flow in slice.flows}
    ends = [(begins[flow], slice) for slice in trace.slices for flow in slice.ending_flows]
    late = [(a.begin, b.begin) for a, b in ends if a.begin > b.begin]
    check(name + ": and forward in time", len(late) <= len(ends) // 1000, late[:3])
    between = sum(trace.threads[a.track][0] != trace.threads[b.track][0] for a, b in ends)
    check(name + ": also between ranks", (between > 0) == (ranks > 1), between)
    return trace


points = ["-steps", "500", "-width", "8", "-type", "stencil_1d", "--repeat", "1", "--min-seconds", "0", "-iter", "100", "-output", "1024"]
check_job("one process", run("one", [taskbench, *points]), 1)
three = check_job("three ranks", run("three", [*mpirun, "3", taskbench, *points]), 3)
check("three ranks: waits are slices", any(slice.category == "wait" for slice in three.slices))

files = run("json", [*mpirun, "2", taskbench, *points], ending="json")
with open(files[0]) as file:
    events = json.load(file)["traceEvents"]
kinds = Counter(event["ph"] for event in events)
check("JSON: as many arrows begin as end", kinds["s"] == kinds["f"] > 0, kinds)
check("JSON: all tasks", sum(event["ph"] == "X" and event["name"] == "run_point" for event in events) == 4000)
last = {}
for event in events:
    if event["ph"] == "X":
        assert event["ts"] >= last.get(event["tid"], 0), event
        last[event["tid"]] = event["ts"]

for name, command, code in [("failed", [*mpirun, "3", ranks_program, "throw"], 1),
                            ("exit", [ranks_program, "exit", "3"], 3),
                            ("exit of ranks", [*mpirun, "2", ranks_program, "exit", "3"], 3)]:
    files = run(name, command, code)
    trace, (tasks, layers, hosts), metrics = Trace(files[0]), rows_of(files[1]), metrics_of(files[2])
    check(name + ": the files tell of it", metrics["bask_job_exit_code"] == str(code), metrics)
    check(name + ": tasks are told of", len(tasks) == sum(slice.category == "task" for slice in trace.slices) > 0)
    if name == "failed":
        failed = [slice for slice in trace.slices if slice.args.get("outcome") == "failed"]
        check("failed: the task that has failed", len(failed) == 1 == list(tasks["outcome"]).count(1), failed)

for what in ["trace", "tasks", "metrics"]:
    for start in [[], [*mpirun, "2"]]:
        option = f"--bask-{what}={place('none', 'file')}"
        refused = subprocess.run([*start, taskbench, *points, option], capture_output=True, text=True, timeout=60)
        told = f"--bask-{what}: cannot write '{place('none', 'file')}"
        check(f"{what}: a place that is not there is refused", refused.returncode == 2 and told in refused.stderr,
              refused.returncode, refused.stderr)
