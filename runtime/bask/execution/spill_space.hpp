// spill_space.hpp: which parts of a file are used. New data go to the first gap that is large enough, else to
// the end.
// Runs on: every rank. Threads: one at a time.
// Invariants: (1) gaps lie between used parts and never touch each other; (2) all sizes are multiples of the
//             unit.
#pragma once

#include <cstdint>
#include <map>

namespace bask {

class SpillSpace {
 public:
  explicit SpillSpace(std::uint64_t unit) : unit_(unit) {}

  /// Where so many bytes may be written. Nothing is used for 0 bytes.
  std::uint64_t take(std::uint64_t bytes);
  /// What take(bytes) has returned may be used for other data.
  void give_back(std::uint64_t offset, std::uint64_t bytes);

  std::uint64_t used_bytes() const { return used_; }
  /// Behind the last used part.
  std::uint64_t end() const { return end_; }

 private:
  std::uint64_t whole_units(std::uint64_t bytes) const { return (bytes + unit_ - 1) / unit_ * unit_; }

  const std::uint64_t unit_;
  std::map<std::uint64_t, std::uint64_t> gaps_;  // their sizes by where they begin
  std::uint64_t used_ = 0, end_ = 0;
};

}  // namespace bask
