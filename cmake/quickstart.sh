#!/usr/bin/env bash
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh"

if [[ ${1-} == --help || ${1-} == -h ]]; then
  cat <<'HELP'
usage: cmake/quickstart.sh [FILE] [arguments of the program…]

From a fresh clone to a result on real data: installs what is missing (as root on Debian or Ubuntu; elsewhere it says
what to install or load), builds build/release/apps/climatology, and runs it here with three ranks. It makes the
climatology of eleven years of winds: climatology.h5, and the pictures wind_map.png and wind_series.png, in
build/quickstart. With a FILE, it takes the winds from there (HDF5 or NetCDF-4; see --u and --v).
`build/release/apps/climatology --help` lists the program's own options, `--bask-help` those of Bask.

BASK_RANKS sets the number of ranks (3).
exit code: the program's own; 1 when the build fails; 2 when something is missing.
HELP
  exit 0
fi

# A folder that is built with the tests keeps them; a new one does without, and without what they need.
tests=OFF
[[ -e $root/build/release/build.ninja ]] && grep -qx 'BASK_TESTS:BOOL=ON' "$root/build/release/CMakeCache.txt" && tests=ON

arguments=("$@")
kinds=needed
if [[ ${1-} == "" || ${1-} == -* ]]; then
  kinds='needed|data'
else
  arguments[0]=$(realpath -- "$1")
fi
set_up release "$kinds" "-DBASK_TESTS=$tests"
printf '%-20s%6d s  ok\n' "set-up" $SECONDS
stage "build" build release --target climatology

mkdir -p "$root/build/quickstart"
cd "$root/build/quickstart"
if [[ ${1-} == "" || ${1-} == -* ]]; then
  [[ monthly_navy_winds.nc -nt $winds ]] || nccopy -k nc4 "$winds" monthly_navy_winds.nc
  arguments=(monthly_navy_winds.nc "$@")
fi
mpiexec=$(sed -n 's/^MPIEXEC_EXECUTABLE:[A-Z]*=//p' "$root/build/release/CMakeCache.txt")
[[ $(id -u) -eq 0 ]] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1   # three ranks, on fewer cores too
printf 'in %s:\n' "$PWD"
exec "$mpiexec" -n "${BASK_RANKS:-3}" "$root/build/release/apps/climatology" "${arguments[@]}"
