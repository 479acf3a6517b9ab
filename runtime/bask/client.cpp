#include <bask/client.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/event.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/affinity.hpp>
#include <bask/execution/interrupt.hpp>
#include <bask/execution/memory_limit.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>

#include <ostream>

namespace bask {
namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

}  // namespace

Client::Client(const Options& options) : options_(options) {
  info_.scheduler = options.scheduler;
  info_.host = host_name();
  info_.cores = CoreMask::of_process().count();
  info_.memory_limit = options.memory_limit != 0 ? options.memory_limit : memory_limit();
  if (options.scheduler == Scheduler::kThreads) {
    info_.threads = options.threads != 0 ? static_cast<unsigned>(options.threads) : info_.cores;
    pool_ = std::make_unique<ThreadPool>(info_.threads, options.pin);
    info_.pinned = pool_->pinned();
  }
  before_ = set_current_runtime(this);
}

Client::~Client() {
  set_current_runtime(before_);
}

Results Client::compute(std::span<const TaskRef* const> targets) {
  const std::lock_guard one_at_a_time(one_at_a_time_);
  const Expansion expansion = merge_equal(expand(targets));
  TaskRunner runner(expansion.graph, make_plan(expansion.graph, expansion.targets, {.fuse = options_.fuse}),
                    {.threads = info_.threads,
                     .memory_limit = info_.memory_limit,
                     .resources = options_.resources,
                     .host = info_.host});
  const Interruptible interruptible;
  const auto look_around = [&] {
    if (interruptible.signal() != 0) runner.cancel();
  };
  if (pool_ == nullptr) {
    runner.work_in_order(look_around);
  } else {
    const std::function<void(unsigned)> body = [&](unsigned thread) { runner.work(thread); };
    pool_->start(body);
    while (!pool_->wait_for(std::chrono::milliseconds(50))) look_around();
  }
  return runner.take_results();
}

void Client::visualize(std::span<const TaskRef* const>, const std::filesystem::path&) {}

std::ostream& operator<<(std::ostream& out, const Client& client) {
  const ClientInfo& info = client.info();
  if (info.scheduler == Scheduler::kSync) {
    out << "Client: sync scheduler, in the calling thread";
  } else {
    out << fmt::format("Client: threads scheduler, {} {} on {} {}{}", info.threads,
                       info.threads == 1 ? "thread" : "threads", info.cores,
                       info.cores == 1 ? "core" : "cores", info.pinned ? " (pinned)" : "");
  }
  return out << " of " << info.host << ", memory limit " << format_size(info.memory_limit);
}

}  // namespace bask
