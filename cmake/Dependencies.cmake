# Every dependency, found here and in Libraries.cmake and nowhere else. What is missing is told all at once: in missing.txt of
# the build folder, a line `kind|Debian package|name` each (kinds: see LibrarySearch.cmake), which setup.sh reads.
set(BASK_MISSING "")
include(LibrarySearch)
find_package(Threads REQUIRED)                    # the pool's threads
bask_expect(needed PKG_CONFIG_FOUND pkg-config "pkg-config")
include(Libraries)
bask_find_library(needed RANDOM123 librandom123-dev "Random123" MODULES random123 HEADER Random123/philox.h)   # counters to numbers
bask_find_library(needed JSON nlohmann-json3-dev "JSON for Modern C++" MODULES nlohmann_json HEADER nlohmann/json.hpp)   # the state of a job
bask_find_library(needed FASTFLOAT libfast-float-dev "fast_float" HEADER fast_float/fast_float.h)   # numbers of CSV
find_package(CLI11 QUIET)                         # command lines of the apps
bask_expect(needed CLI11_FOUND libcli11-dev "CLI11")
bask_find_library(wish CAIRO libcairo2-dev "cairo" MODULES cairo HEADER cairo.h FILES cairo)             # pictures of the apps
bask_find_library(wish NCURSES libncurses-dev "ncurses" MODULES ncursesw HEADER curses.h FILES ncursesw)   # bask-top on a terminal
bask_expect(wish CCACHE_PROGRAM ccache "ccache")
# Draws the dashboard's page, which is built with it inside: version 5 or newer, where libjs-d3 is 3.
function(bask_is_d3_of_today result file)
  file(STRINGS ${file} first LIMIT_COUNT 1)
  if(NOT first MATCHES "d3js\\.org v([5-9]|[1-9][0-9])\\.")
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()
find_file(BASK_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3 VALIDATOR bask_is_d3_of_today)
bask_expect(wish BASK_D3 node-d3 "D3, without which there is no dashboard")
if(BASK_BLAS_LIBRARIES MATCHES "/libblas\\.")
  bask_note_missing(wish libopenblas-dev "OpenBLAS, many times as fast as the BLAS that is here")
endif()

# bask_expect_program(<kind> <Debian package> <name> <program>)
function(bask_expect_program kind package name)
  set(found_program)   # that of the caller would stand for one that was found
  find_program(found_program NAMES ${ARGN} PATHS /usr/sbin /sbin NO_CACHE)
  bask_expect(${kind} found_program ${package} "${name}")
  set(BASK_MISSING "${BASK_MISSING}" PARENT_SCOPE)
endfunction()

# The launcher of that MPI, where another one's is first in PATH.
if(MPI_CXX_FOUND)
  set(launcher_is_of "")
  if(MPIEXEC_EXECUTABLE)
    execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE launcher_version ERROR_QUIET)
    string(REGEX MATCH "Open MPI|OpenRTE|HYDRA" launcher_is_of "${launcher_version}")
  endif()
  bask_mpi_in(mpi ${MPI_CXX_LIBRARIES})
  if(mpi STREQUAL "Open MPI" AND NOT launcher_is_of MATCHES "^Open")
    unset(MPIEXEC_EXECUTABLE CACHE)
    find_program(MPIEXEC_EXECUTABLE NAMES mpiexec.openmpi mpirun.openmpi)
    bask_expect(needed MPIEXEC_EXECUTABLE openmpi-bin "Open MPI's mpirun")
  else()
    bask_expect(needed MPIEXEC_EXECUTABLE "" "mpirun, which comes with MPI")
  endif()
endif()

# The winds of the example, and what reads them.
bask_expect_program(data netcdf-bin "the netCDF tools (nccopy)" nccopy)
bask_expect(data "EXISTS;/usr/share/ferret-vis/data/monthly_navy_winds.cdf" ferret-datasets
            "the data sets of Ferret (Debian: ferret-datasets)")

if(NOT BASK_TESTS)
  bask_expect_program(wish graphviz "Graphviz" dot)
else()
  find_package(GTest QUIET)
  bask_expect(needed GTest_FOUND libgtest-dev "GoogleTest; without it, BASK_TESTS=OFF")
  bask_expect_program(tests graphviz "Graphviz" dot)
  bask_expect_program(tests procps "pkill" pkill)
  foreach(program IN ITEMS slurmctld slurmd sbatch srun)
    bask_expect_program(tests slurm-wlm "Slurm's ${program}" ${program})
  endforeach()
  bask_expect_program(tests munge "MUNGE (munged)" munged)
  find_program(BASK_CHROMIUM NAMES chromium-headless-shell chromium chromium-browser google-chrome)
  bask_expect(wish BASK_CHROMIUM chromium-headless-shell "Chromium, in which the dashboard's page is tested")
  find_file(BASK_AXE axe.min.js PATHS /usr/lib /usr/local/lib PATH_SUFFIXES node_modules/axe-core)
  bask_expect(wish BASK_AXE "" "axe-core (npm install -g axe-core), which finds what keeps people from using the dashboard")
  bask_expect(wish BASK_CLANGXX clang "Clang, whose thread-safety analysis looks at the locks")
  bask_expect(wish BASK_CLANG_SANITIZES libclang-rt-dev "the sanitizers of Clang, which compiles them in half of GCC's time")
  bask_expect_program(wish parallel "GNU Parallel, which farm is measured beside" parallel)

  # The interpreter of tests that compare with Python's libraries: the first that has NumPy and h5py, else the first.
  set(tried "import importlib\nfor name in 'numpy', 'h5py', 'xarray', 'netCDF4', 'cftime':\n  try:\n    importlib.import_module(name)\
\n    print(name, end=';')\n  except ImportError: pass")
  set(BASK_PYTHON_MODULES "")
  set(chosen "")
  foreach(python IN ITEMS ${BASK_PYTHON} /usr/bin/python3 python3)
    execute_process(COMMAND ${python} -c "${tried}" OUTPUT_VARIABLE modules ERROR_QUIET RESULT_VARIABLE failure)
    if(NOT failure AND (NOT chosen OR modules MATCHES "numpy;h5py"))
      set(chosen ${python})
      set(BASK_PYTHON_MODULES ${modules})
    endif()
    if(BASK_PYTHON_MODULES MATCHES "numpy;h5py")
      set(BASK_PYTHON ${chosen})   # empty where none has both
      break()
    endif()
  endforeach()
  set(BASK_PYTHON_OF_NUMPY ${chosen})
  foreach(module IN ITEMS numpy h5py xarray netCDF4 cftime)
    string(TOLOWER python3-${module} package)
    bask_expect(tests "${module};IN_LIST;BASK_PYTHON_MODULES" ${package} "Python with ${module}")
  endforeach()
endif()

list(REMOVE_DUPLICATES BASK_MISSING)
list(JOIN BASK_MISSING "\n" lines)
file(WRITE ${CMAKE_BINARY_DIR}/missing.txt "${lines}\n")
list(FILTER BASK_MISSING INCLUDE REGEX "^needed")
if(BASK_MISSING)
  list(TRANSFORM BASK_MISSING REPLACE "^needed\\|([^|]*)\\|(.*)$" "  \\2 (Debian: \\1)")
  list(TRANSFORM BASK_MISSING REPLACE " .Debian: .$" "")
  list(JOIN BASK_MISSING "\n" lines)
  message(FATAL_ERROR "Bask needs, and does not find here:\n${lines}\n")
endif()
