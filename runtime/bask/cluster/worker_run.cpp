#include <bask/cluster/worker_run.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

PlanShell shell_of(const BeginRun& begin) {
  PlanShell shell{begin.size, {}, begin.annotations, begin.push_credit != 0};
  const KernelRegistry& kernels = KernelRegistry::instance();
  for (const GroupName& group : begin.groups) {
    const bool has_kernel = group.kernel < kernels.size();
    const Kernel* const kernel = has_kernel ? &kernels[KernelId{group.kernel}] : nullptr;
    shell.groups.push_back({group.layer, kernel, group.sized, group.scratch});
  }
  return shell;
}

RunnerOptions options_of(const BeginRun& begin, std::uint32_t number, std::uint32_t ranks,
                         RunnerOptions options) {
  options.number = number;
  options.under_way = begin.push_credit * ranks;
  options.persists = !begin.holds.empty();
  return options;
}

}  // namespace

WorkerRun::WorkerRun(Exchange& exchange, std::uint32_t number, const BeginRun& begin, Constants constants,
                     RunnerOptions options, bool has_pool, EventReports* events)
    : exchange_(exchange),
      number_(number),
      constants_(std::move(constants)),
      holds_(begin.holds),
      strips_(begin.strips),
      size_(begin.size),
      events_(options.events),
      dry_below_(begin.balance && has_pool ? options.threads : 0),
      credits_(exchange.size(), begin.push_credit),
      parts_credits_(exchange.size(), begin.push_credit),
      runner_(shell_of(begin), constants_.values,
              options_of(begin, number, exchange.size(), std::move(options)), *this),
      reports_(exchange, number, runner_, events, std::chrono::steady_clock::now()),
      units_missing_(begin.size.units) {}

// ---- What goes out. ----

void WorkerRun::send_constants(std::span<const ConstantExport> exports) {
  for (const ConstantExport& sent : exports) {
    const Export to{sent.rank, sent.position};
    const StripExport* const strip = find_strip(strips_, to);
    const std::uint32_t place = runner_.place_of_constant(sent.constant);
    const std::uint64_t bytes = strip != nullptr ? strip->bytes : runner_.bytes_of_constant(sent.constant);
    const bool is_here = runner_.begin_send(place);
    const Value& value = *constants_.values[sent.constant];
    if (is_here && goes_by_parts(value)) {
      fail_where_thrown([&] { send_parts(place, value, to); });
    } else if (is_here && credits_.take(to.rank, bytes)) {
      post(to, place, value);
    } else {
      if (is_here) runner_.sent(place);
      exchange_.post_message(to.rank, MessageKind::kAnnounced, number_, Announced{to.position, place, bytes});
    }
  }
}

void WorkerRun::send(std::uint32_t position, const Value& value, std::span<const Export> exports) {
  const std::uint64_t whole = credits_.are_limited() ? value.heap_bytes() : 0;
  for (const Export& to : exports) {
    if (goes_by_parts(value)) {
      send_parts(position, value, to);
      continue;
    }
    const StripExport* const strip = whole != 0 ? find_strip(strips_, to) : nullptr;
    const std::uint64_t bytes = strip != nullptr ? strip->bytes : whole;
    if (credits_.take(to.rank, bytes)) {
      post(to, position, value);
    } else {
      exchange_.post_message(to.rank, MessageKind::kAnnounced, number_,
                             Announced{to.position, position, bytes});
      runner_.let_go(position);
    }
  }
}

// Nobody asks for parts: their reader keeps them wherever it has room, in memory or on its disk. Here they
// wait for credit, so that few are under way at once.
void WorkerRun::send_parts(std::uint32_t place, const Value& value, const Export& to) {
  const StripExport* const strip = find_strip(strips_, to);
  const std::uint64_t bytes =
      value.type()->part_bytes(value.object(), strip != nullptr ? std::span<const std::int64_t>(strip->box)
                                                                : std::span<const std::int64_t>());
  {
    const Held held(asked_mutex_);
    std::deque<WaitingParts>& waiting = waiting_parts_[to.rank];
    const std::uint64_t counted = std::min(bytes, parts_credits_.of_one_rank());
    if (!waiting.empty() || !parts_credits_.take(to.rank, counted))
      return waiting.push_back({to, place, counted});
  }
  post(to, place, value);
}

void WorkerRun::add_credit(std::uint32_t from, const Credit& credit) {
  if (!credits_.are_limited()) return;
  std::vector<WaitingParts> sent;
  {
    const Held held(asked_mutex_);
    credits_.add(from, credit.results);
    parts_credits_.add(from, credit.parts);
    std::deque<WaitingParts>& waiting = waiting_parts_[from];
    for (; !waiting.empty() && parts_credits_.take(from, waiting.front().bytes); waiting.pop_front())
      sent.push_back(waiting.front());
  }
  fail_where_thrown([&] {
    for (const WaitingParts& parts : sent) post(parts.to, parts.place, runner_.value_at(parts.place));
  });
}

void WorkerRun::post(const Export& to, std::uint32_t place, const Value& value) {
  if (const StripExport* const strip = find_strip(strips_, to);
      strip != nullptr && value.type()->part != nullptr) {
    post_strip(to, value.type()->part(value.object(), strip->box));
    return runner_.sent(place);
  }
  if (exchange_.post_result(to, MessageKind::kResult, number_, value)) return runner_.sent(place);
  ++sending_;
  exchange_.post_large_result(to, MessageKind::kResult, number_, value, [self = shared_from_this(), place] {
    self->runner_.sent(place);
    --self->sending_;
  });
}

// The strip's memory is its own, and is given back when the transport has read it.
void WorkerRun::post_strip(const Export& to, Value strip) {
  if (exchange_.post_result(to, MessageKind::kResult, number_, strip)) return;
  ++sending_;
  auto ticket = runner_.take_for_strip(strip.heap_bytes());
  auto kept = std::make_shared<Value>(std::move(strip));
  const Value& value = *kept;
  exchange_.post_large_result(
      to, MessageKind::kResult, number_, value,
      [self = shared_from_this(), kept = std::move(kept), ticket = std::move(ticket)]() mutable {
        kept.reset();
        ticket.reset();
        --self->sending_;
      });
}

void WorkerRun::serve(std::uint32_t place) {
  Export to{};
  {
    const Held held(asked_mutex_);
    const auto found = asked_.find(place);
    to = found->second;
    asked_.erase(found);
  }
  fail_where_thrown([&] { post(to, place, runner_.value_at(place)); });
  exchange_.try_flush();
}

void WorkerRun::fetch(std::uint32_t position) {
  Export at{};
  {
    const Held held(asked_mutex_);
    at = announced_.at(position);
    announced_.erase(position);
  }
  exchange_.post_message(at.rank, MessageKind::kFetch, number_, Fetch{position, at.position});
  exchange_.try_flush();
}

void WorkerRun::give_back(const StolenUnit& unit, Value value) {
  const Export to{unit.victim, unit.unit};
  if (exchange_.post_result(to, MessageKind::kStolenResult, number_, value)) return;
  // The ticket is of this run, which lives until it has ended.
  const auto kept = std::make_shared<Value>(std::move(value));
  exchange_.post_large_result(to, MessageKind::kStolenResult, number_, *kept,
                              [self = shared_from_this(), kept, ticket = unit.ticket] {});
}

// ---- What comes in. ----

void WorkerRun::add(const PlanPart& part) {
  units_missing_ -= part.units();
  runner_.add(part);
}

void WorkerRun::arrived(std::uint32_t from, std::uint32_t position, Value value) {
  reports_.count_in(value);
  if (events_ != nullptr) events_->moved(from, value.transfer_bytes());
  // Parts have found their place here, and their sender may send others: see send_parts().
  if (goes_by_parts(value) && value.type()->part_bytes(std::as_const(value).object(), {}) != 0)
    exchange_.post_message(from, MessageKind::kCredit, number_, Credit{0, 1});
  const std::uint64_t bytes = credits_.are_limited() ? value.heap_bytes() : 0;
  const bool was_asked_for = runner_.arrived(position, std::move(value));
  if (!was_asked_for) credits_.owe(from, bytes);
}

// The ranks that have sent results may send more of them, once there is room for these besides what has come.
void WorkerRun::return_credit() {
  if (!credits_.owes() || !runner_.has_spare_memory()) return;
  credits_.pay([&](std::uint32_t rank, std::uint64_t results) {
    exchange_.post_message(rank, MessageKind::kCredit, number_, Credit{results, 0});
  });
}

void WorkerRun::announced(std::uint32_t from, const Announced& announced) {
  {
    const Held held(asked_mutex_);
    announced_.emplace(announced.position, Export{from, announced.place});
  }
  runner_.announced(announced.position, announced.bytes);
}

void WorkerRun::send_fetched(std::uint32_t from, const Fetch& fetch) {
  {
    const Held held(asked_mutex_);
    asked_.emplace(fetch.place, Export{from, fetch.position});
  }
  runner_.bring(fetch.place);
}

void WorkerRun::give_units(const Steal& theft) {
  std::vector<StolenUnit> units = runner_.give_units(credits_.of_one_rank());
  if (units.empty()) return exchange_.post_message(0, MessageKind::kRefused, number_, theft);
  for (StolenUnit& unit : units) {
    const bool is_own = unit.victim == kNoIndex;
    if (is_own) unit.victim = exchange_.rank();
    fail_where_thrown(
        [&] { exchange_.post_buffer(theft.thief, MessageKind::kStolen, number_, encode_stolen_unit(unit)); });
    if (is_own) runner_.given(unit.unit);
  }
}

void WorkerRun::take_stolen(StolenUnit unit) {
  reports_.has_work();
  if (events_ != nullptr) events_->stolen();
  runner_.steal(std::move(unit));
}

void WorkerRun::stop(std::chrono::nanoseconds patience) {
  runner_.drain(std::chrono::steady_clock::now() + patience);
}

void WorkerRun::end() {
  ended_ = true;
  runner_.finish();
}

std::vector<WorkerRun::StayingResult> WorkerRun::take_staying() {
  std::vector<Source> positions;
  std::vector<StayingResult> staying;
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    if (i > 0 && holds_[i - 1].position == holds_[i].position) continue;
    positions.push_back({holds_[i].position});
    staying.push_back({holds_[i].target, nullptr});
  }
  std::vector<std::shared_ptr<Value>> kept = runner_.take_persisted(positions);
  for (std::size_t i = 0; i < staying.size(); ++i) staying[i].value = std::move(kept[i]);
  return staying;
}

void WorkerRun::settle(unsigned thread, bool inside) {
  runner_.feed(thread);
  return_credit();
  reports_.tell_if_done(inside);
}

void WorkerRun::tick(bool inside) {
  const auto now = std::chrono::steady_clock::now();
  return_credit();
  if (inside) runner_.watch_tasks(now);
  reports_.tell_if_done(inside);
  if (dry_below_ != 0) reports_.tell_if_dry(dry_below_, units_missing_ != 0);
  reports_.tell_progress(now);
}

Reported WorkerRun::report() {
  std::string text =
      fmt::format("{} of {} units are left, {} could run, {} run", runner_.progress().units_left(),
                  size_.units, runner_.status().ready, runner_.status().running);
  if (runner_.plan().imports_left() != 0) {
    text += fmt::format("; {} of {} results of other ranks have not come", runner_.plan().imports_left(),
                        size_.imports);
  }
  if (units_missing_ != 0) text += fmt::format("; {} units have not come from rank 0", units_missing_);
  if (!exchange_.is_quiet()) text += "; messages are on their way";
  return {std::move(text), runner_.waiting()};
}

}  // namespace bask
