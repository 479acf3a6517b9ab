#include <fmt/format.h>
#include <bask/trace/lane_slices.hpp>
#include <bask/trace/write_trace.hpp>

#include <map>
#include <string>
#include <vector>

namespace bask {
namespace {

std::string_view category_of(const EventRecord& event) {
  if (event.is_task()) return "task";
  return is_wait(event.activity) ? "wait" : name_of(event.activity);
}

// Where arrows may end: at the last call of a task.
bool has_arrows(const EventRecord& event) {
  return event.kind == EventKind::kTaskFinished || event.kind == EventKind::kTaskFailed;
}

// Tells the slices of one rank.
class RankSlices {
 public:
  RankSlices(RankEvents& rank, TaskLinks* links, TraceFormat& format)
      : rank_(rank), links_(links), format_(format) {}

  void tell() {
    format_.begin_rank(rank_.rank, rank_.host.empty() ? fmt::format("rank {}", rank_.rank)
                                                      : fmt::format("rank {} on {}", rank_.rank, rank_.host));
    read_part(rank_, [&](std::uint32_t lane, std::span<const EventRecord> events) {
      LaneSlices& slices = slices_of(lane);
      for (const EventRecord& event : events) slices.add(event);
    });
    for (auto& [lane, slices] : lanes_) slices.finish();
  }

 private:
  LaneSlices& slices_of(std::uint32_t number) {
    const auto found = lanes_.find(number);
    if (found != lanes_.end()) return found->second;
    const TraceLane lane{rank_.rank, number};
    format_.begin_lane(lane, rank_.name_of_lane(number));
    const auto begin = [this, lane](const EventRecord& event) { begin_slice(lane, event); };
    const auto end = [this, lane](std::int64_t at_ns) { format_.end_slice(lane, at_ns); };
    return lanes_.emplace(number, LaneSlices({begin, end})).first->second;
  }

  void begin_slice(const TraceLane& lane, const EventRecord& event) {
    arrows_.in.clear();
    arrows_.out.clear();
    if (links_ != nullptr && has_arrows(event)) links_->arrows(event.run, event.task, arrows_);
    format_.begin_slice(lane, {event, name_of(event.activity), category_of(event), arrows_});
  }

  const std::string& name_of(Activity activity) {
    const auto number = static_cast<std::size_t>(activity);
    if (number >= names_.size()) names_.resize(number + 1);
    if (names_[number].empty()) names_[number] = rank_.name_of(activity);
    return names_[number];
  }

  RankEvents& rank_;
  TaskLinks* const links_;
  TraceFormat& format_;
  std::map<std::uint32_t, LaneSlices> lanes_;
  std::vector<std::string> names_;  // by activity
  Arrows arrows_;
};

}  // namespace

void write_trace(std::span<RankEvents> ranks, TaskLinks* links, TraceFormat& format) {
  if (links != nullptr && !links->open()) links = nullptr;
  for (RankEvents& rank : ranks) {
    if (links == nullptr) break;
    read_part(rank, [&](std::uint32_t, std::span<const EventRecord> events) {
      for (const EventRecord& event : events) {
        if (has_arrows(event)) links->seen(event.run, event.task);
      }
    });
  }
  for (RankEvents& rank : ranks) RankSlices(rank, links, format).tell();
  format.finish();
}

}  // namespace bask
