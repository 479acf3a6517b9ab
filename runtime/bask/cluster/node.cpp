#include <bask/cluster/node.hpp>

#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/execution/interrupt.hpp>

#include <fmt/format.h>

#include <utility>

namespace bask {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kHeartbeat{1000}, kPulse{50}, kWatchInterval{50};
constexpr std::chrono::seconds kPatience{10};  // after a signal that rank 0 seems not to have had
// Of a thread that sees to it that messages move. To wake up costs 15 to 40 µs: every ms would be 2 to 4 % of
// a core.
constexpr std::chrono::milliseconds kNap{4}, kLongestNap{16};
constexpr std::uint32_t kStretch = 16 * 1024;                   // units that are handed out at a time
constexpr std::uint64_t kMostPosted = std::uint64_t{64} << 20;  // bytes of parts that wait to be sent

}  // namespace

Node::Node(Transport& transport, NodeOptions options)
    : options_(std::move(options)),
      exchange_(transport, *this),
      pool_(options_.threads == 0 ? nullptr : std::make_unique<ThreadPool>(options_.threads, options_.pin)),
      worker_(exchange_, {.runner = {.threads = std::max(options_.threads, 1u),
                                     .memory_limit = options_.memory_limit,
                                     .resources = options_.resources,
                                     .describe = {},
                                     .backoff = options_.backoff},
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
  pulse_ = std::thread([this] { beat_until_closed(); });
}

Node::~Node() {
  {
    const std::lock_guard lock(pulse_mutex_);
    closing_ = true;
  }
  pulse_changed_.notify_all();
  if (pulse_.joinable()) pulse_.join();
}

void Node::end_job(const std::string& why) {
  log_line(LogLevel::kError, why);
  exchange_.abort(static_cast<int>(ExitCode::kTaskFailed));
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
    case MessageKind::kBeginRun:
    case MessageKind::kEndRun:
    case MessageKind::kCancel:
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
bool Node::nap(std::chrono::milliseconds most) {
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
      return coordinator_->on_progress(from, run, decode_message<RunProgress>(reader));
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
    case MessageKind::kEndRun:
      return worker_.on_end_run(run);
    case MessageKind::kDrop:
      return worker_.on_drop(decode_message<Drop>(reader));
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
      silence_.excuse(from);
      return;
    default:
      throw Error("message", "there is no such kind", "this is an error in the runtime");
  }
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
  if (now - last_beat_ < kHeartbeat) return;
  const bool overslept = last_beat_ != steady_clock::time_point{} && now - last_beat_ > 3 * kHeartbeat;
  last_beat_ = now;
  for (std::uint32_t other = 0; other < size(); ++other) {
    if (other == rank() || has_left_[other] || (rank() != 0 && other != 0)) continue;
    exchange_.post(other, MessageKind::kHeartbeat, 0);
    silence_.note(other, exchange_.parcels_from(other), now);
    if (overslept) silence_.excuse(other);  // what it has said meanwhile may not have been read yet
  }
  if (const std::optional<std::uint32_t> silent = silence_.silent(now)) {
    end_job(
        fmt::format("nothing was heard from rank {} ({}) for {}: the node or its network is gone, or the "
                    "process is stopped; "
                    "look at that node, or raise --bask-heartbeat-timeout",
                    *silent, options_.hosts[*silent], format_duration(silence_.limit())));
  }
}

// On rank 0, whose main thread may be in the user's own code for hours.
void Node::beat_until_closed() {
  std::unique_lock lock(pulse_mutex_);
  while (!pulse_changed_.wait_for(lock, kPulse, [&] { return closing_; })) {
    exchange_.locked([&] {
      if (!shutting_down_) send_drops();  // who has left would never receive them
    });
    make_progress();
    exchange_.locked([&] { beat(); });
  }
}

void Node::send_drops() {
  const std::vector<std::vector<std::uint64_t>> drops = drops_->take();
  for (std::uint32_t rank = 0; rank < drops.size(); ++rank) {
    if (!drops[rank].empty()) exchange_.post_message(rank, MessageKind::kDrop, 0, Drop{drops[rank]});
  }
}

// How a thread that runs no tasks waits. While the pool's threads are inside a run they see to the messages,
// and this one only makes sure of that: where tasks are short its wake-ups cost them time for nothing.
class Node::Waiting {
 public:
  explicit Waiting(Node& node) : node_(node), backoff_(node.options_.backoff) {}

  void wait(bool pool_is_inside) {
    if (!pool_is_inside || alert_ > 0) {
      alert_ = std::max(alert_ - 1, 0);
      node_.make_progress() ? backoff_.reset() : backoff_.wait();
      return;
    }
    if (node_.nap(nap_)) {
      alert_ = kAlertPolls;  // a run has ended, say, and the next may begin
      backoff_.reset();
    }
    const bool is_needed = node_.exchange_.rounds() == rounds_;
    nap_ = is_needed ? kNap : std::min(2 * nap_, kLongestNap);
    if (is_needed) node_.make_progress();
    rounds_ = node_.exchange_.rounds();
  }

 private:
  static constexpr int kAlertPolls = 200;
  Node& node_;
  Backoff backoff_;
  int alert_ = 0;
  std::uint64_t rounds_ = 0;
  std::chrono::milliseconds nap_ = kNap;
};

// ---- Ranks other than 0. ----

void Node::serve() {
  const Interruptible interruptible;  // rank 0 was sent the signal, too, and will end this rank in order
  steady_clock::time_point patience = steady_clock::time_point::max();
  Waiting waiting(*this);
  while (true) {
    if (interruptible.signal() != 0 && patience == steady_clock::time_point::max()) {
      patience = steady_clock::now() + kPatience;
    }
    if (steady_clock::now() > patience) {
      end_job(fmt::format("signal {} came, and rank 0 did not end the job", interruptible.signal()));
    }
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
  exchange_.post(0, MessageKind::kBye, 0);
  while (!exchange_.locked([&] { return exchange_.is_quiet(); })) waiting.wait(false);
}

Return Node::call(const Call& asked) {
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
  exchange_.locked([&] {
    const Call asked = *std::exchange(asked_, {});
    exchange_.post_message(0, MessageKind::kReturn, 0, call(asked));
    silence_.excuse(0);  // others, rank 0 too, may be inside the function for longer
  });
}

// ---- Rank 0. ----

std::vector<Value> Node::call_everywhere(KernelId kernel, std::span<const std::byte> arguments) {
  const Call asked{kernel.index, {arguments.begin(), arguments.end()}};
  exchange_.locked([&] {
    returned_.assign(size(), {});
    returns_ = 1;
    for (std::uint32_t other = 1; other < size(); ++other) {
      exchange_.post_message(other, MessageKind::kCall, 0, asked);
    }
  });
  make_progress();
  exchange_.locked([&] {
    returned_[0] = call(asked);
    for (std::uint32_t other = 1; other < size(); ++other) silence_.excuse(other);
  });
  Waiting waiting(*this);
  while (exchange_.locked([&] { return returns_ < size(); })) waiting.wait(false);
  std::vector<Value> values;
  for (const std::optional<Return>& returned : returned_) {
    if (!returned->error.empty()) {
      throw Error("run on every rank", returned->error, "see what the function was given there");
    }
    ByteReader reader(returned->value);
    const auto type = reader.read_raw<std::uint32_t>();
    values.push_back(TypeRegistry::instance()[type].decode(reader));
  }
  return values;
}

void Node::hand_out_parts(Splitter& splitter, std::uint32_t run) {
  std::vector<PlanPart> parts(size());
  while (!splitter.done() && !exchange_.locked([&] { return coordinator_->is_cancelled(); })) {
    splitter.next(kStretch, parts);
    for (std::uint32_t other = 1; other < size(); ++other) {
      if (!parts[other].empty()) coordinator_->post_part(other, parts[other]);
    }
    exchange_.locked([&] {
      worker_.on_part(run, parts[0]);
      worker_.on_settled(kFeeder);
    });
    do {
      make_progress();
    } while (exchange_.bulk_bytes_posted() > kMostPosted);
  }
}

Node::Outcome Node::run(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                        const RunSettings& settings, const OnProgress& watch) {
  const bool hold = settings.hold;
  Splitter splitter(plan, graph, rank_of_unit, {.ranks = size(), .hold = hold});
  send_drops();
  const auto [run, own] = coordinator_->begin(plan, graph, splitter, hold, settings.balance);
  exchange_.locked([&, number = run, &begin = own] {
    worker_.set_constants(graph.constant_values());
    worker_.on_begin_run(number, begin);
  });
  hand_out_parts(splitter, run);

  Waiting waiting(*this);
  bool done = false, stopped = false;
  auto next_watch = steady_clock::now() + kWatchInterval;
  while (!done && !stopped) {
    waiting.wait(pool_ != nullptr);
    exchange_.locked([&] {
      beat();
      done = !coordinator_->is_cancelled() && coordinator_->all_done();
      stopped = coordinator_->has_stopped();
    });
    if (const auto now = steady_clock::now(); now >= next_watch) {
      next_watch = now + kWatchInterval;
      watch(exchange_.locked([&] { return coordinator_->done_by_group(); }));
    }
  }
  watch(exchange_.locked([&] { return coordinator_->done_by_group(); }));
  coordinator_->end();
  make_progress();

  Outcome outcome;
  exchange_.locked([&, number = run] {
    worker_.on_end_run(number);
    outcome.failure = coordinator_->failure();
    if (outcome.failure && outcome.failure->rank == 0) {
      if (const std::optional<RunFailure> own_failure = worker_.failure())
        outcome.own_error = own_failure->error;
    }
    outcome.cancelled = coordinator_->is_cancelled();
    outcome.statistics = coordinator_->statistics();
    if (!outcome.cancelled && !hold) outcome.results = worker_.take_results(splitter.targets());
  });
  outcome.run = run;
  outcome.results_forecast = splitter.results_moved();
  if (hold) outcome.held.assign(splitter.where_held().begin(), splitter.where_held().end());
  return outcome;
}

void Node::cancel_run() {
  exchange_.locked([&] { coordinator_->cancel(); });
}

bool Node::shut_down(std::chrono::milliseconds timeout) {
  exchange_.locked([&] { shutting_down_ = true; });
  for (std::uint32_t other = 1; other < size(); ++other) exchange_.post(other, MessageKind::kShutdown, 0);
  const auto deadline = steady_clock::now() + timeout;
  Backoff backoff(options_.backoff);
  while (
      exchange_.locked([&] { return byes_ + 1 < size() || !worker_.is_idle() || !exchange_.is_quiet(); })) {
    if (steady_clock::now() > deadline) return false;
    make_progress() ? backoff.reset() : backoff.wait();
  }
  return true;
}

}  // namespace bask
