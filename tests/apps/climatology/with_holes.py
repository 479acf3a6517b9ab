"""Writes a file of winds as another data set would have them: packed into int16, with missing values and whole cells of them.

usage: with_holes.py INPUT OUTPUT
"""
import sys

import numpy as np
import xarray as xr

data = xr.open_dataset(sys.argv[1])
random = np.random.default_rng(7)
for name in ("UWND", "VWND"):
    values = data[name].values
    values[random.random(values.shape) < 0.1] = np.nan
    values[:, 20:23, 40:60] = np.nan  # cells without data
    values[5:, 30, 30] = np.nan       # a cell with few values
    values[1:, 31, 31] = np.nan       # a cell with one value
packed = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 1.0, "_FillValue": np.int16(-32767)}
data["UWND"].encoding = dict(packed)
data["VWND"].encoding = dict(packed)
for name in ("UWND", "VWND"):
    data[name].attrs.pop("missing_value", None)
data.to_netcdf(sys.argv[2], format="NETCDF4", engine="netcdf4")
