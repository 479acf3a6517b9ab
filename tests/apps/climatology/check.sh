#!/usr/bin/env bash
# check.sh APP PYTHON WINDS MPIEXEC: the climatology of real data, and of the same data with holes and packed numbers, on
# one process and on three ranks: both must equal an independent computation, and have the same bits.
set -euo pipefail
app=$1 python=$2 winds=$3 mpiexec=$4
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 MPIEXEC_TIMEOUT=100
nccopy -k nc4 "$winds" winds.nc
"$python" "$here/with_holes.py" winds.nc holes.nc
for data in winds holes; do
  "$app" $data.nc -o $data-1.h5 --no-pictures --chunk 7 | tee summary
  grep -Eq 'windiest cell [0-9.]+ at [0-9.]+°S [0-9.]+°E$' summary
  "$mpiexec" -n 3 "$app" $data.nc -o $data-3.h5 --map $data-map.png --series $data-series.png --chunk 7
  "$python" "$here/expected.py" $data.nc $data-3.h5
  "$python" - $data-1.h5 $data-3.h5 <<'PYTHON'
import h5py, sys
one, three = (h5py.File(path, "r") for path in sys.argv[1:])
names = [name for name in one if one[name].shape]
assert len(names) >= 9 and all(one[name][...].tobytes() == three[name][...].tobytes() for name in names), "bits differ"
PYTHON
  test -s $data-map.png
done
echo "climatology agrees"
