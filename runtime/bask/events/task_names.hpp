// task_names.hpp: what rank 0 knows of the tasks of a computation by their ids in its graph: names, inputs,
// places. Runs on: rank 0. Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace bask {

class TaskNames {
 public:
  virtual ~TaskNames() = default;
  /// As messages show it: "increment-7f3a09c1". Empty when the graph has no such task; so is the layer.
  virtual std::string name(std::uint32_t task) const = 0;
  virtual std::string layer(std::uint32_t task) const = 0;
  /// Which task makes that input; nothing when there is none.
  virtual std::optional<std::uint32_t> input(std::uint32_t task, std::uint32_t number) const = 0;
  /// Finds where these tasks run, for rank() and unit().
  virtual void find(std::span<const std::uint32_t> tasks) = 0;
  /// The rank that the plan gives it to.
  virtual std::optional<std::uint32_t> rank(std::uint32_t task) const = 0;
  /// Tasks of equal numbers are run by one thread, one after the other.
  virtual std::optional<std::uint32_t> unit(std::uint32_t task) const = 0;
};

}  // namespace bask
