"""Compares Bask's dates with cftime's, over thousands of random times, units, reference dates and calendars.

usage: cf_times.py PROGRAM      the program of cf_times.cpp
"""
import random
import subprocess
import sys
import warnings

import cftime
import numpy as np

CALENDARS = "standard gregorian proleptic_gregorian julian noleap 365_day all_leap 366_day 360_day".split()
UNITS = """microseconds microsecond microsec microsecs milliseconds millisecond millisec millisecs msec msecs ms
    seconds second sec secs s minutes minute min mins hours hour hr hrs h days day d""".split()
DAYS = {unit: days for unit, days in zip("microsecond millisecond second minute hour day".split(),
                                         (86400e6, 86400e3, 86400, 1440, 24, 1))}
NUMBERS_IN_A_LINE = 12


def per_day(unit):
    """How many of the unit make a day."""
    return 86400e6 / cftime._cftime.UNIT_CONVERSION_FACTORS[unit]


def reference(rng, calendar):
    year = rng.choice([rng.randint(1, 3000), rng.randint(1570, 1595), rng.randint(1890, 2030), 1582, -rng.randint(1, 4000),
                       1, 1900, 2000, 0])
    day = rng.choice([rng.randint(1, 28), rng.randint(1, 31), 30])
    date = rng.choice(["{}-{:02}-{:02}", "{}-{}-{}"]).format(year, rng.randint(1, 12), day)
    if year == 1582 and rng.random() < 0.5:
        date = f"1582-10-{rng.randint(1, 20)}"
    clock = rng.choice(["", "{:02}:{:02}", "{:02}:{:02}:{:02}", "{}:{}:{}", "{:02}:{:02}:{:02}.{}"])
    clock = clock.format(rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59), rng.randint(0, 999999))
    zone = rng.choice(["", "", "", "Z", " Z", " +06:00", " -0630", "+05", " -11:30", " +24:00"])
    if not clock:
        return date + (zone if zone[:1] != "+" else "")
    return date + rng.choice([" ", " ", "T"]) + clock + zone


def numbers(rng, unit):
    of_day = per_day(unit)
    span = rng.choice([1, 40, 1000, 40000, 800000])
    if rng.random() < 0.4:
        return [rng.randint(int(-span * of_day / 4), int(span * of_day)) for _ in range(NUMBERS_IN_A_LINE)]
    round_to = rng.choice([1, 2, 3, 12, 24, 1440, 86400, 7919])  # parts of a day: most are not finite in binary
    return [float(rng.choice([rng.uniform(-span / 4, span), rng.randint(-span * round_to // 4, span * round_to) / round_to])
                  * of_day) for _ in range(NUMBERS_IN_A_LINE)]


def expected(calendar, units, values):
    """The lines that the program must print."""
    times = np.array(values, "i8" if isinstance(values[0], int) else "f8")
    try:
        dates = cftime.num2date(times, units, calendar)
    except (ValueError, TypeError):
        return ["refused"]
    return [f"{d.year} {d.month} {d.day} {d.hour} {d.minute} {d.second} {d.microsecond} {d.dayofyr}" for d in dates]


def lines(rng):
    for _ in range(4000):
        calendar, unit = rng.choice(CALENDARS), rng.choice(UNITS)
        if rng.random() < 0.1:
            calendar, unit = rng.choice([("360_day", "months"), ("360_day", "month"), ("noleap", "common_years"),
                                         ("365_day", "common_year"), ("julian", "fortnights"), ("noleap", "months")])
            unit_days = 0 if unit in ("fortnights",) else per_day(unit)
            values = [rng.randint(-300, 3000) for _ in range(NUMBERS_IN_A_LINE)] if rng.random() < 0.5 or not unit_days \
                else [rng.uniform(-300, 3000) for _ in range(NUMBERS_IN_A_LINE)]
        else:
            values = numbers(rng, unit)
        spell = rng.choice([str, str, str.upper, str.title])
        units = f"{spell(unit)} {rng.choice(['since', 'since', 'Since', 'SINCE'])} {reference(rng, calendar)}"
        yield spell(calendar), units, values


def main(program):
    warnings.simplefilter("ignore")  # of dates before 1582
    rng = random.Random(12)
    asked = list(lines(rng))
    text = "".join(f"{calendar}|{units}|{' '.join(map(repr, values))}\n" for calendar, units, values in asked)
    said = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    at, wrong, refused = 0, [], 0
    for calendar, units, values in asked:
        right = expected(calendar, units, values)
        found = said[at:at + len(right)]
        refused += right == ["refused"]
        if found != right:
            wrong.append((calendar, units, *next((v, f, r) for v, f, r in zip(values, found, right) if f != r)))
            if (said[at:at + 1] == ["refused"]) != (right == ["refused"]):
                at += (1 if said[at] == "refused" else NUMBERS_IN_A_LINE) - len(right)
        at += len(right)
    for case in wrong[:20]:
        print("%s | %s | %s: %s, cftime %s" % case)
    print(f"{len(asked)} lines, {refused} of them refused, {len(wrong)} wrong")
    return 1 if wrong or at != len(said) or refused > len(asked) / 4 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
