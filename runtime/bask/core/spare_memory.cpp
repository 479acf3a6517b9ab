#include <bask/core/spare_memory.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <span>

namespace bask::spare_memory {
namespace {

struct Caches {
  std::array<Cache, 8> all;
  std::size_t count = 0;
};

// Made when the first cache is added, before main; afterwards only read.
Caches& caches() {
  static Caches one;
  return one;
}

std::span<const Cache> known() {
  return std::span(caches().all).first(caches().count);
}

constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
std::atomic<std::uint64_t> most_kept{kMost};
std::atomic<std::uint64_t> peak_kept{0};
std::atomic<std::uint64_t> last_room{~std::uint64_t{0}};

}  // namespace

bool add(const Cache& cache) {
  assert(caches().count < caches().all.size());
  caches().all[caches().count++] = cache;
  return true;
}

std::uint64_t held() {
  std::uint64_t bytes = 0;
  for (const Cache& cache : known()) bytes += cache.held();
  return bytes;
}

std::uint64_t peak() {
  return peak_kept.load(std::memory_order_relaxed);
}

void begin_peak() {
  peak_kept.store(held(), std::memory_order_relaxed);
}

void note_kept() {
  const std::uint64_t now = held();
  std::uint64_t before = peak();
  while (now > before && !peak_kept.compare_exchange_weak(before, now, std::memory_order_relaxed)) {
  }
}

std::uint64_t give_back(std::uint64_t bytes) {
  std::uint64_t given = 0;
  for (const Cache& cache : known()) {
    if (given < bytes) given += cache.give_back(bytes - given);
  }
  return given;
}

void keep_at_most(std::uint64_t bytes) {
  if (const std::uint64_t kept = held(); kept > bytes) give_back(kept - bytes);
}

void make_room(std::uint64_t room, std::uint64_t taken) {
  last_room.store(room, std::memory_order_relaxed);
  keep_at_most(room + taken);
}

void begin_allocation() {
  keep_at_most(last_room.load(std::memory_order_relaxed));
}

std::uint64_t most() {
  return most_kept.load(std::memory_order_relaxed);
}

void set_limit(std::uint64_t bytes) {
  most_kept.store(std::min(bytes / 16, kMost), std::memory_order_relaxed);
}

}  // namespace bask::spare_memory
