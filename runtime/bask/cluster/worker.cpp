#include <bask/cluster/worker.hpp>

#include <fmt/format.h>
#include <bask/core/error.hpp>

#include <utility>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kProgressInterval{100}, kLeastOften{1000};
constexpr std::size_t kLongestCause =
    4000;  // so that it leaves in a parcel: large messages may come after kDone

std::string shortened(const std::string& cause) {
  if (cause.size() <= kLongestCause) return cause;
  return fmt::format("{}... ({} bytes more)", cause.substr(0, kLongestCause), cause.size() - kLongestCause);
}

PlanShell shell_of(const BeginRun& begin) {
  PlanShell shell{begin.size, {}, begin.annotations};
  const KernelRegistry& kernels = KernelRegistry::instance();
  for (const GroupName& group : begin.groups) {
    const bool has_kernel = group.kernel < kernels.size();
    shell.groups.push_back({group.layer, has_kernel ? &kernels[KernelId{group.kernel}] : nullptr});
  }
  return shell;
}

}  // namespace

class Worker::Run final : public Outlet, public std::enable_shared_from_this<Run> {
 public:
  Run(Worker& worker, std::uint32_t run, const BeginRun& begin, std::vector<Value*> constants,
      HeldValues held, std::shared_ptr<const void> owner_of_constants)
      : number(run),
        owner(std::move(owner_of_constants)),
        read_here(std::move(held)),
        holds(begin.holds),
        balances(begin.balance),
        units(begin.size.units),
        imports(begin.size.imports),
        runner(shell_of(begin), std::move(constants), worker.options_.runner, *this),
        exchange_(worker.exchange_) {}

  void send(std::uint32_t position, const Value& value, std::span<const Export> exports) override {
    for (const Export& to : exports) {
      if (exchange_.post_result(to, MessageKind::kResult, number, value)) {
        runner.sent(position);
      } else {
        exchange_.post_large_result(to, MessageKind::kResult, number, value,
                                    [self = shared_from_this(), position] { self->runner.sent(position); });
      }
    }
  }
  void give_back(const StolenUnit& stolen, Value value) override {
    const Export to{stolen.victim, stolen.unit};
    if (exchange_.post_result(to, MessageKind::kStolenResult, number, value)) return;
    const auto kept = std::make_shared<Value>(std::move(value));
    exchange_.post_large_result(to, MessageKind::kStolenResult, number, *kept, [kept] {});
  }
  void flush() override { exchange_.try_flush(); }
  bool progress(unsigned thread) override { return exchange_.try_progress(thread); }

  const std::uint32_t number;
  const std::shared_ptr<const void> owner;  // of the other constants, on rank 0
  const HeldValues read_here;  // held results among the constants, which may be dropped meanwhile
  const std::vector<Hold> holds;
  const bool balances;
  const std::uint32_t units, imports;
  std::uint32_t units_missing = units;
  TaskRunner runner;
  bool started = false, ended = false, told_failure = false, told_done = false;
  bool was_idle = false, told_dry = false;
  std::uint64_t results_in = 0, bytes_in = 0, tasks_when_idle = 0;
  std::uint32_t told_left = units;

 private:
  Exchange& exchange_;
};

Worker::Worker(Exchange& exchange, WorkerOptions options)
    : exchange_(exchange), options_(std::move(options)) {}

Worker::~Worker() {
  if (inside_ != nullptr) inside_->runner.cancel();
  if (run_ != nullptr) run_->runner.cancel();
  round_.reset();
}

Worker::Run* Worker::working(std::uint32_t run) const {
  return run_ != nullptr && run_->number == run && !run_->ended ? run_.get() : nullptr;
}

bool Worker::is_early(std::uint32_t run) const {
  return run > newest_;
}

std::vector<Value*> Worker::constants_of(const BeginRun& begin, HeldValues& kept) {
  std::vector<Value*> constants = std::exchange(constants_, {});
  constants.resize(begin.constants, nullptr);
  for (const HeldConstant& held : begin.held) {
    const auto found = held_.find(held.held);
    if (found == held_.end()) {
      throw Error("persisted result", "rank " + std::to_string(exchange_.rank()) + " does not hold it",
                  "this is an error in the runtime");
    }
    kept.push_back(found->second);
    constants[held.constant] = found->second.get();
  }
  return constants;
}

void Worker::on_begin_run(std::uint32_t run, const BeginRun& begin) {
  if (!is_early(run)) return;  // large, and overtaken by a later one: nobody waits for it any more
  if (run_ != nullptr) run_->runner.cancel();
  HeldValues kept;
  const std::vector<Value*> constants = constants_of(begin, kept);
  run_ = std::make_shared<Run>(*this, run, begin, constants, std::move(kept), std::exchange(owner_, {}));
  newest_ = run;
  for (const ConstantExport& sent : begin.exports) {
    const Export to{sent.rank, sent.position};
    const Value& value = *constants[sent.constant];
    if (!exchange_.post_result(to, MessageKind::kResult, run, value)) {
      exchange_.post_large_result(to, MessageKind::kResult, run, value, [here = run_] {});
    }
  }
  replay_early();
  move_pool();
}

void Worker::replay_early() {
  std::deque<Early> early;
  early.swap(early_);
  for (Early& message : early) {
    if (is_early(message.run)) {
      early_.push_back(std::move(message));
    } else {
      message.handle();
    }
  }
}

void Worker::on_part(std::uint32_t run, const PlanPart& part) {
  if (is_early(run)) {
    early_.push_back({run, [this, run, part] { on_part(run, part); }});
  } else if (Run* const here = working(run)) {
    here->units_missing -= part.units();
    here->runner.add(part);
  }
}

void Worker::on_result(std::uint32_t run, std::span<const std::byte> body) {
  if (is_early(run)) {
    early_.push_back({run, [this, run, own = Buffer(body.begin(), body.end())] { on_result(run, own); }});
    return;
  }
  if (working(run) == nullptr) return;
  ByteReader reader(body);
  const auto head = reader.read_raw<ResultHead>();
  on_value(run, head.position, TypeRegistry::instance()[head.type].decode(reader));
}

void Worker::on_value(std::uint32_t run, std::uint32_t position, Value value) {
  if (is_early(run)) {
    const auto own = std::make_shared<Value>(std::move(value));  // std::function wants copies
    early_.push_back({run, [this, run, position, own] { on_value(run, position, std::move(*own)); }});
    return;
  }
  Run* const here = working(run);
  if (here == nullptr) return;
  ++here->results_in;
  here->bytes_in += value.heap_bytes() + value.type()->size;
  here->runner.arrived(position, std::move(value));
}

void Worker::on_cancel(std::uint32_t run) {
  if (is_early(run)) {
    early_.push_back({run, [this, run] { on_cancel(run); }});
  } else if (Run* const here = working(run)) {
    here->runner.cancel();
  }
}

void Worker::on_stop(std::uint32_t run, const Stop& stop) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(stop.patience_ns);
  if (is_early(run)) {
    early_.push_back({run, [this, run, stop] { on_stop(run, stop); }});
  } else if (Run* const here = working(run)) {
    here->runner.drain(end);
  }
}

void Worker::on_end_run(std::uint32_t run) {
  if (is_early(run)) {
    early_.push_back({run, [this, run] { on_end_run(run); }});
    return;
  }
  Run* const here = working(run);
  if (here == nullptr) return;
  here->ended = true;
  here->runner.finish();
  if (here->runner.stopping()) return;
  for (std::size_t i = 0; i < here->holds.size(); ++i) {
    const Hold& hold = here->holds[i];
    if (i > 0 && here->holds[i - 1].position == hold.position) continue;
    held_.emplace(held_number(run, hold.target), std::make_shared<Value>(here->runner.take(hold.position)));
  }
}

// A run that began before the drop may read what is dropped, and its beginning, where large, still be on its
// way.
void Worker::on_drop(std::uint32_t run, const Drop& drop) {
  if (is_early(run)) {
    early_.push_back({run, [this, run, drop] { on_drop(run, drop); }});
    return;
  }
  for (const std::uint64_t number : drop.held) held_.erase(number);
}

void Worker::on_steal(std::uint32_t run, const Steal& theft) {
  Run* const here = working(run);
  std::vector<StolenUnit> units = here == nullptr ? std::vector<StolenUnit>{} : here->runner.give_units();
  if (units.empty()) return exchange_.post_message(0, MessageKind::kRefused, run, theft);
  for (StolenUnit& unit : units) {
    if (unit.victim == kNoIndex) unit.victim = exchange_.rank();
    exchange_.post_buffer(theft.thief, MessageKind::kStolen, run, encode_stolen_unit(unit));
  }
}

void Worker::on_stolen(std::uint32_t run, std::span<const std::byte> body) {
  if (is_early(run)) {
    early_.push_back({run, [this, run, own = Buffer(body.begin(), body.end())] { on_stolen(run, own); }});
  } else if (Run* const here = working(run)) {
    here->told_dry = false;
    here->runner.steal(decode_stolen_unit(body));
  }
}

void Worker::on_stolen_result(std::uint32_t run, std::span<const std::byte> body) {
  if (working(run) == nullptr) return;
  ByteReader reader(body);
  const auto head = reader.read_raw<ResultHead>();
  on_stolen_result(run, head.position, TypeRegistry::instance()[head.type].decode(reader));
}

void Worker::on_stolen_result(std::uint32_t run, std::uint32_t unit, Value value) {
  if (Run* const here = working(run)) here->runner.returned(unit, std::move(value));
}

// A rank is dry when some of its threads have had nothing to run since the last tick, and nothing was run.
void Worker::tell_if_dry() {
  Run& run = *run_;
  if (!run.balances || options_.pool == nullptr || run.runner.stopping()) return;
  const bool may_have_more = run.units_missing != 0 || run.runner.ready() != 0;
  const bool is_idle = !may_have_more && run.runner.running() < options_.runner.threads;
  const std::uint64_t done = is_idle ? run.runner.tasks_done() : 0;
  if (is_idle && run.was_idle && done == run.tasks_when_idle && !run.told_dry) {
    exchange_.post(0, MessageKind::kDry, run.number);
    run.told_dry = true;
  }
  if (!is_idle) run.told_dry = false;
  run.was_idle = is_idle;
  run.tasks_when_idle = done;
}

void Worker::on_settled(unsigned thread) {
  if (run_ == nullptr) return;
  run_->runner.feed(thread);
  tell_if_done();
}

// Threads go into the newest run once all have come out of the one before.
void Worker::move_pool() {
  if (options_.pool == nullptr) return;
  if (round_ != nullptr && options_.pool->wait_for(std::chrono::milliseconds(0))) {
    round_.reset();
    inside_.reset();
  }
  if (round_ == nullptr && run_ != nullptr && run_->ended && exchange_.rank() != 0) forget_run();
  if (round_ != nullptr || run_ == nullptr || run_->started || run_->runner.stopping()) return;
  run_->started = true;
  inside_ = run_;
  round_ = std::make_unique<ThreadPool::Round>(
      *options_.pool, [run = run_](unsigned thread) { run->runner.work(thread); },
      [run = run_] { run->runner.cancel(); });
}

// What a run leaves behind must not stay until the next one.
void Worker::forget_run() {
  run_.reset();
}

void Worker::tell_if_done() {
  Run& run = *run_;
  if (run.ended) return;
  const bool stopping = run.runner.stopping();
  if (stopping && !run.told_failure) {
    if (const std::optional<RunFailure> failure = run.runner.failure()) {
      run.told_failure = true;
      exchange_.post_message(0, MessageKind::kFailed, run.number,
                             Failed{failure->task, shortened(failure->cause)});
    }
  }
  if (run.told_done) return;  // what it has stolen may still have failed
  const bool has_stopped = stopping && inside_ != run_;
  if (!has_stopped && (stopping || run.runner.units_left() != 0 || run.runner.imports_left() != 0)) return;
  run.told_done = true;
  exchange_.post_message(
      0, MessageKind::kDone, run.number,
      Done{run.runner.done_by_group(), run.runner.peak_bytes(), run.results_in, run.bytes_in});
}

void Worker::tell_progress() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_told_ < kProgressInterval) return;
  if (run_->runner.units_left() == run_->told_left && now - last_told_ < kLeastOften) return;
  last_told_ = now;
  run_->told_left = run_->runner.units_left();
  const TaskRunner& runner = run_->runner;
  const RankProgress progress{runner.done_by_group(), runner.units_left(), runner.ready(), runner.running(),
                              runner.too_long()};
  exchange_.post_message(0, MessageKind::kProgress, run_->number, progress);
}

void Worker::tick() {
  move_pool();
  if (run_ == nullptr || run_->ended) return;
  tell_if_done();
  tell_if_dry();
  if (!run_->told_done || run_->runner.running() != 0 || run_->runner.too_long() != 0) tell_progress();
}

std::string Worker::report() const {
  if (run_ == nullptr || run_->ended) return "no run is going on";
  const TaskRunner& runner = run_->runner;
  std::string text = fmt::format("{} of {} units are left, {} could run, {} run", runner.units_left(),
                                 run_->units, runner.ready(), runner.running());
  if (runner.imports_left() != 0) {
    text +=
        fmt::format("; {} of {} results of other ranks have not come", runner.imports_left(), run_->imports);
  }
  if (run_->units_missing != 0)
    text += fmt::format("; {} units have not come from rank 0", run_->units_missing);
  if (!exchange_.is_quiet()) text += "; messages are on their way";
  return text;
}

bool Worker::is_idle() {
  move_pool();
  return round_ == nullptr && (run_ == nullptr || run_->ended || run_->runner.stopping());
}

Results Worker::take_results(std::span<const Source> targets) {
  return run_->runner.take_results(targets);
}

std::optional<RunFailure> Worker::failure() const {
  return run_ == nullptr ? std::nullopt : run_->runner.failure();
}

}  // namespace bask
