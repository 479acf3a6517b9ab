#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/execution/resource_gate.hpp>

namespace bask {
namespace {

double amount_of(const ResourceAmounts& amounts, const std::string& name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? 0 : found->second;
}

std::string listed(const ResourceAmounts& amounts) {
  std::string text;
  for (const auto& [name, amount] : amounts)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, amount);
  return text.empty() ? "nothing" : text;
}

}  // namespace

void ResourceGate::check(const ResourceAmounts& wanted, const std::string& task) const {
  for (const auto& [name, amount] : wanted) {
    if (amount <= amount_of(offered_, name)) continue;
    throw Error("compute",
                fmt::format("task '{}' wants {} of resource '{}', and {} is offered", task, amount, name,
                            listed(offered_)),
                fmt::format("offer it with --bask-resources={}={}", name, amount), ExitCode::kUsage);
  }
}

bool ResourceGate::take(const ResourceAmounts& wanted) {
  // Sums of fractions are not exact: a unit may run if it lacks no more than 1e-9 of what is offered.
  constexpr double kRounding = 1e-9;
  for (const auto& [name, amount] : wanted) {
    if (amount > amount_of(free_, name) + kRounding * amount_of(offered_, name)) return false;
  }
  for (const auto& [name, amount] : wanted) free_[name] -= amount;
  return true;
}

bool ResourceGate::enter(std::uint32_t unit, const ResourceAmounts& wanted) {
  const Held held(mutex_);
  if (admitted_.erase(unit) != 0 || take(wanted)) return true;
  waiting_.push_back({unit, &wanted});
  waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
  return false;
}

std::vector<ResourceGate::TurnedAway> ResourceGate::turned_away(std::size_t most) {
  const Held held(mutex_);
  std::vector<TurnedAway> units;
  for (const Waiting& waiting : waiting_) {
    if (units.size() == most) break;
    TurnedAway& unit = units.emplace_back(TurnedAway{waiting.unit, {}});
    for (const auto& [name, amount] : *waiting.wanted)
      unit.wanted.push_back({name, amount, amount_of(free_, name), amount_of(offered_, name)});
  }
  return units;
}

std::vector<std::uint32_t> ResourceGate::leave(const ResourceAmounts& amounts) {
  const Held held(mutex_);
  for (const auto& [name, amount] : amounts) free_[name] += amount;
  std::vector<std::uint32_t> admitted;
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (take(*waiting->wanted)) {
      admitted.push_back(waiting->unit);
      admitted_.insert(waiting->unit);
      waiting = waiting_.erase(waiting);
    } else {
      ++waiting;
    }
  }
  waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
  return admitted;
}

}  // namespace bask
