"""The workloads of array_bench by Dask, with two threads, and with two processes of one thread each.

usage: array_bench_dask.py [--only NAMES] [--rounds N] [--file HDF5] [--workers N] [--json]
Prints a line for each: name, seconds with threads, seconds with distributed (the fastest of some rounds).
The HDF5 file is made where it is missing, like array_bench's.
"""
import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import dask
import dask.array as da
import h5py
import numpy as np

SMALL, LARGE, CHUNK = (10000, 10000), (20000, 20000), (1000, 1000)


def random(shape):
    return da.random.RandomState(42).random_sample(shape, chunks=CHUNK)


def wait_for(persisted):
    """Waits for persist: distributed's returns when it has begun, that of threads when it is done."""
    from distributed import wait

    try:
        wait(persisted)
    except ValueError:  # there is no cluster
        pass


def tasks_known():
    """How many tasks distributed's scheduler remembers."""
    from distributed import default_client

    try:
        client = default_client()
    except ValueError:
        return 0
    return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))


def wait_until_forgotten(kept):
    """Waits until distributed has forgotten all but `kept` tasks: a round has the keys of the one before, and remembered tasks are not
    computed again."""
    deadline = time.monotonic() + 60
    while tasks_known() > kept:
        if time.monotonic() > deadline:
            raise RuntimeError("distributed holds on to results: the next round would only fetch them")
        time.sleep(0.01)


def transpose(options):
    x = random(SMALL)
    return lambda: (x + x.T)[::2, 5000:].mean(axis=1).compute()


def normal_mean(options):
    return lambda: da.random.RandomState(42).normal(10, 0.1, LARGE, chunks=CHUNK).mean(axis=0)[::100].compute()


def standardise(options):
    x = random(LARGE)
    return lambda: ((x - x.mean()) / x.std()).sum().compute()


def standardise_axis(options):
    x = random(LARGE)
    return lambda: ((x - x.mean(0)) / x.std(0)).sum().compute()


def matmul(options):
    a, b = random((4000, 4000)), random((4000, 4000))
    return lambda: (a @ b).sum().compute()


def make_file(path):
    """1 GiB twice, plain and deflated: a smooth field and some noise."""
    if os.path.exists(path):
        return
    rng, columns = np.random.default_rng(42), np.arange(8192)[None, :]
    layout = {"shape": (16384, 8192), "dtype": "f8", "chunks": (1024, 1024)}
    with h5py.File(path + ".part", "w") as file:
        plain = file.create_dataset("plain", **layout)
        deflate = file.create_dataset("deflate", **layout, compression="gzip", compression_opts=4, shuffle=True)
        for first in range(0, 16384, 1024):
            rows = np.arange(first, first + 1024)[:, None]
            field = np.round(np.sin(rows / 500) * np.cos(columns / 300) * 1000)
            field += rng.integers(0, 256, field.shape) / 1024
            plain[first:first + 1024] = deflate[first:first + 1024] = field
    os.rename(path + ".part", path)


def hdf5(name):
    def run(options):
        make_file(options.file)
        dataset = h5py.File(options.file, "r")[name]
        x = da.from_array(dataset, chunks=dataset.chunks)
        return lambda: dask.compute(x.mean(), x.std())

    return run


def in_memory(options):
    x = random(SMALL).persist()
    wait_for(x)
    return x


def chain(options):
    x = in_memory(options)

    def run():
        y = x
        for _ in range(5):
            y = y * 1.0001 + 0.5
        return y.sum().compute()

    return run


def functions(options):
    x = in_memory(options)
    return lambda: (np.exp(np.sin(x)) + np.log(x + 1)).sum().compute()


def total(options):
    x = in_memory(options)
    return lambda: x.sum().compute()


def std_axis(options):
    x = in_memory(options)
    return lambda: x.std(axis=0).compute()


def scale(options):
    x = in_memory(options)
    return lambda: (x * 1.5).persist()


WORKLOADS = {
    "transpose": transpose,
    "normal_mean": normal_mean,
    "standardise": standardise,
    "standardise_axis": standardise_axis,
    "matmul": matmul,
    "hdf5_plain": hdf5("plain"),
    "hdf5_deflate": hdf5("deflate"),
    "chain": chain,
    "functions": functions,
    "sum": total,
    "std_axis": std_axis,
    "scale": scale,
}


def fastest(workload, options):
    run = workload(options)
    best, kept = float("inf"), tasks_known()
    for _ in range(options.rounds):
        start = time.perf_counter()
        result = run()
        if dask.is_dask_collection(result):
            wait_for(result)
        best = min(best, time.perf_counter() - start)
        del result
        wait_until_forgotten(kept)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", default="/tmp/bask_array_bench.h5")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="a JSON object for each line")
    options = parser.parse_args()
    names = options.only.split(",")
    unknown = [name for name in names if name not in WORKLOADS]
    if unknown:
        parser.error(f"there is no workload {', '.join(unknown)}; choose from {', '.join(WORKLOADS)}")
    for name in names:
        with dask.config.set(scheduler="threads", num_workers=options.workers):
            threads = fastest(WORKLOADS[name], options)
        from distributed import Client, LocalCluster

        with LocalCluster(n_workers=options.workers, threads_per_worker=1, processes=True, dashboard_address=None,
                          host="127.0.0.1") as cluster, Client(cluster):
            distributed = fastest(WORKLOADS[name], options)
        if options.json:
            print(json.dumps({"name": name, "threads_s": threads, "distributed_s": distributed}), flush=True)
        else:
            print(name, f"{threads:.4f}", f"{distributed:.4f}", flush=True)


if __name__ == "__main__":
    main()
