#include <bask/client_setup.hpp>

#include <bask/core/log.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/numerics_text.hpp>
#include <bask/rank_session.hpp>
#include <bask/system/affinity.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/memory_limit.hpp>
#include <bask/system/scratch_directory.hpp>

#include <algorithm>

namespace bask {

ClientSetup set_up_process(const Options& options) {
  ClientSetup setup;
  ClientInfo& info = setup.info;
  info.scheduler = options.scheduler;
  info.host = host_name();
  info.cores = CoreMask::of_process().count();
  info.memory_limit = options.memory_limit != 0 ? options.memory_limit : memory_limit();
  if (!options.scratch.empty()) scratch_directory(options.scratch);  // refused now, not when it is needed
  if (options.scheduler == Scheduler::kThreads) {
    info.threads = options.threads != 0 ? static_cast<unsigned>(options.threads) : info.cores;
    setup.pool = std::make_unique<ThreadPool>(info.threads, options.pin);
    info.pinned = setup.pool->pinned();
  }
  info.ranks = {{info.host, info.cores, info.threads, info.memory_limit}};
  if (!options.checkpoint.empty()) {
    setup.checkpoint = std::make_unique<JobCheckpoint>();
    JobCheckpoint& checkpoint = *setup.checkpoint;
    const std::string problem =
        checkpoint.join(checkpoint.begin(options), options, 0, std::max(info.threads, 1u));
    if (!problem.empty()) checkpoint.go_on_without_journal(problem, options, true);
  }
  log_job_line(LogLevel::kDebug, numerics_text());
  return setup;
}

ClientInfo info_of_ranks(const Options& options, std::vector<RankSummary> ranks, bool pinned) {
  ClientInfo info;
  info.scheduler = options.scheduler;
  info.host = ranks[0].host;
  info.cores = ranks[0].cores;
  info.pinned = pinned;
  info.threads = 0;
  for (const RankSummary& rank : ranks) {
    info.threads += rank.threads;
    info.memory_limit += rank.memory_limit;
  }
  info.ranks = std::move(ranks);
  return info;
}

}  // namespace bask
