#include <bask/numerics_text.hpp>

#include <H5public.h>
#include <fmt/format.h>
#include <mpi.h>
#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/kernels/strips.hpp>

#include <array>
#include <string_view>

namespace bask {

namespace {

// The library's version text up to its first comma or line break. MPI allows this call before MPI_Init.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int size = 0;
  if (MPI_Get_library_version(text.data(), &size) != MPI_SUCCESS) return "MPI";
  const std::string_view all(text.data());
  return std::string(all.substr(0, all.find_first_of(",\n")));
}

}  // namespace

std::string numerics_text() {
  return fmt::format("vector loops {}, BLAS {}", strips::instruction_set(), blas::name_in_job());
}

std::string libraries_text() {
  return fmt::format("vector loops: {}\nBLAS: {}\nMPI: {}\nHDF5: {}.{}.{}\n", strips::instruction_set(),
                     blas::name(), mpi_version(), H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
}

}  // namespace bask
