// codec.hpp: compresses and decompresses chunks outside of HDF5 and of its lock.
// Runs on: every rank. Threads: any; each thread has working memory of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bask {

/// Numbered as HDF5's registry of filters numbers them.
enum class Codec : std::int32_t { kDeflate = 1, kLzf = 32000, kZstd = 32015 };

/// Whether this build of Bask has it.
bool is_built_in(Codec codec);
/// "deflate", "lzf", "zstd".
std::string name_of(Codec codec);

/// Fills all of `to`. Returns what is wrong with `from`, or an empty text.
std::string decompress(Codec codec, std::span<const std::byte> from, std::span<std::byte> to);
/// Returns how many bytes of `to` are used; 0 when `to` is too small. Same bytes for same input and level.
std::size_t compress(Codec codec, int level, std::span<const std::byte> from, std::span<std::byte> to);

/// The decompressed size in bytes, where the stream says it: only Zstandard's does.
std::optional<std::uint64_t> decompressed_size(Codec codec, std::span<const std::byte> from);
/// The most bytes that a stream of `compressed` bytes can hold: a corrupt size above it is refused before
/// memory is allocated.
std::uint64_t most_decompressed(Codec codec, std::uint64_t compressed);

}  // namespace bask
