// held_drops.hpp: results that ranks hold and nobody needs any more, until rank 0 tells the ranks so.
// Runs on: rank 0. Threads: any; handles to the results may outlive the node.
#pragma once

#include <bask/core/mutex.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace bask {

class HeldDrops {
 public:
  explicit HeldDrops(std::uint32_t ranks) : of_rank_(ranks) {}
  void add(std::uint32_t rank, std::uint64_t held) {
    const Held lock(mutex_);
    of_rank_[rank].push_back(held);
  }
  /// What was added since it was last called, by rank.
  std::vector<std::vector<std::uint64_t>> take() {
    const Held lock(mutex_);
    return std::exchange(of_rank_, std::vector<std::vector<std::uint64_t>>(of_rank_.size()));
  }

 private:
  Mutex mutex_;
  std::vector<std::vector<std::uint64_t>> of_rank_ BASK_GUARDED_BY(mutex_);
};

}  // namespace bask
