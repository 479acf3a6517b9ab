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
