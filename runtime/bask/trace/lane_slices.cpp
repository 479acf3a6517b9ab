#include <bask/trace/lane_slices.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace bask {
namespace {

// Of two that begin together, the longer one holds the other.
bool begins_after(const EventRecord& a, const EventRecord& b) {
  return a.begin_ns != b.begin_ns ? a.begin_ns > b.begin_ns : a.end_ns < b.end_ns;
}

}  // namespace

void LaneSlices::add(const EventRecord& event) {
  waiting_.push_back(event);
  std::ranges::push_heap(waiting_, begins_after);
  if (waiting_.size() > kWindow) show_first();
}

void LaneSlices::finish() {
  while (!waiting_.empty()) show_first();
  end_before(std::numeric_limits<std::int64_t>::max());
}

void LaneSlices::show_first() {
  std::ranges::pop_heap(waiting_, begins_after);
  EventRecord slice = waiting_.back();
  waiting_.pop_back();
  if (slice.begin_ns < shown_ns_) {  // it has come too late
    const bool outlasts = !open_ns_.empty() && open_ns_.back() < slice.end_ns;
    slice.begin_ns = outlasts ? open_ns_.back() : shown_ns_;
  }
  end_before(slice.begin_ns);
  if (!open_ns_.empty()) slice.end_ns = std::min(slice.end_ns, open_ns_.back());
  slice.end_ns = std::max(slice.end_ns, slice.begin_ns);
  shown_ns_ = slice.begin_ns;
  calls_.begin(slice);
  open_ns_.push_back(slice.end_ns);
}

void LaneSlices::end_before(std::int64_t at_ns) {
  while (!open_ns_.empty() && open_ns_.back() <= at_ns) {
    shown_ns_ = open_ns_.back();
    calls_.end(shown_ns_);
    open_ns_.pop_back();
  }
}

}  // namespace bask
