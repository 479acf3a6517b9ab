// farewell.hpp: the end of a job in order: rank 0 tells the others to shut down, and each says goodbye last.
// Runs on: every rank; goodbyes are said to rank 0. Threads: any; the caller holds the exchange's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bask {

class Farewell {
 public:
  explicit Farewell(std::uint32_t ranks) : has_left_(ranks) {}

  /// This rank is to leave: it begins nothing new.
  void begin() { has_begun_ = true; }
  bool has_begun() const { return has_begun_; }
  /// `rank` has said goodbye.
  void on_bye(std::uint32_t rank) {
    if (!has_left_[rank]) ++left_;
    has_left_[rank] = true;
  }
  /// Rank 0: whether all others have said goodbye.
  bool all_have_left() const { return left_ + 1 >= has_left_.size(); }

 private:
  bool has_begun_ = false;
  std::vector<bool> has_left_;
  std::size_t left_ = 0;
};

}  // namespace bask
