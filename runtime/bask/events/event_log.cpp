#include <bask/events/event_log.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr std::int64_t kMostBetweenLooks_ns = 200'000'000;  // longer ago, nothing was computed

}  // namespace

void EventLog::set_waiting(RankWaiting waiting) {
  const Held held(mutex_);
  waiting_ = std::move(waiting);
}

EventLane& EventLog::lane(const std::string& name) {
  const Held held(mutex_);
  const auto found = std::ranges::find(lane_names_, name);
  if (found != lane_names_.end()) return lanes_[static_cast<std::size_t>(found - lane_names_.begin())];
  if (reader_ != nullptr) reader_->on_lane(static_cast<std::uint32_t>(lanes_.size()), name);
  lane_names_.push_back(name);
  return lanes_.emplace_back(*this, static_cast<std::uint32_t>(lanes_.size()));
}

Activity EventLog::layer(std::string_view name) {
  const Held held(mutex_);
  const bool is_full = layer_names_.size() >= kMostLayers;
  const auto [found, is_new] = layers_.try_emplace(std::string(is_full ? "other layers" : name));
  if (is_new) {
    const std::size_t number = static_cast<std::size_t>(Activity::kFirstLayer) + layer_names_.size();
    found->second = static_cast<Activity>(number);
    if (reader_ != nullptr) reader_->on_layer(static_cast<std::uint32_t>(layer_names_.size()), found->first);
    layer_names_.push_back(found->first);
  }
  return found->second;
}

void EventLog::moved(std::uint32_t from, std::uint64_t bytes) {
  const Held held(mutex_);
  Moved& moved = moved_.try_emplace(from, Moved{.from = from}).first->second;
  ++moved.results;
  moved.bytes += bytes;
  in_ += bytes;
}

EventCounts EventLog::counts() const {
  const auto load = [](const std::atomic<std::uint64_t>& number) {
    return number.load(std::memory_order_relaxed);
  };
  return {.spilled = load(spilled_.times),
          .spilled_bytes = load(spilled_.bytes),
          .read_back = load(read_back_.times),
          .read_back_bytes = load(read_back_.bytes),
          .journalled = load(journalled_.times),
          .journalled_bytes = load(journalled_.bytes),
          .stolen = load(stolen_)};
}

void EventLog::look(const Standing& standing) {
  const Held held(mutex_);
  standing_ = standing;
  const std::int64_t now_ns = this->now_ns();
  for (std::int64_t from_ns = std::max(looked_ns_, now_ns - kMostBetweenLooks_ns); from_ns < now_ns;) {
    RankSample& sample = sample_at(from_ns);
    const std::int64_t end_ns = (std::int64_t{sample.bin} + 1) * bin_width_ns(sample.level);
    const std::int64_t until_ns = std::min(now_ns, end_ns);
    if (standing.ready != 0) sample.ready_ns += standing.ready * (until_ns - from_ns);
    from_ns = standing.ready == 0 ? now_ns : until_ns;
  }
  looked_ns_ = now_ns;
  RankSample& sample = sample_at(now_ns);
  sample.held = std::max(sample.held, standing.held);
  sample.on_disk = std::max(sample.on_disk, standing.on_disk);
}

RankSample& EventLog::sample_at(std::int64_t now_ns) {
  const unsigned level = bin_level(now_ns);
  const std::uint32_t bin = bin_at(now_ns, level);
  if (samples_.empty() || samples_.back().bin != bin || samples_.back().level != level)
    samples_.push_back({.bin = bin, .level = level});
  return samples_.back();
}

namespace {

EventCounts difference(const EventCounts& now, const EventCounts& before) {
  return {now.spilled - before.spilled,       now.spilled_bytes - before.spilled_bytes,
          now.read_back - before.read_back,   now.read_back_bytes - before.read_back_bytes,
          now.journalled - before.journalled, now.journalled_bytes - before.journalled_bytes,
          now.stolen - before.stolen};
}

}  // namespace

RankReport EventLog::collect(Activity reason) {
  const Held held(mutex_);
  RankReport report{.number = reports_++,
                    .made_ns = now_ns(),
                    .clock_error_ns = clock_error_ns_.load(std::memory_order_relaxed)};
  for (EventLane& lane : lanes_) lane.collect(report, reason);
  const auto told_from = [](std::size_t& told, const std::vector<std::string>& names) {
    std::vector<std::string> news(names.begin() + static_cast<std::ptrdiff_t>(told), names.end());
    told = names.size();
    return news;
  };
  report.new_lanes = told_from(lanes_told_, lane_names_);
  report.new_layers = told_from(layers_told_, layer_names_);
  const EventCounts counts = this->counts();
  report.counts = difference(counts, std::exchange(told_, counts));
  RankSample& sample = sample_at(report.made_ns);
  sample.in += std::exchange(in_, 0);
  sample.spilled += report.counts.spilled_bytes;
  sample.read_back += report.counts.read_back_bytes;
  report.samples = std::exchange(samples_, {});
  for (const auto& [from, moved] : moved_) report.moved.push_back(moved);
  moved_.clear();
  const std::int64_t cpu_ns = process_cpu_time_ns();
  report.process_cpu_ns = cpu_ns - std::exchange(process_cpu_told_ns_, cpu_ns);
  if (std::ranges::none_of(lanes_, [&](const EventLane& lane) { return lane.is_of(maker_); })) {
    const std::int64_t main_ns = cpu_time_ns(maker_);
    report.main_cpu_ns = main_ns - std::exchange(main_cpu_told_ns_, main_ns);
  }
  report.held = standing_.held;
  report.limit = standing_.limit;
  report.peak = standing_.peak;
  report.on_disk = standing_.on_disk;
  if (any_thread_waits(report)) report.waiting = std::exchange(waiting_, {});
  return report;
}

}  // namespace bask
