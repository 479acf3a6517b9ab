#include <unistd.h>
#include <bask/cluster/end_job.hpp>
#include <bask/cluster/idle_watch.hpp>
#include <bask/cluster/node.hpp>
#include <bask/cluster/standstill.hpp>
#include <bask/launch/start_watch.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/safety/interrupt.hpp>
#include <bask/system/kept_memory.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kIdleAfter{2};

std::shared_ptr<MemoryLedger> ledger_of(const std::shared_ptr<RankMemory>& memory) {
  return memory == nullptr ? nullptr : std::shared_ptr<MemoryLedger>(memory, &memory->ledger());
}

}  // namespace

Node::Node(Transport& transport, NodeOptions options)
    : options_(std::move(options)),
      exchange_(transport, switchboard_, ledger_of(options_.memory)),
      pool_(options_.threads == 0
                ? nullptr
                : std::make_unique<ThreadPool>(options_.threads, options_.pin, options_.cpus)),
      worker_(exchange_, {.runner = {.threads = std::max(options_.threads, 1u),
                                     .memory = options_.memory,
                                     .resources = options_.resources,
                                     .describe = {},
                                     .backoff = options_.backoff,
                                     .recorder = options_.recorder,
                                     .events = options_.events,
                                     .isolated = options_.isolated,
                                     .isolate_all = options_.isolate_all,
                                     .slow_task = options_.slow_task,
                                     .task_timeout = options_.task_timeout,
                                     .failed_tasks = options_.failed_tasks,
                                     .end = options_.end},
                          .pool = pool_.get()}),
      heartbeats_(exchange_, options_.silence_limit, options_.events, steady_clock::now()),
      farewell_(exchange_.size()),
      calls_(exchange_, options_.hosts),
      signals_(options_.recorder != nullptr) {
  if (rank() == 0) coordinator_.emplace(exchange_, worker_, options_.stall_limit);
  switchboard_.connect({exchange_, worker_, coordinator_ ? &*coordinator_ : nullptr, heartbeats_, farewell_,
                        calls_, signals_, options_.on_events, options_.hosts});
  if (rank() == 0) pulse_.emplace(beats_aside());
}

// ---- The pulse. ----

// The caller holds the exchange's lock and is never inside a task.
void Node::beat() {
  if (!farewell_.has_said_goodbye()) {
    worker_.tick();
    if (coordinator_) coordinator_->tick();
  }
  const bool is_ending = coordinator_ && coordinator_->is_ending();
  const std::optional<std::uint32_t> silent = heartbeats_.beat(steady_clock::now(), is_ending);
  if (!silent) return;
  end_job(exchange_,
          fmt::format("nothing was heard from rank {} ({}) for {}: the node or its network is gone, or the "
                      "process is stopped; look at that node, or raise --bask-heartbeat-timeout",
                      *silent, options_.hosts[*silent], format_duration(heartbeats_.limit())),
          kLostExitCode);
}

// The caller does not hold the exchange's lock. Does nothing while another thread holds it.
void Node::try_beat() {
  exchange_.try_progress(kFeeder);
  exchange_.try_locked([&] {
    // Ranks that are told to leave hold no results for later runs.
    if (coordinator_ && !farewell_.has_begun()) coordinator_->post_drops();
    beat();
  });
}

// The caller holds the exchange's lock. Says goodbye to those with whom this rank talks, once all that it
// sent has left. Returns whether it did.
bool Node::say_goodbye() {
  if (!exchange_.is_quiet()) return false;
  farewell_.say_goodbye();
  heartbeats_.hush();
  if (rank() != 0) exchange_.post(0, MessageKind::kBye, 0);
  for (std::uint32_t other = 1; rank() == 0 && other < size(); ++other)
    exchange_.post(other, MessageKind::kBye, 0);
  return true;
}

// For the pulse thread. When no thread has made progress for so long that others take this rank for dead,
// some thread does not come back from MPI. The rank says so itself,
// as all others may be in the same MPI call.
std::function<void()> Node::beats_aside() {
  const Standstill standstill(heartbeats_.limit(), heartbeats_.interval(), exchange_.rounds(),
                              steady_clock::now());
  return [this, watch = standstill, idle_watch = IdleWatch(kIdleAfter)]() mutable {
    if (rank() != 0) see_to_signals();
    try_beat();
    if (pool_ == nullptr) {
      bool is_idle = false;
      exchange_.try_locked([&] { is_idle = worker_.is_idle(); });
      if (idle_watch.look(is_idle, steady_clock::now())) give_back_freed_memory();
    }
    if (!watch.look(exchange_.rounds(), steady_clock::now())) return;
    log_line(LogLevel::kError,
             fmt::format(
                 "MPI was in use for {} without a pause: a function of client.run holds an MpiTurn and does "
                 "not pass(), or waits in it for a rank that is gone; or MPI itself hangs",
                 format_duration(heartbeats_.limit())));
    _exit(kLostExitCode);  // MPI_Abort would have to wait for the call that hangs
  };
}

void Node::wait_for_first_words(const std::function<void(std::uint32_t rank)>& heard) {
  std::vector<bool> is_awaited(size(), rank() == 0);
  is_awaited[0] = rank() != 0;
  Waiting waiting = this->waiting();
  while (std::ranges::find(is_awaited, true) != is_awaited.end()) {
    waiting.wait(false);
    exchange_.locked([&] {
      beat();
      for (std::uint32_t other = 0; other < size(); ++other) {
        if (!is_awaited[other] || exchange_.parcels_from(other) == 0) continue;
        is_awaited[other] = false;
        heard(other);
      }
    });
  }
}

// ---- Ranks other than 0. ----

void Node::see_to_signals() {
  StopSignals::Seen seen{.received = received_signal(), .notice = StopNotice::has_come() ? SIGUSR1 : 0};
  if (seen.received != 0) {
    seen.parcels_from_0 = exchange_.locked([&] { return exchange_.parcels_from(0); });
  }
  const StopSignals::Advice advice = signals_.look(seen, steady_clock::now());
  if (advice.die_of != 0) {
    std::signal(advice.die_of, SIG_DFL);
    std::raise(advice.die_of);
  }
  if (advice.tell != 0) {
    exchange_.post_message(0, MessageKind::kStopAsked, 0, Signal{advice.tell});
  }
}

void Node::serve() {
  const Interruptible interruptible;  // rank 0 was sent the signal, too, and will end this rank in order
  Waiting waiting = this->waiting();
  while (true) {
    see_to_signals();
    see_to_resident_bound();
    bool is_idle = true, is_asked = false, is_over = false;
    exchange_.locked([&] {
      beat();
      is_idle = worker_.is_idle();
      is_asked = calls_.is_asked() && is_idle;
      is_over = farewell_.has_begun() && is_idle;
    });
    if (is_over) break;
    if (is_asked) answer_call();
    waiting.wait(!is_idle);
  }
  if (options_.recorder != nullptr) {
    const Pulse pulse(beats_aside());  // finish() waits for the disk
    options_.recorder->finish(static_cast<int>(ExitCode::kDone));
  }
  exchange_.locked([&] { worker_.tell_events(); });
  const auto says_goodbye = [&] {
    beat();
    return say_goodbye();
  };
  while (!exchange_.locked(says_goodbye)) waiting.wait(false);
  const auto may_leave = [&] {
    beat();  // rank 0 may die before it lets this rank go
    return farewell_.has_left(0) && exchange_.is_quiet();
  };
  while (!exchange_.locked(may_leave)) waiting.wait(false);
}

void Node::answer_call() {
  const Pulse pulse(beats_aside());
  calls_.answer();
}

}  // namespace bask
