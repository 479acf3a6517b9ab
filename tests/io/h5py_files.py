"""h5py_files.py: what h5py writes and Bask reads, and the other way round.

usage: h5py_files.py write <directory>   writes numbers.h5 and, for each dataset of it, its elements as <name>.bin
       h5py_files.py check <directory>   looks at bask.h5 as Bask's test wrote it, with h5py and, where it is there, xarray
"""
import pathlib
import sys

import h5py
import numpy as np


def write(directory):
    rng = np.random.default_rng(1)
    with h5py.File(directory / "numbers.h5", "w") as file:

        def add(name, values, **options):
            dataset = file.create_dataset(name, data=values, **options)
            native = values.astype(values.dtype.newbyteorder("="))
            (directory / f"{name}.bin").write_bytes(native.tobytes())
            return dataset

        integers = rng.integers(0, 100, (11, 17))
        for dtype in "? i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 c8 c16 >i2 >i4 >u8 >f4 >f8 >c16".split():
            name = dtype.replace(">", "big_").replace("?", "bool")
            values = (integers > 50) if dtype == "?" else integers.astype(dtype)
            add(name, values)
            add(name + "_chunked", values, chunks=(4, 5), compression="gzip", shuffle=True, fletcher32=True)
            add(name + "_lzf", values, chunks=(4, 17), compression="lzf")
        half = integers.astype("f2")
        file.create_dataset("half", data=half)
        (directory / "half.bin").write_bytes(half.astype("f4").tobytes())
        scaled = file.create_dataset("scaled", data=integers, chunks=(4, 5), scaleoffset=0)
        (directory / "scaled.bin").write_bytes(scaled[:].tobytes())
        u = add("u", np.arange(6, dtype="f4").reshape(2, 3))
        lat, lon = add("lat", np.arange(2.0)), add("lon", np.arange(3.0))
        for axis, scale in enumerate((lat, lon)):
            scale.make_scale(scale.name[1:])
            u.dims[axis].attach_scale(scale)
        u.attrs["units"] = "m s-1"
        u.attrs["fixed"] = np.bytes_("text")
        u.attrs["names"] = ["a", "bc"]
        u.attrs["flag"] = True
        u.attrs["large"] = np.uint64(2**64 - 1)
        u.attrs["empty"] = h5py.Empty("S1")
        u.attrs["pair"] = np.array([(1, 2.0)], dtype="i4,f8")


def check(directory):
    expected = np.arange(12).reshape(3, 4) * 0.5
    with h5py.File(directory / "bask.h5", "r") as file:
        assert file.attrs["Conventions"] == "CF-1.8"
        for name in ("plain", "deflate", "lzf", "virtual"):
            if name in file:
                assert (file[name][:] == expected).all(), name
        assert file["deflate"].compression == "gzip" and file["deflate"].shuffle
        assert file["flags"].dtype == bool and file["flags"][:].tolist() == [True, False]
        assert file["complex"][()] == 1 - 2j and file["complex"].dtype == np.complex64
        speed = file["speed"]
        assert speed.attrs["units"] == "m s⁻¹"
        assert [scales[0].name for scales in speed.dims] == ["/lat", "/lon"]
        assert speed.attrs["valid_range"].tolist() == [0, 90]
    try:
        import netCDF4
        import xarray
    except ImportError:
        return
    with xarray.open_dataset(directory / "bask.h5") as opened:
        assert opened.speed.dims == ("lat", "lon"), opened.speed.dims
        assert opened.lat.values.tolist() == [10, 20, 30]
        assert opened.speed.units == "m s⁻¹"
        assert "lon" not in opened.coords and opened.sizes["lon"] == 4
        assert np.isnan(opened.speed.values[0, 0]) and opened.speed.values[0, 1] == 0.5


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
