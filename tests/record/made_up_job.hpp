// made_up_job.hpp: reports of ranks whose threads did what a test says.
#pragma once

#include <bask/record/job_record.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bask {

inline constexpr std::int64_t kMs = 1'000'000;

inline JobFacts facts_of_ranks(std::size_t ranks, unsigned threads = 1) {
  JobFacts facts{.program = "app",
                 .arguments = {},
                 .host = "n1",
                 .started = "2026-01-01T00:00:00Z",
                 .options = {},
                 .versions = {},
                 .ranks = {},
                 .slurm = {}};
  for (std::size_t rank = 0; rank < ranks; ++rank)
    facts.ranks.push_back({.host = "n" + std::to_string(rank + 1), .cores = threads, .threads = threads});
  return facts;
}

/// One rank of one thread, in bins of one millisecond. Its layers are named by the order in which they come.
class MadeUpRank {
 public:
  explicit MadeUpRank(std::vector<std::string> layers) {
    report_.new_layers = std::move(layers);
    report_.new_lanes = {"thread 0"};
    report_.lanes = {{.lane = 0}};
  }
  static Activity layer(unsigned number) {
    return static_cast<Activity>(static_cast<unsigned>(Activity::kFirstLayer) + number);
  }
  /// For `ms` milliseconds, from the end of what it did before.
  MadeUpRank& does(Activity activity, unsigned ms) {
    for (unsigned i = 0; i < ms; ++i) report_.lanes[0].shares.push_back({now_ms_++, 0, activity, kMs});
    return *this;
  }
  MadeUpRank& has_ready(unsigned from_ms, unsigned ms, unsigned units) {
    for (unsigned i = 0; i < ms; ++i)
      report_.samples.push_back({.bin = from_ms + i, .ready_ns = units * kMs});
    return *this;
  }
  MadeUpRank& ran(unsigned layer_number, std::uint64_t tasks, std::uint64_t ns, std::uint64_t bytes = 0) {
    report_.layers.push_back(
        {layer(layer_number), {.done = tasks, .ns = ns, .longest_ns = ns / tasks, .bytes = bytes * tasks}});
    return *this;
  }
  RankReport& report() { return report_; }

 private:
  RankReport report_;
  std::uint32_t now_ms_ = 0;
};

/// The time of a job, as a test sets it.
struct MadeUpClock {
  std::int64_t now_ns = 0;
};
inline std::function<std::int64_t()> read(const MadeUpClock& clock) {
  return [&clock] { return clock.now_ns; };
}

/// A computation that takes `ms`.
inline void compute_for(JobRecord& record, MadeUpClock& clock, unsigned ms) {
  record.begin_compute();
  record.begin_running({{.layer = "a", .tasks = 4}, {.layer = "b", .tasks = 2, .inputs = {0}}});
  clock.now_ns += ms * kMs;
  record.end_compute(ComputeState::kDone);
}

}  // namespace bask
