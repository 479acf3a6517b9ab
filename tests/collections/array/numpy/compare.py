"""compare.py <program> <theme> <file>: runs numpy_cases, evaluates each expression with NumPy and compares.

The file is a sequence of lines, each array a line "<dtype> <extents>" and its bytes in C order:
  round <case>
  input <name>          then a line "chunks ..." and the array
  expect <expression>   then a line "tolerance <float64> <float32> <scale>" and the array that Bask has computed
  error <what>          where Bask threw, or its own results differ from each other
"""
import subprocess
import sys
import warnings

import numpy as np


def read_array(lines):
    dtype, *extents = lines.readline().split()
    shape = tuple(int(extent) for extent in extents)
    dtype = np.dtype(dtype.decode())
    bytes_ = lines.read(dtype.itemsize * int(np.prod(shape, dtype=np.int64)))
    return np.frombuffer(bytes_, dtype).reshape(shape)


def differences(actual, wanted, scale):
    """Differences of elements, relative to `wanted` or `scale`: 0 where equal, infinite where only one is NaN or infinite."""
    if wanted.dtype.kind in "biu":
        return np.where(actual == wanted, 0.0, np.inf)
    if wanted.dtype.kind == "c":
        same = (actual == wanted) | (np.isnan(actual) & np.isnan(wanted))
        same |= np.isinf(actual) & np.isinf(wanted) & (
            (actual.real == wanted.real) | np.isnan(actual.real) & np.isnan(wanted.real)) & (
            (actual.imag == wanted.imag) | np.isnan(actual.imag) & np.isnan(wanted.imag))
    else:
        same = (actual == wanted) | (np.isnan(actual) & np.isnan(wanted))
    least = max(scale, np.finfo(wanted.dtype).tiny)  # below this, digits are lost in any case
    relative = np.abs(actual - wanted) / np.maximum(np.abs(wanted), least)
    relative = np.where(np.isfinite(actual) & np.isfinite(wanted), relative, np.inf)
    return np.where(same, 0.0, relative)


def assigned(values, index, value):
    """The array after values[index] = value."""
    result = values.copy()
    result[index] = value
    return result


class Comparison:
    def __init__(self):
        self.worst = {}  # by case: the largest difference
        self.failures = []
        self.compared = 0

    def fail(self, case, what, inputs):
        shapes = "".join(f"\n    {name}: {values.dtype} {values.shape} in chunks {chunks}"
                         for name, (values, chunks) in inputs.items())
        self.failures.append(f"{case}: {what}{shapes}")

    def compare(self, case, text, tolerance, actual, inputs):
        self.compared += 1
        names = {name: values for name, (values, _) in inputs.items()}
        names.update(np=np, assigned=assigned)
        float64, float32, *scale = tolerance
        try:
            wanted = np.asarray(eval(text, names))
            scale = float(np.max(np.abs(eval(" ".join(scale), names)), initial=0)) if scale else 0.0
        except Exception as error:
            return self.fail(case, f"{text}: NumPy raised {error!r}", inputs)
        if actual.dtype != wanted.dtype or actual.shape != wanted.shape:
            return self.fail(case, f"{text}: {actual.dtype} {actual.shape}, NumPy has {wanted.dtype} {wanted.shape}",
                             inputs)
        if actual.size == 0:
            return None
        apart = differences(actual, wanted, scale)
        worst = float(np.max(apart))
        self.worst[case] = max(self.worst.get(case, 0.0), worst)
        limit = float(float32 if wanted.dtype in (np.float32, np.complex64) else float64)
        if worst <= limit:
            return None
        index = tuple(int(i) for i in np.argwhere(~(apart <= limit))[0])
        count = int(np.sum(~(apart <= limit)))
        return self.fail(case, f"{text}: {count} of {apart.size} differ, first at {index}: {actual[index]!r}, "
                         f"NumPy has {wanted[index]!r}; the worst by {worst:.3g}", inputs)


def main():
    program, theme, path = sys.argv[1:]
    subprocess.run([program, theme, path], check=True)
    comparison, case, inputs = Comparison(), "", {}
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    with open(path, "rb") as lines:
        while line := lines.readline().decode():
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "round":
                case, inputs = rest, {}
            elif kind == "input":
                chunks = lines.readline().decode().split(maxsplit=1)[1].rstrip("\n")
                inputs[rest] = (read_array(lines), chunks)
            elif kind == "expect":
                tolerance = lines.readline().decode().split()[1:]
                comparison.compare(case, rest, tolerance, read_array(lines), inputs)
            else:
                comparison.fail(case, rest, inputs)
    for case, worst in sorted(comparison.worst.items(), key=lambda item: -item[1]):
        if worst > 0:
            print(f"{worst:10.3g}  {case}")
    print(f"{comparison.compared} results of {len(comparison.worst)} cases compared with NumPy {np.__version__}, "
          f"{len(comparison.failures)} differ")
    for failure in comparison.failures:
        print("FAILED", failure)
    return 1 if comparison.failures else 0


if __name__ == "__main__":
    sys.exit(main())
