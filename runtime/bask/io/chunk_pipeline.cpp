#include <fmt/format.h>
#include <bask/collections/array/block/block_memory.hpp>
#include <bask/io/byte_shuffle.hpp>
#include <bask/io/chunk_pipeline.hpp>
#include <bask/io/codec.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace bask {
namespace {

constexpr std::size_t kKeptScratchBytes = std::size_t{1} << 20;

// A deleter outlives what it deletes: the memory is always assigned together with its size.
class ScratchMemory {
 public:
  std::span<std::byte> of(std::size_t bytes) {
    if (bytes > memory_.get_deleter().bytes) {
      memory_ = Memory();
      const block_memory::Piece piece = block_memory::take(bytes);
      memory_ = Memory(piece.memory, {piece.bytes});
    }
    return {memory_.get(), bytes};
  }
  void drop_large() {
    if (memory_.get_deleter().bytes > kKeptScratchBytes) memory_ = Memory();
  }

 private:
  using Memory = std::unique_ptr<std::byte[], block_memory::GiveBack>;
  Memory memory_;
};
thread_local std::array<ScratchMemory, 4> scratch_memories;

std::optional<Codec> codec_of(const Hdf5Filter& filter) {
  switch (static_cast<Codec>(filter.id)) {
    case Codec::kDeflate:
    case Codec::kLzf:
    case Codec::kZstd:
      return static_cast<Codec>(filter.id);
  }
  return std::nullopt;
}

int level_of(const Hdf5Filter& filter) {
  return filter.client.empty() || filter.id == static_cast<std::int32_t>(Codec::kLzf)
             ? 1
             : static_cast<int>(filter.client[0]);
}

std::uint32_t swap_byte_pairs(std::uint32_t sum) {
  return ((sum & 0x00ff00ff) << 8) | ((sum & 0xff00ff00) >> 8);
}

// The memory for the output of each filter: the destination for the last one, where that has the right size;
// else the one of two scratch memories that the filter before did not write to.
class Steps {
 public:
  explicit Steps(std::span<std::byte> to) : to_(to) {}
  std::span<std::byte> next(std::size_t bytes, bool is_last) {
    if (is_last && to_.size() == bytes) return to_;
    is_odd_ = !is_odd_;
    return thread_scratch(is_odd_ ? ScratchUse::kStep : ScratchUse::kOtherStep, bytes);
  }

 private:
  std::span<std::byte> to_;
  bool is_odd_ = false;
};

// Checks and removes the checksum at the end of `bytes`. Older versions of HDF5 swapped its bytes in pairs.
std::string check_sum(std::span<std::byte>& bytes) {
  if (bytes.size() < 4) return "it is too short for a checksum";
  std::uint32_t stored = 0;
  std::memcpy(&stored, bytes.data() + bytes.size() - 4, 4);
  bytes = bytes.first(bytes.size() - 4);
  const std::uint32_t sum = fletcher32(bytes);
  if (sum == stored || swap_byte_pairs(sum) == stored) return {};
  return fmt::format("its checksum is {:08x}, and {:08x} was written with it", sum, stored);
}

std::string inflate(Codec codec, std::span<std::byte>& bytes, std::size_t size, Steps& steps, bool is_last) {
  if (size > most_decompressed(codec, bytes.size())) {
    return fmt::format("its {} bytes of {} cannot hold {} bytes", bytes.size(), name_of(codec), size);
  }
  const auto to = steps.next(size, is_last);
  std::string trouble = decompress(codec, bytes, to);
  bytes = to;
  return trouble;
}

}  // namespace

std::span<std::byte> thread_scratch(ScratchUse use, std::size_t bytes) {
  return scratch_memories[static_cast<std::size_t>(use)].of(bytes);
}

ThreadScratch::~ThreadScratch() {
  for (ScratchMemory& memory : scratch_memories) memory.drop_large();
}

std::uint64_t scratch_bytes(std::span<const Hdf5Filter> filters, std::uint64_t chunk_bytes) {
  const auto writes = [](const Hdf5Filter& filter) { return filter.id != kFletcher32Filter; };
  const auto steps = static_cast<std::uint64_t>(std::count_if(filters.begin(), filters.end(), writes));
  return filters.empty() ? 0 : chunk_bytes * (1 + std::min<std::uint64_t>(steps, 2));
}

bool can_decode(std::span<const Hdf5Filter> filters) {
  if (filters.size() > 32) return false;
  int codecs = 0;
  for (const auto& filter : filters) {
    const auto codec = codec_of(filter);
    if (codec && !is_built_in(*codec)) return false;
    if (!codec && filter.id != kShuffleFilter && filter.id != kFletcher32Filter) return false;
    // The one client value is the element size by which HDF5 shuffles; HDF5 refuses a shuffle without it.
    if (filter.id == kShuffleFilter && (filter.client.size() != 1 || filter.client[0] == 0)) return false;
    codecs += codec ? 1 : 0;
  }
  return codecs <= 1;  // the size of the bytes between two codecs is not known
}

DecodedChunk decode_chunk(std::span<const Hdf5Filter> filters, std::uint32_t skipped,
                          std::span<std::byte> raw, std::size_t bytes, std::span<std::byte> to) {
  const auto is_used = [&](std::size_t i) { return ((skipped >> i) & 1U) == 0; };
  // sizes[i]: the bytes that go into filter i on the way to the file. Only a codec's output is not known.
  std::array<std::size_t, 33> sizes{bytes};
  for (std::size_t i = 0; i < filters.size(); ++i) {
    sizes[i + 1] = sizes[i] + (is_used(i) && filters[i].id == kFletcher32Filter ? 4 : 0);
  }
  Steps steps(to);
  std::span<std::byte> now = raw;
  std::size_t first_used = 0;
  while (first_used < filters.size() && !is_used(first_used)) ++first_used;
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (!is_used(i)) continue;
    std::string trouble;
    if (filters[i].id == kFletcher32Filter) {
      trouble = check_sum(now);
    } else if (filters[i].id == kShuffleFilter) {
      const std::size_t unit = filters[i].client.front();
      if (unit > 1 && now.size() >= unit) {
        const auto next = steps.next(now.size(), i == first_used);
        unshuffle_bytes(now, next, unit);
        now = next;
      }
    } else if (const auto codec = codec_of(filters[i])) {
      trouble = inflate(*codec, now, sizes[i], steps, i == first_used);
    }
    if (!trouble.empty()) return {{}, trouble};
  }
  if (now.size() != bytes) return {{}, fmt::format("it holds {} bytes instead of {}", now.size(), bytes)};
  return {now, {}};
}

EncodedChunk encode_chunk(std::span<const Hdf5Filter> filters, std::span<const std::byte> chunk,
                          std::size_t element_bytes) {
  EncodedChunk encoded{chunk, 0};
  Steps steps({});
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::span<const std::byte> now = encoded.bytes;
    if (filters[i].id == kShuffleFilter) {
      const auto next = steps.next(now.size(), false);
      shuffle_bytes(now, next, element_bytes);
      encoded.bytes = next;
    } else if (const auto codec = codec_of(filters[i])) {
      const auto next = steps.next(now.size(), false);
      const std::size_t size = compress(*codec, level_of(filters[i]), now, next);
      if (size == 0 || size >= now.size()) {
        encoded.skipped |= 1U << i;
      } else {
        encoded.bytes = next.first(size);
      }
    }
  }
  return encoded;
}

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  std::uint32_t sum1 = 0, sum2 = 0;
  const auto fold = [](std::uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
  std::size_t words = bytes.size() / 2, at = 0;
  while (words > 0) {
    // The sums of 360 words fit into 32 bits; then they must be folded.
    const std::size_t batch = std::min<std::size_t>(words, 360);
    for (std::size_t i = 0; i < batch; ++i, at += 2) {
      sum1 +=
          (std::to_integer<std::uint32_t>(bytes[at]) << 8) | std::to_integer<std::uint32_t>(bytes[at + 1]);
      sum2 += sum1;
    }
    words -= batch;
    sum1 = fold(sum1), sum2 = fold(sum2);
  }
  if (bytes.size() % 2 != 0) {
    sum1 += std::to_integer<std::uint32_t>(bytes.back()) << 8;
    sum2 += sum1;
    sum1 = fold(sum1), sum2 = fold(sum2);
  }
  return (fold(sum2) << 16) | fold(sum1);
}

}  // namespace bask
