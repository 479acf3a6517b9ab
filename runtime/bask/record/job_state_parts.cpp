#include <bask/record/job_state_parts.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kMostMatrixNames = 64;

std::string kind_of(std::uint32_t activity) {
  if (ActivityNames::is_layer(activity)) return "task";
  return is_wait(static_cast<Activity>(activity)) ? "wait"
                                                  : std::string(name_of(static_cast<Activity>(activity)));
}

// "rank 1.0": thread 0 of rank 1, as pages and bask-top name places.
std::string lane_name(const Timeline::Lane& lane) {
  const std::string rank = "rank " + std::to_string(lane.rank);
  return lane.thread ? rank + "." + std::to_string(*lane.thread) : rank + " " + lane.name;
}

Json lane_of(const Timeline::Lane& lane, std::int64_t width_ns) {
  Json bins = Json::array();
  for (const LaneBin& bin : lane.bins.values()) {
    Json shares = Json::array();
    for (const ActivityTime& time : bin.times) {
      shares.push_back(time.activity);
      shares.push_back(short_share(static_cast<double>(time.ns) / static_cast<double>(width_ns)));
    }
    bins.push_back(std::move(shares));
  }
  return {{"rank", lane.rank},
          {"thread", or_null(lane.thread)},
          {"name", lane_name(lane)},
          {"bins", std::move(bins)}};
}

Json rank_series_of(std::size_t rank, const Timeline::RankSeries& series, const RankFacts& facts,
                    std::int64_t width_ns) {
  Json all = {{"rank", rank}};
  const auto add = [&](const char* name, const auto& value) {
    Json values = Json::array();
    for (const RankBin& bin : series.values()) values.push_back(value(bin));
    all[name] = std::move(values);
  };
  const auto width = static_cast<double>(width_ns);
  add("busy", [&](const RankBin& bin) {
    return short_share(static_cast<double>(bin.busy_ns) / width / std::max(facts.threads, 1u));
  });
  add("ready", [&](const RankBin& bin) { return short_share(static_cast<double>(bin.ready_ns) / width); });
  add("memory", [](const RankBin& bin) { return bin.held; });
  add("on_disk", [](const RankBin& bin) { return bin.on_disk; });
  add("in", [](const RankBin& bin) { return bin.in; });
  add("out", [](const RankBin& bin) { return bin.out; });
  add("spilled", [](const RankBin& bin) { return bin.spilled; });
  add("read_back", [](const RankBin& bin) { return bin.read_back; });
  return all;
}

}  // namespace

Json timeline_of(const JobKnowledge& known) {
  const std::int64_t width_ns = bin_width_ns(known.timeline.job().level());
  Json names = Json::array(), kinds = Json::array(), lanes = Json::array(), ranks = Json::array();
  for (std::uint32_t number = 0; number < known.names.size(); ++number) {
    names.push_back(known.names[number]);
    kinds.push_back(kind_of(number));
  }
  for (const Timeline::Lane& lane : known.timeline.lanes()) {
    const bool runs_none = lane.thread && known.facts.ranks[lane.rank].threads == 0;  // it only plans
    if (!runs_none) lanes.push_back(lane_of(lane, width_ns));
  }
  for (std::size_t rank = 0; rank < known.timeline.ranks().size(); ++rank)
    ranks.push_back(rank_series_of(rank, known.timeline.ranks()[rank], known.facts.ranks[rank], width_ns));
  return {{"width", seconds(width_ns)},     {"bins", known.now_ns / width_ns + 1},
          {"activities", std::move(names)}, {"kinds", std::move(kinds)},
          {"lanes", std::move(lanes)},      {"ranks", std::move(ranks)}};
}

// ---- Ranks now. ----

Json now_of(const JobKnowledge& known) {
  Json all = Json::array();
  for (std::size_t rank = 0; rank < known.ranks.size(); ++rank) {
    const RankState& state = known.ranks[rank];
    for (const Doing& doing : state.doing) {
      const bool is_task = is_layer(doing.activity);
      const std::uint32_t number =
          is_task ? state.layers[bask::layer_of(doing.activity)] : static_cast<std::uint32_t>(doing.activity);
      all.push_back({{"rank", rank},
                     {"thread", or_null(thread_of_lane(state.lane_names[doing.lane]))},
                     {"activity", number},
                     {"task", is_task ? Json(doing.task) : Json(nullptr)},
                     {"since", seconds(doing.since_ns)}});
    }
  }
  return all;
}

Json memory_of(const JobKnowledge& known) {
  Json all = Json::array();
  for (std::size_t rank = 0; rank < known.ranks.size(); ++rank) {
    const std::uint64_t limit = known.facts.ranks[rank].memory_limit;
    const RankState& state = known.ranks[rank];
    all.push_back({{"held", state.held},
                   {"limit", limit == 0 ? Json(nullptr) : Json(limit)},
                   {"on_disk", state.on_disk},
                   {"peak", state.peak}});
  }
  return all;
}

Json moved_of(const JobKnowledge& known) {
  const std::size_t ranks = known.ranks.size();
  const std::size_t together = (ranks + kMostMatrixNames - 1) / kMostMatrixNames;
  const std::size_t size = (ranks + together - 1) / together;
  using Row = std::vector<std::uint64_t>;
  std::vector<Row> bytes(size, Row(size)), results(size, Row(size));
  for (std::size_t to = 0; to < ranks; ++to) {
    for (std::size_t from = 0; from < known.moved[to].size(); ++from) {
      bytes[from / together][to / together] += known.moved[to][from].bytes;
      results[from / together][to / together] += known.moved[to][from].results;
    }
  }
  Json names = Json::array();
  for (std::size_t first = 0; first < ranks; first += together) {
    const std::size_t last = std::min(first + together, ranks) - 1;
    names.push_back(first == last ? std::to_string(first)
                                  : std::to_string(first) + "-" + std::to_string(last));
  }
  return {{"names", std::move(names)}, {"bytes", bytes}, {"results", results}};
}

Json counts_of(const JobKnowledge& known) {
  std::uint64_t moved = 0, moved_bytes = 0, failed = 0, retried = 0;
  for (const std::vector<Moved>& from : known.moved) {
    for (const Moved& one : from) {
      moved += one.results;
      moved_bytes += one.bytes;
    }
  }
  for (const auto& [layer, counts] : known.totals) {
    failed += counts.failed;
    retried += counts.retried;
  }
  const EventCounts& counts = known.counts;
  return {{"spilled", counts.spilled},
          {"spilled_bytes", counts.spilled_bytes},
          {"read_back", counts.read_back},
          {"read_back_bytes", counts.read_back_bytes},
          {"moved", moved},
          {"moved_bytes", moved_bytes},
          {"stolen", counts.stolen},
          {"retried", retried},
          {"failed", failed},
          {"journalled", counts.journalled},
          {"journalled_bytes", counts.journalled_bytes}};
}

}  // namespace bask
