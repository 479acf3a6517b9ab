// event.hpp: what a thread tells of what it has done: a task that has ended, a wait, a transfer.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bask {

enum class EventKind : std::uint8_t {
  kTaskFinished,
  kTaskFailed,
  kTaskRetried,   ///< it has failed and is called again
  kTasksUntimed,  ///< so many have ended; their time is that of others, see TaskSampling
  kActivity,      ///< a wait, a transfer, planning: what its activity says
};

/// What a thread can be busy with. Numbers from kFirstLayer on are layers: inside the kernels of their tasks.
enum class Activity : std::uint16_t {
  kWaitInput,         ///< for tasks of its own rank or of others
  kWaitData,          ///< for results that are on their way from other ranks
  kWaitMemory,        ///< for room
  kWaitResource,      ///< for a resource
  kWaitNothingReady,  ///< for tasks of its own rank, where there are no others
  kWaitNothingLeft,   ///< its rank has done all, others have not
  kTransfer,
  kSpill,
  kReadBack,
  kJournal,
  kPlan,
  kFirstLayer = 16,
};
inline constexpr std::size_t kFixedActivities = 11;
inline constexpr Activity kNoActivity{0xFFFF};

constexpr std::string_view name_of(Activity activity) {
  constexpr std::array<std::string_view, kFixedActivities> kNames{
      "input",    "data",  "memory",    "resource", "nothing ready", "nothing left",
      "transfer", "spill", "read back", "journal",  "plan"};
  const auto number = static_cast<std::size_t>(activity);
  return number < kNames.size() ? kNames[number] : "";
}
constexpr bool is_layer(Activity activity) {
  return activity >= Activity::kFirstLayer && activity != kNoActivity;
}
constexpr bool is_wait(Activity activity) {
  return activity <= Activity::kWaitNothingLeft;
}
/// The number of a layer among the layers of its rank.
constexpr std::size_t layer_of(Activity activity) {
  return static_cast<std::size_t>(activity) - static_cast<std::size_t>(Activity::kFirstLayer);
}

/// Times are ticks of the rank's TickClock.
struct Event {
  std::int64_t begin, end;
  std::uint64_t bytes = 0;  ///< of the task's result, or moved
  std::uint32_t task = 0;   ///< its id in the graph that is computed
  std::uint32_t run = 0;    ///< number of the computation
  std::uint32_t tasks = 1;  ///< more than one of kTasksUntimed only, and `bytes` is of them all
  Activity activity;
  EventKind kind = EventKind::kActivity;
};

}  // namespace bask
