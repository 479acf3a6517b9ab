#include <bask/cluster/worker.hpp>

#include <bask/core/error.hpp>
#include <bask/core/type_registry.hpp>

#include <cassert>
#include <optional>
#include <type_traits>
#include <utility>

namespace bask {
namespace {

struct ReceivedResult {
  std::uint32_t position;
  Value value;
};

ReceivedResult decode_result(std::span<const std::byte> body) {
  ByteReader reader(body);
  const auto head = reader.read_raw<ResultHead>();
  return {head.position, TypeRegistry::instance()[head.type].decode(reader)};
}

// Nothing where the value could not be read, and the run has failed.
template <class Decode>
std::optional<std::invoke_result_t<Decode>> decoded(WorkerRun& run, const Decode& decode) {
  std::optional<std::invoke_result_t<Decode>> value;
  run.fail_where_thrown([&] { value = decode(); });
  return value;
}

}  // namespace

Worker::Worker(Exchange& exchange, WorkerOptions options)
    : exchange_(exchange), options_(std::move(options)), held_(exchange.rank()), turns_(options_.pool) {
  if (options_.runner.events != nullptr)
    events_.emplace(exchange_, options_.runner.events, options_.runner.memory);
}

Worker::~Worker() {
  for (const auto& [number, run] : runs_.runs()) run->runner().cancel();
  turns_.leave();
  for (const auto& [number, run] : runs_.runs()) run->close();
}

WorkerRun* Worker::working(std::uint32_t run) const {
  WorkerRun* const found = runs_.find(run);
  return found == nullptr || found->has_ended() ? nullptr : found;
}

// ---- Messages. ----

void Worker::on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                        std::span<const std::byte> body) {
  switch (kind) {
    case MessageKind::kBeginRun:
      return begin(run, decode_message<BeginRun>(body), {});
    case MessageKind::kEndRun:
      return end(run);
    case MessageKind::kDrop: {
      // A run that rank 0 has begun before the drop may read what is dropped. Its kBeginRun, if large, may
      // come after the drop.
      auto drop = [this, held = decode_message<Drop>(body).held] { held_.drop(held); };
      return runs_.any_is_early(run) ? runs_.keep_for_all(run, std::move(drop)) : drop();
    }
    case MessageKind::kReport:
      return exchange_.post_message(0, MessageKind::kReported, run, report(run));
    default:
      break;
  }
  if (WorkerRun* const here = working(run)) return follow(*here, from, kind, body);
  if (kind == MessageKind::kSteal) return exchange_.post(0, MessageKind::kRefused, run, body);
  if (!runs_.is_early(run)) return;
  runs_.keep(run, [this, from, kind, run, own = Buffer(body.begin(), body.end())] {
    on_message(from, kind, run, own);
  });
}

void Worker::follow(WorkerRun& run, std::uint32_t from, MessageKind kind, std::span<const std::byte> body) {
  switch (kind) {
    case MessageKind::kPart:
      return run.add(decode_part(body));
    case MessageKind::kResult: {
      std::optional<ReceivedResult> result = decoded(run, [&] { return decode_result(body); });
      return result ? run.arrived(from, result->position, std::move(result->value)) : void();
    }
    case MessageKind::kAnnounced:
      return run.announced(from, decode_message<Announced>(body));
    case MessageKind::kFetch:
      return run.send_fetched(from, decode_message<Fetch>(body));
    case MessageKind::kCredit:
      return run.add_credit(from, decode_message<Credit>(body));
    case MessageKind::kSteal:
      return run.give_units(decode_message<Steal>(body));
    case MessageKind::kStolen: {
      std::optional<StolenUnit> stolen = decoded(run, [&] { return decode_stolen_unit(body); });
      return stolen ? run.take_stolen(std::move(*stolen)) : void();
    }
    case MessageKind::kStolenResult: {
      std::optional<ReceivedResult> result = decoded(run, [&] { return decode_result(body); });
      return result ? run.runner().returned(result->position, std::move(result->value)) : void();
    }
    case MessageKind::kDiskFull:
      return run.runner().give_up_on_disk();
    case MessageKind::kCancel:
      return run.runner().cancel();
    case MessageKind::kStop:
      return run.stop(std::chrono::nanoseconds(decode_message<Stop>(body).patience_ns));
    default:
      throw Error("message of a run", "it is not for a worker", "this is an error in the runtime");
  }
}

void Worker::on_value(std::uint32_t from, MessageKind kind, std::uint32_t run, std::uint32_t position,
                      Value value) {
  if (WorkerRun* const here = working(run)) {
    if (kind == MessageKind::kStolenResult) return here->runner().returned(position, std::move(value));
    return here->arrived(from, position, std::move(value));
  }
  if (!runs_.is_early(run)) return;
  const auto own = std::make_shared<Value>(std::move(value));  // std::function wants copies
  runs_.keep(
      run, [this, from, kind, run, position, own] { on_value(from, kind, run, position, std::move(*own)); });
}

void Worker::begin(std::uint32_t run, const BeginRun& begin, WorkerRun::Constants own) {
  if (!runs_.is_early(run)) return;  // a large kBeginRun came after kEndRun: nobody waits for the run
  own.values.resize(begin.constants, nullptr);
  for (const HeldConstant& held : begin.held) {
    own.held.push_back(held_.at(held.held));
    own.values[held.constant] = own.held.back().get();
  }
  const auto made = std::make_shared<WorkerRun>(exchange_, run, begin, std::move(own), options_.runner,
                                                turns_.has_pool(), events_ ? &*events_ : nullptr);
  runs_.begin(run, made);
  made->send_constants(begin.exports);
  follow_ready();
  move_pool();
}

void Worker::add(std::uint32_t run, const PlanPart& part) {
  if (WorkerRun* const here = working(run)) here->add(part);
}

void Worker::end(std::uint32_t run) {
  if (WorkerRun* const here = working(run)) {
    here->end();
    if (!here->is_stopping()) {
      for (WorkerRun::StayingResult& staying : here->take_staying()) {
        held_.hold(held_number(run, staying.target), std::move(staying.value));
      }
    }
  }
  runs_.end(run);
  follow_ready();
}

void Worker::follow_ready() {
  for (const RunTable<WorkerRun>::Message& follow : runs_.take_ready()) follow();
}

void Worker::on_settled(unsigned thread) {
  for (const auto& [number, run] : runs_.runs()) {
    if (!run->has_ended()) run->settle(thread, turns_.is_inside(*run));
  }
}

void Worker::tick() {
  move_pool();
  for (const auto& [number, run] : runs_.runs()) {
    if (!run->has_ended()) run->tick(turns_.is_inside(*run));
  }
  if (events_) events_->tick(runner_inside(), std::chrono::steady_clock::now());
}

void Worker::tell_events() {
  if (events_) events_->tell(runner_inside());
}

TaskRunner* Worker::runner_inside() const {
  for (const auto& [number, run] : runs_.runs()) {
    if (turns_.is_inside(*run)) return &run->runner();
  }
  return nullptr;
}

// Runs that have ended are forgotten at once, not when the next one begins; on rank 0 the coordinator forgets
// them after it has taken their results.
void Worker::move_pool() {
  turns_.look();
  if (exchange_.rank() != 0) {
    runs_.forget_if([&](WorkerRun& run) {
      if (!run.has_ended() || turns_.is_inside(run)) return false;
      run.close();
      return true;
    });
  }
  if (!turns_.has_pool() || !turns_.is_free()) return;
  for (const auto& [number, run] : runs_.runs()) {
    if (!run->wants_pool()) continue;
    if (runs_.any_is_early(number)) return;  // a run of a smaller number goes first, on every rank
    run->give_pool();
    TaskRunner& runner = run->runner();
    return turns_.enter(
        run, [&runner](unsigned thread) { runner.work(thread); }, [&runner] { runner.cancel(); });
  }
}

// ---- What is known of runs. ----

Reported Worker::report(std::uint32_t run) const {
  WorkerRun* const here = working(run);
  return here == nullptr ? Reported{"no run is going on", {}} : here->report();
}

bool Worker::is_idle() {
  move_pool();
  if (!turns_.is_free()) return false;
  for (const auto& [number, run] : runs_.runs()) {
    if (!run->has_ended() && !run->is_stopping()) return false;
  }
  return true;
}

bool Worker::has_left(std::uint32_t run) const {
  const WorkerRun* const here = runs_.find(run);
  return here == nullptr || (here->has_ended() && here->has_sent_all());
}

Results Worker::take_results(std::uint32_t run, std::span<const Source> targets) {
  WorkerRun* const here = runs_.find(run);
  assert(here != nullptr);
  return here->runner().take_results(targets);
}

std::optional<RunFailure> Worker::failure(std::uint32_t run) const {
  WorkerRun* const here = runs_.find(run);
  return here == nullptr ? std::nullopt : here->runner().progress().failure();
}

void Worker::forget(std::uint32_t run) {
  if (WorkerRun* const here = runs_.find(run)) here->close();
  runs_.forget(run);
}

}  // namespace bask
