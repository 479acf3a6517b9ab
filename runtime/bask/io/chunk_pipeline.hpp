// chunk_pipeline.hpp: applies a dataset's filters to the bytes of a chunk, outside of HDF5 and of its lock:
// shuffle, deflate, LZF, Zstandard and the Fletcher-32 checksum.
// Runs on: every rank. Threads: any; each thread has working memory of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// One filter of a dataset, as HDF5 numbers and parametrises it.
struct Hdf5Filter {
  std::int32_t id = 0;
  std::vector<std::uint32_t> client;
  std::string name;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& id& client& name;
  }
};
inline constexpr std::int32_t kShuffleFilter = 2;
inline constexpr std::int32_t kFletcher32Filter = 3;

/// The calling thread's memory for one use, of undefined content. `kRaw` is for callers of the pipeline; it
/// uses the others itself.
enum class ScratchUse { kRaw, kStep, kOtherStep, kConversion };
std::span<std::byte> thread_scratch(ScratchUse use, std::size_t bytes);
/// The thread has read or written a block: of its memory, it keeps the small pieces only for the next one.
struct ThreadScratch {
  ~ThreadScratch();
};
/// The most that one chunk of so many bytes takes of a thread's memory while it is encoded or decoded.
std::uint64_t scratch_bytes(std::span<const Hdf5Filter> filters, std::uint64_t chunk_bytes);

/// Whether decode_chunk can undo all of these filters, in this order. If not, HDF5 must read the dataset.
bool can_decode(std::span<const Hdf5Filter> filters);

/// The result of decode_chunk: the chunk's bytes, good until the thread's next call, or what is wrong.
struct DecodedChunk {
  std::span<std::byte> bytes;
  std::string trouble;
};
/// `raw`: the bytes in the file, in the thread's kRaw memory. `skipped`: HDF5's mask of the filters that this
/// chunk skips. `bytes`: the size of the decoded chunk. `to`: the last filter writes there when `to` has that
/// size, else to scratch memory.
DecodedChunk decode_chunk(std::span<const Hdf5Filter> filters, std::uint32_t skipped,
                          std::span<std::byte> raw, std::size_t bytes, std::span<std::byte> to);

/// The result of encode_chunk, good until the thread's next call.
struct EncodedChunk {
  std::span<const std::byte> bytes;
  std::uint32_t skipped = 0;  ///< bits of the filters that were left out: they did not make it smaller
};
EncodedChunk encode_chunk(std::span<const Hdf5Filter> filters, std::span<const std::byte> chunk,
                          std::size_t element_bytes);

/// HDF5's checksum: Fletcher's over big-endian 16-bit words. An odd last byte is the high byte of a word.
std::uint32_t fletcher32(std::span<const std::byte> bytes);

}  // namespace bask
