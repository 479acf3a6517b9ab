"""The workloads of array_bench by Dask, with two threads, and with two processes of one thread each.

usage: array_bench_dask.py [--only NAMES] [--rounds N] [--file HDF5] [--workers N]
Prints a line for each: name, seconds with threads, seconds with distributed (the fastest of some rounds).
"""
import argparse
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


def hdf5(name):
    def run(options):
        dataset = h5py.File(options.file, "r")[name]
        x = da.from_array(dataset, chunks=dataset.chunks)
        return lambda: dask.compute(x.mean(), x.std())

    return run


def in_memory(options):
    return random(SMALL).persist()


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
    best = float("inf")
    for _ in range(options.rounds):
        start = time.perf_counter()
        result = run()
        if hasattr(result, "dask"):  # persisted: distributed has only begun
            try:
                from distributed import wait

                wait(result)
            except ValueError:
                pass
        best = min(best, time.perf_counter() - start)
        del result
        time.sleep(options.pause)  # until distributed has forgotten it, and computes it anew
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", default="/tmp/bask_array_bench.h5")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    for name in options.only.split(","):
        options.pause = 0
        with dask.config.set(scheduler="threads", num_workers=options.workers):
            threads = fastest(WORKLOADS[name], options)
        from distributed import Client, LocalCluster

        options.pause = 0.5
        with LocalCluster(n_workers=options.workers, threads_per_worker=1, processes=True, dashboard_address=None,
                          host="127.0.0.1") as cluster, Client(cluster):
            distributed = fastest(WORKLOADS[name], options)
        print(name, f"{threads:.4f}", f"{distributed:.4f}", flush=True)


if __name__ == "__main__":
    main()
