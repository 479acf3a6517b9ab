#include <bask/client_setup.hpp>

#include <bask/core/log.hpp>
#include <bask/core/spare_memory.hpp>
#include <bask/exchange_backing.hpp>
#include <bask/execution/rank_memory.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/launch/memory_share.hpp>
#include <bask/numerics_text.hpp>
#include <bask/rank_session.hpp>
#include <bask/safety/failed_tasks.hpp>
#include <bask/system/affinity.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/scratch_directory.hpp>

#include <algorithm>

namespace bask {

ClientSetup set_up_process(const Options& options) {
  ClientSetup setup;
  ClientInfo& info = setup.info;
  info.scheduler = options.scheduler;
  info.host = host_name();
  info.cores = CoreMask::of_process().count();
  check_directories(options);
  setup.failed_tasks = failed_tasks(options, 0);
  if (options.scheduler == Scheduler::kThreads) {
    info.threads = options.threads != 0 ? static_cast<unsigned>(options.threads) : info.cores;
    setup.pool = std::make_unique<ThreadPool>(info.threads, options.pin);
    info.pinned = setup.pool->pinned();
  }
  const MemoryFacts facts = memory_facts(options);
  const int threads = static_cast<int>(info.threads);
  const MemoryShare memory = share_memory({&facts, 1}, {&threads, 1})[0];
  if (!memory.warning.empty()) log_job_line(LogLevel::kWarning, memory.warning);
  spare_memory::set_limit(memory.limit);
  info.memory_limit = memory.limit;
  info.memory_margin = memory.margin;
  info.ranks = {{info.host, info.cores, info.threads, memory.limit, memory.margin}};
  setup.memory = rank_memory(options, memory.limit);
  if (wants_events(options)) {
    const auto events = make_event_log(make_event_part(options, 0), steady_ns());
    setup.memory->set_events(events);
    setup.watch = JobWatch::make(options, info, events, true);
  }
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

std::shared_ptr<RankMemory> rank_memory(const Options& options, std::uint64_t limit) {
  const auto memory = std::make_shared<RankMemory>(
      limit, [given = options.scratch] { return scratch_directory(given).string(); });
  back_exchanges(memory);
  return memory;
}

void check_directories(const Options& options) {
  if (!options.scratch.empty()) scratch_directory(options.scratch);
  if (!options.failed_tasks.empty()) FailedTasks::prepare(options.failed_tasks);
}

std::shared_ptr<FailedTasks> failed_tasks(const Options& options, int rank) {
  if (options.failed_tasks.empty()) return nullptr;
  return std::make_shared<FailedTasks>(options.failed_tasks, rank);
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
    info.memory_margin += rank.memory_margin;
  }
  info.ranks = std::move(ranks);
  return info;
}

}  // namespace bask
