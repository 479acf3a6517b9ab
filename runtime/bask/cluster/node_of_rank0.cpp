// What a node does on rank 0: runs plans on all ranks, calls functions on every one, and ends them.
#include <bask/cluster/node.hpp>

#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWatchInterval{50};
constexpr std::uint32_t kStretch = 16 * 1024;                   // units that are handed out at a time
constexpr std::uint64_t kMostPosted = std::uint64_t{64} << 20;  // bytes of parts that wait to be sent

}  // namespace

std::vector<Value> Node::call_everywhere(KernelId kernel, std::span<const std::byte> arguments) {
  const Call call{kernel.index, {arguments.begin(), arguments.end()}};
  calls_.begin(call);
  exchange_.progress(kFeeder);
  calls_.join(call);
  Waiting waiting = this->waiting();
  while (!exchange_.locked([&] { return calls_.all_have_returned(); })) waiting.wait(false);
  return calls_.take();
}

void Node::hand_out_parts(Splitter& splitter, std::uint32_t run, const OnProgress& watch) {
  std::vector<PlanPart> parts(size());
  const std::uint64_t before = exchange_.bulk_bytes_posted();  // constants, which need not go first
  const auto is_cancelled = [&] { return exchange_.locked([&] { return coordinator_->is_cancelled(); }); };
  while (!splitter.done() && !is_cancelled()) {
    splitter.next(kStretch, parts);
    for (std::uint32_t other = 1; other < size(); ++other) {
      if (!parts[other].empty()) coordinator_->post_part(other, parts[other]);
    }
    exchange_.locked([&] {
      worker_.on_part(run, parts[0]);
      worker_.on_settled(kFeeder);
    });
    Waiting waiting = this->waiting();
    exchange_.progress(kFeeder);
    while (exchange_.bulk_bytes_posted() > before + kMostPosted && !is_cancelled()) waiting.wait(false);
    show_progress(watch, false);
  }
}

Node::Outcome Node::run(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                        const RunSettings& settings, const OnProgress& watch) {
  Splitter splitter(plan, graph, rank_of_unit, {.ranks = size(), .hold = settings.hold});
  send_drops();
  next_watch_ = steady_clock::now() + kWatchInterval;
  try {
    const auto [run, own] = coordinator_->begin(plan, graph, splitter, settings.hold, settings.balance);
    exchange_.locked([&, number = run, &begin = own] {
      // Tasks of this rank may read constants for longer than anybody waits for them.
      worker_.set_constants(graph.constant_values(), std::make_shared<std::vector<LayerPtr>>(graph.layers));
      worker_.on_begin_run(number, begin);
    });
    hand_out_parts(splitter, run, watch);
    wait_until_over(watch);
  } catch (...) {  // the ranks must not go on with what nobody waits for
    cancel_run();
    end_run();
    throw;
  }
  end_run();
  return conclude(splitter, settings.hold);
}

void Node::show_progress(const OnProgress& watch, bool at_once) {
  const auto now = steady_clock::now();
  if (now < next_watch_ && !at_once) return;
  next_watch_ = now + kWatchInterval;
  watch(exchange_.locked([&] { return coordinator_->done_by_group(); }));
}

void Node::wait_until_over(const OnProgress& watch) {
  Waiting waiting = this->waiting();
  bool is_over = false;
  while (!is_over) {
    waiting.wait(pool_ != nullptr);
    exchange_.locked([&] {
      beat();
      is_over = coordinator_->is_cancelled() ? coordinator_->has_stopped() : coordinator_->all_done();
    });
    show_progress(watch, is_over);
  }
}

void Node::end_run() {
  coordinator_->end();
  exchange_.locked([&] {
    if (coordinator_->is_cancelled()) worker_.on_cancel(coordinator_->run());
    worker_.on_end_run(coordinator_->run());
  });
  // What was to be sent from here may be a constant that goes with its graph. Its receivers take it in
  // whatever becomes of the run.
  Waiting waiting = this->waiting();
  do {
    waiting.wait(false);
  } while (exchange_.bulk_bytes_posted() != 0);
}

Node::Outcome Node::conclude(const Splitter& splitter, bool hold) {
  Outcome outcome;
  exchange_.locked([&] {
    outcome.failure = coordinator_->failure();
    const std::optional<RunFailure> own = worker_.failure();
    const bool is_own = own && outcome.failure && outcome.failure->rank == 0;
    if (is_own && own->task == outcome.failure->task) outcome.own_error = own->error;
    outcome.cancelled = coordinator_->is_cancelled();
    outcome.statistics = coordinator_->statistics();
    if (!outcome.cancelled && !hold) outcome.results = worker_.take_results(splitter.targets());
    worker_.forget_run();
  });
  outcome.run = coordinator_->run();
  outcome.results_forecast = splitter.results_moved();
  if (hold) outcome.held.assign(splitter.where_held().begin(), splitter.where_held().end());
  return outcome;
}

void Node::cancel_run() {
  exchange_.locked([&] { coordinator_->cancel(); });
}

void Node::stop_run(std::chrono::nanoseconds patience) {
  exchange_.locked([&] { coordinator_->stop(patience); });
}

bool Node::shut_down(std::chrono::milliseconds timeout) {
  exchange_.locked([&] { farewell_.begin(); });
  for (std::uint32_t other = 1; other < size(); ++other) exchange_.post(other, MessageKind::kShutdown, 0);
  const auto deadline = steady_clock::now() + timeout;
  Waiting waiting = this->waiting();
  while (exchange_.locked(
      [&] { return !farewell_.all_have_left() || !worker_.is_idle() || !exchange_.is_quiet(); })) {
    if (steady_clock::now() > deadline) return false;
    waiting.wait(false);
  }
  return true;
}

}  // namespace bask
