// What a node does on rank 0: runs plans on all ranks, calls functions on every one, and ends them.
#include <bask/cluster/node.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWatchInterval{50};

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

void Node::drive(Waiting& waiting) {
  switch (coordinator_->drive()) {
    case Coordinator::Pace::kAtOnce:
      exchange_.progress(kFeeder);
      return;
    case Coordinator::Pace::kSoon:
      return waiting.wait(false);
    case Coordinator::Pace::kLater:
      waiting.wait(pool_ != nullptr);
      return exchange_.locked([&] { beat(); });
  }
}

RunOutcome Node::run(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                     const RunSettings& settings, const OnProgress& watch) {
  auto next_watch = steady_clock::now() + kWatchInterval;
  std::optional<RunOutcome> outcome;
  const std::uint32_t number = coordinator_->start(plan, graph, rank_of_unit, settings,
                                                   [&](RunOutcome ended) { outcome = std::move(ended); });
  Waiting waiting = this->waiting();
  try {
    while (true) {
      drive(waiting);
      if (outcome) break;
      const auto now = steady_clock::now();
      if (now < next_watch) continue;
      next_watch = now + kWatchInterval;
      watch(coordinator_->done_by_group(number));
    }
  } catch (...) {  // nobody waits for the run any more: the ranks must not go on with it
    coordinator_->abandon(number);
    while (!outcome) drive(waiting);
    throw;
  }
  if (outcome->error) std::rethrow_exception(outcome->error);
  watch(outcome->done_by_group);
  return std::move(*outcome);
}

bool Node::shut_down(std::chrono::milliseconds timeout) {
  exchange_.locked([&] {
    worker_.tell_events();
    farewell_.begin();
  });
  for (std::uint32_t other = 1; other < size(); ++other) exchange_.post(other, MessageKind::kShutdown, 0);
  const auto deadline = steady_clock::now() + timeout;
  Waiting waiting = this->waiting();
  const auto wait_until = [&](const auto& holds) {
    while (!exchange_.locked(holds)) {
      if (steady_clock::now() > deadline) return false;
      waiting.wait(false);
    }
    return true;
  };
  return wait_until([&] { return farewell_.all_have_left() && worker_.is_idle() && say_goodbye(); }) &&
         wait_until([&] { return exchange_.is_quiet(); });
}

}  // namespace bask
