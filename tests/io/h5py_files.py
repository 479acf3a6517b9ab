"""h5py_files.py: what h5py writes and Bask reads, and the other way round.

usage: h5py_files.py write <directory>   writes numbers.h5 and, for each dataset of it, its elements as <name>.bin
       h5py_files.py check <directory>   looks at bask.h5 as Bask's test wrote it, with h5py and, where it is there, xarray
       h5py_files.py netcdf <directory>  writes netcdf.nc with netCDF4, for Bask to add to
       h5py_files.py added <directory>   looks at what Bask has added to it, with h5py, netCDF4, xarray, nccopy and ncdump;
                                         ends with 77 where there is no netCDF4
"""
import pathlib
import shutil
import subprocess
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


def import_netcdf():
    try:
        import netCDF4
        import xarray
        return netCDF4, xarray
    except ImportError:
        sys.exit(77)


def netcdf(directory):
    netCDF4, _ = import_netcdf()
    with netCDF4.Dataset(directory / "netcdf.nc", "w") as file:
        file.createDimension("time", None)
        file.createDimension("lat", 3)
        file.createDimension("lon", 2)  # without coordinates
        file.createVariable("lat", "f8", ("lat",))[:] = [10, 20, 30]
        file.createVariable("time", "f8", ("time",))[:] = [0, 1]
        file.createVariable("u", "f4", ("time", "lat", "lon"), zlib=True)[:] = np.arange(12).reshape(2, 3, 2)
        file.title = "made by netCDF4"


def look_by_h5py(path):
    with h5py.File(path) as file:
        assert file["mask"].dtype == bool and file["mask"][:].tolist() == [True, False, True]
        assert file["u"][2:].tolist() == [[[100, 101], [102, 103], [104, 105]]], file["u"][2:]
        assert file["packed"].dtype == np.int16 and file["packed"].attrs["_FillValue"].dtype == np.int16
        assert file["packed"].attrs["valid_range"].dtype == np.int16
        assert file["packed"].fillvalue == -99
        assert file["growing"].maxshape == (None, 2) and file.attrs["title"] == "by Bask, too"


def look_by_netcdf(netCDF4, path):
    with netCDF4.Dataset(path) as file:
        assert file.title == "by Bask, too"
        assert file.dimensions["time"].isunlimited() and len(file.dimensions["time"]) == 3
        assert file.dimensions["step"].isunlimited() and len(file.dimensions["lat"]) == 3
        assert file["u"].dimensions == ("time", "lat", "lon") and file["u"].shape == (3, 3, 2)
        assert file["packed"].dimensions == ("lat",) and file["lat"][:].tolist() == [-10, 0, 10]
        values = file["packed"][:]
        assert values.mask.tolist() == [False, True, False] and values[0] == 1.5 and values[2] == 2.5, values
        assert file["mask"].dtype == np.int8 and file["mask"][:].tolist() == [1, 0, 1]


def look_by_xarray(xarray, path):
    with xarray.open_dataset(path) as opened:
        assert opened.mask.dtype == bool and opened.mask.values.tolist() == [True, False, True]
        assert opened.packed.dims == ("lat",) and opened.lat.values.tolist() == [-10, 0, 10]
        assert opened.packed.values[0] == 1.5 and np.isnan(opened.packed.values[1])
        assert opened.u.dims == ("time", "lat", "lon") and opened.u.values[2, 2, 1] == 105
        assert opened.growing.dims == ("step", "lon")
        assert opened.lon.dims == ("lon",) and "lon" in opened.coords  # which has got coordinates


def added(directory):
    netCDF4, xarray = import_netcdf()
    path = directory / "netcdf.nc"
    look_by_h5py(path)
    look_by_netcdf(netCDF4, path)
    look_by_xarray(xarray, path)
    if not (shutil.which("nccopy") and shutil.which("ncdump")):
        return
    copy = directory / "copy.nc"
    subprocess.run(["nccopy", "-k", "nc4", path, copy], check=True)
    look_by_netcdf(netCDF4, copy)
    look_by_xarray(xarray, copy)
    subprocess.run(["ncdump", path], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    {"write": write, "check": check, "netcdf": netcdf, "added": added}[sys.argv[1]](pathlib.Path(sys.argv[2]))
