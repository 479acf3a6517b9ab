"""Whether the advice names each fault of faults_program first.

usage: faults.py PROGRAM MPIRUN… -n
"""
import json
import os
import subprocess
import sys
import tempfile

program, mpirun = sys.argv[1], sys.argv[2:]
faults = {  # name: (how it is started, more options, what its first advice is about, what it says)
    "tiny": (3, [], "runtime", "on average"),
    "slow_rank": (3, ["--bask-balance=off"], "imbalance", "on rank 2"),
    "moved": (3, ["--bask-balance=off"], "data", "moving"),
    "spilled": (0, ["--bask-memory-limit=64MiB", "--bask-threads=2"], "spilling", "room in memory"),
    "chain": (3, [], "parallelism", "'step'"),
    "unequal": (3, [], "imbalance", "parts of equal size"),
    "lock": (0, ["--bask-threads=4"], "useful", "a lock"),
    "threads": (0, ["--bask-threads=2"], "useful", "not Bask's"),
}
failed = []
for name in faults:
    ranks, options, number, words = faults[name]
    with tempfile.TemporaryDirectory() as scratch:
        command = ([*mpirun, str(ranks)] if ranks else []) + [program, name, *options, "--bask-watch=" + scratch]
        subprocess.run(command, check=True, timeout=100, stderr=subprocess.DEVNULL)
        with open(os.path.join(scratch, "state.json")) as file:
            state = json.load(file)
    advice = state["advice"]
    good = bool(advice) and advice[0]["number"] == number and words in advice[0]["text"]
    numbers = {key: round(value, 3) for key, value in state["numbers"].items()}
    print("ok:" if good else "NOT:", name, numbers)
    for one in advice:
        print("    ", one["number"], "|", one["text"])
    if not good:
        failed.append(name)
sys.exit(f"not named first: {failed}" if failed else 0)
