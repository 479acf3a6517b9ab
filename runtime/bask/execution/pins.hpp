// pins.hpp: what one task reads, all of it at once: while the pins live, every input stays where it is.
// Runs on: every rank. Threads: the one that asked the ResultStore for them.
// Invariant: pins that go without release() leave all readings as they were, for another attempt.
#pragma once

#include <bask/graph/kernel.hpp>
#include <bask/graph/plan.hpp>

#include <span>
#include <vector>

namespace bask {

class ResultStore;

class [[nodiscard]] Pins {
 public:
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;
  ~Pins() { room_.clear(); }

  /// As a kernel takes them.
  std::span<const Input> inputs() const { return room_; }
  /// The kernel has returned: what it has moved from does not count any more. Before its own result is
  /// counted.
  void count_moved() {
    if (any_last_) recount();
  }
  /// The task is done: its readings are over. Calls `freed(position, bytes)` for each result that this frees.
  template <class Freed>
  void release(const Freed& freed);

 private:
  friend class ResultStore;
  Pins(ResultStore& store, std::span<const Source> sources, std::vector<Input>& room, bool any_last)
      : store_(store), sources_(sources), room_(room), any_last_(any_last) {}
  void recount();

  ResultStore& store_;
  const std::span<const Source> sources_;
  std::vector<Input>& room_;
  const bool any_last_;  // whether some input may be moved from
};

}  // namespace bask
