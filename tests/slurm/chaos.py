#!/usr/bin/env python3
"""chaos.py: kills parts of a job at random moments until it is done, again and again: the result must not change.

usage: chaos.py [--runs N] [--kills K] [--kinds rank,launcher,node,cancel] [--seed S] [--verbose] --devcluster SCRIPT --submit SCRIPT --program PROGRAM

Each run submits PROGRAM (tests/cluster/restart_program) by bask-submit on 1 to 4 nodes of the devcluster that SLURM_CONF
points at, and kills K times, at random moments: a random rank, the launcher, the batch script with all of it, or a node
(its slurmd and all of its processes). The batch script starts the program again by itself; once in a while the job is
cancelled instead, and another one, on another number of nodes, goes on with its checkpoint. Checked for each run: the
result is that of an undisturbed run; and an attempt that knows of n finished tasks runs the others once each, and no
more. Printed at the end: how much work was done again, and how long a kill holds a job up.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TASKS, WORK_MS = 200, 80  # 200 leaves of 80 ms, 200 mixes of 20 ms, and sums: 10 s on 2 threads


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def processes_of(job):
    """All processes that have the job in their environment: (pid, node, rank, command line)."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if b"SLURM_JOB_ID=%d" % job in environment:
            node = next((v[15:].decode() for v in environment if v.startswith(b"SLURMD_NODENAME=")), "")
            rank = next((v[13:].decode() for v in environment if v.startswith(b"SLURM_PROCID=")), "")
            found.append((int(entry.name), node[1:] if node.startswith("=") else node, rank, command))
    return found


class Run:
    def __init__(self, options, number, dice):
        self.options, self.number, self.dice = options, number, dice
        self.place = pathlib.Path(tempfile.mkdtemp(prefix=f"chaos-{number}-", dir=options.work))
        self.ran = self.place / "ran"
        self.checkpoint = self.place / "checkpoint"
        self.killed = []  # (when, what)
        self.texts = []
        self.job = None

    def submit(self):
        nodes = self.dice.randint(1, 4)
        text = subprocess.run(
            [self.options.submit, "--nodes", str(nodes), "--time", "10:00", "--max-restarts", "50",
             "--checkpoint", str(self.checkpoint), "--output", str(self.place / f"out-{len(self.texts)}"), "--",
             self.options.program, "--tasks", str(TASKS), "--ms", str(WORK_MS), "--block", "200", "--ran", str(self.ran),
             "--bask-progress=off"],
            cwd=self.place, capture_output=True, text=True, check=False)
        found = re.search(r"job (\d+)", text.stdout)
        if not found:
            sys.exit(f"not submitted: {text.stdout}{text.stderr}")
        self.texts.append(self.place / f"out-{len(self.texts)}")
        self.job = int(found.group(1))

    def state(self):
        return output_of("squeue", "-h", "-j", str(self.job), "-o", "%T").strip()

    def is_over(self):
        return self.state() not in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED")

    def kill(self):
        """Kills some part of the job. Returns which, or nothing when there was none to kill."""
        processes = processes_of(self.job)
        program = os.path.basename(self.options.program)
        ranks = [p for p in processes if p[3].split(" ")[0].endswith(program)]
        launchers = [p for p in processes if re.match(r"(\S*/)?(srun|mpirun) .*" + program, p[3])]
        likely = {"rank": 5, "launcher": 3, "node": 2, "cancel": 1}
        kinds = [kind for kind, times in likely.items() for _ in range(times) if kind in self.options.kinds]
        what = self.dice.choice(kinds)
        if what == "rank" and ranks:
            victim = self.dice.choice(ranks)
            os.kill(victim[0], signal.SIGKILL)
            return f"rank {victim[2]} on {victim[1]}"
        if what == "launcher" and launchers:
            os.kill(self.dice.choice(launchers)[0], signal.SIGKILL)
            return "launcher"
        if what == "node" and ranks:
            node = self.dice.choice(ranks)[1]
            subprocess.run([self.options.devcluster, "crash", node, *self.cluster()], check=False, capture_output=True)
            self.options.crashed.add(node)
            return f"node {node}"
        if what == "cancel" and ranks:
            subprocess.run(["scancel", str(self.job)], check=False)
            while not self.is_over():
                time.sleep(0.2)
            self.submit()
            return "job, by scancel; another one goes on"
        return None

    def cluster(self):
        return ["--dir", self.options.cluster] if self.options.cluster else []

    def revive(self):
        if self.options.crashed:
            subprocess.run([self.options.devcluster, "up", *self.cluster()], check=False, capture_output=True)
            self.options.crashed.clear()

    def go(self):
        self.submit()
        kills = 0
        next_kill = time.monotonic() + self.dice.uniform(1, 7)
        deadline = time.monotonic() + 300
        while not self.is_over():
            if time.monotonic() > deadline:
                self.fail("it did not end within 300 s")
            if self.options.crashed and self.state() == "PENDING":
                self.revive()  # the job waits for as many nodes as it had
            if kills < self.options.kills and time.monotonic() > next_kill:
                now = time.monotonic()
                what = self.kill()
                if what:
                    kills += 1
                    self.killed.append((now, what))
                    next_kill = time.monotonic() + self.dice.uniform(1, 9)
            time.sleep(0.1)
        self.revive()

    def fail(self, why):
        print(f"run {self.number}: {why}\nkilled: {self.killed}\nsee {self.place}")
        for text in self.texts:
            print(text.read_text() if text.exists() else "")
        sys.exit(1)

    def check(self, expected):
        log = "".join(text.read_text() for text in self.texts if text.exists())
        results = re.findall(r"^result (\d+)$", log, re.M)
        if not results or set(results) != {expected}:
            self.fail(f"results {results}, expected {expected}")
        lines = self.ran.read_text().splitlines()
        ended = collections.Counter(" ".join(l.split()[1:3]) for l in lines if l.startswith("end"))
        if len(ended) != 2 * TASKS:
            self.fail(f"{len(ended)} tasks have ended, not {2 * TASKS}")
        self.check_attempts(log, lines)
        return sum(ended.values()) - len(ended)

    def check_attempts(self, log, lines):
        """The last attempt must run exactly the tasks that are left, each once."""
        attempts, current = [], None
        for line in lines:
            if line.startswith("attempt"):
                current = collections.Counter()
                attempts.append(current)
            elif line.startswith("begin"):
                current[" ".join(line.split()[1:3])] += 1
        told = [(int(a), int(b)) for a, b in re.findall(r"checkpoint: (\d+) of (\d+) tasks need not run", log)]
        if not told:
            return
        needless, tasks = told[-1]
        sums = -(-TASKS // 8) + 1  # tasks that write no lines when they run
        begun = attempts[-1]
        if begun and max(begun.values()) > 1:
            self.fail("the last attempt ran a task twice")
        if sum(begun.values()) > tasks - needless or sum(begun.values()) < tasks - needless - sums:
            self.fail(f"the last attempt ran {sum(begun.values())} tasks where {tasks - needless} were left")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--kinds", default="rank,launcher,node,cancel")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--devcluster", required=True)
    parser.add_argument("--submit", required=True)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    conf = os.environ.get("SLURM_CONF", "")
    options.cluster = os.path.dirname(conf)
    options.crashed = set()
    options.work = tempfile.mkdtemp(prefix="bask-chaos-")
    start = time.monotonic()
    expected = re.search(r"^result (\d+)$", output_of(
        options.program, "--tasks", str(TASKS), "--ms", "0", "--block", "200"), re.M).group(1)
    dice = random.Random(options.seed)
    wall, again, kinds = [], [], collections.Counter()
    for number in range(options.runs):
        run = Run(options, number, dice)
        begin = time.monotonic()
        run.go()
        again.append(run.check(expected))
        wall.append(time.monotonic() - begin)
        for _, what in run.killed:
            kinds[what.split()[0].rstrip(",")] += 1
        if options.verbose:
            print(f"run {number}: {wall[-1]:.1f} s, {again[-1]} tasks done twice; killed: "
                  + "; ".join(what for _, what in run.killed), flush=True)
        shutil.rmtree(run.place)
    kills = sum(kinds.values())
    shutil.rmtree(options.work)
    print(f"{options.runs} runs, {kills} kills ({', '.join(f'{n} {k}' for k, n in sorted(kinds.items()))}): "
          f"{options.runs} results with the same bits")
    if kills:
        print(f"done twice: {sum(again) / kills:.2f} tasks a kill, of {2 * TASKS} a run; "
              f"wall time of a run: median {statistics.median(wall):.1f} s, longest {max(wall):.1f} s; "
              f"in all {time.monotonic() - start:.0f} s")


main()
