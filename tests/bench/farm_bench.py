#!/usr/bin/env python3
"""farm_bench.py FARM [--commands N] [--rounds N] [--mpiexec MPIEXEC]: farm beside xargs and GNU Parallel.

Runs the same commands with each of them in turn, round after round, on two slots, and prints medians and ratios:
N commands `true`, and 1,000 commands that sleep for random times (fixed seed), against the ideal makespan. Each is
started in a session of its own: kernels with autogroups share out cores by session, and farm makes one, too. GNU
Parallel takes minutes, and so has one round.
"""
import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SLOTS = 2
OWN_SESSION = ["setsid", "--wait"] if shutil.which("setsid") else []
PARALLEL = f"GNU Parallel -j{SLOTS}"


def timed(command, folder):
    shutil.rmtree(os.path.join(folder, "log"), ignore_errors=True)
    start = time.perf_counter()
    done = subprocess.run(OWN_SESSION + command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{command}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
    return seconds


def write(folder, name, lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def farm_commands(farm, mpiexec, name):
    quiet = ["--bask-progress=off", "--bask-log-level=warning"]
    run = [farm, "run", name, "--log", "log"] + quiet
    contenders = {f"farm, 1 process x {SLOTS} threads": run + [f"--bask-threads={SLOTS}"]}
    if mpiexec:
        contenders[f"farm, {SLOTS} ranks x 1 thread"] = [mpiexec, "-n", str(SLOTS)] + run + ["--bask-threads=1"]
    return contenders


def compare(title, contenders, rounds, folder, note):
    print(title, flush=True)
    seconds = {name: [] for name in contenders}
    for number in range(rounds):
        for name, command in contenders.items():
            if name == PARALLEL and number > 0:
                continue
            seconds[name].append(timed(command, folder))
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    first = next(iter(medians.values()))
    for name, median in medians.items():
        spread = f"{min(seconds[name]):.2f} to {max(seconds[name]):.2f}"
        print(f"  {name:34} {median:7.2f} s  ({spread:>14})  {median / first:5.2f} x  {note(median)}", flush=True)


def spawn_floor(count):
    """Starts `count` processes one after the other and waits for each: what no launcher can do without."""
    for _ in range(count):
        os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("farm", type=os.path.abspath)
    parser.add_argument("--commands", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mpiexec", default=shutil.which("mpiexec"))
    parser.add_argument("--spawn-floor", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.spawn_floor:
        return spawn_floor(arguments.spawn_floor)
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1")
    has_parallel = shutil.which("parallel") is not None
    parallel = ["parallel", "--will-cite", "-j", str(SLOTS), "-a"]
    if not has_parallel:
        print("GNU Parallel is not here (Debian: parallel): without it")
    count = arguments.commands
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "true.txt", ["true"] * count)
        write(folder, "shell.txt", ["true;"] * count)
        me = [sys.executable, os.path.abspath(__file__), arguments.farm, "--spawn-floor", str(count // SLOTS)]
        contenders = farm_commands(arguments.farm, arguments.mpiexec, "true.txt")
        contenders["farm, each through a shell"] = farm_commands(arguments.farm, None, "shell.txt").popitem()[1]
        contenders["xargs -P2 -n1 true"] = ["xargs", "-a", "true.txt", f"-P{SLOTS}", "-n1", "true"]
        contenders["xargs -P2, each through a shell"] = ["xargs", "-a", "shell.txt", f"-P{SLOTS}", "-I{}", "sh", "-c", "{}"]
        contenders["posix_spawn and wait alone, twice"] = ["sh", "-c", '"$@" & "$@"; wait', "sh"] + me
        if has_parallel:
            contenders[PARALLEL] = parallel + ["true.txt"]
        compare(f"{count} commands `true`", contenders, arguments.rounds, folder,
                lambda median: f"{median / count * 1e6:6.0f} µs a command")
        draw = random.Random(5)
        lengths = [round(draw.uniform(0.001, 0.050), 4) for _ in range(1000)]
        write(folder, "sleep.txt", [f"sleep {length}" for length in lengths])
        ideal = max(sum(lengths) / SLOTS, max(lengths))
        contenders = farm_commands(arguments.farm, arguments.mpiexec, "sleep.txt")
        contenders["xargs -P2, each through a shell"] = ["xargs", "-a", "sleep.txt", f"-P{SLOTS}", "-I{}", "sh", "-c", "{}"]
        if has_parallel:
            contenders[PARALLEL] = parallel + ["sleep.txt"]
        compare(f"1000 commands of 1 to 50 ms, ideal makespan {ideal:.2f} s", contenders, arguments.rounds, folder,
                lambda median: f"{ideal / median:6.1%} of the ideal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
