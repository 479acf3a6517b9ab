// trace_format.hpp: how a trace is written down: what a format is told, in which order.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/trace/event_part.hpp>
#include <bask/trace/task_links.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bask {

/// A thread in the trace. Viewers take process 0 for the idle one, and threads by their number alone: both
/// begin at 1, and a thread's number is of no other rank.
struct TraceLane {
  std::uint32_t rank = 0, lane = 0;

  std::uint32_t pid() const { return rank + 1; }
  std::uint32_t tid() const { return pid() * kMostLanes + lane + 1; }
  static constexpr std::uint32_t kMostLanes = 10'000;
};

/// What a thread did from one time to another. Times are nanoseconds since the job's start.
struct TraceSlice {
  const EventRecord& event;
  const std::string& name;    ///< that of the activity: equal numbers of a rank have equal names
  std::string_view category;  ///< "task", "wait", "transfer", …
  const Arrows& arrows;       ///< between tasks
};

class TraceFormat {
 public:
  virtual ~TraceFormat() = default;
  virtual void begin_rank(std::uint32_t rank, const std::string& name) = 0;
  /// Before the thread's first slice.
  virtual void begin_lane(const TraceLane& lane, const std::string& name) = 0;
  /// In the order of time for each thread; its end comes after what lies inside.
  virtual void begin_slice(const TraceLane& lane, const TraceSlice& slice) = 0;
  virtual void end_slice(const TraceLane& lane, std::int64_t at_ns) = 0;
  /// All is told.
  virtual void finish() = 0;
};

using TraceOutput = std::function<void(std::string_view bytes)>;

/// Perfetto's protobuf trace, and the Trace Event Format of Chrome, in JSON.
std::unique_ptr<TraceFormat> make_perfetto_trace(TraceOutput output);
std::unique_ptr<TraceFormat> make_json_trace(TraceOutput output);

}  // namespace bask
