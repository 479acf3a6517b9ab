"""Trials of expected.py: it accepts a right climatology, worked out here in plain Python, and refuses those with a mistake."""
import contextlib
import io
import math
import subprocess
import sys

import numpy as np
import xarray as xr

sys.dont_write_bytecode = True  # nothing is left in the tree of sources
import expected  # noqa: E402

MONTHS, LATITUDES, LONGITUDES = 30, [-60.0, 0.0, 45.0], [0.0, 90.0, 180.0, 270.0]


def winds():
    random = np.random.default_rng(3)
    shape = (MONTHS, len(LATITUDES), len(LONGITUDES))
    u, v = random.normal(5, 3, shape), random.normal(0, 3, shape)
    u[random.random(shape) < 0.1] = np.nan
    u[:, 0, 0] = np.nan
    u[1:, 1, 1] = np.nan
    axes = ("time", "lat", "lon")
    days = [31 * k - k // 2 for k in range(MONTHS)]  # one in each month, from 15 January on
    return xr.Dataset(
        {name: (axes, values, {"units": "m/s"}) for name, values in (("UWND", u), ("VWND", v))},
        {"time": ("time", days, {"units": "days since 2001-01-15"}),
         "lat": ("lat", LATITUDES, {"units": "degrees_north"}),
         "lon": ("lon", LONGITUDES, {"units": "degrees_east"})})


def slope(points):
    if len(points) < 2:
        return math.nan
    x, y = (sum(values) / len(points) for values in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, b in points)


def climatology(data):
    """Cell by cell and month by month, by the textbook formulas."""
    dates = xr.decode_cf(data)["time"].dt
    month = dates.month.values
    days_of_year = np.where(dates.is_leap_year, 366, 365)
    years = dates.year.values + (dates.dayofyear.values - 1) / days_of_year
    speed = np.hypot(data["UWND"].values, data["VWND"].values)
    mean, std = np.full((2, 12) + speed.shape[1:], math.nan)
    anomaly, trend = np.full(speed.shape, math.nan), np.full(speed.shape[1:], math.nan)
    for cell in np.ndindex(*trend.shape):
        of_cell = [(k, speed[(k, *cell)]) for k in range(MONTHS) if not math.isnan(speed[(k, *cell)])]
        for m in range(1, 13):
            values = [value for k, value in of_cell if month[k] == m]
            if values:
                middle = sum(values) / len(values)
                mean[(m - 1, *cell)] = middle
                std[(m - 1, *cell)] = math.sqrt(sum((value - middle) ** 2 for value in values) / len(values))
        for k, value in of_cell:
            anomaly[(k, *cell)] = value - mean[(month[k] - 1, *cell)]
        trend[cell] = slope([(years[k], value) for k, value in of_cell])
    weights = [math.cos(math.radians(latitude)) for latitude in LATITUDES]
    total = []
    for field in speed:
        there = [(weights[i], value) for (i, _), value in np.ndenumerate(field) if not math.isnan(value)]
        total.append(sum(w * value for w, value in there) / sum(w for w, _ in there))
    of = {"units": "m/s"}
    return xr.Dataset(
        {"speed_mean": (("month", "lat", "lon"), mean, of), "speed_std": (("month", "lat", "lon"), std, of),
         "anomaly": (("time", "lat", "lon"), anomaly, of), "global_mean": (("time",), total, of),
         "trend": (("lat", "lon"), trend, {"units": "m/s / year"})},
        {"month": np.arange(1, 13), **{name: data[name] for name in ("time", "lat", "lon")}})


def cell_changed(name, change):
    def spoil(right):
        values = right[name].values
        place = tuple(np.argwhere(np.isfinite(values))[values.size // 2])
        values[place] = change(values[place])
        return right
    return spoil


def mistakes():
    for name in ("speed_mean", "speed_std", "anomaly", "trend", "global_mean"):
        yield f"{name} differs in one cell", cell_changed(name, lambda value: value + 1e-8)
        yield f"{name} misses a cell", cell_changed(name, lambda value: math.nan)
        yield f"{name} has no units", lambda right, name=name: right.assign({name: (right[name].dims, right[name].values)})
        yield f"{name} is in single precision", lambda right, name=name: right.assign({name: right[name].astype("f4")})
        yield f"{name} is not there", lambda right, name=name: right.drop_vars(name)
    yield "axes in another order", lambda right: right.transpose("lon", "lat", "time", "month")
    yield "a shifted time", lambda right: right.assign_coords(time=("time", right["time"].values + 1, right["time"].attrs))
    yield "latitudes upside down", lambda right: right.assign_coords(lat=("lat", LATITUDES[::-1], right["lat"].attrs))
    yield "latitudes without units", lambda right: right.assign_coords(lat=("lat", LATITUDES))
    yield "months from 0", lambda right: right.assign_coords(month=np.arange(12))
    yield "no months", lambda right: right.drop_vars("month")
    yield "the deviation of a sample", lambda right: right.assign(
        speed_std=right["speed_std"].copy(data=right["speed_std"] * math.sqrt(3 / 2)))


def check(output):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = expected.main("winds.nc", output)
    return code, said.getvalue()


def main():
    data = winds()
    data.to_netcdf("winds.nc")
    right = climatology(data)
    right.to_netcdf("right.nc")
    code, said = check("right.nc")
    if code != 0:
        sys.exit("the right climatology is refused:\n" + said)
    overlooked = []
    for number, (what, spoil) in enumerate(mistakes()):
        spoil(right.copy(deep=True)).to_netcdf(f"wrong{number}.nc")
        code, said = check(f"wrong{number}.nc")
        if code != 1:
            overlooked.append(what)
    program = [sys.executable, expected.__file__, "winds.nc"]
    for output, code in (("right.nc", 0), ("wrong0.nc", 1)):
        if subprocess.run([*program, output], stdout=subprocess.DEVNULL).returncode != code:
            overlooked.append(f"the exit code for {output}")
    print(f"{number + 1} mistakes; overlooked: {', '.join(overlooked) or 'none'}")
    return 1 if overlooked else 0


if __name__ == "__main__":
    sys.exit(main())
