# Every dependency, found here and nowhere else, with the reason it is there.
include(FindPkgConfig)
find_package(Threads REQUIRED)                                        # the pool's threads
set(MPI_CXX_SKIP_MPICXX ON)                                           # MPI's C++ bindings left the standard long ago
find_package(MPI 3.0 REQUIRED COMPONENTS CXX)                         # carries bytes between ranks
find_package(Boost 1.74 REQUIRED COMPONENTS serialization             # encodes users' own types
                                            mpi)                      # MPI's environment and start-up collectives
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET GLOBAL hwloc)        # cores in the affinity mask; binds threads to them
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET GLOBAL libxxhash)   # XXH3, the 128-bit hash that makes keys
find_package(tomlplusplus REQUIRED)                                   # reads bask.toml
find_package(fmt REQUIRED)                                            # puts messages together
find_package(spdlog REQUIRED)                                         # writes the log, from any thread
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET GLOBAL openblas)  # products of the tiles of matrices
pkg_check_modules(SLEEF IMPORTED_TARGET GLOBAL sleef)                 # optional: sin, exp, log… of vectors, within 1 ULP
pkg_search_module(HDF5 REQUIRED IMPORTED_TARGET GLOBAL hdf5-mpi hdf5-openmpi hdf5)   # the files of arrays
find_library(HDF5_HL_LIBRARY hdf5_hl HINTS ${HDF5_LIBRARY_DIRS} REQUIRED)            # their dimension scales
set_target_properties(PkgConfig::HDF5 PROPERTIES INTERFACE_LINK_LIBRARIES "${HDF5_HL_LIBRARY};${HDF5_LINK_LIBRARIES}")
pkg_check_modules(DEFLATE IMPORTED_TARGET GLOBAL libdeflate)          # chunks of HDF5: twice as fast as zlib
if(NOT DEFLATE_FOUND)
  pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET GLOBAL zlib)     # and what does without
endif()
pkg_check_modules(ZSTD IMPORTED_TARGET GLOBAL libzstd)                # chunks of HDF5 in Zstandard, where it is there
pkg_check_modules(LZF IMPORTED_TARGET GLOBAL liblzf)                  # and in h5py's LZF
set(BASK_CODECS ${DEFLATE_MODULE_NAME})
foreach(codec IN ITEMS ZSTD LZF)
  if(${codec}_FOUND)
    list(APPEND BASK_CODECS ${${codec}_MODULE_NAME})
  endif()
endforeach()
find_package(CLI11 REQUIRED)                                          # command lines of the apps
pkg_check_modules(CAIRO IMPORTED_TARGET GLOBAL cairo)                 # pictures of the apps, where it is there
