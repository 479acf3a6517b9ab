// annotations.hpp: what a user asks of the runtime about a task, beyond what it computes.
// Runs on: rank 0. Threads: each has its own scope.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace bask {

/// How a task is run. The result does not depend on it, nor does the key.
struct Annotations {
  std::optional<int> priority{};  ///< higher runs earlier among what is ready; 0 unless said
  std::optional<int> retries{};   ///< how often a task that throws is run again; 0 unless said
  /// Whether the result is kept in the journal that --bask-checkpoint asks for: always, or never. Unless
  /// said, it is where it is expensive to make for its size.
  std::optional<bool> checkpoint{};
  std::map<std::string, double> resources{};  ///< held while it runs, of what --bask-resources offers
  /// false: never in a process of its own, whatever --bask-isolate says, as it changes what this one holds.
  std::optional<bool> isolate{};

  /// What goes to another rank.
  auto members() { return std::tie(priority, retries, checkpoint, resources, isolate); }
  bool empty() const { return !priority && !retries && !checkpoint && resources.empty() && !isolate; }
  friend bool operator==(const Annotations&, const Annotations&) = default;
};

/// `inner` where it says something, else `outer`.
Annotations overlay(const Annotations& outer, const Annotations& inner);

/// While it lives, tasks and array operations that this thread adds carry these annotations; scopes nest, as
/// `dask.annotate` does. Example: `const bask::annotate scope({.priority = 10, .retries = 2});`
class annotate {
 public:
  [[nodiscard]] explicit annotate(Annotations annotations);
  /// The same of these alone, whatever the scopes around it say: for what was asked for elsewhere.
  [[nodiscard]] static annotate only(Annotations annotations);
  ~annotate();
  annotate(const annotate&) = delete;
  annotate& operator=(const annotate&) = delete;

  /// What holds for the tasks that this thread adds now.
  static const Annotations& current();

 private:
  struct Only {};
  annotate(Annotations annotations, Only);
  Annotations outer_;
};

}  // namespace bask
