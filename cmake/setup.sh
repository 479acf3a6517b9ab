# setup.sh: what quickstart.sh and check.sh share, sourced by them: what Bask needs on a machine, and how a
# preset is configured and built from any state that its folder may be in.
# Exit codes: 1 something failed; 2 something is missing here, and the message says how to get it.
unset CDPATH
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
: "${CMAKE_BUILD_PARALLEL_LEVEL:=$(nproc)}" "${CTEST_PARALLEL_LEVEL:=$(nproc)}"
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL

# Debian package | how to see that it is there | what a cluster calls it
needs=(
  "g++|compiles_cpp20|a C++20 compiler (GCC 11, Clang 15 or newer)"
  "cmake|has_cmake|CMake 3.25 or newer"
  "ninja-build|has_tool ninja|Ninja"
  "pkg-config|has_tool pkg-config|pkg-config"
  "libboost-serialization-dev|links boost_serialization|Boost 1.74 or newer, with its serialization library"
  "libopenmpi-dev|has_tool mpicxx|MPI, such as Open MPI, with its compiler wrapper mpicxx"
  "openmpi-bin|has_tool mpirun|mpirun, which comes with MPI"
  "libboost-mpi-dev|links boost_mpi|Boost's mpi library, built for that MPI"
  "libhwloc-dev|has_library hwloc hwloc.h|hwloc"
  "libxxhash-dev|has_library libxxhash xxhash.h|xxHash"
  "libfmt-dev|has_library fmt fmt/format.h|{fmt}"
  "libspdlog-dev|has_library spdlog spdlog/spdlog.h|spdlog"
  "libtomlplusplus-dev|has_library tomlplusplus toml++/toml.h|toml++"
  "libopenblas-dev|has_library openblas cblas.h|OpenBLAS, with its cblas.h"
  "libhdf5-openmpi-dev|has_hdf5|HDF5 1.10.5 or newer, with its high-level library and its .pc file"
  "zlib1g-dev|has_library zlib zlib.h|zlib"
  "librandom123-dev|has_library random123 Random123/philox.h|Random123"
  "libcli11-dev|has_library CLI11 CLI/CLI.hpp|CLI11"
  "graphviz|has_tool dot|Graphviz"
)
# Monthly winds of 1982 to 1992 on the whole globe, as Debian brings them.
winds=/usr/share/ferret-vis/data/monthly_navy_winds.cdf
needs_for_data=(
  "ferret-datasets|has_winds|the data sets of Ferret (Debian: ferret-datasets)"
  "netcdf-bin|has_tool nccopy|the netCDF tools (nccopy)"
)
needs_for_tests=(
  "libgtest-dev|has_library gtest gtest/gtest.h|GoogleTest"
  "python3-numpy|has_python numpy|Python with NumPy"
  "python3-h5py|has_python h5py|Python with h5py"
  "python3-xarray|has_python xarray|Python with xarray"
  "python3-netcdf4|has_python netCDF4|Python with netCDF4"
  "${needs_for_data[@]}"
  "slurm-wlm|has_slurm|Slurm's daemons and clients (slurmctld, slurmd, sbatch, srun)"
  "munge|has_daemon munged|MUNGE (munged)"
  "procps|has_tool pkill|pkill"
)
wishes=(   # what quickens the build and the runs, or reads more files; installed where that is free
  "ccache|has_tool ccache|ccache"
  "libcairo2-dev|has_library cairo cairo/cairo.h|cairo"
  "libsleef-dev|has_library sleef sleef.h|SLEEF"
  "libdeflate-dev|has_library libdeflate libdeflate.h|libdeflate"
  "libzstd-dev|has_library libzstd zstd.h|Zstandard"
  "liblzf-dev|has_library liblzf lzf.h|liblzf"
  "parallel|has_tool parallel|GNU Parallel, which farm is measured beside"
)

has_tool() { command -v "$1" >/dev/null; }

has_daemon() { PATH=$PATH:/usr/sbin:/sbin has_tool "$1"; }

has_slurm() { has_daemon slurmctld && has_daemon slurmd && has_tool sbatch; }

has_winds() { [[ -r $winds ]]; }

has_python() { /usr/bin/python3 -c "import $1" 2>/dev/null || python3 -c "import $1" 2>/dev/null; }

has_cmake() {
  local version
  version=$(cmake --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
  [[ -n $version && $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) == 3.25 ]]
}

compiles() { "${CXX:-c++}" -std=c++20 -x c++ - "$@" >/dev/null 2>&1; }

compiles_cpp20() { printf '#include <%s>\n' concepts source_location span stop_token | compiles -fsyntax-only; }

links() {
  is_installed "lib${1//_/-}-dev" || compiles -o /dev/null "-l$1" <<<'int main() {}' ||
    [[ -n $(compgen -G "${BOOST_ROOT:-/nowhere}/lib*/lib$1.*") ]]
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# A library counts as there when pkg-config knows it, or the compiler or CMake finds its header.
has_library() {
  local prefix prefixes=${CMAKE_PREFIX_PATH-}
  pkg-config --exists "$1" 2>/dev/null && return
  for prefix in ${prefixes//[:;]/ }; do
    [[ -e $prefix/include/$2 ]] && return
  done
  compiles -E <<<"#include <$2>"
}

has_hdf5() { pkg-config --exists hdf5-mpi || pkg-config --exists hdf5-openmpi || pkg-config --exists hdf5; } 2>/dev/null

# Sets `missing` to the entries of its arguments that are not there.
find_missing() {
  local need package probe
  missing=()
  for need in "$@"; do
    IFS='|' read -r package probe _ <<<"$need"
    $probe || missing+=("$need")
  done
}

explain_missing() {
  printf 'Bask needs, and does not find here:\n'
  printf '  %s\n' "${missing[@]##*|}"
  printf 'On Debian or Ubuntu:\n  sudo apt-get update && sudo apt-get install --no-install-recommends'
  printf ' %s' "${missing[@]%%|*}"
  printf '\nOn a cluster: load a module for each ("module avail", or "spack load"); libraries are looked for through\n'
  printf 'pkg-config (PKG_CONFIG_PATH), CMAKE_PREFIX_PATH, BOOST_ROOT and CPATH; CXX names the compiler.\n'
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update && apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

# set_up [more needs…]: installs what is missing where that is possible, else says what to do and exits with 2.
set_up() {
  local log wanted=("${needs[@]}" "$@")
  find_missing "${wanted[@]}"
  if [[ ${#missing[@]} -gt 0 && $(id -u) -eq 0 ]] && has_tool apt-get; then
    find_missing "${wanted[@]}" "${wishes[@]}"
    printf 'installing:'
    printf ' %s' "${missing[@]%%|*}"
    printf '\n'
    log=$(mktemp)
    apt_install "${missing[@]%%|*}" >"$log" 2>&1 || cat "$log"
    rm -f "$log"
    hash -r
    find_missing "${wanted[@]}"
  fi
  if [[ ${#missing[@]} -gt 0 ]]; then
    explain_missing
    exit 2
  fi >&2
}

# configure <preset> [options…]. A folder that belongs to another tree, to another generator or to no build at
# all starts anew, and so does one that no longer configures.
configure() {
  local dir=$root/build/$1 home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$dir/CMakeCache.txt" 2>/dev/null) || true
  if [[ ! $home -ef $root ]] || ! grep -qx 'CMAKE_GENERATOR:INTERNAL=Ninja' "$dir/CMakeCache.txt"; then
    rm -rf "$dir"
  fi
  cmake -S "$root" --preset "$@" || { rm -rf "$dir" && cmake -S "$root" --preset "$@"; }
}

# build <preset> [options of cmake --build…], after configure. A failure that neither a line of source nor
# memory is to blame for may come from what an interrupted build left behind: once more, keeping only the cache.
build() {
  local dir=$root/build/$1 output
  local command=(cmake --build "$dir" "${@:2}")
  if output=$("${command[@]}" 2>&1); then
    printf '%s\n' "$output"
    return
  fi
  printf '%s\n' "$output"
  grep -Eq ':[0-9]+: (fatal )?error: |fatal error: Killed' <<<"$output" && return 1
  printf 'no line of source is to blame: once more, from a clean folder\n'
  find "$dir" -mindepth 1 -maxdepth 1 ! -name CMakeCache.txt -exec rm -rf {} + &&
    cmake "$dir" && "${command[@]}"
}

# stage <name> <command…>: runs it quietly and says how long it took; on failure shows the end of its output.
stage() {
  local name=$1 log start=$SECONDS code=0
  shift
  log=$root/build/logs/${name// /-}.log
  mkdir -p "$root/build/logs"
  printf '%-20s' "$name"
  "$@" >"$log" 2>&1 || code=$?
  if [[ $code -eq 0 ]]; then
    printf '%6d s  ok%s\n' $((SECONDS - start)) "$(sed -n 's/.*tests failed out of \(.*\)/, \1 tests/p' "$log")"
    return
  fi
  printf '%6d s  FAILED; the end of %s:\n' $((SECONDS - start)) "$log"
  grep -Ev '^ +Start +[0-9]+: |  Passed +[0-9.]+ sec$' "$log" | tail -n 100 | sed 's/^/  | /'
  return "$code"
}
