// annotations.hpp: what a user asks of the runtime about a task, beyond what it computes.
// Runs on: rank 0. Threads: each has its own scope.
#pragma once

#include <bask/core/units.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace bask {

/// How a task is run. The result does not depend on it, nor does the key.
struct Annotations {
  std::optional<int> priority{};  ///< of the tasks that are ready, higher ones run earlier; 0 unless said
  std::optional<int> retries{};   ///< how often a task that throws is run again; 0 unless said
  /// Whether the result is kept in the journal that --bask-checkpoint asks for: always, or never. Unless
  /// said, it is kept when it is expensive to make for its size.
  std::optional<bool> checkpoint{};
  std::map<std::string, double> resources{};  ///< held while it runs, of what --bask-resources offers
  /// false: never run in a child process, whatever --bask-isolate says, because the task changes what this
  /// process holds.
  std::optional<bool> isolate{};
  /// The most memory in bytes that it needs while it runs, its result counted, its inputs not: it starts when
  /// the rank has so much. Unless said, the size of its result counts, known or learned.
  std::optional<std::uint64_t> memory{};
  /// A task that runs longer fails, and the computation with it; 0: it may take any time. Unless said, it is
  /// what --bask-task-timeout says. A task in a child process is killed and may be retried; another one
  /// cannot be ended: when it goes on, the whole job ends. Resolution: 0.1 s.
  std::optional<std::chrono::nanoseconds> timeout{};

  /// The fields that go to another rank.
  auto members() { return std::tie(priority, retries, checkpoint, resources, isolate, memory, timeout); }
  bool empty() const {
    return !priority && !retries && !checkpoint && resources.empty() && !isolate && !memory && !timeout;
  }
  friend bool operator==(const Annotations&, const Annotations&) = default;
};

/// `inner` where it says something, else `outer`.
Annotations overlay(const Annotations& outer, const Annotations& inner);

/// While it lives, tasks and array operations that this thread adds carry these annotations; scopes nest, as
/// `dask.annotate` does. Example: `const bask::annotate scope({.priority = 10, .memory = 2_GiB});`
class annotate {
 public:
  [[nodiscard]] explicit annotate(Annotations annotations);
  /// The same, but these annotations alone count, not those of outer scopes: for work asked for elsewhere.
  [[nodiscard]] static annotate only(Annotations annotations);
  ~annotate();
  annotate(const annotate&) = delete;
  annotate& operator=(const annotate&) = delete;

  /// The annotations of tasks that this thread adds now.
  static const Annotations& current();

 private:
  struct Only {};
  annotate(Annotations annotations, Only);
  Annotations outer_;
};

}  // namespace bask
