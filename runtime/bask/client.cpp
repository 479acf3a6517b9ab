#include <bask/client.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/event.hpp>
#include <bask/core/units.hpp>
#include <bask/diagnostics/graph_drawing.hpp>
#include <bask/diagnostics/progress.hpp>
#include <bask/diagnostics/terminal.hpp>
#include <bask/execution/affinity.hpp>
#include <bask/execution/interrupt.hpp>
#include <bask/execution/memory_limit.hpp>
#include <bask/execution/task_runner.hpp>
#include <bask/execution/thread_pool.hpp>
#include <bask/graph/expand.hpp>
#include <bask/plan/cull.hpp>
#include <bask/plan/make_plan.hpp>
#include <bask/plan/merge_equal.hpp>

#include <chrono>
#include <iostream>
#include <optional>

namespace bask {
namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

void emit(EventKind kind, std::uint64_t count) {
  if (events::wanted()) events::emit({kind, 0, kNoIndex, {}, events::now_ns(), count});
}

// Names for messages. The graph must outlive what is returned.
DescribeTask describe_tasks(const TaskGraph& graph, const std::string& host) {
  return [&graph, host](TaskId task) {
    TaskFailure failure{.task = graph.name(task),
                        .layer = graph.layer_name(task),
                        .key = graph.key(task),
                        .host = host,
                        .inputs = {},
                        .cause = {}};
    for (const TaskId input : graph.inputs_of(task)) failure.inputs.push_back(graph.name(input));
    return failure;
  };
}

// What the thread that waits for a computation does meanwhile: it passes on signals and shows the progress.
class Watch {
 public:
  static constexpr std::chrono::milliseconds kInterval{50};

  Watch(TaskRunner& runner, const Options& options, std::chrono::steady_clock::time_point start)
      : runner_(runner), options_(options), start_(start) {}

  void look() {
    if (interruptible_.signal() != 0) runner_.cancel();
    const auto elapsed = std::chrono::steady_clock::now() - start_;
    if (elapsed < options_.progress_delay || elapsed < next_update_) return;
    next_update_ = elapsed + 2 * kInterval;
    const auto style = choose_style(options_.progress, is_terminal(STDERR_FILENO));
    if (!style) return;
    if (!display_) display_.emplace(*style, std::cerr);
    display_->resize(terminal_size(STDERR_FILENO));
    display_->update(layers(), elapsed);
  }

  /// Throws: Error when a signal came, even if the last task had already ended: whoever sent it wants no
  /// more.
  void finish() {
    const std::uint64_t done = runner_.tasks_done();
    if (display_)
      display_->finish(layers(), std::chrono::steady_clock::now() - start_, done == runner_.tasks());
    const int signal = interruptible_.signal();
    if (signal == 0) return;
    const bool is_interrupt = signal == SIGINT;
    throw Error("compute",
                fmt::format("{} stopped it after {} of {} tasks",
                            is_interrupt ? "SIGINT (Ctrl-C)" : "SIGTERM", done, runner_.tasks()),
                "start it again to compute the rest",
                is_interrupt ? ExitCode::kInterrupted : ExitCode::kTerminated);
  }

 private:
  std::vector<LayerProgress> layers() {
    if (totals_.empty()) totals_ = runner_.tasks_by_group();
    const std::vector<std::uint64_t> done = runner_.done_by_group();
    std::vector<LayerProgress> layers;
    for (std::size_t group = 0; group < totals_.size(); ++group) {
      if (totals_[group] != 0) layers.push_back({runner_.layer_of_group(group), done[group], totals_[group]});
    }
    return layers;
  }

  TaskRunner& runner_;
  const Options& options_;
  const std::chrono::steady_clock::time_point start_;
  const Interruptible interruptible_;
  std::chrono::nanoseconds next_update_{};
  std::vector<std::uint64_t> totals_;
  std::optional<ProgressDisplay> display_;
};

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
  use_runtime(this);
}

Client::~Client() {
  drop_runtime(this);
}

Results Client::compute(std::span<const TaskRef* const> targets) {
  const std::unique_lock one_at_a_time(one_at_a_time_, std::try_to_lock);
  if (!one_at_a_time) {  // waiting could be for ever: a task may have started the thread that asks
    throw Error("compute", "another computation is running",
                "compute both in one go, compute(a, b), or one after the other, outside of tasks");
  }
  const auto start = std::chrono::steady_clock::now();
  const Expansion expansion = merge_equal(expand(targets));
  TaskRunner runner(make_plan(expansion.graph, expansion.targets, {.fuse = options_.fuse}),
                    expansion.graph.constant_values(),
                    {.threads = info_.threads,
                     .memory_limit = info_.memory_limit,
                     .resources = options_.resources,
                     .describe = describe_tasks(expansion.graph, info_.host)});
  emit(EventKind::kComputeStarted, runner.tasks());
  Watch watch(runner, options_, start);
  if (pool_ == nullptr) {
    runner.work_in_order([&] { watch.look(); });
  } else {
    const ThreadPool::Round round(
        *pool_, [&](unsigned thread) { runner.work(thread); }, [&] { runner.cancel(); });
    while (!pool_->wait_for(Watch::kInterval)) watch.look();
  }
  emit(EventKind::kComputeFinished, runner.tasks_done());
  watch.finish();
  return runner.take_results();
}

void Client::visualize(std::span<const TaskRef* const> targets, const std::filesystem::path& path) {
  const Expansion expansion = merge_equal(expand(targets));
  const std::vector<std::uint32_t> uses = cull(expansion.graph, expansion.targets);
  draw({expansion.graph, expansion.targets, uses}, path);
}

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
