// runtime.hpp: the interface by which lazy collections have their tasks run.
// Runs on: rank 0. Threads: any, one computation after the other.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/layer.hpp>

#include <span>
#include <string>
#include <vector>

namespace bask {

/// The values that a computation was asked for.
struct Results {
  std::vector<Value> values;   ///< each computed result once
  std::vector<Input> targets;  ///< one per target; refers to `values`, or to what is held elsewhere
  bool are_unknown = false;    ///< nothing was computed, as by --bask-plan: there are neither
};

class Runtime {
 public:
  virtual ~Runtime() = default;
  /// Whether results have values. Otherwise something stands for them, as by --bask-plan.
  virtual bool knows_values() const { return true; }
  /// Runs all that `targets` need. Throws: TaskError when a task throws; Error when stopped or refused.
  virtual Results compute(std::span<const TaskRef* const> targets) = 0;
  /// The same, and keeps the results as long as the handles live that it returns, one per target. With
  /// several ranks each result stays on the rank that made it.
  virtual std::vector<TaskRef> persist(std::span<const TaskRef* const> targets) = 0;
  /// Calls a kernel once on every rank, outside of all tasks. Returns the results by rank.
  /// Throws: Error with what the kernel threw on the first rank where it threw.
  virtual std::vector<Value> call_everywhere(KernelId kernel, std::span<const std::byte> arguments) = 0;
  /// Notes that the program reads something, such as a file, that may have changed at its next start.
  /// `identity` changes with the content: "'wind.h5': 1234 bytes of 2026-11-24 12:00:00". It is for messages
  /// only: keys must change with the content, too.
  virtual void note_input(const std::string& name, const std::string& identity) {
    static_cast<void>(name), static_cast<void>(identity);  // nothing is kept, so there is nothing to compare
  }
  /// Draws the graph of all that `targets` need into a file: svg, png, pdf or dot.
  virtual void visualize(std::span<const TaskRef* const> targets, const std::string& path) = 0;
};

/// The runtime in use. Throws: Error when there is none, or when called from inside a task.
Runtime& current_runtime();
/// The runtime in use, or null.
Runtime* runtime_in_use();
/// Called by a runtime itself: it is the current one from now on, until it is dropped or a newer one comes.
void use_runtime(Runtime* runtime);
void drop_runtime(Runtime* runtime);

/// Whether this thread is running a task now.
bool& running_a_task();
/// While it lives, this thread runs tasks, which may not call compute().
struct InsideTask {
  InsideTask() { running_a_task() = true; }
  ~InsideTask() { running_a_task() = false; }
};

}  // namespace bask
