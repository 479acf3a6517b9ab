"""A job of three ranks whose rank 0 is killed: bask-top --join makes the trace of what the ranks have left.

usage: join.py BASK_TOP RANKS_PROGRAM MPIRUN…
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

bask_top, program = sys.argv[1:3]
mpirun = sys.argv[3:]
scratch = tempfile.TemporaryDirectory()
os.chdir(scratch.name)


def check(name, condition, *shown):
    assert condition, (name, *shown)
    print("ok:", name)


def until(name, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, name
        time.sleep(0.1)


def join(code, said, *arguments):
    done = subprocess.run([bask_top, "--join", *arguments], capture_output=True, text=True, timeout=60)
    text = done.stdout + done.stderr
    check(f"{' '.join(arguments)}: {said}", done.returncode == code and said in text, done.returncode, text)


def parts():
    return [pathlib.Path(f"trace.json.rank-{rank}.part") for rank in range(3)]


stale = pathlib.Path("trace.json.rank-3.part")   # of a larger job before, which was killed
stale.write_text("events")

# The state tells the process of rank 0.
job = subprocess.Popen([*mpirun, "3", program, "busy", "20", "--bask-threads=2", "--bask-rank0=on", "--bask-watch=watch",
                        "--bask-trace=trace.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    until("each rank writes down what it does", lambda: all(part.exists() and part.stat().st_size > 8000 for part in parts()))
    until("there is a state", pathlib.Path("watch/state.json").exists)
    state = json.loads(pathlib.Path("watch/state.json").read_text())
    os.kill(state["job"]["pid"], signal.SIGKILL)
finally:
    code = job.wait(timeout=60)
check("parts of a larger job before are gone", not stale.exists())
check("the job has failed, and left its parts", code != 0 and all(part.exists() for part in parts()), code)

whole = parts()[2].read_bytes()
parts()[2].write_bytes(whole[:-17])   # in the middle of an event
join(0, "'trace.json' has the events of 3 ranks; the parts stay", "trace.json")
events = json.loads(pathlib.Path("trace.json").read_text())["traceEvents"]
naps = [event for event in events if event.get("cat") == "task" and event["name"] == "nap"]
check("tasks of all ranks are in the trace", {event["pid"] for event in naps} == {1, 2, 3}, len(naps))
names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
check("ranks are named with their hosts", sorted(name[:9] for name in names) == [f"rank {rank} on" for rank in range(3)], names)
join(0, "'other.pftrace' has the events of 3 ranks", "trace.json", "--to", "other.pftrace")
check("the trace for Perfetto is there", os.path.getsize("other.pftrace") > 1000)

join(2, "there is no part of a trace beside 'none.json', as 'none.json.rank-0.part'; name the file that the job was given",
     "none.json")
join(2, "'t.h5' would be a table of tasks, which bask-top cannot write; name a trace", "trace.json", "--to", "t.h5")
join(2, "--join takes no DIR", "trace.json", "watch")
join(2, "absent/trace.json", "trace.json", "--to", "absent/trace.json")
parts()[1].write_text("some notes of mine, which are no part")
join(2, "trace.json.rank-1.part' is no part of a trace; remove it", "trace.json")
