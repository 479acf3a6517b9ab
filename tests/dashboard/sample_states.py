"""sample_states.py [NAME [PAGE]]: made-up states of jobs, as job_state_format.md describes them, for tests of what draws them.

Prints a state: running, failed, large, empty, hostile or nulls; with a PAGE (dashboard_page.html of the build) a report of it.
"""
import collections
import functools
import json
import math
import pathlib
import sys

from sample_run import simulate

WAITS = ["input", "data", "memory", "resource", "nothing ready", "nothing left"]
KINDS = {"transfer": "transfer", "spill": "spill", "read back": "read back", "journal": "journal", "plan": "plan"}
NUMBER_OF_WAIT = {"input": "data", "data": "data", "memory": "spilling", "resource": "parallelism",
                  "nothing ready": "parallelism", "nothing left": "imbalance"}

SAID = ("task 'tensordot eof-17' (layer tensordot eof, rank 2, node n3) threw std::domain_error: the matrix is singular; "
        "its input was key 'anomaly-1f3c'")


@functools.cache
def small_run(fails=False):
    return simulate(seed=7, ranks=3, threads=2, chunks=132, limit=640 << 20, fails=fails)


@functools.cache
def large_run():
    return simulate(seed=11, ranks=64, threads=8, chunks=64 * 8 * 6, limit=720 << 20)


@functools.cache
def tiny_run():
    return simulate(seed=5, ranks=2, threads=1, chunks=12, limit=200 << 20)


def state_of(run, now, ended=False, most_bins=256):
    """The state of the run's job at a time."""
    tasks = [task for task in run.tasks if task.began <= now]
    done = [task for task in tasks if task.ended <= now]
    width = 2.0 ** math.ceil(math.log2(max(now, 0.1) / most_bins))
    bins = min(most_bins, int(now / width) + 1)
    memory = memory_of(run, done, width, bins, now)
    layers = layers_of(run, done, tasks, now, ended)
    lanes, seconds = lanes_of(run, tasks, memory, width, bins, now)
    state = {"format": 1, "interval": 1}
    state.update(job_of(run, now, ended))
    state["compute"] = compute_of(run, done, now, ended)
    state["computes"] = [{"number": 1, "state": "done", "began": 0.02, "ended": 0.14, "tasks": 24,
                           "peak_memory": 3 << 20, "bytes_moved": 1 << 20,
                           "forecast": {"seconds": 0.11, "peak_memory": 3 << 20, "bytes_moved": 1 << 20, "source": "before"}}]
    state["layers"] = layers
    state["totals"] = layers + [dict(layers[3], name="open file", tasks=24, done=24)]
    state["graph"] = graph_of(run, tasks, now)
    state["timeline"] = {"width": width, "bins": bins, "activities": run.layers + WAITS + list(KINDS),
                         "kinds": ["task"] * len(run.layers) + ["wait"] * len(WAITS) + list(KINDS.values()),
                         "lanes": lanes, "ranks": series_of(run, memory, lanes, bins)}
    state["now"] = [] if ended else now_of(run, tasks, now)
    state.update(memory_now(run, memory, bins))
    state.update(numbers_of(run, seconds, now))
    state.update(lists_of(run, done, layers))
    state.update(texts_of(run, now, ended))
    return state


def job_of(run, now, ended):
    exit_code = (1 if run.fails else 0) if ended else None
    said = SAID if ended and run.fails else None
    job = {"program": "climatology", "arguments": ["--years", "1982:1992", "monthly_navy_winds.cdf"], "host": "n1", "pid": 4711,
           "ranks": run.ranks, "threads": run.ranks * run.threads, "started": "2026-03-02T08:15:30Z", "now": now,
           "ended": now if ended else None, "exit": exit_code, "said": said,
           "slurm": {"id": "81723", "name": "climate", "partition": "batch", "nodes": max(1, run.ranks // 2), "restarts": 1,
                     "end": 3600}}
    options = [{"name": "memory", "value": f"{run.limit >> 20}MiB", "source": "--bask-memory"},
               {"name": "threads", "value": str(run.threads), "source": "BASK_THREADS"},
               {"name": "journal", "value": "/scratch/climate", "source": "bask.toml"}]
    versions = {"bask": "0.1.0", "MPI": "Open MPI 4.1.4", "HDF5": "1.10.8", "BLAS": "OpenBLAS 0.3.21", "compiler": "GCC 12.2.0"}
    ranks = [{"rank": r, "host": f"n{r // 2 + 1}", "cores": f"{r % 2 * run.threads}-{(r % 2 + 1) * run.threads - 1}",
              "threads": run.threads, "memory_limit": run.limit, "memory_margin": 64 << 20, "clock_error": 1e-6 * r, "heard": now - 0.01 * r,
              "waiting": None if ended else waiting_of(run, r, now)}
             for r in range(run.ranks)]
    return {"job": job, "options": options, "versions": versions, "ranks": ranks}


def waiting_of(run, rank, now):
    """One unit for each cause that there can be."""
    left = [task for task in run.tasks if task.rank == rank and task.began > now]
    if not left:
        return None
    other = (rank + 1) % run.ranks

    def unit(task, layer, cause, missing=0, until=None, inputs=(), bytes=0, resources=()):
        return {"task": task, "layer": layer, "until": until, "cause": cause, "missing": missing, "inputs": list(inputs),
                "bytes": bytes, "resources": list(resources)}
    tasks = [unit("anomaly-1f3c", "anomaly", "input", 12, "std over time: chunk-1f3d",
                  [{"task": "mean over time: combine-77", "rank": other, "state": "runs there, for 12 ms"},
                   {"task": "sqrt(u² + v²)-12", "rank": None, "state": "could run, or has run"}]),
             unit("tensordot eof-17", "tensordot eof", "memory", bytes=21 << 20),
             unit("tensordot eof-18", "tensordot eof", "coming", 1, bytes=21 << 20,
                  inputs=[{"task": "anomaly-18", "rank": other, "state": "is coming"}]),
             unit("to_hdf5 anomaly-3", "to_hdf5 anomaly", "resource",
                  resources=[{"name": "gpu", "wanted": 1, "free": 0.5, "offered": 2}]),
             unit("to_hdf5 climatology-1", "to_hdf5 climatology", "time")]
    return {"left": len(left), "ready": 4, "too_long": 1, "held": run.limit - (8 << 20), "limit": run.limit,
            "kinds": [{"kind": "results", "bytes": run.limit - (24 << 20)}, {"kind": "reserved", "bytes": 16 << 20},
                      {"kind": "copies", "bytes": 0}], "tasks": tasks}


def compute_of(run, done, now, ended):
    state = ("failed" if run.fails else "done") if ended else "running" if done else "planning"
    return {"number": 2, "state": state, "began": 0.15, "ended": now if ended else None, "tasks": len(run.tasks), "done": len(done),
            "failed": int(ended and run.fails), "left": None if ended else max(0.0, run.ended - now)}


def layers_of(run, done, tasks, now, ended):
    layers = []
    total = collections.Counter(task.layer for task in run.tasks)
    for number, name in enumerate(run.layers):
        of_layer = [task for task in done if task.layer == number]
        durations = [0] * 48
        for task in of_layer:
            durations[min(47, int(math.log2(max(task.seconds * 1e9, 1))))] += 1
        layers.append({
            "name": name, "tasks": total[number], "done": sum(task.state != "failed" for task in of_layer),
            "running": 0 if ended else sum(task.layer == number and task.ended > now for task in tasks),
            "failed": sum(task.state == "failed" for task in of_layer), "retried": sum(task.state == "retried" for task in of_layer),
            "seconds": sum(task.seconds for task in of_layer), "longest": max((task.seconds for task in of_layer), default=0),
            "bytes": sum(task.bytes for task in of_layer), "largest": max((task.bytes for task in of_layer), default=0),
            "durations": durations})
    return layers


def graph_of(run, tasks, now):
    inputs = [set() for _ in run.layers]
    for task in run.tasks:
        inputs[task.layer].update(run.tasks[i].layer for i in task.inputs)
    nodes = None
    if len(run.tasks) <= 200:
        states = {task.number: "running" if task.ended > now else task.state.replace("retried", "done") for task in tasks}
        nodes = [{"layer": t.layer, "name": f"{run.layers[t.layer]}-{t.number}", "inputs": t.inputs, "state": states.get(t.number, "waiting"), "rank": t.rank} for t in run.tasks]
    return {"inputs": [sorted(of_layer) for of_layer in inputs], "tasks": nodes}


def memory_of(run, done, width, bins, now):
    """By rank and bin: bytes held, bytes on the disk, bytes written there, bytes read back."""
    change = [[0] * (bins + 1) for _ in range(run.ranks)]
    for task in done:
        change[task.rank][min(bins, int(task.ended / width))] += task.bytes
        if task.freed and task.freed <= now:
            change[task.rank][min(bins, int(task.freed / width))] -= task.bytes
    memory = []
    for of_rank in change:
        held, on_disk, spilled, back, total = [], [], [], [], 0
        for k in range(bins):
            total += of_rank[k]
            on_disk.append(max(0, total - int(run.limit * 0.9)))
            held.append(max(0, total - on_disk[-1]))
            step = on_disk[-1] - (on_disk[-2] if k else 0)
            spilled.append(max(0, step))
            back.append(max(0, -step))
        memory.append({"held": held, "on_disk": on_disk, "spilled": spilled, "read_back": back})
    return memory


def add_time(lane, activity, began, ended, width, bins):
    for k in range(max(0, int(began / width)), min(bins - 1, int(ended / width)) + 1):
        part = min(ended, (k + 1) * width) - max(began, k * width)
        if part > 0:
            lane[k][activity] += part / width


def lanes_of(run, tasks, memory, width, bins, now):
    """The lanes of the timeline, and the seconds of all threads by activity."""
    names = run.layers + WAITS + list(KINDS)
    threads = [[[collections.Counter() for _ in range(bins)] for _ in range(run.threads)] for _ in range(run.ranks)]
    seconds, last = collections.Counter(), [[0.15] * run.threads for _ in range(run.ranks)]
    for task in tasks:
        lane, end = threads[task.rank][task.thread], min(task.ended, now)
        spans = [(task.layer, task.began, end)]
        if task.waited > 1e-3:
            spans.append((names.index(task.wait), task.began - task.waited, task.began))
        for activity, began, ended in spans:
            add_time(lane, activity, began, ended, width, bins)
            seconds[names[activity] if activity >= len(run.layers) else "useful", activity] += ended - began
        last[task.rank][task.thread] = max(last[task.rank][task.thread], end)
    lanes = []
    for rank in range(run.ranks):
        for thread in range(run.threads):
            left = names.index("nothing left")
            if now - last[rank][thread] > 2e-3:
                add_time(threads[rank][thread], left, last[rank][thread], now, width, bins)
                seconds["nothing left", left] += now - last[rank][thread]
            add_time(threads[rank][thread], names.index("plan"), 0, 0.15 if rank + thread == 0 else 0, width, bins)
            lanes.append(lane_of(rank, thread, f"{rank}.{thread}", threads[rank][thread]))
        if run.ranks <= 8:
            disk = [collections.Counter({names.index("spill"): min(0.9, memory[rank]["spilled"][k] / (2e9 * width)),
                                         names.index("read back"): min(0.6, memory[rank]["read_back"][k] / (3e9 * width))})
                    for k in range(bins)]
            lanes.append(lane_of(rank, None, f"{rank} disk", disk))
            transfer = names.index("transfer")
            sends = [collections.Counter({transfer: min(0.8, moved_in(run, threads[rank], k) / 3)}) for k in range(bins)]
            lanes.append(lane_of(rank, None, f"{rank} transfers", sends))
    return lanes[:512], seconds


def moved_in(run, lanes, k):
    """A share that grows with the time that the rank's threads wait for data, which is when data moves."""
    return sum(lane[k][len(run.layers) + WAITS.index("data")] + 0.3 * lane[k][5] for lane in lanes)


def lane_of(rank, thread, name, bins):
    pairs = []
    for shares in bins:
        largest = [(a, s) for a, s in shares.most_common(6) if s >= 0.002]
        pairs.append([round(v, 3) for pair in largest for v in pair])
    while pairs and not pairs[-1]:
        pairs.pop()
    return {"rank": rank, "thread": thread, "name": name, "bins": pairs}


def series_of(run, memory, lanes, bins):
    of_rank = collections.defaultdict(list)
    for lane in lanes:
        if lane["thread"] is not None:
            of_rank[lane["rank"]].append(lane["bins"])
    series = []
    for rank in range(run.ranks):
        busy, ready = [], []
        for k in range(bins):
            shares = [dict(zip(lane[k][::2], lane[k][1::2])) if k < len(lane) else {} for lane in of_rank[rank]]
            busy.append(round(sum(s for lane in shares for a, s in lane.items() if a < len(run.layers)) / run.threads, 3))
            ready.append(round(max(0, (bins - k) / bins * 14 * busy[-1] - rank % 3), 1))
        moved = [int(b * 9e6) for b in busy]
        series.append({"rank": rank, "busy": busy, "memory": memory[rank]["held"], "on_disk": memory[rank]["on_disk"],
                       "ready": ready, "in": moved, "out": [m // 2 for m in moved], "spilled": memory[rank]["spilled"],
                       "read_back": memory[rank]["read_back"]})
    return series


def now_of(run, tasks, now):
    running = {(task.rank, task.thread): task for task in tasks if task.ended > now}
    listed = []
    for rank in range(run.ranks):
        for thread in range(run.threads):
            task = running.get((rank, thread))
            listed.append({"rank": rank, "thread": thread, "activity": task.layer if task else len(run.layers) + 4,
                           "task": task.number if task else None, "since": task.began if task else now - 0.01})
    return listed


def memory_now(run, memory, bins):
    now = [{"held": m["held"][bins - 1], "limit": run.limit, "on_disk": m["on_disk"][bins - 1], "peak": max(m["held"])} for m in memory]
    moved = [[0 if r == c else (8 + (r * 7 + c * 13) % 23) << 22 for c in range(run.ranks)] for r in range(run.ranks)]
    results = [[b >> 20 for b in row] for row in moved]
    spilled, back = (sum(sum(m[key]) for m in memory) for key in ("spilled", "read_back"))
    return {"memory": now, "moved": {"names": [str(r) for r in range(run.ranks)], "bytes": moved, "results": results},
            "counts": {"spilled": spilled >> 24, "read_back": back >> 24, "spilled_bytes": spilled, "read_back_bytes": back,
                       "moved": sum(map(sum, results)), "moved_bytes": sum(map(sum, moved)), "stolen": 31, "retried": 2,
                       "failed": int(run.fails), "journalled": 120, "journalled_bytes": 90 << 20}}


def numbers_of(run, seconds, now):
    total = run.ranks * run.threads * max(now - 0.15, 1e-3)
    shares = dict.fromkeys(["useful", "imbalance", "data", "spilling", "parallelism"], 0.0)
    for (name, _), spent in seconds.items():
        shares[NUMBER_OF_WAIT.get(name, "useful")] += spent / total
    shares["runtime"] = max(0.0, 1 - sum(shares.values()))
    costs = [{"number": "useful", "layer": "tensordot eof", "share": shares["useful"] * 0.31},
             {"number": "imbalance", "layer": "anomaly", "share": shares["imbalance"] * 0.6},
             {"number": "data", "layer": "mean over time: combine", "share": shares["data"] * 0.8},
             {"number": "spilling", "layer": "sqrt(u² + v²)", "share": shares["spilling"] * 0.7},
             {"number": "parallelism", "layer": "std over time: combine", "share": shares["parallelism"] * 0.5},
             {"number": "runtime", "layer": None, "share": shares["runtime"]}]
    advice = [{"number": "data", "layer": "mean over time: combine", "rank": None,
               "text": "Layer 'mean over time: combine' waits for the results of all ranks: compute the mean together with the standard "
                       "deviation, or persist the speeds before both."},
              {"number": "spilling", "layer": "sqrt(u² + v²)", "rank": 2,
               "text": "Rank 2 wrote results to the disk that were read again: give it 1.1 GiB (--bask-memory), or make chunks half as "
                       "long."},
              {"number": "imbalance", "layer": None, "rank": 2,
               "text": "Rank 2 takes a quarter longer for the same tasks than the others: is its node shared?"}]
    return {"numbers": {"thread_seconds": total, **shares}, "costs": costs, "advice": advice}


def lists_of(run, done, layers):
    def of(task):
        return {"layer": run.layers[task.layer], "task": task.number, "rank": task.rank, "thread": task.thread,
                "began": task.began, "seconds": task.seconds, "bytes": task.bytes, "state": task.state}
    slowest = [of(task) for task in sorted(done, key=lambda t: -t.seconds)[:20]]
    for entry in slowest:
        layer = layers[run.layers.index(entry["layer"])]
        entry["mean"] = layer["seconds"] / max(1, layer["done"])
    largest = [of(task) for task in sorted(done, key=lambda t: -t.bytes)[:20]]
    newest = [of(task) for task in sorted(done, key=lambda t: -t.ended)[:50]]
    sample = [of(task) for task in done[::max(1, math.ceil(len(done) / 2000))]]
    return {"slowest": slowest, "largest": largest, "newest": newest, "sample": sample}


def texts_of(run, now, ended):
    log = [{"at": 0.01, "level": "info", "rank": 0, "text": f"{run.ranks} ranks of {run.threads} threads"},
           {"at": 0.14, "level": "debug", "rank": 0, "text": f"plan of {len(run.tasks)} tasks in {len(run.tasks) * 7 // 10} units"},
           {"at": 0.9, "level": "warning", "rank": 2, "text": "memory is full: results go to /tmp/bask-4711"},
           {"at": 1.4, "level": "info", "rank": 1, "text": "retries task 212 of layer 'anomaly' (1 of 3)"}]
    errors = []
    if ended and run.fails:
        errors = [{"at": now - 0.02, "rank": 2, "text": SAID}]
        log.append({"at": now - 0.02, "level": "error", "rank": 2, "text": errors[0]["text"]})
    forecast = None if ended else {"seconds": run.ended, "peak_memory": int(run.limit * 1.2), "bytes_moved": 3 << 30,
                                   "source": "measured sizes"}
    return {"errors": errors, "log": [entry for entry in log if entry["at"] <= now], "forecast": forecast}


def running():
    return state_of(small_run(), small_run().ended * 0.62)


def failed():
    return state_of(small_run(True), small_run(True).ended, ended=True)


def large():
    """512 lanes of 255 bins."""
    return state_of(large_run(), 1.99)


def empty():
    """Before the first computation."""
    state = state_of(small_run(), 0.0)
    state.update(compute=None, computes=[], layers=[], totals=[], graph={"inputs": [], "tasks": None}, now=[], costs=[], advice=[],
                 slowest=[], largest=[], newest=[], sample=[], forecast=None)
    state["counts"] = dict.fromkeys(state["counts"], 0)
    state["moved"].update(bytes=[[0] * 3] * 3, results=[[0] * 3] * 3)
    for rank in state["ranks"]:
        rank["waiting"] = None
    state["timeline"].update(bins=0, activities=[], kinds=[], lanes=[], ranks=[])
    state["numbers"] = {"thread_seconds": 0, "useful": 0, "imbalance": 0, "data": 0, "spilling": 0, "parallelism": 0, "runtime": 0}
    return state


HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>\u202e&amp;\u0000'\"" + "W" * 300


def hostile():
    """Every text of a failed run is made to break out of the page, or of its cell; fixed words stay."""
    fixed = {"state", "level", "cause", "number", "kinds", "started"}

    def spoil(value, key=None):
        if isinstance(value, dict):
            return {name if key != "versions" else HOSTILE + name: spoil(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [spoil(item, key) for item in value]
        return HOSTILE + value if isinstance(value, str) and key not in fixed else value
    return spoil(failed())


def nulls():
    """Null, or nothing, wherever that can be."""
    state = state_of(small_run(), 1.0)
    for name in ("totals", "costs", "advice", "forecast", "largest", "sample", "computes", "versions", "moved"):
        state[name] = None
    state["ranks"][0]["waiting"] = None
    state["ranks"][1]["waiting"].update(limit=None, kinds=None, tasks=[{}, None])
    for rank in state["ranks"]:
        rank.update(memory_limit=None, host=None, cores=None, heard=None)
    state["job"].update(slurm=None, said=None, arguments=None)
    state["compute"].update(left=None, ended=None)
    for entry in state["now"]:
        entry.update(activity=None, task=None)
    for entry in state["memory"]:
        entry["limit"] = None
    for entry in state["slowest"] + state["newest"]:
        entry.update(thread=None, bytes=None, mean=None)
    state["timeline"]["lanes"][1]["bins"] = []
    state["timeline"]["ranks"][0]["busy"] = []
    state["log"].append({"at": None, "level": None, "rank": None, "text": None})
    return state


def as_json(state):
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))


def in_page(page, text):
    """The page with this state in its place, as a report is written."""
    place = '<script type="application/json" id="state">'
    before, after = page.split(place)
    return before + place + text.replace("<", "\\u003c") + after


SAMPLES = {"running": running, "failed": failed, "large": large, "empty": empty, "hostile": hostile, "nulls": nulls}

if __name__ == "__main__":
    text = as_json(SAMPLES[sys.argv[1] if len(sys.argv) > 1 else "running"]())
    if len(sys.argv) > 2:
        text = in_page(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"), text)
    sys.stdout.buffer.write(text.encode())
