#include <unistd.h>
#include <bask/cluster/node.hpp>
#include <bask/cluster/node_waiting.hpp>
#include <bask/launch/start_watch.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/safety/interrupt.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kHeartbeat{1000}, kShortestHeartbeat{10};
constexpr std::chrono::milliseconds kPatience{2500}, kHeartbeatAtEnd{100};

// Several within the limit, as one may be late.
std::chrono::nanoseconds heartbeat_for(std::chrono::nanoseconds silence_limit) {
  if (silence_limit.count() == 0) return kHeartbeat;
  return std::clamp<std::chrono::nanoseconds>(silence_limit / 4, kShortestHeartbeat, kHeartbeat);
}

}  // namespace

Node::Node(Transport& transport, NodeOptions options)
    : options_(std::move(options)),
      heartbeat_(heartbeat_for(options_.silence_limit)),
      exchange_(transport, *this),
      pool_(options_.threads == 0
                ? nullptr
                : std::make_unique<ThreadPool>(options_.threads, options_.pin, options_.cpus)),
      worker_(exchange_, {.runner = {.threads = std::max(options_.threads, 1u),
                                     .memory_limit = options_.memory_limit,
                                     .resources = options_.resources,
                                     .describe = {},
                                     .backoff = options_.backoff,
                                     .recorder = options_.recorder,
                                     .isolated = options_.isolated,
                                     .isolate_all = options_.isolate_all,
                                     .end = options_.end},
                          .pool = pool_.get()}),
      silence_(exchange_.size(), options_.silence_limit),
      has_left_(exchange_.size()),
      returned_(exchange_.size()),
      drops_(std::make_shared<HeldDrops>(exchange_.size())) {
  const auto now = steady_clock::now();
  if (rank() != 0) {
    silence_.expect(0, now);
    return;
  }
  for (std::uint32_t other = 1; other < size(); ++other) silence_.expect(other, now);
  coordinator_.emplace(exchange_, options_.stall_limit);
  pulse_.emplace(beats_aside());
}

Node::~Node() {
  pulse_.reset();
}

void Node::end_job(const std::string& why, int exit_code) {
  log_line(LogLevel::kError, why);
  exchange_.abort(exit_code);
}

// ---- What arrives. ----

void Node::on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                      std::span<const std::byte> body) {
  try {
    handle(from, kind, run, body);
    if (is_turning_point(kind)) {
      const std::lock_guard lock(news_mutex_);
      has_news_ = true;
      news_.notify_one();
    }
  } catch (const std::exception& error) {
    end_job(fmt::format("a message of kind {} from rank {} cannot be followed: {}", static_cast<int>(kind),
                        from, error.what()));
  }
}

void Node::on_value(std::uint32_t, MessageKind kind, std::uint32_t run, std::uint32_t position, Value value) {
  try {
    if (kind == MessageKind::kRepaid) return worker_.on_repaid(run, position, std::move(value));
    worker_.on_value(run, position, std::move(value));
  } catch (const std::exception& error) {
    end_job(error.what());
  }
}

// What a thread that naps must hear of at once.
bool Node::is_turning_point(MessageKind kind) {
  switch (kind) {
    case MessageKind::kEndRun:
    case MessageKind::kCancel:
    case MessageKind::kStop:
    case MessageKind::kStopAsked:
    case MessageKind::kDone:
    case MessageKind::kFailed:
    case MessageKind::kCall:
    case MessageKind::kReturn:
    case MessageKind::kShutdown:
    case MessageKind::kBye:
      return true;
    default:
      return false;
  }
}

// Returns whether there are news.
bool Node::nap(std::chrono::microseconds most) {
  std::unique_lock lock(news_mutex_);
  news_.wait_for(lock, most, [&] { return has_news_; });
  return std::exchange(has_news_, false);
}

void Node::handle(std::uint32_t from, MessageKind kind, std::uint32_t run, std::span<const std::byte> body) {
  ByteReader reader(body);
  switch (kind) {
    case MessageKind::kResult:
      return worker_.on_result(run, body);
    case MessageKind::kBeginRun:
      return worker_.on_begin_run(run, decode_message<BeginRun>(reader));
    case MessageKind::kPart:
      return worker_.on_part(run, decode_part(body));
    case MessageKind::kProgress:
      return coordinator_->on_progress(from, run, decode_message<RankProgress>(reader));
    case MessageKind::kFailed:
      return coordinator_->on_failed(from, run, decode_message<Failed>(reader));
    case MessageKind::kDone:
      return coordinator_->on_done(from, run, decode_message<Done>(reader));
    case MessageKind::kDry:
      return coordinator_->on_dry(from, run);
    case MessageKind::kRefused:
      return coordinator_->on_refused(from, run, decode_message<Share>(reader));
    case MessageKind::kShare:
      return worker_.on_share(run, decode_message<Share>(reader));
    case MessageKind::kLoan:
      return worker_.on_loan(run, body);
    case MessageKind::kRepaid:
      return worker_.on_repaid(run, body);
    case MessageKind::kCancel:
      return worker_.on_cancel(run);
    case MessageKind::kStop:
      return worker_.on_stop(run, decode_message<Stop>(reader));
    case MessageKind::kStopAsked:
      stop_asked_ = decode_message<Signal>(reader).number;
      return;
    case MessageKind::kEndRun:
      return worker_.on_end_run(run);
    case MessageKind::kDrop:
      return worker_.on_drop(run, decode_message<Drop>(reader));
    case MessageKind::kCall:
      asked_ = decode_message<Call>(reader);
      return;
    case MessageKind::kReturn:
      if (!returned_[from]) ++returns_;
      returned_[from] = decode_message<Return>(reader);
      return;
    case MessageKind::kReport:
      return exchange_.post_message(0, MessageKind::kReported, run, Reported{worker_.report()});
    case MessageKind::kReported:
      return log_job_line(LogLevel::kWarning, fmt::format("rank {} ({}): {}", from, options_.hosts[from],
                                                          decode_message<Reported>(reader).text));
    case MessageKind::kHeartbeat:
      return;
    case MessageKind::kShutdown:
      shutting_down_ = true;
      return;
    case MessageKind::kBye:
      ++byes_;
      has_left_[from] = true;
      silence_.excuse(from, exchange_.parcels_from(from));
      return;
    default:
      throw Error("message", "there is no such kind", "this is an error in the runtime");
  }
}

void Node::on_broken(const std::string& cause) {
  end_job("messages cannot be exchanged any more: " + cause, kLostExitCode);
}

void Node::on_settled(unsigned thread) {
  worker_.on_settled(thread);
}

// ---- The pulse. ----

// Under the lock, by a thread that is never inside a task.
void Node::beat() {
  worker_.tick();
  if (coordinator_) coordinator_->tick();
  const auto now = steady_clock::now();
  const bool is_ending = coordinator_ && coordinator_->is_cancelled();
  if (now - last_beat_ <
      (is_ending ? std::min<std::chrono::nanoseconds>(kHeartbeatAtEnd, heartbeat_) : heartbeat_))
    return;
  const bool overslept = last_beat_ != steady_clock::time_point{} && now - last_beat_ > 3 * heartbeat_;
  last_beat_ = now;
  for (std::uint32_t other = 0; other < size(); ++other) {
    if (other == rank() || has_left_[other] || (rank() != 0 && other != 0)) continue;
    exchange_.post(other, MessageKind::kHeartbeat, 0);
    silence_.note(other, exchange_.parcels_from(other), now);
    if (overslept) silence_.expect(other, now);  // what it has said meanwhile may not have been read yet
  }
  if (const std::optional<std::uint32_t> silent = silence_.silent(now)) {
    end_job(fmt::format("nothing was heard from rank {} ({}) for {}: the node or its network is gone, or the "
                        "process is stopped; "
                        "look at that node, or raise --bask-heartbeat-timeout",
                        *silent, options_.hosts[*silent], format_duration(silence_.limit())),
            kLostExitCode);
  }
}

// Not where another thread has the lock.
void Node::try_beat() {
  exchange_.try_progress(kFeeder);
  exchange_.try_locked([&] {
    if (!shutting_down_) send_drops();  // who has left would never receive them
    beat();
  });
}

// For a thread of its own. Where no messages are exchanged for so long that others take this rank for dead,
// some thread does not come back from MPI: the rank says so itself, for all others may be in the same call.
std::function<void()> Node::beats_aside() {
  const auto start = steady_clock::now();
  return [this, moved_at = start, looked_at = start, rounds = exchange_.rounds()]() mutable {
    if (rank() != 0) see_to_signals();
    try_beat();
    const auto now = steady_clock::now();
    const bool overslept = now - looked_at > 3 * heartbeat_;
    if (exchange_.rounds() != rounds || overslept) moved_at = now;
    rounds = exchange_.rounds();
    looked_at = now;
    const std::chrono::nanoseconds limit = silence_.limit();
    if (limit.count() == 0 || now - moved_at <= limit) return;
    log_line(LogLevel::kError,
             fmt::format(
                 "MPI was in use for {} without a pause: a function of client.run holds an MpiTurn and does "
                 "not pass(), or waits in it for a rank that is gone; or MPI itself hangs",
                 format_duration(limit)));
    _exit(kLostExitCode);  // the call that would tell the others has to wait for that one
  };
}

// The run's number lets no drop overtake the beginning of a run that reads what is dropped.
void Node::send_drops() {
  const std::vector<std::vector<std::uint64_t>> drops = drops_->take();
  for (std::uint32_t rank = 0; rank < drops.size(); ++rank) {
    if (drops[rank].empty()) continue;
    exchange_.post_message(rank, MessageKind::kDrop, coordinator_->run(), Drop{drops[rank]});
  }
}

void Node::wait_for_first_words(const std::function<void(std::uint32_t rank)>& heard) {
  std::vector<bool> is_awaited(size(), rank() == 0);
  is_awaited[0] = rank() != 0;
  Waiting waiting(*this);
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

// After a signal, which rank 0 was sent, too: it will end this rank in order, unless it is gone itself.
void Node::end_if_forsaken(int signal) {
  const auto now = steady_clock::now();
  const std::uint64_t parcels = exchange_.locked([&] { return exchange_.parcels_from(0); });
  if (parcels != parcels_at_signal_ || heard_at_signal_ == steady_clock::time_point{}) {
    parcels_at_signal_ = parcels;
    heard_at_signal_ = now;
  }
  if (now - heard_at_signal_ < kPatience) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Node::see_to_signals() {
  const int received = received_signal();
  if (received != 0) end_if_forsaken(received);
  const bool may_stop = options_.recorder != nullptr;  // without losing what is done
  const int signal = StopNotice::has_come() ? SIGUSR1 : may_stop ? received : 0;
  if (signal != 0 && !std::exchange(has_told_signal_, true)) {
    exchange_.post_message(0, MessageKind::kStopAsked, 0, Signal{signal});
  }
}

void Node::serve() {
  const Interruptible interruptible;  // rank 0 was sent the signal, too, and will end this rank in order
  Waiting waiting(*this);
  while (true) {
    see_to_signals();
    bool is_idle = true, is_asked = false, is_over = false;
    exchange_.locked([&] {
      beat();
      is_idle = worker_.is_idle();
      is_asked = asked_.has_value() && is_idle;
      is_over = shutting_down_ && is_idle;
    });
    if (is_over) break;
    if (is_asked) answer_call();
    waiting.wait(!is_idle);
  }
  if (options_.recorder != nullptr) {
    const Pulse pulse(beats_aside());  // it waits for the disk
    options_.recorder->finish(static_cast<int>(ExitCode::kDone));
  }
  exchange_.post(0, MessageKind::kBye, 0);
  while (!exchange_.locked([&] { return exchange_.is_quiet(); })) waiting.wait(false);
}

Return Node::call(const Call& asked) {
  const InsideTask inside;  // it may not compute
  try {
    const KernelRegistry& kernels = KernelRegistry::instance();
    if (asked.kernel >= kernels.size())
      throw Error("call", "there is no such function", "the bytes are corrupt");
    Value result;
    KernelCall call{asked.arguments.data(), {}, result};
    kernels[KernelId{asked.kernel}].run(call);
    ByteWriter writer;
    writer.write_raw(result.type()->number());
    result.type()->encode(writer, std::as_const(result).object());
    return {{}, writer.take()};
  } catch (...) {
    return {fmt::format("rank {} ({}): {}", rank(), options_.hosts[rank()], describe_current_exception()),
            {}};
  }
}

void Node::answer_call() {
  const Call asked = exchange_.locked([&] { return *std::exchange(asked_, {}); });
  const Pulse pulse(beats_aside());
  exchange_.post_message(0, MessageKind::kReturn, 0, call(asked));
}

}  // namespace bask
