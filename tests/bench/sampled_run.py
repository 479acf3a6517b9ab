"""sampled_run.py: runs a command within a time limit and watches the memory of its processes; measures disks; makes memory
cgroups. For memory_bench.py; Linux only.

The resident set of a process is sampled every 10 ms: its own pages and those in shared memory, without pages of files. The
kernel's own peak (VmHWM) is read with each sample; it has the pages of files, such as the program and its libraries, too.
"""
import concurrent.futures
import dataclasses
import mmap
import os
import signal
import subprocess
import tempfile
import threading
import time

SAMPLE_S, LOOK_FOR_CHILDREN_S = 0.01, 0.1
MIB = 1 << 20


@dataclasses.dataclass
class Run:
    """What one command did. Peaks are in bytes, one for each process that was watched."""
    exit_code: int = 0
    timed_out: bool = False
    output: str = ""
    errors: str = ""
    own_peaks: list = dataclasses.field(default_factory=list)
    resident_peaks: list = dataclasses.field(default_factory=list)
    sum_peak: int = 0  # of own pages, of all processes at one time


def descendants(pid):
    """The process and all that it and its children have started."""
    found = [pid]
    for parent in found:
        try:
            threads = os.listdir(f"/proc/{parent}/task")
        except OSError:
            continue
        for thread in threads:
            try:
                with open(f"/proc/{parent}/task/{thread}/children", encoding="ascii") as file:
                    found.extend(int(child) for child in file.read().split())
            except OSError:
                pass
    return found


def runs_program(pid, program):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False


def memory_of(pid):
    """Bytes of own and of shared pages, and the peak that the kernel tells; None when the process has gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            fields = dict(line.split(":", 1) for line in file)
        own = sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem"))
        return own * 1024, int(fields["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


class Sampler(threading.Thread):
    """Watches the descendants of a process that run `program`, but not the process itself if that is `only_children`."""

    def __init__(self, root, program, only_children):
        super().__init__(daemon=True)
        self.root, self.program, self.only_children = root, program, only_children
        self.own, self.resident, self.sum_peak = {}, {}, 0
        self.ended = threading.Event()

    def watched(self):
        pids = descendants(self.root)[1 if self.only_children else 0:]
        return [pid for pid in pids if runs_program(pid, self.program)]

    def run(self):
        pids, look_again = [], 0.0
        while not self.ended.wait(SAMPLE_S):
            if time.monotonic() >= look_again:
                pids, look_again = self.watched(), time.monotonic() + LOOK_FOR_CHILDREN_S
            now = {pid: memory for pid in pids if (memory := memory_of(pid)) is not None}
            for pid, (own, resident) in now.items():
                self.own[pid] = max(self.own.get(pid, 0), own)
                self.resident[pid] = max(self.resident.get(pid, 0), resident)
            self.sum_peak = max(self.sum_peak, sum(own for own, _ in now.values()))


def end(process):
    """Ends a process and its descendants: mpiexec is given the time to end its ranks by itself."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        for pid in reversed(descendants(process.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()


def run(command, program, time_limit_s, only_children=False, cgroup=None):
    """Runs `command`, and watches those of its processes that run the file `program`."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                   preexec_fn=cgroup.enter if cgroup else None)
        sampler = Sampler(process.pid, program, only_children)
        sampler.start()
        result = Run()
        try:
            result.exit_code = process.wait(time_limit_s)
        except subprocess.TimeoutExpired:
            result.timed_out = True
        finally:
            sampler.ended.set()
            if process.poll() is None:
                end(process)
        sampler.join()
        output.seek(0)
        errors.seek(0)
        result.output, result.errors = (file.read().decode(errors="replace") for file in (output, errors))
    result.own_peaks, result.resident_peaks = list(sampler.own.values()), list(sampler.resident.values())
    result.sum_peak = sampler.sum_peak
    return result


@dataclasses.dataclass
class DiskRates:
    """Bytes per second, in pieces of 4 MiB, four of them at a time."""
    write: float
    read: float
    direct: bool  # past the page cache


def disk_rates(folder, size=512 * MIB, piece=4 * MIB):
    path = os.path.join(folder, f"memory_bench.{os.getpid()}.rate")
    buffer = mmap.mmap(-1, piece)  # page aligned, as O_DIRECT wants it
    buffer.write(os.urandom(piece))
    places = range(0, size, piece)
    flags, direct = os.O_RDWR | os.O_CREAT | os.O_TRUNC, True
    try:
        file = os.open(path, flags | os.O_DIRECT, 0o600)
    except OSError:
        file, direct = os.open(path, flags, 0o600), False
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            start = time.perf_counter()
            list(threads.map(lambda place: os.pwrite(file, buffer, place), places))
            os.fdatasync(file)
            written = time.perf_counter()
            list(threads.map(lambda place: os.preadv(file, [mmap.mmap(-1, piece)], place), places))
            read = time.perf_counter()
    finally:
        os.close(file)
        os.unlink(path)
    return DiskRates(size / (written - start), size / (read - written), direct)


class Cgroup:
    """A memory cgroup with a limit, of version 1 or 2, removed at the end. Throws OSError where none can be made."""

    def __init__(self, limit_bytes):
        with open("/proc/self/cgroup", encoding="ascii") as file:
            places = [line.rstrip("\n").split(":", 2) for line in file]
        first = next((place for place in places if "memory" in place[1].split(",")), None)
        self.is_first = first is not None
        if self.is_first:
            parent, files = "/sys/fs/cgroup/memory" + first[2], {"memory.limit_in_bytes": limit_bytes}
        else:
            parent = "/sys/fs/cgroup" + next(place[2] for place in places if place[1] == "")
            files = {"memory.max": limit_bytes}
        self.path = os.path.join(parent, f"memory_bench.{os.getpid()}")
        os.mkdir(self.path)
        try:
            for name, value in files.items():
                self.write(name, value)
        except OSError:
            os.rmdir(self.path)
            raise

    def write(self, name, value):
        with open(os.path.join(self.path, name), "w", encoding="ascii") as file:
            file.write(str(value))

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="ascii") as file:
            return file.read()

    def enter(self):
        """Puts the calling process into the group."""
        self.write("cgroup.procs", os.getpid())

    def kills(self):
        """How many processes the kernel has killed for want of memory."""
        name = "memory.oom_control" if self.is_first else "memory.events"
        return next(int(line.split()[1]) for line in self.read(name).splitlines() if line.startswith("oom_kill "))

    def peak_bytes(self):
        """The most that was charged, with the page cache of the files that were used."""
        return int(self.read("memory.max_usage_in_bytes" if self.is_first else "memory.peak"))

    def remove(self):
        for _ in range(100):  # processes that have ended leave the group a little later
            try:
                return os.rmdir(self.path)
            except OSError:
                time.sleep(0.05)
        return None
