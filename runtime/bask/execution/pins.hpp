// pins.hpp: all inputs of one task: while the pins live, every input stays where it is.
// Runs on: every rank. Threads: the one that asked the ResultStore for them.
// Invariant: pins that are destroyed without release() count no reading as over,
//            so that the task may be tried again.
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

  /// The inputs, as a kernel takes them.
  std::span<const Input> inputs() const { return room_; }
  /// To be called when the kernel has returned, before its result is counted: stops counting the memory of
  /// inputs that it has moved from.
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
