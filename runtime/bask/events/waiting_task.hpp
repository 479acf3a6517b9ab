// waiting_task.hpp: the first few tasks that wait on a rank, and what for: what a rank tells rank 0 of them.
// Runs on: made on every rank, read on rank 0. Threads: any; plain data.
#pragma once

#include <bask/core/memory_use.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace bask {

/// So many tasks of a rank are told of, and so many inputs of each.
inline constexpr std::size_t kMostWaitingTold = 8;

/// What a task waits for.
enum class WaitCause : std::uint8_t {
  kInput,     ///< results that are not made, or not here
  kMemory,    ///< room for what it makes and for inputs that are elsewhere
  kComing,    ///< it has room, and inputs are on their way
  kResource,  ///< named resources
  kTime,      ///< it would not end in time, and never starts
};

/// Where an input is.
enum class InputPlace : std::uint8_t {
  kOtherRank,    ///< another rank makes it, or it is on its way from there
  kWaits,        ///< the task that makes it here waits, too
  kRuns,         ///< that task runs
  kReadyOrMade,  ///< that task could run, or has run
  kAnnounced,    ///< another rank has it; it is fetched when there is room
  kComing,       ///< it is being fetched from another rank, read from the disk, or made again
  kOnDisk,
};

struct WaitingInput {
  std::uint32_t number;  ///< which of the inputs of its reader
  std::uint32_t reader;  ///< a task, by its id in the graph
  InputPlace place;
};

struct WantedResource {
  std::string name;
  double wanted = 0, free = 0, offered = 0;
  auto members() { return std::tie(name, wanted, free, offered); }
};

/// A unit: tasks that one thread runs one after the other.
struct WaitingTask {
  std::uint32_t first = 0, last = 0;  ///< its first task and that of its result, by their ids in the graph
  WaitCause cause{};
  std::uint32_t missing = 0;  ///< readings of inputs that are not there; `inputs` has some of them
  std::vector<WaitingInput> inputs = {};
  std::uint64_t bytes = 0;  ///< for which it wants room
  std::vector<WantedResource> resources = {};
  auto members() { return std::tie(first, last, cause, missing, inputs, bytes, resources); }
};

struct RankWaiting {
  std::uint32_t run = 0;              ///< number of the computation
  std::uint32_t left = 0;             ///< units that have not ended
  std::uint32_t ready = 0;            ///< units that could run
  std::uint32_t too_long = 0;         ///< units that would not end in time
  std::uint64_t held = 0, limit = 0;  ///< bytes of memory; a limit of 0: none
  std::array<std::uint64_t, kMemoryKinds> by_kind{};
  std::vector<WaitingTask> tasks = {};  ///< in the plan's order, kMostWaitingTold at most
  auto members() { return std::tie(run, left, ready, too_long, held, limit, by_kind, tasks); }
};

}  // namespace bask
