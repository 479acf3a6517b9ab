"""One field of winds in files as people have them: axes in other orders and under other names, one level, other calendars,
reference dates and zones; and files that are refused.

usage: variants.py APP      the climatology
"""
import datetime
import pathlib
import subprocess
import sys

import cftime
import h5py
import netCDF4
import numpy as np

LATITUDES, LONGITUDES, MONTHS = np.array([-60.0, -10, 0, 45, 80]), np.arange(6) * 60.0, 30
SAID = {"time": {}, "lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"}, "level": {"units": "hPa"}}


def winds():
    random = np.random.default_rng(5)
    return [random.normal(mean, 3, (MONTHS, len(LATITUDES), len(LONGITUDES))) for mean in (5, 0)]


def month_ends(units, calendar):
    """Numbers of the last day of each month from January 1980 on, half an hour before midnight UTC."""
    half_an_hour = datetime.timedelta(minutes=30)
    ends = [cftime.datetime(1980 + k // 12, k % 12 + 1, 1, calendar=calendar) - half_an_hour for k in range(1, MONTHS + 1)]
    return cftime.date2num(ends, units, calendar)


def write(path, dims_of_u=("time", "lat", "lon"), dims_of_v=None, names={}, said={}, units="days since 1980-01-15",
          calendar="standard", numbers=None, levels=1, lengths={}):
    """`names`: names of dimensions; `said`: attributes of coordinates, instead of SAID; `lengths`: lengths to cut axes to."""
    numbers = np.arange(MONTHS) * 30.4 if numbers is None else numbers
    values = {"time": numbers, "lat": LATITUDES, "lon": LONGITUDES, "level": np.arange(levels) * 100.0,
              "station": np.arange(1.0)}
    values = {axis: of_axis[:lengths.get(axis, len(of_axis))] for axis, of_axis in values.items()}
    with netCDF4.Dataset(path, "w") as file:
        for axis in {**dict.fromkeys(dims_of_u), **dict.fromkeys(dims_of_v or ())}:
            name = names.get(axis, axis)
            file.createDimension(name, len(values[axis]))
            file.createVariable(name, "f8", (name,))[:] = values[axis]
            attributes = dict(said.get(axis, SAID.get(axis, {})))
            if axis == "time":
                attributes |= {"units": units, "calendar": calendar}
            file[name].setncatts(attributes)
        for name, field, dims in zip(("UWND", "VWND"), winds(), (dims_of_u, dims_of_v or dims_of_u)):
            variable = file.createVariable(name, "f8", [names.get(axis, axis) for axis in dims])
            variable.units = "m/s"
            field = field[tuple(slice(lengths.get(axis)) for axis in ("time", "lat", "lon"))]
            order = [axis for axis in dims if axis in ("time", "lat", "lon")]
            field = np.transpose(field, [("time", "lat", "lon").index(axis) for axis in order])
            for place, axis in enumerate(dims):
                if axis in ("level", "station"):
                    field = np.repeat(np.expand_dims(field, place), len(values[axis]), place)
            variable[:] = field
    return numbers, units, calendar.lower()


def expected(numbers, units, calendar):
    dates = cftime.num2date(numbers, units, calendar)
    months = np.array([date.month for date in dates])
    begin, end = (np.array([cftime.datetime(d.year + later, 1, 1, calendar=d.calendar) for d in dates]) for later in (0, 1))
    years = np.array([d.year for d in dates]) + ((dates - begin) / (end - begin)).astype(float)
    speed = np.hypot(*winds())
    labels = np.unique(months)
    mean, std = (np.array([of(speed[months == m], axis=0) for m in labels]) for of in (np.mean, np.std))
    weights = np.broadcast_to(np.cos(np.deg2rad(LATITUDES))[:, None], speed.shape[1:])
    t = years - years.mean()
    return {"month": labels, "speed_mean": mean, "speed_std": std, "anomaly": speed - mean[np.searchsorted(labels, months)],
            "trend": np.tensordot(t, speed, 1) / (t @ t), "global_mean": (speed * weights).sum((1, 2)) / weights.sum()}


def run(app, path):
    return subprocess.run([app, path, "-o", "out.h5", "--no-pictures"], capture_output=True, text=True)


def differences(app, what, coordinates=("time", "lat", "lon"), **how):
    right = expected(*write("in.nc", **how))
    done = run(app, "in.nc")
    if done.returncode != 0:
        return [f"{what}: {done.stderr.strip()}"]
    wrong = []
    with h5py.File("out.h5") as found:
        for name, values in right.items():
            if found[name].shape != values.shape or not np.allclose(found[name][...], values, rtol=1e-9, atol=1e-9):
                wrong.append(f"{what}: {name} differs")
        of_anomaly = tuple(scale[0].name for scale in found["anomaly"].dims)
        if of_anomaly != tuple("/" + name for name in coordinates):
            wrong.append(f"{what}: the anomaly lies on {of_anomaly}")
    return wrong


def refusals(app, what, message, **how):
    write("in.nc", **how)
    done = run(app, "in.nc")
    is_right = done.returncode == 1 and message in done.stderr
    return [] if is_right else [f"{what}: exit code {done.returncode}, '{done.stderr.strip()}', expected '{message}'"]


def main(app):
    wrong = differences(app, "as usual")
    wrong += differences(app, "another order", dims_of_u=("time", "lon", "lat"))
    wrong += differences(app, "an order each", dims_of_u=("lon", "lat", "time"), dims_of_v=("lat", "time", "lon"))
    for place in range(4):
        dims = ["time", "lat", "lon"]
        dims.insert(place, "level")
        wrong += differences(app, f"a level at {place}", dims_of_u=tuple(dims), dims_of_v=("time", "level", "lat", "lon"))
    wrong += differences(app, "a level in one", dims_of_u=("time", "level", "lat", "lon"), dims_of_v=("time", "lat", "lon"))
    wrong += differences(app, "a level and a station", dims_of_u=("level", "lat", "station", "time", "lon"))
    nothing = {"lat": {}, "lon": {}}
    wrong += differences(app, "names alone", ("Time", "Latitude", "LON"), said=nothing, dims_of_u=("lon", "time", "lat"),
                         names={"time": "Time", "lat": "Latitude", "lon": "LON"})
    abc = {"time": "a", "lat": "b", "lon": "c"}
    wrong += differences(app, "axis attributes alone", "abc", names=abc, dims_of_u=("lon", "lat", "time"),
                         said={"time": {"axis": "T"}, "lat": {"axis": "Y"}, "lon": {"axis": "X"}})
    wrong += differences(app, "standard names alone", "abc", names=abc, dims_of_u=("lat", "lon", "time"),
                         said={"lat": {"standard_name": "latitude"}, "lon": {"standard_name": "longitude"}})
    wrong += differences(app, "a time called month", ("time", "lat", "lon"), names={"time": "month"})
    wrong += differences(app, "axes called as results", ("time", "latitude", "longitude"), dims_of_u=("lat", "lon", "time"),
                         names={"time": "month", "lat": "trend", "lon": "anomaly"})
    for calendar in ("Standard", "gregorian", "proleptic_gregorian", "julian", "NOLEAP", "all_leap", "360_day"):
        for units in ("days since 1-1-1 00:00:00", "hours since 1980-01-01 00:00:00 +06:00", "seconds since 1979-12-1 12:00"):
            wrong += differences(app, f"{units} in {calendar}", units=units, calendar=calendar,
                                 numbers=month_ends(units, calendar.lower()))
    wrong += refusals(app, "no times", "'time' has no elements; give a file that has data", lengths={"time": 0})
    wrong += refusals(app, "no latitudes", "'lat' has no elements", lengths={"lat": 0})
    wrong += refusals(app, "no longitudes", "'lon' has no elements", lengths={"lon": 0})
    wrong += refusals(app, "two levels", "'level' has length 2; give a file of one level", levels=2,
                      dims_of_u=("time", "level", "lat", "lon"))
    wrong += refusals(app, "a rotated grid", "no axis of its shape (30, 5, 6) is a latitude; give its coordinates a",
                      said={"lat": {"standard_name": "grid_latitude", "units": "degrees", "axis": "Y"}})
    wrong += refusals(app, "two latitudes", "'lat' and 'level' are both a latitude", dims_of_u=("time", "lat", "level", "lon"),
                      said={"level": {"units": "degrees_north"}})
    wrong += refusals(app, "an unknown calendar", "there is no calendar 'lunar'; use standard", calendar="lunar")
    print("\n".join(wrong) if wrong else "all variants agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve())))
