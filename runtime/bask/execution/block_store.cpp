#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/block_store.hpp>

#include <utility>

namespace bask {

BlockStore::BlockStore(std::vector<std::uint32_t> uses, std::uint64_t limit_bytes)
    : values_(uses.size()),
      uses_(std::move(uses)),
      bytes_(std::make_unique_for_overwrite<std::uint64_t[]>(uses_.size())),
      limit_(limit_bytes) {}

void BlockStore::count_stored(std::uint32_t position) {
  const std::uint64_t bytes = bytes_[position] = values_[position].heap_bytes();
  const std::uint64_t now = held_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  if (now > limit_) {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    throw Error("memory limit",
                "results of " + format_size(now) + " are held, and " + format_size(limit_) + " are allowed",
                "raise --bask-memory-limit if the machine has more, or compute in parts");
  }
}

void BlockStore::recount(std::uint32_t position) {
  const std::uint64_t bytes = values_[position].heap_bytes();
  held_.fetch_sub(bytes_[position] - bytes, std::memory_order_relaxed);
  bytes_[position] = bytes;
}

std::uint64_t BlockStore::free_now(std::uint32_t position) {
  values_[position].reset();
  held_.fetch_sub(bytes_[position], std::memory_order_relaxed);
  return bytes_[position];
}

Value BlockStore::take(std::uint32_t position) {
  if (!values_[position].type()->is_trivial) held_.fetch_sub(bytes_[position], std::memory_order_relaxed);
  return std::move(values_[position]);
}

}  // namespace bask
