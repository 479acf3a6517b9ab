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

# A folder that has the tests keeps them; a new one does without, and without what they need.
tests=$(sed -n 's/^BASK_TESTS:[A-Z]*=//p' "$root/build/release/CMakeCache.txt" 2>/dev/null) || tests=OFF
[[ $tests == ON ]] && find_missing "${needs_for_tests[@]}" && [[ ${#missing[@]} -eq 0 ]] || tests=OFF

arguments=("$@")
if [[ ${1-} == "" || ${1-} == -* ]]; then
  set_up "${needs_for_data[@]}"
else
  set_up
  arguments[0]=$(realpath -- "$1")
fi
stage "configure" configure release "-DBASK_TESTS=$tests"
stage "build" build release --target climatology

mkdir -p "$root/build/quickstart"
cd "$root/build/quickstart"
if [[ ${1-} == "" || ${1-} == -* ]]; then
  [[ monthly_navy_winds.nc -nt $winds ]] || nccopy -k nc4 "$winds" monthly_navy_winds.nc
  arguments=(monthly_navy_winds.nc "$@")
fi
[[ $(id -u) -eq 0 ]] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1   # three ranks, on fewer cores too
printf 'in %s:\n' "$PWD"
exec mpirun -n "${BASK_RANKS:-3}" "$root/build/release/apps/climatology" "${arguments[@]}"
