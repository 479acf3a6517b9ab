// byte_shuffle.hpp: HDF5's shuffle: all first bytes of the elements, then all second bytes, and so on, which
// compress better. Bytes after the last whole element stay at the end.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstddef>
#include <span>

namespace bask {

/// `from` and `to` have one size and do not overlap.
void shuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to, std::size_t element_bytes);
void unshuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to, std::size_t element_bytes);

}  // namespace bask
