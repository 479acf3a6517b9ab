// file_stretch.hpp: reads a box of an array that lies in C order in one stretch of a file, with pread.
// Runs on: every rank. Threads: any; needs no lock.
#pragma once

#include <bask/io/element_conversion.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace bask {

struct FileStretch {
  int descriptor = -1;
  std::uint64_t address = 0;            ///< of the first element
  std::span<const std::int64_t> shape;  ///< of the array in the file
};

/// Fills `to`. Returns false when a read fails (errno says why) or the file ends too early (errno is 0).
bool read_bytes(int descriptor, std::uint64_t address, std::span<std::byte> to);

/// Reads the box of `extent` from `start` on into `out`, an array of shape `out_shape`, at `out_start`. Short
/// runs that lie near each other are read together. Returns as read_bytes.
bool read_stretch(const FileStretch& stretch, std::span<const std::int64_t> start,
                  std::span<const std::int64_t> extent, const ElementConversion& conversion, std::byte* out,
                  std::span<const std::int64_t> out_shape, std::span<const std::int64_t> out_start);

}  // namespace bask
