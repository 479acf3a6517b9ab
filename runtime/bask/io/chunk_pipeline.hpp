// chunk_pipeline.hpp: a chunk's bytes through its dataset's filters, outside of HDF5 and of its lock:
// shuffle, deflate, LZF, Zstandard and the Fletcher-32 checksum.
// Runs on: every rank. Threads: any; each thread has working memory of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// Memory that a thread keeps for its next chunk, of undefined content; what is very large is given back.
class ScratchMemory {
 public:
  std::span<std::byte> of(std::size_t bytes);

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};
/// The calling thread's: `kRaw` is the caller's, the pipeline uses the others.
enum class ScratchUse { kRaw, kStep, kOtherStep, kConversion };
std::span<std::byte> thread_scratch(ScratchUse use, std::size_t bytes);

/// Whether decode_chunk knows all of these filters, in this order. Else HDF5 reads the dataset, with its
/// plug-ins.
bool can_decode(std::span<const Hdf5Filter> filters);

/// What decode_chunk gives: the chunk's bytes, good until the thread's next call, or what is wrong with them.
struct DecodedChunk {
  std::span<std::byte> bytes;
  std::string trouble;
};
/// `raw`: the bytes in the file, in the thread's kRaw memory. `skipped`: HDF5's mask of filters left out.
/// `bytes`: the chunk's own. `to`: where the last step writes when it has that size; empty for scratch
/// memory.
DecodedChunk decode_chunk(std::span<const Hdf5Filter> filters, std::uint32_t skipped,
                          std::span<std::byte> raw, std::size_t bytes, std::span<std::byte> to);

/// What encode_chunk gives, good until the thread's next call.
struct EncodedChunk {
  std::span<const std::byte> bytes;
  std::uint32_t skipped = 0;  ///< bits of filters that would not make it smaller
};
EncodedChunk encode_chunk(std::span<const Hdf5Filter> filters, std::span<const std::byte> chunk,
                          std::size_t element_bytes);

/// HDF5's checksum. Source: Fletcher, over 16-bit words of big-endian bytes, an odd byte at the end as a high
/// one.
std::uint32_t fletcher32(std::span<const std::byte> bytes);

}  // namespace bask
