// hdf5_raw_access.hpp: whether Bask may read a dataset's bytes from the file itself: only where HDF5 would
// read the same bytes, of the same file, type and filters.
// Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <bask/io/hdf5_dataset.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bask {

enum class Hdf5Access : std::uint8_t {
  kLibrary,     ///< HDF5 reads and converts the elements
  kChunkBytes,  ///< HDF5 fetches the bytes of a chunk, and Bask decodes them
  kAddresses,   ///< Bask reads the bytes at their addresses
};

struct Hdf5RawAccess {
  Hdf5Access access = Hdf5Access::kLibrary;
  std::string reason;                    ///< why it is not kAddresses; empty where it is
  int descriptor = -1;                   ///< kAddresses: of the file that holds the elements
  std::optional<std::uint64_t> address;  ///< kAddresses: of a contiguous dataset's first element
  std::uint64_t file_bytes = 0;          ///< of the file that holds the elements
  bool has_plain_edges = false;          ///< chunks that reach beyond the shape skip all filters
  bool leaves_gaps = false;              ///< HDF5 writes nothing for elements that were never written
};

/// How `dataset` may be read, as far as that can be proven. `id`: its open handle.
Hdf5RawAccess can_read_by_address(const Hdf5Dataset& dataset, std::int64_t id);

/// The descriptor that HDF5 itself uses for the file of an object, if the file is an ordinary one; else -1.
int descriptor_of(std::int64_t id);

}  // namespace bask
