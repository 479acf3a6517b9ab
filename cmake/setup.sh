# setup.sh: what quickstart.sh and check.sh share, sourced by them: what Bask needs on a machine, and how a
# preset is configured and built from any state that its folder may be in.
# Exit codes: 1 something failed; 2 something is missing here, and the message says how to get it.
unset CDPATH
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# Two tests more than there are cores: those of batch jobs and of several ranks wait most of the time.
: "${CMAKE_BUILD_PARALLEL_LEVEL:=$(nproc)}" "${CTEST_PARALLEL_LEVEL:=$(($(nproc) + 2))}"
export CMAKE_BUILD_PARALLEL_LEVEL CTEST_PARALLEL_LEVEL
# Where ccache does not know a source, it takes the headers from what the compiler writes, and does not preprocess it first.
export CCACHE_DEPEND=${CCACHE_DEPEND-true}

# Monthly winds of 1982 to 1992 on the whole globe, as Debian brings them.
winds=/usr/share/ferret-vis/data/monthly_navy_winds.cdf

# What CMake itself needs, as lines of missing.txt. All else is asked of CMake.
find_missing_tools() {
  missing=()
  compiles_cpp20 || missing+=("needed|g++|a C++20 compiler (GCC 11, Clang 14 or newer)")
  has_cmake || missing+=("needed|cmake|CMake 3.25 or newer")
  has_tool ninja || missing+=("needed|ninja-build|Ninja")
}

has_tool() { command -v "$1" >/dev/null; }

has_cmake() {
  local version
  version=$(cmake --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
  [[ -n $version && $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) == 3.25 ]]
}

compiles_cpp20() {
  printf '#include <%s>\n' concepts source_location span stop_token | "${CXX:-c++}" -std=c++20 -x c++ - -fsyntax-only
} >/dev/null 2>&1

# find_missing <preset> <kinds> [options of cmake…]: configures, and sets `missing` to the lines of missing.txt (kinds and lines:
# see Dependencies.cmake) that are of these kinds, as an extended regular expression. Its log is written by the caller.
find_missing() {
  local file=$root/build/$1/missing.txt code=0
  rm -f "$file"
  configure "$1" "${@:3}" || code=$?
  missing=()
  [[ ! -e $file ]] || mapfile -t missing < <(grep -E "^($2)\|" "$file")
  [[ $code -eq 0 || ${#missing[@]} -gt 0 ]]
}

packages_of_missing() { printf '%s\n' "${missing[@]}" | cut -d '|' -f 2 | awk 'NF && !seen[$0]++'; }

# explain_missing [a last line]: ends the script with 2.
explain_missing() {
  local packages
  packages=$(packages_of_missing | paste -s -d ' ')
  printf 'Bask needs, and does not find here:\n'
  printf '  %s\n' "${missing[@]##*|}"
  [[ -z $packages ]] ||
    printf 'On Debian or Ubuntu:\n  sudo apt-get update && sudo apt-get install --no-install-recommends %s\n' "$packages"
  printf 'On a cluster: load a module for each ("module avail", or "spack load"); libraries are looked for through\n'
  printf 'pkg-config (PKG_CONFIG_PATH), CMAKE_PREFIX_PATH, CPATH and LIBRARY_PATH; CXX names the compiler, BLA_VENDOR the BLAS.\n'
  [[ $# -eq 0 ]] || printf '%s\n' "$1"
  exit 2
} >&2

# Packages that this system does not have are left out: they may be wishes only.
apt_install() {
  local package known=()
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update || return
  for package; do
    ! has_tool apt-cache || apt-cache show "$package" >/dev/null 2>&1 || continue
    known+=("$package")
  done
  [[ ${#known[@]} -eq 0 ]] || apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${known[@]}"
}

# Installs the packages of `missing`, where that is possible.
install_missing() {
  local log packages
  mapfile -t packages < <(packages_of_missing)
  [[ ${#packages[@]} -gt 0 && $(id -u) -eq 0 ]] && has_tool apt-get || return 0
  printf 'installing: %s\n' "${packages[*]}"
  log=$(mktemp)
  apt_install "${packages[@]}" >"$log" 2>&1 || cat "$log"
  rm -f "$log"
  hash -r
}

# set_up <preset> <kinds> [options of cmake…]: configures the preset, and installs what CMake misses of these kinds where that is
# possible, and what it wishes for with it; else says what to do and exits with 2.
set_up() {
  local log=$root/build/logs/set-up.log preset=$1 kinds=$2 told
  shift 2
  mkdir -p "$root/build/logs"
  find_missing_tools
  install_missing
  find_missing_tools
  [[ ${#missing[@]} -eq 0 ]] || explain_missing "What else is missing shows when CMake can be asked."
  find_missing "$preset" "$kinds" "$@" >"$log" 2>&1 || fail_to_set_up "$log"
  if [[ ${#missing[@]} -gt 0 ]]; then
    mapfile -t missing < <(grep -E "^($kinds|wish)\|" "$root/build/$preset/missing.txt")
    install_missing
    # What CMake remembers of before would hide what is there now; what the user told it stays.
    mapfile -t told < <(sed -n '/^\/\/No help, variable specified on the command line/{n;s/^/-D/p}' \
      "$root/build/$preset/CMakeCache.txt")
    find_missing "$preset" "$kinds" --fresh "${told[@]}" "$@" >"$log" 2>&1 || fail_to_set_up "$log"
  fi
  [[ ${#missing[@]} -eq 0 ]] || explain_missing
}

fail_to_set_up() {
  printf 'CMake fails; the end of %s:\n' "$1"
  tail -n 50 "$1" | sed 's/^/  | /'
  exit 1
} >&2

# configure <preset> [options…]. A folder that belongs to another tree, to another generator or to no build at
# all starts anew, and so does one that no longer configures though nothing is missing.
configure() {
  local dir=$root/build/$1 home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$dir/CMakeCache.txt" 2>/dev/null) || true
  if [[ ! $home -ef $root ]] || ! grep -qx 'CMAKE_GENERATOR:INTERNAL=Ninja' "$dir/CMakeCache.txt"; then
    rm -rf "$dir"
  fi
  # pkg-config is asked again each time: what it knew may be gone.
  local command=(cmake -S "$root" --preset "$@" -U '__pkg_config_checked_*')
  "${command[@]}" || { ! grep -q '^needed' "$dir/missing.txt" 2>/dev/null && rm -rf "$dir" && "${command[@]}"; }
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
