// import_table.hpp: the imports of one rank, results of other ranks that its plan reads: which values have
// arrived, and for which imports the readers are known.
// Runs on: every rank. Threads: the feeding thread alone.
// Invariant: an import becomes complete once: when both its part of the plan and its value are here,
//            in either order.
#pragma once

#include <cstdint>
#include <vector>

namespace bask {

class ImportTable {
 public:
  explicit ImportTable(std::uint32_t imports) : states_(imports), left_(imports) {}

  /// The part of the plan that lists the import's readers is here.
  /// Returns whether the import is complete now.
  bool known(std::uint32_t import) {
    State& state = states_[import];
    state.is_known = true;
    return state.has_arrived;
  }
  /// Whether the value of the import is still to come.
  bool is_awaited(std::uint32_t import) const {
    return import < states_.size() && !states_[import].has_arrived;
  }
  /// The value is here. Returns whether the import is complete now.
  bool arrived(std::uint32_t import) {
    State& state = states_[import];
    state.has_arrived = true;
    --left_;
    return state.is_known;
  }
  bool is_known(std::uint32_t import) const { return states_[import].is_known; }
  bool has_arrived(std::uint32_t import) const { return states_[import].has_arrived; }
  /// How many values are still to come.
  std::uint32_t left() const { return left_; }

 private:
  struct State {
    bool is_known = false, has_arrived = false;
  };
  std::vector<State> states_;
  std::uint32_t left_;
};

}  // namespace bask
