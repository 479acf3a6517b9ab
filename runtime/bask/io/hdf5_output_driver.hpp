// hdf5_output_driver.hpp: the file driver through which HDF5 writes a new file, so that a full disk only
// causes an Error. After a failed write, HDF5 can neither write nor close the file, and tries to write it
// again when the process ends, which crashes. So this driver never reports a failure to HDF5: it notes the
// first one, for which Hdf5Writer asks, and keeps in memory what HDF5 still writes until the file is closed.
// Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <bask/io/hdf5_library.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bask {

struct Hdf5OutputState {
  int descriptor = -1;  ///< of the file; its owner closes it
  int error = 0;        ///< errno of the first write that failed; nothing is written after that

  struct Later {
    std::uint64_t address;
    std::vector<std::byte> bytes;
  };
  /// The bytes that were not written, in order, but for large stretches of elements. They are no more than
  /// HDF5's caches hold.
  std::vector<Later> kept;
};

/// An access property list for H5Fcreate and H5Fopen. They then read and write `state->descriptor`, whatever
/// file name they are given.
Hdf5Id output_access_list(const std::shared_ptr<Hdf5OutputState>& state);

}  // namespace bask
