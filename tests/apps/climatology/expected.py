"""Computes the climatology of a wind file anew, with NumPy and xarray, and compares an output of apps/climatology with it.

usage: expected.py INPUT OUTPUT [U V]      names of the components, UWND and VWND unless given
Exit code 0 when every cell of every variable agrees to rounding, and names, units and coordinates are as they should be.
"""
import sys
import warnings

import numpy as np
import xarray as xr

TOLERANCE = 1e-10


def decoded(stored):
    """Unpacks into float64 at once: xarray would unpack 16 bits into float32."""
    values = stored.astype("f8")
    for name in ("_FillValue", "missing_value"):
        if name in stored.attrs:
            values = values.where(stored.values != stored.attrs[name])
    return values * float(stored.attrs.get("scale_factor", 1)) + float(stored.attrs.get("add_offset", 0))


def expected(path, u_name, v_name):
    data = xr.open_dataset(path, mask_and_scale=False)
    u, v = decoded(data[u_name]), decoded(data[v_name])
    time, lat, lon = u.dims
    speed = np.sqrt(u**2 + v**2)
    months = data[time].dt.month
    groups = speed.groupby(months.rename("month"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of cells without data
        mean, std = groups.mean(time), groups.std(time)
    anomaly = (speed.groupby(months.rename("month")) - mean).transpose(time, lat, lon)

    stamps = data[time].values
    years = np.array([1970 + s.astype("M8[Y]").astype(int) for s in stamps], float)
    begin = stamps.astype("M8[Y]").astype("M8[ns]")
    end = (stamps.astype("M8[Y]") + 1).astype("M8[ns]")
    years += (stamps - begin) / (end - begin)
    trend = np.full(speed.shape[1:], np.nan)
    values = speed.values
    for i in range(values.shape[1]):
        for j in range(values.shape[2]):
            there = np.isfinite(values[:, i, j])
            if there.sum() > 1:
                trend[i, j] = np.polyfit(years[there] - years.mean(), values[there, i, j], 1)[0]

    weights = np.cos(np.deg2rad(data[lat].values))[None, :, None] * np.isfinite(values)
    with np.errstate(invalid="ignore"):  # of months without data
        total = np.nansum(values * weights, axis=(1, 2)) / weights.sum(axis=(1, 2))
    return {
        "speed_mean": (mean.values, ("month", lat, lon)),
        "speed_std": (std.values, ("month", lat, lon)),
        "anomaly": (anomaly.values, (time, lat, lon)),
        "trend": (trend, (lat, lon)),
        "global_mean": (total, (time,)),
    }, data, values, years, np.unique(months.values)


def sizes(wanted, speed, years):
    """The size relative to which differences count: that of the numbers a result was made of, as the result may be near 0."""
    largest = np.nanmax(np.where(np.isfinite(speed), np.abs(speed), 0), axis=0)
    span = max(years.max() - years.min(), 1 / 12)
    of_cells = {name: largest for name in ("speed_mean", "speed_std", "anomaly")}
    of_cells |= {"trend": largest / span, "global_mean": largest.max()}
    return {name: np.broadcast_to(of_cells[name], values.shape) for name, (values, _) in wanted.items()}


def compare(name, found, wanted, size):
    if found.shape != wanted.shape:
        return f"{name}: shape {found.shape}, expected {wanted.shape}"
    if not np.array_equal(np.isnan(found), np.isnan(wanted)):
        return f"{name}: {np.sum(np.isnan(found) != np.isnan(wanted))} cells are missing in one and not in the other"
    there = ~np.isnan(wanted) & (found != wanted)
    difference = np.zeros(wanted.shape)
    difference[there] = np.abs(found - wanted)[there] / np.maximum(size[there], np.finfo(float).tiny)
    worst = tuple(int(k) for k in np.unravel_index(np.argmax(difference), difference.shape))
    print(f"{name}: largest difference {difference[worst]:.1e} of {size[worst]:.4g}, at {worst}")
    return "" if difference[worst] <= TOLERANCE else f"{name}: {found[worst]} at {worst}, expected {wanted[worst]}"


def main(path, output, u_name="UWND", v_name="VWND"):
    wanted, data, speed, years, months = expected(path, u_name, v_name)
    size = sizes(wanted, speed, years)
    result = xr.open_dataset(output)
    units = data[u_name].attrs["units"]
    wrong = []
    for name, (values, dims) in wanted.items():
        if name not in result:
            wrong.append(f"{name} is not in the output")
            continue
        if result[name].dims != dims:
            wrong.append(f"{name} has dimensions {result[name].dims}, expected {dims}")
        own = result[name].attrs.get("units")
        if own != (units + " / year" if name == "trend" else units):
            wrong.append(f"{name} has units {own!r}")
        for dim in dims:
            if dim not in result.coords:
                wrong.append(f"{name} has no coordinates {dim}")
        wrong.append(compare(name, result[name].values, values, size[name]))
    for dim in data[u_name].dims:
        if dim in result.coords and not np.array_equal(result[dim].values, data[dim].values):
            wrong.append(f"the coordinates {dim} are not those of the input")
        of_input, of_output = (of[dim].attrs.get("units") for of in (data, result))
        if of_input not in (None, of_output):
            wrong.append(f"the coordinates {dim} have units {of_output!r}, expected {of_input!r}")
    if "month" in result.coords and not np.array_equal(result["month"].values, months):
        wrong.append(f"the coordinates month are {result['month'].values}, expected {months}")
    wrong = [text for text in wrong if text]
    print("\n".join(wrong) if wrong else "all cells agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 5):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
