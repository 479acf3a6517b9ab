#!/usr/bin/env python3
"""memory_bench.py PROGRAMS: what a memory limit costs, and whether it holds, for arrays that are larger than it.

usage: memory_bench.py build/release/tests/bench/memory_programs [--sections ABCDEF] [--only NAMES] [--scale 4] [--json FILE]

Each run is a process of its own, or two ranks. Sections:
  A  five programs within the limit: one process of two threads, and two ranks of one thread each; beside the same without a
     limit, and beside Dask distributed with the same limit for each of two workers (Debian: python3-dask, python3-distributed)
  B  larger ones
  C  working sets of half the limit to eight times the limit: no step may be a cliff
  D  10,000 results of 8 MiB, made faster than they are used up
  E  bytes that went to the disk, beside those of the best order of leaving (Belady) for the order in which tasks ran
  F  persist_sum within a memory cgroup that is little larger than the limit
A run that ends with an error is a row that tells the error. Bars: it ends; the resident set is at most the limit and 64 MiB;
the result has the bits that it has without a limit; the time is at most 1.3 times the time without a limit, or, where that is
longer, 1.3 times what the disk needs for the bytes that went to it and came back, or would have if they had not been made
again; it is faster than Dask.
"""
import argparse
import dataclasses
import json
import os
import shutil
import signal
import sys
import tempfile

import sampled_run
from sampled_run import MIB

MARGIN = 64 * MIB
GIB = 1024 * MIB
WORKING_SETS = (0.5, 0.9, 1.1, 2, 4, 8)  # in limits
LAYOUTS = {"process": "1 x 2 threads", "ranks": "2 ranks x 1"}


@dataclasses.dataclass
class Program:
    name: str
    needs_gib: float  # without a limit
    time_limit_s: int = 120
    has_dask: bool = False


FIVE = [Program("transpose_mean", 0.5, has_dask=True), Program("matmul", 3, has_dask=True),
        Program("persist_sum", 3, has_dask=True), Program("standardise_cumsum", 5, has_dask=True),
        Program("rechunk_cumsum", 6, has_dask=True)]
LARGER = [Program("transpose_mean_large", 0.5, 300), Program("rechunk_large", 10, 300),
          Program("matmul_large", 9, 900), Program("standardise_hdf5", 9, 300)]
WORKING_SET = Program("working_set", 8, 300)


def mib(size):
    return "-" if size is None else f"{size / MIB:.0f}"


def verdict(outcome):
    """The error that ended a run, shortened; empty when it has ended well."""
    run = outcome["run"]
    if run.timed_out:
        return "no end within the time limit"
    if outcome["fields"]:
        return ""
    errors = [line for line in run.errors.splitlines() if "error: " in line or "Error" in line or "KilledWorker" in line]
    text = errors[-1].split("error: ", 1)[-1] if errors else run.errors.strip()[-200:]
    text = text.split("bask::Error: ", 1)[-1] or f"exit code {run.exit_code}"
    is_refusal = "memory limit" in text or "would fit" in text
    return f"{'refused' if is_refusal else 'failed'}: {text}"


def best(rows):
    """The fastest row; one with an error, where there is any: the result must not depend on luck."""
    return next((row for row in rows if row["error"]), None) or min(rows, key=lambda row: row["seconds"], default=None)


class Bench:
    def __init__(self, options):
        self.options = options
        self.limit = options.limit * MIB
        self.rows, self.bars = [], []
        help_text = sampled_run.run([options.programs, "transpose_mean", "--bask-help"], options.programs, 20).output
        self.bask = ["--bask-progress=off", "--bask-log-level=warning"]
        if "--bask-scratch" in help_text:
            self.bask.append(f"--bask-scratch={options.scratch}")
        self.rates = sampled_run.disk_rates(options.scratch)
        self.has_dask = "A" in options.sections and not options.without_dask and self.finds_dask()

    @staticmethod
    def finds_dask():
        found = sampled_run.run([sys.executable, "-c", "import dask.array, distributed"], sys.executable, 60).exit_code == 0
        if not found:
            print("Dask is not here (Debian: apt-get install python3-dask python3-distributed): without it")
        return found

    # ---- Runs. ----

    def run(self, name, layout="process", limit=None, more=(), time_limit_s=120, cgroup=None):
        """Runs a program of memory_programs; returns what was sampled and what the program has told."""
        command = [self.options.programs, name, f"--scale={self.options.scale}", *more, *self.bask]
        if layout == "ranks":
            command = [self.options.mpiexec, "-n", "2", *command, "--bask-threads=1"]
        else:
            command.append("--bask-threads=2")
        if limit is not None:
            command.append(f"--bask-memory-limit={limit // MIB}MiB")
        return self.told(sampled_run.run(command, self.options.programs, time_limit_s, cgroup=cgroup))

    def run_dask(self, program):
        command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "memory_bench_dask.py"), program.name,
                   f"--scale={self.options.scale}", f"--memory-limit={self.options.limit}MiB", f"--scratch={self.options.scratch}"]
        return self.told(sampled_run.run(command, sys.executable, program.time_limit_s, only_children=True))

    @staticmethod
    def told(run):
        fields = {}
        for line in run.output.splitlines() if run.exit_code == 0 else ():
            if line.startswith("{"):
                fields = json.loads(line)
        return {"run": run, "fields": fields}

    def fits_without_limit(self, program):
        with open("/proc/meminfo", encoding="ascii") as file:
            free = next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
        return free > program.needs_gib * GIB / self.options.scale ** 2 + 2 * GIB

    # ---- Rows and bars. ----

    def bar(self, row, name, passes, figure=""):
        """Notes whether a row is within a bar, and returns how a table says so."""
        self.bars.append(passes)
        row["bars"][name] = passes
        return f"{name} {'ok' if passes else 'FAILS'}{f' ({figure})' if figure else ''}"

    def row(self, section, name, layout, outcome, **more):
        """Keeps the figures of a run as a row of the JSON file."""
        run = outcome["run"]
        row = {"section": section, "name": name, "layout": layout, "error": verdict(outcome), **outcome["fields"],
               "resident_peaks": run.resident_peaks, "own_peaks": run.own_peaks, "sum_peak": run.sum_peak, "bars": {}, **more}
        self.rows.append(row)
        return row

    def resident_bar(self, row, most):
        peak = max(row["resident_peaks"], default=0)
        return self.bar(row, "resident", peak <= most, f"{mib(peak)} of {mib(most)} MiB")

    def disk_seconds(self, fields):
        again = fields.get("made_again_bytes", 0)
        written, read = fields.get("spilled_bytes", 0) + again, fields.get("read_back_bytes", 0) + again
        return written / self.rates.write + read / self.rates.read

    @staticmethod
    def say(name, layout, seconds, fields, resident, text):
        spilled, read = fields.get("spilled_bytes"), fields.get("read_back_bytes")
        print(f"{name:21} {layout:14} {'-' if seconds is None else f'{seconds:.2f}':>7} {mib(resident):>6} "
              f"{mib(fields.get('peak_bytes')):>6} {mib(spilled):>7} {mib(read):>7}  {text}", flush=True)

    def say_outcome(self, name, layout, row, text):
        error = row["error"][:90]
        resident = max(row["resident_peaks"], default=None)
        self.say(name, layout, row.get("seconds"), row, resident, f"{error}  {text}" if error else text)

    def headline(self, title):
        print(f"\n{title}\n{'program':21} {'layout':14} {'seconds':>7} {'RSS':>6} {'ledger':>6} {'spilled':>7} {'read':>7}  (MiB; "
              "RSS and ledger: the largest of a process)", flush=True)

    def measure(self, section, program, layout, limit, more):
        """Runs a program once; returns its row."""
        outcome = self.run(program.name, layout, limit, more, program.time_limit_s)
        return self.row(section, program.name, layout, outcome, limit=limit)

    def compare(self, section, program, layout, dask, more=()):
        """A program with the limit beside itself without, in turn, and the bars."""
        limited, free = [], []
        for _ in range(self.options.rounds if section == "A" else 1):
            if self.fits_without_limit(program):
                free.append(self.measure(section, program, layout, None, more))
            limited.append(self.measure(section, program, layout, self.limit, more))
        free = best(free)
        if free:
            self.say_outcome(program.name, LAYOUTS[layout], free, "without a limit")
        row = best(limited)
        row["resident_peaks"] = max((one["resident_peaks"] for one in limited), key=lambda peaks: max(peaks, default=0))
        text = [self.bar(row, "ends", not row["error"]), self.resident_bar(row, self.limit + MARGIN)]
        if not row["error"] and free and not free["error"]:
            text.append(self.bar(row, "bits", row["bits"] == free["bits"]))
            ideal = max(free["seconds"], self.disk_seconds(row))
            text.append(self.bar(row, "time", row["seconds"] <= 1.3 * ideal, f"{row['seconds'] / ideal:.2f}"))
        if not row["error"] and dask:
            text.append(self.bar(row, "Dask", bool(dask["error"]) or row["seconds"] < dask["seconds"],
                                 "which fails" if dask["error"] else f"{dask['seconds'] / row['seconds']:.1f} times faster"))
        self.say_outcome(program.name, LAYOUTS[layout], row, ", ".join(text))

    # ---- Sections. ----

    def chosen(self, programs):
        return [program for program in programs if not self.options.only or program.name in self.options.only.split(",")]

    def section_a(self):
        self.headline(f"A  programs within {self.options.limit} MiB a process")
        for program in self.chosen(FIVE):
            dask = None
            if self.has_dask:
                dask = self.row("A", program.name, "dask", self.run_dask(program), limit=self.limit)
                self.say_outcome(program.name, "Dask, 2 x 1", dask, "with the limit")
            for layout in self.options.layouts:
                self.compare("A", program, layout, dask)

    def section_b(self):
        self.headline(f"B  larger ones within {self.options.limit} MiB a process")
        for program in self.chosen(LARGER):
            path = os.path.join(self.options.scratch, "standardise.h5")
            more = []
            try:
                if program.name == "standardise_hdf5":
                    more = [f"--file={path}"]
                    made = self.run("make_hdf5", more=more, time_limit_s=program.time_limit_s)
                    if verdict(made):
                        print(f"{program.name:21} there is no file: {verdict(made)}")
                        continue
                for layout in self.options.layouts:
                    self.compare("B", program, layout, None, more)
            finally:
                if os.path.exists(path):
                    os.unlink(path)

    def section_c(self):
        self.headline(f"C  working sets, made and read twice, within {self.options.limit} MiB, one process of two threads")
        sizes = {factor: int(factor * self.options.limit) // 8 * 8 for factor in WORKING_SETS}  # whole blocks, in MiB
        rows = {factor: [] for factor in sizes}
        for _ in range(self.options.rounds):
            for factor, size in sizes.items():
                rows[factor].append(self.measure("C", WORKING_SET, "process", self.limit, [f"--mebibytes={size}"]))
        before = None
        for factor, size in sizes.items():
            row = best(rows[factor])
            text = [self.bar(row, "ends", not row["error"]), self.resident_bar(row, self.limit + MARGIN)]
            rate = None if row["error"] else 3 * size / row["seconds"]
            if rate:
                row.update(factor=factor, mib_per_second=rate)
                text.append(f"{rate:.0f} MiB/s")
            if rate and before:
                text.append(self.bar(row, "no cliff", before <= 1.5 * rate, f"{before / rate:.2f}"))
            before = rate
            self.say_outcome(f"{factor} limits", f"{size} MiB", row, ", ".join(text))

    def section_d(self):
        most = 2 * 2 * 8 * MIB + MARGIN  # two results for each of two threads
        self.headline(f"D  {10000 // self.options.scale} results of 8 MiB, each read once")
        outcome = self.run("many_sources", limit=self.limit, time_limit_s=300)
        row = self.row("D", "many_sources", "process", outcome, limit=self.limit)
        text = [self.bar(row, "ends", not row["error"]), self.resident_bar(row, most)]
        self.say_outcome("many_sources", LAYOUTS["process"], row, ", ".join(text))

    def section_e(self):
        self.headline("E  results four times as large as the limit, made, and read three times")
        for name in ("passes_in_order", "passes_by_chance"):
            outcome = self.run(name, limit=self.limit, more=[f"--mebibytes={4 * self.options.limit}"])
            row = self.row("E", name, "process", outcome, limit=self.limit)
            text = [self.bar(row, "ends", not row["error"])]
            if not row["error"]:
                ratio = row["spilled_bytes"] / row["belady_bytes"]
                text.append(self.bar(row, "spilled", ratio <= 1.05, f"{ratio:.3f} times {mib(row['belady_bytes'])} MiB"))
            self.say_outcome(name, LAYOUTS["process"], row, ", ".join(text))

    def section_f(self):
        self.headline(f"F  within a memory cgroup of {self.options.limit + 128} MiB")
        try:
            cgroup = sampled_run.Cgroup(self.limit + 128 * MIB)
        except OSError as error:
            return print(f"this machine allows no memory cgroup: {error}")
        try:
            outcome = self.run("persist_sum", limit=self.limit, cgroup=cgroup)
            row = self.row("F", "persist_sum", "process", outcome, limit=self.limit, cgroup_peak=cgroup.peak_bytes())
            text = [self.bar(row, "not killed", cgroup.kills() == 0), self.bar(row, "ends", not row["error"]),
                    f"charged {mib(row['cgroup_peak'])} MiB at most"]
            self.say_outcome("persist_sum", LAYOUTS["process"], row, ", ".join(text))
        finally:
            cgroup.remove()
        return None

    def run_sections(self):
        print(f"limit {self.options.limit} MiB; scratch {self.options.scratch}: writes {self.rates.write / MIB:.0f} MiB/s, reads "
              f"{self.rates.read / MIB:.0f} MiB/s{'' if self.rates.direct else ', through the page cache'}")
        for section in self.options.sections:
            getattr(self, f"section_{section.lower()}")()
        print(f"\n{sum(self.bars)} of {len(self.bars)} bars hold")
        if self.options.json:
            with open(self.options.json, "w", encoding="utf-8") as file:
                json.dump({"limit": self.limit, "scale": self.options.scale, "disk": dataclasses.asdict(self.rates),
                           "rows": self.rows}, file, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=os.path.abspath, help="the program memory_programs")
    parser.add_argument("--sections", default="ABCDEF", help="letters of sections, in order")
    parser.add_argument("--only", help="names of programs of A and B, with commas")
    parser.add_argument("--layouts", default="process,ranks", type=lambda text: text.split(","), help="process, ranks")
    parser.add_argument("--rounds", type=int, default=3, help="of A and C; the fastest counts")
    parser.add_argument("--without-dask", action="store_true")
    parser.add_argument("--scale", type=int, default=1, help="divides extents of arrays and numbers of tasks, for a quick look")
    parser.add_argument("--limit", type=int, default=512, help="of each process, in MiB")
    parser.add_argument("--scratch", help="a folder on a local disk; by default a new one for temporary files")
    parser.add_argument("--mpiexec", default=shutil.which("mpiexec"))
    parser.add_argument("--json", help="a file for all figures")
    options = parser.parse_args()
    if set(options.sections) - set("ABCDEF"):
        parser.error("--sections takes the letters A to F")
    if set(options.layouts) - set(LAYOUTS):
        parser.error("--layouts takes process and ranks")
    if not os.access(options.programs, os.X_OK):
        parser.error(f"{options.programs} is no program: build memory_programs")
    if options.mpiexec is None and "ranks" in options.layouts:
        options.layouts.remove("ranks")
        print("mpiexec is not here: without ranks")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what runs, and removes the scratch folder
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1")
    with tempfile.TemporaryDirectory(prefix="memory_bench.", dir=options.scratch) as folder:
        options.scratch = folder
        Bench(options).run_sections()
    return 0


if __name__ == "__main__":
    sys.exit(main())
