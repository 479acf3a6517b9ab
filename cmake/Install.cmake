# What `cmake --install` lays down: headers, library, tools, and what find_package(bask) and pkg-config read.
# The whole may be moved afterwards: nothing in it names the place where it was installed.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/bask)

install(TARGETS bask EXPORT baskTargets FILE_SET HEADERS FILE_SET inner)
install(EXPORT baskTargets NAMESPACE bask:: DESTINATION ${cmake_dir})
set(optional_libraries)   # that this one was built with
foreach(library IN ITEMS LIBDEFLATE ZLIB ZSTD LZF SIMDJSON SLEEF HTTPLIB)
  if(TARGET PkgConfig::${library})
    list(APPEND optional_libraries ${library})
  endif()
endforeach()
configure_package_config_file(cmake/baskConfig.cmake.in baskConfig.cmake INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(baskConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/baskConfig.cmake ${PROJECT_BINARY_DIR}/baskConfigVersion.cmake
              cmake/LibrarySearch.cmake cmake/Libraries.cmake
        DESTINATION ${cmake_dir})

# The apps that are tools; a shared library is found beside them.
if(BASK_APPS)
  file(RELATIVE_PATH to_libraries /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_property(TARGET farm taskbench APPEND PROPERTY INSTALL_RPATH $ORIGIN/${to_libraries})
  install(TARGETS bask-top farm taskbench bask-site-defaults)
  install(FILES apps/top/bask-top.1 apps/farm/farm.1 apps/taskbench/taskbench.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(PROGRAMS slurm/bask-submit TYPE BIN)
install(FILES slurm/bask-submit.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(DIRECTORY slurm/templates/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bask/slurm)

# bask_link_flags(<variable> <libraries…>): paths as -L and -l, so that they come after what needs them, and names as -l; flags as they are; no
# directory where the linker looks by itself.
function(bask_link_flags variable)
  set(flags)
  foreach(library IN LISTS ARGN)
    if(library MATCHES "^(.*)/lib([^/]*)\\.(so|a)[^/]*$")
      if(NOT CMAKE_MATCH_1 IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
        list(APPEND flags -L${CMAKE_MATCH_1})
      endif()
      list(APPEND flags -l${CMAKE_MATCH_2})
    elseif(library MATCHES "^-")
      list(APPEND flags ${library})
    else()
      list(APPEND flags -l${library})
    endif()
  endforeach()
  list(REMOVE_ITEM flags -lmpi_cxx)   # the bindings that Bask does without
  list(REMOVE_DUPLICATES flags)
  set(${variable} ${flags} PARENT_SCOPE)
endfunction()

# bask.pc names by their flags: Boost, which has no .pc file, BLAS, MPI and HDF5, whose .pc files have another name in each, and
# hwloc, whose own list for static linking names libudev, which libhwloc-dev does not bring.
set(boost_dir "$<TARGET_LINKER_FILE_DIR:Boost::serialization>")
set(boost_is_found "$<IN_LIST:${boost_dir},${CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES}>")
set(pc_libs "$<$<NOT:${boost_is_found}>:-L${boost_dir} >-lboost_serialization")
set(include_dirs ${Boost_INCLUDE_DIRS})
list(REMOVE_ITEM include_dirs ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
list(TRANSFORM include_dirs PREPEND " -I" OUTPUT_VARIABLE pc_cflags)

# Users of a static library link what it uses. toml++ without a .pc file is header-only.
if(NOT BUILD_SHARED_LIBS)
  pkg_check_modules(TOML QUIET tomlplusplus)
  set(pc_requires "spdlog fmt$<$<BOOL:${TOML_FOUND}>: tomlplusplus>")
  set(by_flags ${HWLOC_LINK_LIBRARIES})
  foreach(library IN ITEMS XXHASH ${optional_libraries})
    if(${library}_MODULE_NAME)
      string(APPEND pc_requires " ${${library}_MODULE_NAME}")
    else()
      list(APPEND by_flags ${${library}_LINK_LIBRARIES})
    endif()
  endforeach()
  bask_link_flags(flags ${HDF5_LINK_LIBRARIES} ${BASK_BLAS_LIBRARIES} ${MPI_CXX_LINK_FLAGS} ${MPI_CXX_LIBRARIES} ${by_flags}
                  ${CMAKE_DL_LIBS})
  string(JOIN " " pc_libs -lboost_mpi "${pc_libs}" ${flags})
endif()

file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(cmake/bask.pc.in bask.pc.genex @ONLY)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/bask.pc INPUT ${PROJECT_BINARY_DIR}/bask.pc.genex)
install(FILES ${PROJECT_BINARY_DIR}/bask.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
