#include <bask/execution/work_stealing.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr double kBytesPerSecond = 1e9;  // of a modest network, both ways
constexpr std::chrono::microseconds kDelay{20};
constexpr std::chrono::microseconds kLeastWin{500};  // of work per thread: less is done before it is shared

// Whether a thief wins time by running the unit:
// it takes longer than twice the way of its inputs to the thief.
bool is_worth_giving(const StolenUnit& stolen, std::chrono::nanoseconds unit_time) {
  const std::chrono::duration<double> on_the_way(static_cast<double>(bytes_of(stolen)) / kBytesPerSecond);
  return unit_time > 2 * (kDelay + on_the_way);
}

}  // namespace

std::vector<StolenUnit> WorkStealing::give(std::chrono::nanoseconds unit_time, std::uint64_t most_bytes) {
  std::vector<StolenUnit> given;
  const auto backlog = static_cast<std::uint32_t>(ready_.size() + waiting());
  if (unit_time * backlog < kLeastWin * static_cast<int>(ready_.threads())) return given;
  give_on(given, most_bytes);
  for (const ReadyUnit ready : ready_.take_half()) {
    // Resources are counted on this rank.
    const bool may_go = plan_.resources_of(ready.unit) == nullptr && memory_.pin(ready.unit);
    StolenUnit stolen = may_go ? unit_with_inputs(ready.unit) : StolenUnit{};
    const std::uint64_t bytes = all_bytes_of(stolen);
    if (may_go && bytes <= most_bytes && is_worth_giving(stolen, unit_time)) {
      most_bytes -= bytes;
      given.push_back(std::move(stolen));
    } else {
      if (may_go) memory_.unpin(ready.unit);
      ready_.found(ready_.feeder()).push_back(ready);
    }
  }
  return given;
}

// Half of the units that this rank has stolen and not begun go on to the thief, which may be quicker.
void WorkStealing::give_on(std::vector<StolenUnit>& given, std::uint64_t& most_bytes) {
  const Held held(mutex_);
  for (std::size_t left = stolen_.size() / 2; stolen_.size() > left;) {
    most_bytes -= std::min(most_bytes, all_bytes_of(stolen_.back()));
    given.push_back(std::move(stolen_.back()));
    stolen_.pop_back();
  }
  waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_seq_cst);
}

StolenUnit WorkStealing::unit_with_inputs(std::uint32_t unit) const {
  StolenUnit stolen;
  stolen.unit = unit;
  stolen.makes = memory_.to_make(unit);
  if (recording_ != nullptr) {
    stolen.key = plan_->key[unit];
    stolen.recompute_cost_ns = static_cast<float>(recording_->recompute_cost_of_inputs(unit));
  }
  const std::uint32_t first = plan_.first_of(unit);
  for (std::uint32_t position = first; position <= plan_.last_of(unit); ++position) {
    add_step(position, first, stolen);
  }
  return stolen;
}

void WorkStealing::add_step(std::uint32_t position, std::uint32_t first, StolenUnit& stolen) const {
  StolenUnit::Step step{plan_->task[position],
                        plan_->group[position],
                        plan_->annotation.empty() ? 0 : plan_->annotation[position],
                        {},
                        {}};
  step.arguments.assign(plan_->arguments + plan_->argument_begin[position],
                        plan_->arguments + plan_->argument_begin[position + 1]);
  for (const Source source : plan_->inputs_of(position)) {
    const bool is_step = !source.is_constant() && source.index() >= first && source.index() < position;
    if (is_step) {
      step.inputs.push_back((source.index() - first) | StolenUnit::Step::kStepBit);
    } else {
      step.inputs.push_back(static_cast<std::uint32_t>(stolen.inputs.size()));
      stolen.inputs.push_back(&results_.at(source));
    }
  }
  stolen.steps.push_back(std::move(step));
}

void WorkStealing::add(StolenUnit stolen) {
  const Held held(mutex_);
  stolen_.push_back(std::move(stolen));
  waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_seq_cst);
}

std::optional<StolenUnit> WorkStealing::next() {
  if (waiting() == 0) return std::nullopt;
  const Held held(mutex_);
  if (stolen_.empty()) return std::nullopt;
  StolenUnit stolen = std::move(stolen_.front());
  stolen_.pop_front();
  waiting_.store(static_cast<std::uint32_t>(stolen_.size()), std::memory_order_relaxed);
  return stolen;
}

}  // namespace bask
