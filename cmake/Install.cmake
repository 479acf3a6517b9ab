# What `cmake --install` lays down: headers, library, and what find_package(bask) and pkg-config read.
# The whole may be moved afterwards: nothing in it names the place where it was installed.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/bask)

install(TARGETS bask EXPORT baskTargets FILE_SET HEADERS)
install(EXPORT baskTargets NAMESPACE bask:: DESTINATION ${cmake_dir})
configure_package_config_file(cmake/baskConfig.cmake.in baskConfig.cmake INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(baskConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/baskConfig.cmake ${PROJECT_BINARY_DIR}/baskConfigVersion.cmake
        DESTINATION ${cmake_dir})

install(PROGRAMS slurm/bask-submit TYPE BIN)
install(DIRECTORY slurm/templates/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bask/slurm)

# bask.pc names Boost, which has no .pc file, MPI and HDF5, whose .pc files have another name in each, and hwloc, whose own list for static linking names libudev, which
# libhwloc-dev does not bring, by their flags; their directories only where the compiler does not look by itself.
set(boost_dir "$<TARGET_LINKER_FILE_DIR:Boost::serialization>")
set(boost_is_found "$<IN_LIST:${boost_dir},${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES}>")
set(pc_libs "$<$<NOT:${boost_is_found}>:-L${boost_dir} >-lboost_serialization")
set(include_dirs ${Boost_INCLUDE_DIRS})
list(REMOVE_ITEM include_dirs ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
list(TRANSFORM include_dirs PREPEND " -I" OUTPUT_VARIABLE pc_cflags)

# Users of a static library link what it uses. toml++ without a .pc file is header-only.
if(NOT BUILD_SHARED_LIBS)
  pkg_check_modules(TOML QUIET tomlplusplus)
  if(SLEEF_FOUND)
    list(APPEND BASK_CODECS sleef)
  endif()
  string(JOIN " " pc_codecs ${BASK_CODECS})
  set(pc_requires "libxxhash spdlog fmt openblas ${pc_codecs}$<$<BOOL:${TOML_FOUND}>: tomlplusplus>")
  set(library_dirs ${HDF5_LIBRARY_DIRS} ${HWLOC_LIBRARY_DIRS})
  list(REMOVE_ITEM library_dirs ${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES})
  list(TRANSFORM library_dirs PREPEND "-L")
  list(REMOVE_DUPLICATES library_dirs)
  list(JOIN library_dirs " " pc_dirs)
  set(mpi_flags ${MPI_CXX_LINK_FLAGS})
  foreach(library IN LISTS MPI_CXX_LIBRARIES)   # paths; as -L and -l, so that they come after what needs them
    string(REGEX REPLACE "^(.*)/lib([^/]*)\\.[^/]*$" "-L\\1;-l\\2" flags ${library})
    list(APPEND mpi_flags ${flags})
  endforeach()
  list(REMOVE_ITEM mpi_flags -lmpi_cxx)         # the bindings that Bask does without
  list(REMOVE_DUPLICATES mpi_flags)
  string(JOIN " " pc_libs -lboost_mpi "${pc_libs}" ${pc_dirs} -lhdf5_hl -lhdf5 ${mpi_flags} -lhwloc)
endif()

file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(cmake/bask.pc.in bask.pc.genex @ONLY)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/bask.pc INPUT ${PROJECT_BINARY_DIR}/bask.pc.genex)
install(FILES ${PROJECT_BINARY_DIR}/bask.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
