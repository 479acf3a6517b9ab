#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/result_store.hpp>

#include <utility>

namespace bask {

ResultStore::ResultStore(std::vector<std::uint32_t> uses, std::vector<Value*> constants,
                         std::uint64_t limit_bytes)
    : values_(uses.size()),
      uses_(std::move(uses)),
      bytes_(std::make_unique_for_overwrite<std::uint64_t[]>(uses_.size())),
      constants_(std::move(constants)),
      limit_(limit_bytes) {}

void ResultStore::count_made(std::uint32_t position) {
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

void ResultStore::recount(std::uint32_t position) {
  const std::uint64_t bytes = values_[position].heap_bytes();
  held_.fetch_sub(bytes_[position] - bytes, std::memory_order_relaxed);
  bytes_[position] = bytes;
}

std::uint64_t ResultStore::free_now(std::uint32_t position) {
  values_[position].reset();
  held_.fetch_sub(bytes_[position], std::memory_order_relaxed);
  return bytes_[position];
}

Value ResultStore::take(std::uint32_t position) {
  if (!values_[position].type()->is_trivial) held_.fetch_sub(bytes_[position], std::memory_order_relaxed);
  return std::move(values_[position]);
}

Results ResultStore::take(std::span<const Source> targets) {
  Results results;
  results.values.reserve(targets.size());
  results.targets.resize(targets.size());
  std::vector<std::uint32_t> place_of(values_.size(), kNoIndex);
  for (std::size_t i = targets.size(); i-- > 0;) {  // from the back: of equal targets the last may move
    const Source source = targets[i];
    if (source.is_constant()) {
      results.targets[i] = {constants_[source.index()], false};
      continue;
    }
    std::uint32_t& place = place_of[source.index()];
    const bool is_last = place == kNoIndex;
    if (is_last) {
      place = static_cast<std::uint32_t>(results.values.size());
      results.values.push_back(take(source.index()));
    }
    results.targets[i] = {&results.values[place], is_last};
  }
  return results;
}

void Pins::recount() {
  for (std::size_t i = 0; i < room_.size(); ++i) {
    if (room_[i].last_use) store_.recount(sources_[i].index());
  }
}

}  // namespace bask
