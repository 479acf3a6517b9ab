#!/usr/bin/env python3
"""The programs of memory_bench by Dask distributed: two workers of one thread each, with a limit of memory for each.

usage: memory_bench_dask.py NAME [--scale N] [--memory-limit 512MiB] [--scratch FOLDER]
Prints a JSON object: the program's name, its seconds without the start of the workers, and its result. memory_bench.py runs
it; it needs Dask and distributed (Debian: python3-dask, python3-distributed).
"""
import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import dask.array as da
from distributed import Client, LocalCluster, wait

EXTENT, CHUNK = 16384, 1024


def random(extent, chunks=(CHUNK, CHUNK)):
    return da.random.RandomState(42).random_sample((extent, extent), chunks=chunks)


def transpose_mean(extent):
    x = random(extent)
    return (x + x.T).mean()


def matmul(extent):
    y = random(extent // 2)
    return da.matmul(y, y).sum()


def persist_sum(extent):
    x = random(extent).persist()
    wait(x)
    return x.sum()


def standardise_cumsum(extent):
    s = da.cumsum(random(extent), axis=0)
    return ((s - s.mean()) / s.std()).sum()


def rechunk_cumsum(extent):
    rows = da.cumsum(random(extent, (CHUNK // 8, extent)), axis=1)
    return da.cumsum(rows.rechunk((extent, CHUNK // 8)), axis=0).max()


PROGRAMS = {program.__name__: program for program in
            (transpose_mean, matmul, persist_sum, standardise_cumsum, rechunk_cumsum)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=PROGRAMS)
    parser.add_argument("--scale", type=int, default=1, help="divides the extents of arrays")
    parser.add_argument("--memory-limit", default="512MiB", help="of a worker")
    parser.add_argument("--scratch", help="where workers put what they spill")
    options = parser.parse_args()
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
                      memory_limit=options.memory_limit, local_directory=options.scratch) as cluster, Client(cluster):
        start = time.perf_counter()
        result = float(PROGRAMS[options.name](EXTENT // options.scale).compute())
        seconds = time.perf_counter() - start
        print(json.dumps({"name": options.name, "seconds": seconds, "result": result}), flush=True)


if __name__ == "__main__":
    main()
