// lane_slices.hpp: the events of one thread as slices that lie side by side or one inside the other, as
// trace viewers want them.
// Runs on: rank 0. Threads: one.
// Invariants: (1) times of begins and ends, in the order of the calls, never fall; (2) each begin has its
// end,
//             and what begins inside a slice ends inside it.
// Limits: an event that comes later than 256 others of its thread that began after it is shown from where
//         these end; one that overlaps another without lying inside it is cut. Times of a rank whose clock
//         is corrected meanwhile may overlap a little.
#pragma once

#include <bask/trace/event_part.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace bask {

class LaneSlices {
 public:
  struct Calls {
    std::function<void(const EventRecord& slice)> begin;  ///< its times as they are shown
    std::function<void(std::int64_t at_ns)> end;          ///< of the slice that began last and has not ended
  };
  explicit LaneSlices(Calls calls) : calls_(std::move(calls)) {}

  /// Events in the order in which they were written: by their ends.
  void add(const EventRecord& event);
  /// No more will come.
  void finish();

 private:
  static constexpr std::size_t kWindow = 256;
  void show_first();
  void end_before(std::int64_t at_ns);

  const Calls calls_;
  std::vector<EventRecord> waiting_;   // a heap: what begins first is at its front
  std::vector<std::int64_t> open_ns_;  // the ends of slices that have begun
  std::int64_t shown_ns_ = 0;          // all up to here was told
};

}  // namespace bask
