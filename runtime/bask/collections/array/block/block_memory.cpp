#include <bask/collections/array/block/block_memory.hpp>
#include <bask/core/fork_lock.hpp>
#include <bask/core/sanitizers.hpp>
#include <bask/core/spare_memory.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <new>

namespace bask::block_memory {

namespace {

constexpr std::align_val_t kMemoryAlignment{64};
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::chrono::seconds kKeptFor{2};
// Under AddressSanitizer reuse would hide uses of freed blocks.
constexpr std::size_t kLeastMapped = kHasAddressSanitizer ? SIZE_MAX : std::size_t{4} << 20;

using Clock = std::chrono::steady_clock;

/// Lies at the front of memory that is kept, so that keeping it takes no other memory.
struct Kept {
  Kept* older;
  std::size_t bytes;
  Clock::time_point since;
};

/// Freed memory, the latest first.
class Keeper {
 public:
  /// The smallest piece that is large enough and at most an eighth too large; null when there is none.
  Kept* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    Kept** best = nullptr;
    for (Kept** at = &latest_; *at != nullptr; at = &(*at)->older) {
      const std::size_t size = (*at)->bytes;
      if (size < bytes || size - bytes > bytes / 8) continue;
      if (best == nullptr || size < (*best)->bytes) best = at;
    }
    if (best == nullptr) return nullptr;
    Kept* const found = *best;
    *best = found->older;
    held_.store(held() - found->bytes, std::memory_order_relaxed);
    return found;
  }

  /// Keeps `memory`. Returns the pieces that are no longer kept, for the caller to unmap: those beyond the
  /// bound, and those that were not taken for kKeptFor.
  Kept* keep(std::byte* memory, std::size_t bytes) {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    latest_ = ::new (memory) Kept{latest_, bytes, now};
    return drop_beyond(spare_memory::most(), now - kKeptFor);
  }

  /// Returns pieces of at least `bytes`, if there are so many, for the caller to unmap: the oldest ones.
  Kept* give_back(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    return drop_beyond(held() > bytes ? held() - bytes : 0, Clock::time_point::min());
  }

  std::size_t held() const { return held_.load(std::memory_order_relaxed); }

  std::mutex& mutex() { return mutex_; }

 private:
  /// Keeps the latest pieces, of at most `most` bytes, that are not older than `oldest`. Returns the others.
  Kept* drop_beyond(std::size_t most, Clock::time_point oldest) {
    std::size_t all = 0;
    Kept** at = &latest_;
    while (*at != nullptr && all + (*at)->bytes <= most && (*at)->since > oldest) {
      all += (*at)->bytes;
      at = &(*at)->older;
    }
    held_.store(all, std::memory_order_relaxed);
    Kept* const dropped = *at;
    *at = nullptr;
    return dropped;
  }

  std::mutex mutex_;
  Kept* latest_ = nullptr;
  std::atomic<std::size_t> held_{0};  // written by the mutex's holder
};

Keeper& keeper() {
  static Keeper* const instance = new Keeper;  // never destroyed: blocks in static objects outlive it
  return *instance;
}

/// Returns how many bytes that were.
std::size_t unmap(Kept* pieces) {
  std::size_t bytes = 0;
  while (pieces != nullptr) {
    Kept* const next = pieces->older;
    bytes += pieces->bytes;
    ::munmap(pieces, pieces->bytes);
    pieces = next;
  }
  return bytes;
}

const bool is_known = spare_memory::add(
    {[]() -> std::uint64_t { return keeper().held(); },
     [](std::uint64_t bytes) -> std::uint64_t { return unmap(keeper().give_back(bytes)); }});

std::mutex& keepers_mutex() {
  return keeper().mutex();
}
const bool held_while_forking = hold_while_forking<keepers_mutex>(ForkOrder::kInner);

/// New memory at a multiple of 2 MiB, in huge pages where the kernel has them; null when there is none.
std::byte* map(std::size_t bytes) {
  void* const all =
      ::mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(all);
  const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before != 0) ::munmap(begin, before);
  if (before != kHugePage) ::munmap(begin + before + bytes, kHugePage - before);
#if defined(MADV_HUGEPAGE)
  ::madvise(begin + before, bytes, MADV_HUGEPAGE);  // advice: it may be refused
#endif
  return begin + before;
}

}  // namespace

Piece take(std::size_t bytes) {
  if (bytes < kLeastMapped) return {static_cast<std::byte*>(::operator new(bytes, kMemoryAlignment)), bytes};
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (bytes > SIZE_MAX - kHugePage - page) throw std::bad_alloc();
  bytes = (bytes + page - 1) / page * page;
  if (Kept* const kept = keeper().take(bytes)) {
    const std::size_t has = kept->bytes;
    return {reinterpret_cast<std::byte*>(kept), has};
  }
  spare_memory::begin_allocation();
  std::byte* const memory = map(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return {memory, bytes};
}

void give_back(std::byte* memory, std::size_t bytes) noexcept {
  if (bytes < kLeastMapped) return ::operator delete(memory, kMemoryAlignment);
  unmap(keeper().keep(memory, bytes));
  spare_memory::note_kept();
}

}  // namespace bask::block_memory
