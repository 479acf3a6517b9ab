"""Jobs with --bask-watch: what their state says, after they have ended, failed, and been killed.

usage: watched_job.py TASKBENCH RANKS_PROGRAM MPIRUN…
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

taskbench, ranks_program = sys.argv[1:3]
mpirun = sys.argv[3:]
scratch = tempfile.TemporaryDirectory()


def state_in(directory):
    with open(os.path.join(directory, "state.json")) as file:
        return json.load(file)


def run(name, command, code=0):
    directory = os.path.join(scratch.name, name)
    done = subprocess.run(command + ["--bask-watch=" + directory], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (name, done.returncode, done.stderr)
    return state_in(directory)


def check(name, condition, *shown):
    assert condition, (name, *shown)
    print("ok:", name)


def check_sums(name, state):
    numbers = dict(state["numbers"])
    numbers.pop("thread_seconds")
    check(name + ": the six numbers are all of the time", abs(sum(numbers.values()) - 1) < 0.005, numbers)
    shares = [sum(bin[1::2]) for lane in state["timeline"]["lanes"] for bin in lane["bins"]]
    check(name + ": no thread is in two places at a time", max(shares) < 1.01, max(shares))
    check(name + ": threads were seen", max(shares) > 0.3, max(shares))


def check_tasks(name, state, tasks):
    done = {layer["name"]: layer["done"] for layer in state["totals"]}
    check(name + ": every task was told of once", done.get("run_point") == tasks, done)
    counts = [sum(layer["durations"]) for layer in state["totals"] if layer["name"] == "run_point"]
    check(name + ": and has a duration", counts == [tasks], counts)
    check(name + ": the job has ended", state["job"]["exit"] == 0 and state["job"]["ended"] is not None)
    check(name + ": and the computation", state["compute"]["state"] == "done" and state["compute"]["left"] is None)


points = ["-steps", "500", "-width", "8", "--repeat", "1", "--min-seconds", "0", "-iter", "100"]
one = run("one", [taskbench, *points])
check_sums("one process", one)
check_tasks("one process", one, 4000)

three = run("three", [*mpirun, "3", taskbench, *points])
check_sums("three ranks", three)
check_tasks("three ranks", three, 4000)
moved = sum(map(sum, three["moved"]["results"]))
check("three ranks: results were moved", moved == three["counts"]["moved"] > 0, three["moved"])
check("three ranks: all were heard", all(rank["heard"] > 0 for rank in three["ranks"]), three["ranks"])

failed = run("failed", [*mpirun, "2", ranks_program, "throw"], code=1)
check("a failed job: what it said", "task" in failed["job"]["said"], failed["job"])
check("a failed job: its exit code", failed["job"]["exit"] == 1)

directory = os.path.join(scratch.name, "killed")
command = [*mpirun, "3", taskbench, "-steps", "20000", "-iter", "200000", "--repeat", "1", "--bask-watch=" + directory]
job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    state = None
    deadline = time.time() + 50
    while not (state and state["compute"] and state["compute"]["done"] > 0):
        assert time.time() < deadline, "no task was told of"
        time.sleep(0.1)
        if os.path.exists(os.path.join(directory, "state.json")):
            state = state_in(directory)
    check("a running job: tasks run", any(entry["task"] is not None for entry in state["now"]), state["now"])
    os.kill(state["job"]["pid"], signal.SIGKILL)
    job.wait(timeout=30)
finally:
    job.kill()
last = state_in(directory)
check("a killed job: its last state stays", last["job"]["ended"] is None and last["job"]["now"] >= state["job"]["now"])
check_sums("a killed job", last)
