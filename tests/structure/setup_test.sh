#!/usr/bin/env bash
# setup_test.sh CASE TREE COMPILER: which dependencies the set-up of quickstart.sh and check.sh finds missing, asks apt-get for,
# and tells the user of. It uses the project's own cmake/ on a project that has only the dependencies, and a fake apt-get that
# notes its arguments. Dependencies are hidden from CMake, and that apt-get brings them back. Needs neither root nor a network.
set -euo pipefail
case=$1 tree=$2
export CXX=$3
unset CMAKE_PREFIX_PATH PKG_CONFIG_PATH PKG_CONFIG_LIBDIR BLA_VENDOR CPATH LIBRARY_PATH

here=$PWD/$case
rm -rf "$here"
mkdir -p "$here"/{project,bin,pc}
cp -r "$tree/cmake" "$tree/CMakePresets.json" "$here/project"
cat >"$here/project/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(dependencies LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)
set(CCACHE_PROGRAM /usr/bin/ccache)
include(Dependencies)
CMAKE

fail() {
  printf 'setup_test.sh: %s\n' "$1"
  exit 1
}

# tool NAME: makes a program of the lines of stdin, which is found first in PATH.
tool() {
  { printf '#!/usr/bin/env bash\n' && cat; } >"$here/bin/$1"
  chmod +x "$here/bin/$1"
}
tool id <<<'[[ $* == -u ]] && echo "${FAKE_UID:-0}"'
tool apt-cache <<<'exit 0'
tool apt-get <<APT
printf '%s\n' "\$*" >>"$here/apt"
[[ \$* != *" install "* ]] || { [[ ! -e "$here/brings" ]] || source "$here/brings"; }
APT
export PATH=$here/bin:$PATH

# hide_pc NAME…: hides these packages from pkg-config.
hide_pc() {
  local directory name
  IFS=: read -ra directories <<<"$(pkg-config --variable pc_path pkg-config)"
  for directory in "${directories[@]}"; do
    for name in "$directory"/*.pc; do
      [[ ! -e $name || -e $here/pc/${name##*/} ]] || ln -s "$name" "$here/pc/"
    done
  done
  for name in "$@"; do
    [[ ! -e $here/pc/$name.pc ]] || mv "$here/pc/$name.pc" "$here/$name.pc.hidden"
  done
  export PKG_CONFIG_LIBDIR=$here/pc
}
headers_of_the_system=/usr/include\;/usr/include/$(gcc -print-multiarch 2>/dev/null || uname -m)-linux-gnu\;/usr/include/$(uname -m)-linux-gnu

# These have no .pc file: this keeps them visible when CMake ignores the system's headers.
headers_alone() {
  mkdir -p "$here/headers/include"
  ln -sfn /usr/include/Random123 /usr/include/fast_float "$here/headers/include/"
}

# set_up EXIT KINDS [options of cmake…]: runs the set-up, which must end with EXIT; sets $output to its output and $asked to
# the packages that apt-get was asked for.
set_up() {
  local expected=$1 kinds=$2 code=0
  shift 2
  rm -f "$here/apt"
  output=$(bash -c 'set -euo pipefail; source "$0"/cmake/setup.sh; set_up release "$@"' "$here/project" "$kinds" "$@" 2>&1) || code=$?
  asked=$(sed -n 's/.* install --no-install-recommends//p' "$here/apt" 2>/dev/null || true)
  printf '%s\n--- asked for:%s\n' "$output" "$asked"
  [[ $code -eq $expected ]] || {
    tail -n 30 "$here/project/build/logs/set-up.log"
    fail "exit code $code, not $expected"
  }
}

expect_asked() {
  local package
  for package in "$@"; do
    [[ " $asked " == *" $package "* ]] || fail "$package was not asked for"
  done
}
expect_asked_nothing() { [[ ! -e $here/apt ]] || fail "apt-get was asked for:$asked"; }
expect_not_asked() { [[ " $asked " != *" $1 "* ]] || fail "$1 was asked for"; }
expect_said() { grep -qF -e "$1" <<<"$output" || fail "it did not say: $1"; }

case $case in
  nothing_is_missing)
    set_up 0 needed
    expect_asked_nothing
    ;;

  all_is_missing)   # all of it is told at once, with the names of all packages
    hide_pc hwloc libxxhash hdf5-openmpi hdf5-mpi hdf5 simdjson libdeflate zlib libzstd liblzf sleef cairo ncursesw
    off=()
    for package in MPI Boost fmt spdlog tomlplusplus BLAS CLI11 GTest; do
      off+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
    done
    mkdir "$here/python"
    for module in numpy h5py xarray netCDF4 cftime; do
      echo 'raise ImportError' >"$here/python/$module.py"
    done
    export PYTHONPATH=$here/python
    off+=("-DCMAKE_IGNORE_PATH=$headers_of_the_system;/usr/bin;/bin;/usr/sbin;/sbin" -DBASK_TESTS=ON
      "-DPKG_CONFIG_EXECUTABLE=$(command -v pkg-config)" "-DCMAKE_MAKE_PROGRAM=$(command -v ninja)"
      -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF)
    libraries=(libopenmpi-dev libboost-serialization-dev libboost-mpi-dev libfmt-dev libspdlog-dev libtomlplusplus-dev libhwloc-dev
      libxxhash-dev libopenblas-dev libhdf5-openmpi-dev libsimdjson-dev zlib1g-dev librandom123-dev libfast-float-dev libcli11-dev libgtest-dev)
    set_up 2 'needed|tests|data' "${off[@]}"
    expect_asked "${libraries[@]}" graphviz procps slurm-wlm munge netcdf-bin python3-numpy python3-h5py python3-xarray python3-netcdf4 python3-cftime libdeflate-dev libzstd-dev liblzf-dev libsleef-dev libncurses-dev
    FAKE_UID=1000 set_up 2 needed "${off[@]}"
    expect_asked_nothing
    expect_said 'a BLAS with its C interface, such as OpenBLAS, MKL or BLIS'
    expect_said 'MPI 3.0 or newer, such as Open MPI, with its compiler wrapper mpicxx'
    expect_said "apt-get install --no-install-recommends ${libraries[0]} ${libraries[1]}"
    expect_said 'On a cluster: load a module for each'
    ;;

  one_is_missing)   # apt-get is asked for it, and it is found when it has come
    hide_pc hwloc && headers_alone
    export CMAKE_PREFIX_PATH=$here/headers
    echo "mv '$here/hwloc.pc.hidden' '$here/pc/hwloc.pc'" >"$here/brings"
    set_up 0 needed "-DCMAKE_IGNORE_PATH=$headers_of_the_system"
    expect_asked libhwloc-dev
    expect_not_asked libxxhash-dev
    rm "$here/pc/hwloc.pc"   # missing again, in a build folder that was configured with it
    FAKE_UID=1000 set_up 2 needed "-DCMAKE_IGNORE_PATH=$headers_of_the_system"
    expect_said 'hwloc 2.0 or newer'
    ;;

  too_old)
    hide_pc && headers_alone
    export CMAKE_PREFIX_PATH=$here/headers
    for old in hwloc=1.11.0 libxxhash=0.7.4 hdf5-openmpi=1.10.4 hdf5-mpi=1.10.4 hdf5=1.10.4; do
      rm -f "$here/pc/${old%=*}.pc"
      printf 'Name: %s\nDescription: old\nVersion: %s\n' "${old%=*}" "${old#*=}" >"$here/pc/${old%=*}.pc"
    done
    set_up 2 needed "-DCMAKE_IGNORE_PATH=$headers_of_the_system"
    expect_asked libhwloc-dev libxxhash-dev libhdf5-openmpi-dev
    expect_said 'hwloc 2.0 or newer (1.11.0 is here)'
    expect_said 'xxHash 0.8 or newer (0.7.4 is here)'
    expect_said 'HDF5, with its high-level library, 1.10.5 or newer (1.10.4 is here)'
    ;;

  without_pc_files)   # found by header and library below CMAKE_PREFIX_PATH, as in modules of clusters
    hide_pc hwloc libxxhash && headers_alone
    mkdir -p "$here/module/include" "$here/module/lib"
    "$CXX" -shared -x c++ -o "$here/module/lib/libhwloc.so" - <<<''
    cp "$here/module/lib/libhwloc.so" "$here/module/lib/libxxhash.so"
    echo '#define HWLOC_API_VERSION 0x00020800' >"$here/module/include/hwloc.h"
    echo '#define XXH_VERSION_NUMBER 704' >"$here/module/include/xxhash.h"
    export CMAKE_PREFIX_PATH=$here/headers:$here/module
    set_up 2 needed "-DCMAKE_IGNORE_PATH=$headers_of_the_system"
    expect_asked libxxhash-dev   # too old
    expect_not_asked libhwloc-dev
    echo '#define XXH_VERSION_NUMBER 800' >"$here/module/include/xxhash.h"
    set_up 0 needed "-DCMAKE_IGNORE_PATH=$headers_of_the_system"
    expect_asked_nothing
    ;;

  blas)   # a named BLAS, with its C interface inside, in a library beside it, or nowhere
    mkdir -p "$here/netlib"
    "$CXX" -shared -x c -o "$here/netlib/libblas.so" - <<<'void sgemm_(void) {}'
    export LD_LIBRARY_PATH=$here/netlib
    only=(-DBLA_VENDOR=Generic "-DBLAS_blas_LIBRARY=$here/netlib/libblas.so" "-DCMAKE_IGNORE_PATH=/usr/lib/$(uname -m)-linux-gnu;/lib/$(uname -m)-linux-gnu")
    set_up 2 needed "${only[@]}"
    expect_asked libopenblas-dev
    "$CXX" -shared -x c -o "$here/netlib/libcblas.so" - <<<'void cblas_dgemm(void) {}'
    set_up 0 needed "${only[@]}"
    expect_asked_nothing
    grep -q '^wish|libopenblas-dev|' "$here/project/build/release/missing.txt" || fail "no faster BLAS is wished for"
    rm "$here/netlib/libcblas.so"
    "$CXX" -shared -x c -o "$here/netlib/libblas.so" - <<<'void sgemm_(void) {} void cblas_dgemm(void) {}'
    set_up 0 needed "${only[@]}"
    expect_asked_nothing
    ;;

  other_mpi_first)   # the wrapper of an MPI that Boost.MPI was not built for
    if ! mpicxx --showme:version >/dev/null 2>&1; then
      echo "skipped: mpicxx is not Open MPI's"
      exit 0
    fi
    wrapper=$(command -v mpicxx)
    tool mpicxx <<<'[[ $1 == -show ]] && echo "g++ -lmpich"'
    tool mpicxx.openmpi <<<"exec -a mpicxx '$wrapper' \"\$@\""
    set_up 0 needed
    expect_asked_nothing
    grep -q "^MPI_CXX_COMPILER:[A-Z]*=$here/bin/mpicxx.openmpi" "$here/project/build/release/CMakeCache.txt" ||
      fail "it did not take the wrapper of Open MPI"
    rm "$here/bin/mpicxx.openmpi"
    mkdir "$here/mpich"
    "$CXX" -shared -x c -o "$here/mpich/libmpi.so" - <<<'int MPI_Init(int* a, char*** b) { return 0; } const char* x = "MPI_Comm_size";'
    FAKE_UID=1000 set_up 2 needed --fresh "-DMPI_CXX_COMPILER=$here/bin/mpicxx" "-DMPI_CXX_LIB_NAMES=mpi" \
      "-DMPI_mpi_LIBRARY=$here/mpich/libmpi.so" "-DMPI_CXX_HEADER_DIR=$("$wrapper" --showme:incdirs | cut -d ' ' -f 1)"
    expect_said "was built for Open MPI, but $here/bin/mpicxx is of MPICH"
    ;;

  *)
    fail "there is no case $case"
    ;;
esac
echo "set-up: $case is right"
