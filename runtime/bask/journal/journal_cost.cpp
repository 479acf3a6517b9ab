#include <bask/journal/journal_cost.hpp>

#include <limits>

namespace bask {
namespace {

constexpr std::size_t kSmallPayload = 256;
constexpr std::int64_t kSmallRemembered = 1 << 16;
constexpr std::size_t kLongWrite = std::size_t{64} << 10;  // from here on the call itself costs little
constexpr std::int64_t kNever_ns = std::numeric_limits<std::int64_t>::max() / 2;
constexpr double kMostBehind_ns = 2e9;            // expected time to bring to the disk what is not there yet
constexpr double kCopyNs = 0.15;                  // per byte: hashing it and copying it into the batch
constexpr double kGuesses = 16, kGuess_ns = 500;  // the mean starts from 16 assumed appends of 500 ns

}  // namespace

void JournalCost::appended(std::size_t bytes, std::int64_t ns) {
  append_ns_.fetch_add(ns, std::memory_order_relaxed);
  if (bytes > kSmallPayload) return;
  const std::int64_t all_ns = small_append_ns_.fetch_add(ns, std::memory_order_relaxed) + ns;
  if (small_appends_.fetch_add(1, std::memory_order_relaxed) + 1 != kSmallRemembered) return;
  small_appends_.fetch_sub(kSmallRemembered / 2, std::memory_order_relaxed);
  small_append_ns_.fetch_sub(all_ns / 2, std::memory_order_relaxed);
}

void JournalCost::written(std::uint64_t bytes, std::int64_t ns) {
  if (bytes >= kLongWrite) writes_.add(bytes, ns);
}

void JournalCost::synced(std::uint64_t bytes, std::int64_t ns) {
  if (bytes > kLongWrite) syncs_.add(bytes, ns);
}

std::int64_t JournalCost::of(std::uint64_t bytes) const {
  const auto not_synced = static_cast<double>(not_synced_.load(std::memory_order_relaxed));
  // Writes go to the page cache, at the speed of memory, until a slow disk has left that full: then every
  // writer waits for the disk, and so does the end of the run.
  if (not_synced * syncs_.byte_ns() > kMostBehind_ns) return kNever_ns;
  const double call_ns =
      (static_cast<double>(small_append_ns_.load(std::memory_order_relaxed)) + kGuesses * kGuess_ns) /
      (static_cast<double>(small_appends_.load(std::memory_order_relaxed)) + kGuesses);
  return static_cast<std::int64_t>(call_ns + static_cast<double>(bytes) * (writes_.byte_ns() + kCopyNs));
}

}  // namespace bask
