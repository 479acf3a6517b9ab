#include <bask/record/activity_names.hpp>
#include <bask/record/timeline.hpp>

#include <algorithm>
#include <charconv>

namespace bask {
namespace {

constexpr std::size_t kMostLanes = 512, kMostTimes = 6;

void add_time(std::vector<ActivityTime>& times, std::uint32_t activity, std::int64_t ns) {
  const auto found = std::ranges::find(times, activity, &ActivityTime::activity);
  if (found != times.end()) {
    found->ns += ns;
  } else {
    times.push_back({activity, ns});
  }
  if (times.size() <= kMostTimes) return;
  times.erase(std::ranges::min_element(times, {}, &ActivityTime::ns));
}

}  // namespace

void LaneBin::add(std::uint32_t activity, std::int64_t ns) {
  add_time(times, activity, ns);
}

void Timeline::Join::operator()(LaneBin& into, LaneBin& more) const {
  for (const ActivityTime& time : more.times) into.add(time.activity, time.ns);
}

void Timeline::Join::operator()(RankBin& into, RankBin& more) const {
  into.busy_ns += more.busy_ns;
  into.held = std::max(into.held, more.held);
  into.on_disk = std::max(into.on_disk, more.on_disk);
  into.in += more.in;
  into.out += more.out;
  into.spilled += more.spilled;
  into.read_back += more.read_back;
  into.ready_ns += more.ready_ns;
}

void Timeline::Join::operator()(JobBin& into, JobBin& more) const {
  into.useful_ns += more.useful_ns;
  into.data_ns += more.data_ns;
  into.spilling_ns += more.spilling_ns;
  into.resource_ns += more.resource_ns;
  into.idle_ns += more.idle_ns;
  into.ready_ns += more.ready_ns;
  for (const ActivityTime& time : more.layers) add_time(into.layers, time.activity, time.ns);
}

std::optional<std::uint32_t> thread_of_lane(const std::string& name) {
  constexpr std::string_view kPrefix = "thread ";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::uint32_t thread = 0;
  const auto [end, failure] =
      std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), thread);
  return failure == std::errc{} ? std::optional(thread) : std::nullopt;
}

std::optional<std::uint32_t> Timeline::add_lane(std::uint32_t rank, const std::string& name) {
  if (lanes_.size() == kMostLanes) return std::nullopt;
  lanes_.push_back({rank, name, thread_of_lane(name)});
  return static_cast<std::uint32_t>(lanes_.size() - 1);
}

namespace {

void add_to_job(JobBin& bin, const BinShare& share, std::uint32_t number) {
  if (ActivityNames::is_layer(number)) {
    bin.useful_ns += share.ns;
    add_time(bin.layers, number, share.ns);
    return;
  }
  switch (static_cast<Activity>(number)) {
    case Activity::kWaitData:
    case Activity::kTransfer:
      bin.data_ns += share.ns;
      return;
    case Activity::kWaitMemory:
      bin.spilling_ns += share.ns;
      return;
    case Activity::kWaitResource:
      bin.resource_ns += share.ns;
      return;
    case Activity::kWaitInput:
    case Activity::kWaitNothingReady:
    case Activity::kWaitNothingLeft:
      bin.idle_ns += share.ns;
      return;
    default:
      return;  // the runtime itself
  }
}

}  // namespace

void Timeline::add(std::uint32_t rank, std::optional<std::uint32_t> lane, const BinShare& share,
                   std::uint32_t number) {
  const bool is_disk = number == static_cast<std::uint32_t>(Activity::kSpill) ||
                       number == static_cast<std::uint32_t>(Activity::kReadBack) ||
                       number == static_cast<std::uint32_t>(Activity::kPlan);
  if (lane) lanes_[*lane].bins.at(share.bin, share.level).add(number, share.ns);
  if (ActivityNames::is_layer(number)) ranks_[rank].at(share.bin, share.level).busy_ns += share.ns;
  if (!is_disk) add_to_job(job_.at(share.bin, share.level), share, number);
}

void Timeline::add(std::uint32_t rank, const RankSample& sample) {
  RankBin& bin = ranks_[rank].at(sample.bin, sample.level);
  RankBin more{.held = sample.held,
               .on_disk = sample.on_disk,
               .in = sample.in,
               .spilled = sample.spilled,
               .read_back = sample.read_back,
               .ready_ns = sample.ready_ns};
  Join()(bin, more);
  if (sample.ready_ns != 0) job_.at(sample.bin, sample.level).ready_ns += sample.ready_ns;
}

void Timeline::add_sent(std::uint32_t rank, std::uint64_t bytes, std::int64_t at_ns) {
  const unsigned level = bin_level(at_ns);
  ranks_[rank].at(bin_at(at_ns, level), level).out += bytes;
}

void Timeline::coarsen(std::int64_t now_ns) {
  unsigned level = std::max(bin_level(now_ns), job_.level());
  for (const Lane& lane : lanes_) level = std::max(level, lane.bins.level());
  for (const RankSeries& rank : ranks_) level = std::max(level, rank.level());
  for (Lane& lane : lanes_) lane.bins.coarsen(level);
  for (RankSeries& rank : ranks_) rank.coarsen(level);
  job_.coarsen(level);
}

}  // namespace bask
