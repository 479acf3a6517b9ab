#include <bask/cluster/worker_run.hpp>

#include <fmt/format.h>

#include <utility>

namespace bask {
namespace {

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

WorkerRun::WorkerRun(Exchange& exchange, std::uint32_t number, const BeginRun& begin, Constants constants,
                     const RunnerOptions& options, bool has_pool)
    : exchange_(exchange),
      number_(number),
      constants_(std::move(constants)),
      holds_(begin.holds),
      size_(begin.size),
      dry_below_(begin.balance && has_pool ? options.threads : 0),
      runner_(shell_of(begin), constants_.values, options, *this),
      reports_(exchange, number, runner_, std::chrono::steady_clock::now()),
      units_missing_(begin.size.units) {}

// ---- What goes out. ----

void WorkerRun::send_constants(std::span<const ConstantExport> exports) {
  for (const ConstantExport& sent : exports) {
    const Export to{sent.rank, sent.position};
    const Value& value = *constants_.values[sent.constant];
    if (exchange_.post_result(to, MessageKind::kResult, number_, value)) continue;
    ++sending_;
    exchange_.post_large_result(to, MessageKind::kResult, number_, value,
                                [self = shared_from_this()] { --self->sending_; });
  }
}

void WorkerRun::send(std::uint32_t position, const Value& value, std::span<const Export> exports) {
  for (const Export& to : exports) {
    if (exchange_.post_result(to, MessageKind::kResult, number_, value)) {
      runner_.sent(position);
      continue;
    }
    ++sending_;
    exchange_.post_large_result(to, MessageKind::kResult, number_, value,
                                [self = shared_from_this(), position] {
                                  self->runner_.sent(position);
                                  --self->sending_;
                                });
  }
}

void WorkerRun::give_back(const StolenUnit& unit, Value value) {
  const Export to{unit.victim, unit.unit};
  if (exchange_.post_result(to, MessageKind::kStolenResult, number_, value)) return;
  const auto kept = std::make_shared<Value>(std::move(value));
  exchange_.post_large_result(to, MessageKind::kStolenResult, number_, *kept, [kept] {});
}

// ---- What comes in. ----

void WorkerRun::add(const PlanPart& part) {
  units_missing_ -= part.units();
  runner_.add(part);
}

void WorkerRun::arrived(std::uint32_t position, Value value) {
  reports_.count_in(value);
  runner_.arrived(position, std::move(value));
}

void WorkerRun::give_units(const Steal& theft) {
  std::vector<StolenUnit> units = runner_.give_units();
  if (units.empty()) return exchange_.post_message(0, MessageKind::kRefused, number_, theft);
  for (StolenUnit& unit : units) {
    if (unit.victim == kNoIndex) unit.victim = exchange_.rank();
    exchange_.post_buffer(theft.thief, MessageKind::kStolen, number_, encode_stolen_unit(unit));
  }
}

void WorkerRun::take_stolen(StolenUnit unit) {
  reports_.has_work();
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
  std::vector<StayingResult> staying;
  for (std::size_t i = 0; i < holds_.size(); ++i) {
    if (i > 0 && holds_[i - 1].position == holds_[i].position) continue;
    staying.push_back({holds_[i].target, runner_.results().take(holds_[i].position)});
  }
  return staying;
}

void WorkerRun::settle(unsigned thread, bool inside) {
  runner_.feed(thread);
  reports_.tell_if_done(inside);
}

void WorkerRun::tick(bool inside) {
  reports_.tell_if_done(inside);
  if (dry_below_ != 0) reports_.tell_if_dry(dry_below_, units_missing_ != 0);
  reports_.tell_progress(std::chrono::steady_clock::now());
}

std::string WorkerRun::report() const {
  std::string text =
      fmt::format("{} of {} units are left, {} could run, {} run", runner_.progress().units_left(),
                  size_.units, runner_.status().ready, runner_.status().running);
  if (runner_.plan().imports_left() != 0) {
    text += fmt::format("; {} of {} results of other ranks have not come", runner_.plan().imports_left(),
                        size_.imports);
  }
  if (units_missing_ != 0) text += fmt::format("; {} units have not come from rank 0", units_missing_);
  if (!exchange_.is_quiet()) text += "; messages are on their way";
  return text;
}

}  // namespace bask
