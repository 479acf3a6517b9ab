// recent_rate.hpp: the mean time per byte, to write it or to bring it to the disk, in which recent bytes
// weigh most: so it notices when a disk slows down.
// Runs on: every rank. Threads: one adds at a time; any reads.
#pragma once

#include <atomic>
#include <cstdint>

namespace bask {

class RecentRate {
 public:
  explicit RecentRate(double first_guess_ns) : byte_ns_(first_guess_ns) {}

  void add(std::uint64_t bytes, std::int64_t ns) {
    bytes_ += static_cast<double>(bytes);
    ns_ += static_cast<double>(ns);
    if (bytes_ >= kLeast) byte_ns_.store(ns_ / bytes_, std::memory_order_relaxed);
    if (bytes_ < kRemembered) return;
    bytes_ /= 2;
    ns_ /= 2;
  }
  double byte_ns() const { return byte_ns_.load(std::memory_order_relaxed); }

 private:
  static constexpr double kLeast = 1 << 20, kRemembered = 64 << 20;  // bytes

  std::atomic<double> byte_ns_;
  double bytes_ = 0, ns_ = 0;
};

}  // namespace bask
