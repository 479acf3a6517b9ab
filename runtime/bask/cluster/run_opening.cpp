#include <bask/cluster/run_opening.hpp>

#include <bask/graph/kernel.hpp>

namespace bask {
namespace {

std::vector<GroupName> names_of(const std::vector<TaskGroup>& groups) {
  std::vector<GroupName> names;
  for (const TaskGroup& group : groups) {
    names.push_back({group.layer, group.kernel == nullptr ? kNoIndex : group.kernel->id.index, group.sized,
                     group.scratch});
  }
  return names;
}

}  // namespace

RunOpening::RunOpening(const Plan& plan, const TaskGraph& graph, const Splitter& splitter,
                       const RunSettings& settings, std::uint32_t ranks)
    : splitter_(splitter), hold_(settings.hold), held_(ranks) {
  begin_.constants = static_cast<std::uint32_t>(graph.constants.size());
  begin_.groups = names_of(plan.groups);
  if (!plan.annotation.empty()) begin_.annotations = plan.annotations;
  begin_.balance = settings.balance;
  begin_.push_credit = settings.push_credit;
  for (std::uint32_t i = 0; i < graph.constants.size(); ++i) {
    const Constant& constant = graph.constants[i];
    if (constant.value == nullptr) held_[constant.rank].push_back({i, constant.held});
  }
}

const BeginRun& RunOpening::of(std::uint32_t rank) {
  const auto exports = splitter_.constant_exports(rank);
  begin_.size = splitter_.size(rank);
  begin_.exports.assign(exports.begin(), exports.end());
  const auto strips = splitter_.strip_exports(rank);
  begin_.strips.assign(strips.begin(), strips.end());
  begin_.holds.clear();
  if (hold_) begin_.holds.assign(splitter_.holds(rank).begin(), splitter_.holds(rank).end());
  begin_.held = held_[rank];
  return begin_;
}

}  // namespace bask
