# The libraries that a static Bask's users link, too. Each stands with its Debian package and with the reason it is there.
bask_choose_mpi()
set(MPI_CXX_SKIP_MPICXX ON)                       # MPI's C++ bindings left the standard long ago
find_package(MPI 3.0 QUIET COMPONENTS CXX)        # carries bytes between ranks
bask_expect(needed MPI_CXX_FOUND libopenmpi-dev "MPI 3.0 or newer, such as Open MPI, with its compiler wrapper mpicxx")

find_package(Boost 1.74 QUIET OPTIONAL_COMPONENTS serialization mpi)
bask_expect(needed "TARGET;Boost::serialization" libboost-serialization-dev   # encodes users' own types
            "Boost 1.74 or newer, with its serialization library")
bask_expect(needed "TARGET;Boost::mpi" libboost-mpi-dev                       # MPI's environment and start-up collectives
            "Boost's mpi library, 1.74 or newer, built for that MPI")

find_package(fmt QUIET)                           # puts messages together
bask_expect(needed fmt_FOUND libfmt-dev "{fmt}")
find_package(spdlog QUIET)                        # writes the log, from any thread
bask_expect(needed spdlog_FOUND libspdlog-dev "spdlog")
find_package(tomlplusplus QUIET)                  # reads bask.toml, and the defaults of a site
bask_expect(needed tomlplusplus_FOUND libtomlplusplus-dev "toml++")

# Cores in the affinity mask; binds threads to them.
bask_find_library(needed HWLOC libhwloc-dev "hwloc" SINCE 2.0 MODULES hwloc
                  HEADER hwloc.h FILES hwloc IF "HWLOC_API_VERSION >= 0x20000")
# XXH3, the 128-bit hash that makes keys: its values are final since 0.8.
bask_find_library(needed XXHASH libxxhash-dev "xxHash" SINCE 0.8 MODULES libxxhash
                  HEADER xxhash.h FILES xxhash IF "XXH_VERSION_NUMBER >= 800")
bask_find_blas()                                  # products of the tiles of matrices

# The files of arrays, and their dimension scales; the one of the same MPI where there are several.
set(hdf5_modules hdf5-mpi hdf5-openmpi hdf5)
bask_mpi_in(mpi ${MPI_CXX_LIBRARIES})
if(mpi STREQUAL "Open MPI")
  set(hdf5_modules hdf5-openmpi hdf5-mpi hdf5)
elseif(mpi STREQUAL "MPICH")
  set(hdf5_modules hdf5-mpich hdf5-mpi hdf5)
endif()
bask_find_library(needed HDF5 libhdf5-openmpi-dev "HDF5, with its high-level library," SINCE 1.10.5 MODULES ${hdf5_modules}
                  HEADER hdf5.h FILES hdf5_hl hdf5 IF "H5_VERSION_GE(1, 10, 5)")
if(HDF5_MODULE_NAME)
  find_library(hdf5_hl hdf5_hl HINTS ${HDF5_LIBRARY_DIRS} NO_CACHE)
  bask_expect(needed hdf5_hl libhdf5-openmpi-dev "HDF5's high-level library")
  set(HDF5_LINK_LIBRARIES ${hdf5_hl} ${HDF5_LINK_LIBRARIES})
  set_target_properties(PkgConfig::HDF5 PROPERTIES INTERFACE_LINK_LIBRARIES "${HDF5_LINK_LIBRARIES}")
endif()

bask_check_one_mpi()

# Lines of JSON.
bask_find_library(needed SIMDJSON libsimdjson-dev "simdjson" SINCE 3.0 MODULES simdjson HEADER simdjson.h FILES simdjson)
# Chunks of HDF5: libdeflate is twice as fast as zlib, which does where it is not there.
bask_find_library(wish LIBDEFLATE libdeflate-dev "libdeflate" MODULES libdeflate HEADER libdeflate.h FILES deflate)
# Texts that gzip has compressed, which libdeflate can read only as a whole.
bask_find_library(needed ZLIB zlib1g-dev "zlib" MODULES zlib HEADER zlib.h FILES z)
# Texts and chunks of HDF5 that Zstandard has compressed.
bask_find_library(wish ZSTD libzstd-dev "Zstandard" MODULES libzstd HEADER zstd.h FILES zstd)
bask_find_library(wish LZF liblzf-dev "liblzf, for chunks that h5py compressed" MODULES liblzf HEADER lzf.h FILES lzf)
# Serves the dashboard's page.
bask_find_library(wish HTTPLIB libcpp-httplib-dev "cpp-httplib, without which the dashboard is not served" SINCE 0.11
                  MODULES cpp-httplib HEADER httplib.h FILES cpp-httplib)
# sin, exp, log… of vectors, within 1 ULP.
bask_find_library(wish SLEEF libsleef-dev "SLEEF" SINCE 3.4 MODULES sleef HEADER sleef.h FILES sleef
                  IF "SLEEF_VERSION_MAJOR * 100 + SLEEF_VERSION_MINOR >= 304")
