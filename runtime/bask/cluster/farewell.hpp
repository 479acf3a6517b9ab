// farewell.hpp: the end of a job in order. Rank 0 tells the others to shut down. Each says goodbye to rank 0
// once all that it sent has arrived, and goes on receiving. When all have, rank 0 says goodbye to them, and
// they leave. So no rank leaves while another may still have something on its way to it, which would then
// wait for ever.
// Runs on: every rank. Threads: any; the caller holds the exchange's lock.
// Invariants: (1) a rank's goodbye is the last that it sends.
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
  /// This rank says goodbye: from now on it sends nothing and answers nothing.
  void say_goodbye() { has_said_goodbye_ = true; }
  bool has_said_goodbye() const { return has_said_goodbye_; }
  /// `rank` has said goodbye.
  void on_bye(std::uint32_t rank) {
    if (!has_left_[rank]) ++left_;
    has_left_[rank] = true;
  }
  bool has_left(std::uint32_t rank) const { return has_left_[rank]; }
  /// Rank 0: whether all others have said goodbye.
  bool all_have_left() const { return left_ + 1 >= has_left_.size(); }

 private:
  bool has_begun_ = false, has_said_goodbye_ = false;
  std::vector<bool> has_left_;
  std::size_t left_ = 0;
};

}  // namespace bask
