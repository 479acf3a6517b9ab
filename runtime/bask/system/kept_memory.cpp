#include <bask/core/mutex.hpp>
#include <bask/core/spare_memory.hpp>
#include <bask/system/kept_memory.hpp>
#include <bask/system/resident_memory.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <initializer_list>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kBytesPerArena = 2048 * kMiB;
constexpr std::chrono::milliseconds kInterval{50}, kLongestPause{60'000};

// Looks at the process's resident set, seldom when it stays above the bound whatever is given back.
class ResidentWatch {
 public:
  void set_bound(std::uint64_t bytes) {
    const Held held(mutex_);
    bound_ = bytes;
    next_ = {};
  }
  void look() {
    const Held held(mutex_);
    const steady_clock::time_point now = steady_clock::now();
    if (bound_ == 0 || now < next_) return;
    const std::uint64_t before = resident_memory().now;
    if (before > bound_) {
      give_back_freed_memory();
      const bool has_helped = resident_memory().now + (before - bound_) / 2 < before;
      pause_ = has_helped ? kInterval : std::min(2 * pause_, kLongestPause);
    } else {
      pause_ = kInterval;
    }
    next_ = steady_clock::now() + pause_;
  }

 private:
  Mutex mutex_;
  std::uint64_t bound_ BASK_GUARDED_BY(mutex_) = 0;
  std::chrono::milliseconds pause_ BASK_GUARDED_BY(mutex_) = kInterval;
  steady_clock::time_point next_ BASK_GUARDED_BY(mutex_);
};

ResidentWatch resident_watch;

}  // namespace

void keep_freed_memory([[maybe_unused]] std::uint64_t limit) {
#if defined(__GLIBC__)
  for (const char* theirs : {"GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_",
                             "MALLOC_TOP_PAD_", "MALLOC_ARENA_MAX"}) {
    if (std::getenv(theirs) != nullptr) return;
  }
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value that malloc accepts
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(std::clamp(limit / 16, kMiB, 1024 * kMiB)));
  mallopt(M_TOP_PAD, static_cast<int>(std::min(limit / 256, 64 * kMiB)));
  mallopt(M_ARENA_MAX, static_cast<int>(std::clamp<std::uint64_t>(limit / kBytesPerArena, 1, 1024)));
#endif
}

void give_back_freed_memory() {
  spare_memory::give_back(~std::uint64_t{0});
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

void set_resident_bound(std::uint64_t bytes) {
  resident_watch.set_bound(bytes);
}

void see_to_resident_bound() {
  resident_watch.look();
}

}  // namespace bask
