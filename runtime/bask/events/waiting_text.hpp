// waiting_text.hpp: why tasks wait, as lines for people: one text for bask-top and for the report of a stall.
// Runs on: rank 0, and where bask-top runs. Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bask {

/// A result that a task waits for: who makes it, where, and how far that is: "runs there".
struct AwaitedInput {
  std::string task;
  std::optional<std::uint32_t> rank = {};
  std::string state = {};  ///< empty: nothing is known
};

struct AwaitedResource {
  std::string name;
  double wanted = 0, free = 0, offered = 0;
};

/// A task that waits, all of it by name.
struct ExplainedTask {
  std::string task, layer;
  std::string until = {};  ///< the last task that one thread runs with it; empty: it is alone
  std::string cause;       ///< "input", "memory", "coming", "resource" or "time"
  std::uint64_t missing = 0;
  std::vector<AwaitedInput> inputs = {};
  std::uint64_t bytes = 0;
  std::vector<AwaitedResource> resources = {};
};

/// What is held of one kind of memory, in bytes.
struct HeldKind {
  std::string kind;
  std::uint64_t bytes = 0;
};

/// All that waits on one rank.
struct ExplainedRank {
  std::uint64_t left = 0, ready = 0, too_long = 0;  ///< units
  std::uint64_t held = 0, limit = 0;                ///< bytes; a limit of 0: none
  std::vector<HeldKind> kinds = {};
  std::vector<ExplainedTask> tasks = {};
};

/// One line for the task, and one for each thing that it waits for.
std::vector<std::string> waiting_lines(const ExplainedTask& task, const ExplainedRank& rank);
/// How much is left on the rank, and the lines of all its tasks.
std::vector<std::string> waiting_lines(const ExplainedRank& rank);

}  // namespace bask
