#include <bask/execution/recording.hpp>

#include <algorithm>
#include <tuple>

namespace bask {

Recording::Recording(Recorder& recorder, const Plan& plan)
    : recorder_(recorder), plan_(plan), share_ns_(plan.tasks(), kNotMade) {}

std::uint64_t Recording::bytes_of(const Value& value) {
  return value.content_bytes();
}

std::optional<bool> Recording::marked(std::uint32_t unit) const {
  if (plan_.annotation.empty()) return std::nullopt;
  return plan_.annotations_of(plan_.unit_begin[unit + 1] - 1).checkpoint;
}

std::uint32_t Recording::readers(std::uint32_t unit) const {
  const std::size_t readers = plan_.successors_of(unit).size() + plan_.exports_of(unit).size();
  return static_cast<std::uint32_t>(std::max<std::size_t>(readers, 1));
}

double Recording::recompute_cost_of_inputs(std::uint32_t unit) const {
  double recompute_cost_ns = 0;
  const std::uint32_t first = plan_.unit_begin[unit];
  for (std::uint32_t position = first; position < plan_.unit_begin[unit + 1]; ++position) {
    for (const Source input : plan_.inputs_of(position)) {
      const bool is_of_other_unit =
          !input.is_constant() && (input.index() < first || input.index() >= plan_.unit_begin[unit + 1]);
      if (is_of_other_unit && input.index() < plan_.tasks())
        recompute_cost_ns += std::max(share_ns_[input.index()], 0.0F);
    }
  }
  return recompute_cost_ns;
}

// Keeps the result, if that is worth it. Returns whether it did.
bool Recording::keep(const Key& key, std::optional<bool> marked, const Value& result,
                     double recompute_cost_ns) {
  if (marked) {
    if (*marked) recorder_.record(key, result);
    return *marked;
  }
  const double allowed_ns = kShare * recompute_cost_ns;
  const std::int64_t estimate_ns = recorder_.cost_ns(bytes_of(result));
  const bool has_credit = credit_ns_.load(std::memory_order_relaxed) >= 0;
  if (static_cast<double>(estimate_ns) > (has_credit ? allowed_ns : allowed_ns / kStricter)) return false;
  const std::int64_t start_ns = recorder_.now_ns();
  recorder_.record(key, result);
  const std::int64_t cost_ns = std::max(recorder_.now_ns() - start_ns, estimate_ns);
  credit_ns_.fetch_add(static_cast<std::int64_t>(allowed_ns) - cost_ns, std::memory_order_relaxed);
  return true;
}

void Recording::work_off(std::int64_t own_ns) {
  if (credit_ns_.load(std::memory_order_relaxed) >= 0) return;
  credit_ns_.fetch_add(static_cast<std::int64_t>(kShare * static_cast<double>(own_ns)),
                       std::memory_order_relaxed);
}

bool Recording::made(std::uint32_t unit, const Value& result, std::int64_t own_ns) {
  const Key& key = plan_.key[unit];
  float& share_ns = share_ns_[plan_.unit_begin[unit + 1] - 1];
  const double recompute_cost_ns = static_cast<double>(own_ns) + recompute_cost_of_inputs(unit);
  if (key == Key{}) {  // an earlier run has kept it, and this one has only read it
    share_ns = kKept;
    return false;
  }
  if (keep(key, marked(unit), result, recompute_cost_ns)) {
    share_ns = kKept;
    return true;
  }
  share_ns = static_cast<float>(recompute_cost_ns / readers(unit));
  work_off(own_ns);
  return false;
}

void Recording::made_for_other(const Key& key, std::optional<bool> marked, const Value& result,
                               double recompute_cost_ns, std::int64_t own_ns, bool in_drain) {
  const double cost_of_all_ns = recompute_cost_ns + static_cast<double>(own_ns);
  if (in_drain) {
    const auto cost_ns = static_cast<double>(recorder_.cost_ns(bytes_of(result)));
    if (key != Key{} && marked.value_or(cost_ns <= cost_of_all_ns)) recorder_.record(key, result);
    return;
  }
  const bool is_kept = key != Key{} && keep(key, marked, result, cost_of_all_ns);
  if (!is_kept) work_off(own_ns);
}

void Recording::made_elsewhere(std::uint32_t unit) {
  share_ns_[plan_.unit_begin[unit + 1] - 1] = 0;
}

std::uint64_t Recording::keep_frontier(const Frontier& frontier, std::chrono::steady_clock::time_point end) {
  struct Candidate {
    double gain;  // recompute cost / cost of keeping
    std::uint32_t unit;
  };
  std::vector<Candidate> candidates;
  for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
    const std::uint32_t position = plan_.unit_begin[unit + 1] - 1;
    // Skips units whose part of the plan has not come, which have no end yet,
    // and results that are kept or not made.
    if (plan_.unit_begin[unit + 1] <= plan_.unit_begin[unit] || share_ns_[position] < 0) continue;
    const std::optional<std::uint64_t> bytes = frontier.bytes(position);
    if (!bytes) continue;
    const auto cost_ns = static_cast<double>(std::max<std::int64_t>(recorder_.cost_ns(*bytes), 1));
    const double gain = share_ns_[position] * readers(unit) / cost_ns;
    if (marked(unit).value_or(gain >= 1)) candidates.push_back({gain, unit});
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return std::tie(b.gain, a.unit) < std::tie(a.gain, b.unit);
  });
  std::uint64_t kept = 0;
  for (const Candidate& candidate : candidates) {
    if (std::chrono::steady_clock::now() >= end) break;
    const Value* const value = frontier.value(plan_.unit_begin[candidate.unit + 1] - 1);
    if (value == nullptr) continue;
    recorder_.record(plan_.key[candidate.unit], *value);
    ++kept;
  }
  return kept;
}

}  // namespace bask
