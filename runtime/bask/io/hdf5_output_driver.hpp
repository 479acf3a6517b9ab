// hdf5_output_driver.hpp: what HDF5 writes a new file through, so that a full disk ends in an error and in
// nothing else. A write that fails leaves HDF5 with a file that it can neither write nor close, and that it
// tries to write again when the process ends, which crashes. This driver never tells HDF5: it notes the first
// failure, which the writer asks for, and keeps in memory what HDF5 still writes until it has closed the
// file. Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <bask/io/hdf5_library.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bask {

struct Hdf5OutputState {
  int descriptor = -1;  ///< of the file, the owner's
  int error = 0;        ///< errno of the first write that failed; from then on nothing more is written

  struct Later {
    std::uint64_t address;
    std::vector<std::byte> bytes;
  };
  std::vector<Later>
      kept;  ///< what was not written, in order, but for stretches of elements: as much as HDF5's caches hold
};

/// A list of access properties for H5Fcreate and H5Fopen, which then read and write `state.descriptor`,
/// whatever name they are given.
Hdf5Id output_access_list(const std::shared_ptr<Hdf5OutputState>& state);

}  // namespace bask
