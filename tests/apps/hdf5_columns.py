"""hdf5_columns.py WORDCOUNT PEOPLE MPIEXEC PREFLAGS… NUMPROC_FLAG: what the programs write to HDF5 is what they write to
CSV, and has the same bytes on one process and on three ranks."""
import csv, pathlib, subprocess, sys

import h5py

wordcount, people = sys.argv[1:3]
launcher = sys.argv[3:]


def check(app, name, *made):
    for ranks in 0, 3:
        command = launcher + [str(ranks), app] if ranks else [app]
        subprocess.run(command + [*made, "--csv", f"{name}.csv", "--hdf5", f"{name}-{ranks}.h5"], check=True, timeout=100)
    assert pathlib.Path(f"{name}-0.h5").read_bytes() == pathlib.Path(f"{name}-3.h5").read_bytes(), "other bytes"
    with open(f"{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with h5py.File(f"{name}-0.h5", "r") as file:
        assert set(file) == set(rows[0])
        for column in file:
            values = file[column].asstr()[:] if file[column].dtype == object else file[column][:]
            kind = type(values[0].item()) if values.dtype != object else str
            assert [kind(row[column]) for row in rows] == list(values), column


check(wordcount, "words", "--make", "1MiB")
check(people, "people", "--make", "5000")
print("HDF5 agrees")
