#include <bask/events/lane_tally.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace bask {
namespace {

constexpr std::size_t kMostKept = 20;
constexpr std::uint32_t kSampleAtOneRate = 64;

void count_duration(LayerCounts& counts, std::uint64_t ns, std::uint32_t tasks) {
  counts.longest_ns = std::max(counts.longest_ns, ns);
  const auto power = static_cast<std::size_t>(std::bit_width(ns | 1)) - 1;
  counts.durations[std::min(power, kDurationBins - 1)] += tasks;
}

void count_untimed(LayerCounts& counts, const Event& event, std::uint64_t ns) {
  counts.done += event.tasks;
  counts.ns += ns;
  counts.bytes += event.bytes;
  if (event.tasks != 0) count_duration(counts, ns / event.tasks, event.tasks);
}

void count(LayerCounts& counts, EventKind kind, std::uint64_t ns, std::uint64_t bytes) {
  if (kind != EventKind::kTaskFinished) {
    ++(kind == EventKind::kTaskFailed ? counts.failed : counts.retried);
  } else {
    ++counts.done;
  }
  counts.ns += ns;
  count_duration(counts, ns, 1);
  counts.bytes += bytes;
  counts.largest = std::max(counts.largest, bytes);
}

}  // namespace

LayerCounts& LayerCounts::operator+=(const LayerCounts& other) {
  done += other.done;
  failed += other.failed;
  retried += other.retried;
  ns += other.ns;
  longest_ns = std::max(longest_ns, other.longest_ns);
  bytes += other.bytes;
  largest = std::max(largest, other.largest);
  for (std::size_t i = 0; i < kDurationBins; ++i) durations[i] += other.durations[i];
  return *this;
}

EventCounts& EventCounts::operator+=(const EventCounts& other) {
  spilled += other.spilled;
  spilled_bytes += other.spilled_bytes;
  read_back += other.read_back;
  read_back_bytes += other.read_back_bytes;
  journalled += other.journalled;
  journalled_bytes += other.journalled_bytes;
  stolen += other.stolen;
  return *this;
}

// A task that is not kept costs only numbers: this runs once a task, on the task's thread.
void LaneTally::add(const TimedEvent& timed, bool is_newest) {
  const Event& event = timed.event;
  add_time(event.activity, timed.begin_ns, timed.end_ns);
  if (!is_layer(event.activity)) return;
  const std::int64_t ns = std::max<std::int64_t>(timed.end_ns - timed.begin_ns, 0);
  LayerCounts& counts = counts_of(event.activity);
  if (event.kind == EventKind::kTasksUntimed)
    return count_untimed(counts, event, static_cast<std::uint64_t>(ns));
  count(counts, event.kind, static_cast<std::uint64_t>(ns), event.bytes);
  const bool is_sampled = (tasks_++ & ((std::uint64_t{1} << sample_shift_) - 1)) == 0;
  const bool is_large = static_cast<std::int64_t>(event.bytes) > largest_.least;
  if (!is_newest && !is_sampled && !is_large && ns <= slowest_.least) return;
  keep({.begin_ns = timed.begin_ns,
        .ns = ns,
        .bytes = event.bytes,
        .run = event.run,
        .task = event.task,
        .lane = lane_,
        .layer = event.activity,
        .kind = event.kind},
       is_newest, is_sampled);
}

LayerCounts& LaneTally::counts_of(Activity layer) {
  const std::size_t number = layer_of(layer);
  if (number >= layers_.size()) layers_.resize(number + 1);
  layers_[number].is_touched = true;
  return layers_[number].counts;
}

// ---- Time. ----

void LaneTally::add_time(Activity activity, std::int64_t begin_ns, std::int64_t end_ns) {
  begin_ns = std::max({begin_ns, counted_until_ns_, std::int64_t{0}});
  while (begin_ns < end_ns) {
    if (begin_ns >= bin_end_ns_) enter_bin(begin_ns);
    const std::int64_t here_ns = std::min(end_ns, bin_end_ns_);
    add_share(activity, here_ns - begin_ns);
    begin_ns = here_ns;
  }
  counted_until_ns_ = std::max(counted_until_ns_, end_ns);
}

void LaneTally::add_share(Activity activity, std::int64_t ns) {
  if (activity != last_activity_) {
    flush();
    last_activity_ = activity;
  }
  last_ns_ += ns;
}

// Moves the time of the last activity to the shares of the bin.
void LaneTally::flush() {
  if (last_ns_ == 0) return;
  const auto found = std::ranges::find(open_, last_activity_, &BinShare::activity);
  if (found != open_.end()) {
    found->ns += last_ns_;
  } else {
    open_.push_back({bin_, static_cast<std::uint16_t>(level_), last_activity_, last_ns_});
  }
  last_ns_ = 0;
}

void LaneTally::enter_bin(std::int64_t at_ns) {
  flush();
  shares_.insert(shares_.end(), open_.begin(), open_.end());
  open_.clear();
  level_ = bin_level(at_ns);
  bin_ = bin_at(at_ns, level_);
  bin_end_ns_ = (std::int64_t{bin_} + 1) * bin_width_ns(level_);
}

// ---- Tasks in detail. ----

template <class Measure>
void LaneTally::keep_most(Kept& kept, const TaskDetail& task, const Measure& measure) {
  if (measure(task) <= kept.least) return;
  const auto more = [&](const TaskDetail& a, const TaskDetail& b) { return measure(a) > measure(b); };
  if (kept.heap.size() == kMostKept) {
    std::ranges::pop_heap(kept.heap, more);
    kept.heap.pop_back();
  }
  kept.heap.push_back(task);
  std::ranges::push_heap(kept.heap, more);
  if (kept.heap.size() == kMostKept) kept.least = measure(kept.heap.front());
  kept.news.push_back(task);
}

void LaneTally::keep(const TaskDetail& task, bool is_newest, bool is_sampled) {
  keep_most(slowest_, task, [](const TaskDetail& of) { return of.ns; });
  keep_most(largest_, task, [](const TaskDetail& of) { return static_cast<std::int64_t>(of.bytes); });
  if (is_newest) {
    if (newest_.size() < kNewest) {
      newest_.push_back(task);
    } else {
      newest_[next_newest_++ % kNewest] = task;
    }
  }
  if (!is_sampled) return;
  sample_.push_back(task);
  if (++sampled_ == kSampleAtOneRate) {
    ++sample_shift_;
    sampled_ = 0;
  }
}

// ---- The report. ----

void LaneTally::take(RankReport& report) {
  flush();
  LaneReport lane{lane_, std::move(shares_)};
  lane.shares.insert(lane.shares.end(), open_.begin(), open_.end());
  shares_.clear();
  open_.clear();
  if (!lane.shares.empty()) report.lanes.push_back(std::move(lane));
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    if (!layers_[layer].is_touched) continue;
    const auto activity = static_cast<Activity>(layer + static_cast<std::size_t>(Activity::kFirstLayer));
    const auto found = std::ranges::find(report.layers, activity, &LayerReport::layer);
    LayerReport& into =
        found != report.layers.end() ? *found : report.layers.emplace_back(LayerReport{activity});
    into.counts += layers_[layer].counts;
    layers_[layer] = {};
  }
  const auto move_to = [](std::vector<TaskDetail>& all, std::vector<TaskDetail>& some) {
    all.insert(all.end(), some.begin(), some.end());
    some.clear();
  };
  move_to(report.slowest, slowest_.news);
  move_to(report.largest, largest_.news);
  move_to(report.newest, newest_);
  move_to(report.sample, sample_);
  next_newest_ = 0;
}

}  // namespace bask
