#include <fmt/format.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/encoded_sizes.hpp>
#include <boost/core/demangle.hpp>

#include <algorithm>
#include <bit>
#include <exception>

namespace bask {
namespace {

constexpr std::uint64_t kWorthAWord = 64 << 10;

void warn(const TaskGroup& group, const ValueType& type, std::uint64_t bytes) {
  log_line(LogLevel::kWarning,
           fmt::format("{}: results of type {} cannot tell what memory they hold: a few are encoded to see "
                       "it ({}), and each counts against the memory limit as the largest of these; give the "
                       "type a member 'std::size_t held_bytes() const'",
                       group.layer, boost::core::demangle(type.info->name()), format_size(bytes)));
}

// The program may encode its own types, and need not have foreseen this: what it throws fails no task.
std::uint64_t encoded(const Value& result) {
  try {
    return result.heap_bytes();
  } catch (const std::exception&) {
    return result.type()->size;
  }
}

}  // namespace

std::uint64_t EncodedSizes::of(std::uint32_t group, const Value& result) {
  const ValueType& type = *result.type();
  Layer& layer = layers_[group];
  const std::uint64_t number = layer.results.fetch_add(1, std::memory_order_relaxed) + 1;
  std::uint64_t largest = layer.largest.load(std::memory_order_relaxed);
  if (largest != 0 && !std::has_single_bit(number)) return largest;
  const std::uint64_t bytes = encoded(result);
  while (largest < bytes && !layer.largest.compare_exchange_weak(largest, bytes, std::memory_order_relaxed)) {
  }
  if (bytes >= kWorthAWord && !layer.has_warned.exchange(true)) warn(groups_[group], type, bytes);
  return std::max(largest, bytes);
}

}  // namespace bask
