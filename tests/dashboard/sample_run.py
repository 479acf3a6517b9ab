"""sample_run.py: a made-up run of a climatology over ranks and threads, by list scheduling; the same for the same seed.

`simulate` gives the tasks with their times and places; `sample_states.py` makes states of them, at any time of the run.
"""
import dataclasses
import random

# Layer, inputs (by name; `*` reads all chunks of one month), seconds of one task, bytes of its result.
CLIMATOLOGY = [
    ("from_hdf5 uwnd", [], 0.028, 21 << 20),
    ("from_hdf5 vwnd", [], 0.027, 21 << 20),
    ("sqrt(u² + v²)", ["from_hdf5 uwnd", "from_hdf5 vwnd"], 0.041, 21 << 20),
    ("mean over time: chunk", ["sqrt(u² + v²)"], 0.012, 900 << 10),
    ("mean over time: combine", ["*mean over time: chunk"], 0.004, 900 << 10),
    ("anomaly", ["sqrt(u² + v²)", "mean over time: combine"], 0.022, 21 << 20),
    ("std over time: chunk", ["anomaly"], 0.019, 1800 << 10),
    ("std over time: combine", ["*std over time: chunk"], 0.005, 900 << 10),
    ("tensordot eof", ["anomaly"], 0.066, 6 << 20),
    ("to_hdf5 climatology", ["mean over time: combine", "std over time: combine"], 0.011, 64),
    ("to_hdf5 anomaly", ["anomaly"], 0.017, 64),
]
MONTHS = 12
# What a thread may wait for before a task: how likely, and seconds on average.
REMOTE_WAITS = [("data", 0.9, 0.1), ("data", 0.7, 0.04), ("input", 0.5, 0.03)]
LOCAL_WAITS = [("memory", 0.35, 0.03), ("nothing ready", 0.25, 0.025), ("input", 0.1, 0.01), ("resource", 0.02, 0.01)]


@dataclasses.dataclass
class Task:
    number: int
    layer: int
    inputs: list
    rank: int
    thread: int = 0
    began: float = 0.0
    seconds: float = 0.0
    bytes: int = 0
    state: str = "done"
    wait: str = "nothing ready"   # what its thread waited for before it
    waited: float = 0.0
    freed: float = 0.0            # when its last reader has ended

    @property
    def ended(self):
        return self.began + self.seconds


@dataclasses.dataclass
class Run:
    ranks: int
    threads: int
    limit: int
    layers: list
    tasks: list
    fails: bool
    ended: float


def simulate(seed, ranks, threads, chunks, limit, fails=False):
    rng = random.Random(seed)
    tasks, of_layer = [], {}
    for layer, (name, inputs, _, _) in enumerate(CLIMATOLOGY):
        of_month = name.endswith(("combine", "climatology"))
        count = MONTHS if of_month else chunks
        of_layer[name] = [add_task(tasks, layer, k, k * ranks // count, inputs, of_layer) for k in range(count)]
    schedule(tasks, rng, ranks, threads)
    for task in tasks:
        for number in task.inputs:
            tasks[number].freed = max(tasks[number].freed, task.ended)
    ended = fail_one(tasks) if fails else max(task.ended for task in tasks)
    return Run(ranks, threads, limit, [layer[0] for layer in CLIMATOLOGY], tasks, fails, ended)


def add_task(tasks, layer, k, rank, inputs, of_layer):
    read = []
    for name in inputs:
        source = of_layer[name.lstrip("*")]
        read += source[k::MONTHS] if name[0] == "*" else [source[k % len(source)]]
    tasks.append(Task(len(tasks), layer, read, rank))
    return len(tasks) - 1


def schedule(tasks, rng, ranks, threads):
    """Each task, in the order in which inputs are there, goes to its rank's thread that is free first."""
    free = [[0.15 + 0.002 * rng.random() for _ in range(threads)] for _ in range(ranks)]
    slow_rank = ranks - 1
    for task in sorted(tasks, key=lambda t: (priority(t), t.number)):
        _, _, seconds, size = CLIMATOLOGY[task.layer]
        ready = max((arrival(tasks[i], task.rank, rng) for i in task.inputs), default=0.0)
        thread = min(range(threads), key=lambda k: free[task.rank][k])
        waited_from = free[task.rank][thread] + 6e-4
        remote = any(tasks[i].rank != task.rank for i in task.inputs)
        task.wait, chance, longest = rng.choice(REMOTE_WAITS if remote else LOCAL_WAITS)
        pause = rng.expovariate(1 / longest) if rng.random() < chance else 0
        task.thread, task.began = thread, max(waited_from + pause, ready)
        task.waited = task.began - waited_from
        task.seconds = seconds * rng.lognormvariate(0, 0.35) * (1.25 if task.rank == slow_rank else 1)
        if rng.random() < 0.004:
            task.seconds *= 6
            task.state = "retried" if rng.random() < 0.4 else "done"
        task.bytes = int(size * rng.uniform(0.9, 1.0))
        free[task.rank][thread] = task.ended


def priority(task):
    """Chunks in turn up to the means, then those of the second pass."""
    first_pass = task.layer <= 4
    return (0 if first_pass else 1, task.number % 97 if first_pass else task.layer)


def arrival(source, rank, rng):
    return source.ended + (0 if source.rank == rank else 0.001 + source.bytes / 2e9 * rng.uniform(1, 3))


def fail_one(tasks):
    """When the run ends, for then a task fails."""
    failing = [task for task in tasks if CLIMATOLOGY[task.layer][0] == "tensordot eof"][17]
    failing.state, failing.bytes = "failed", 0
    return failing.ended
