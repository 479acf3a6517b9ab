#include <bask/core/bytes.hpp>
#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/plan/cost_model.hpp>

#include <algorithm>
#include <utility>

namespace bask {
namespace {

constexpr float kGuessedNsPerByte = 2;  // slower than networks, so that unmeasured work is shared out

Key key_of(const TaskGroup& group) {
  ByteWriter content;
  if (group.kernel != nullptr) content.write_raw(group.kernel->hash);
  content.write(group.layer.data(), group.layer.size());
  return hash_bytes(content.bytes());
}

float mixed(float before, double now) {
  return static_cast<float>(before == 0 ? now : (before + now) / 2);
}

// Bytes that the units of a plan read and write.
class Touched {
 public:
  Touched(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes)
      : plan_(plan), graph_(graph), sizes_(sizes) {}

  // Whether the layer of the unit's last task says how large the result is.
  bool is_known(std::uint32_t unit) const {
    return !graph_.result_bytes.empty() &&
           graph_.result_bytes[plan_.task[plan_.unit_begin[unit + 1] - 1].index] != 0;
  }
  float operator()(std::uint32_t unit) const {
    float bytes = kBytesOfATask;
    for (std::uint32_t position = plan_.unit_begin[unit]; position < plan_.unit_begin[unit + 1]; ++position)
      bytes += bytes_touched(plan_, graph_, sizes_, position);
    return bytes;
  }

 private:
  const Plan& plan_;
  const TaskGraph& graph_;
  const ResultSizes& sizes_;
};

// Sum of the bytes that the units of one group touch.
struct Sum {
  double bytes = 0;
  std::uint64_t units = 0;
  bool all_known = true;

  void add(float more) {
    bytes += more;
    ++units;
  }
  double mean() const { return all_known && units != 0 ? bytes / static_cast<double>(units) : 0; }
};

// The first task of each layer. Tasks that were added one by one fill layer after layer and belong together:
// such layers in a row count as one.
std::vector<std::uint32_t> begins_of_layers(const TaskGraph& graph) {
  std::vector<std::uint32_t> begins;
  bool is_whole = true;
  for (const LayerSpan& span : graph.spans) {
    const bool was_whole = std::exchange(is_whole, span.layer->is_pure());
    if (is_whole || was_whole) begins.push_back(span.first.index);
  }
  return begins;
}

}  // namespace

const CostModel::Known* CostModel::find(const TaskGroup& group) const {
  if (known_.empty()) return nullptr;
  const auto known = known_.find(key_of(group));
  return known == known_.end() ? nullptr : &known->second;
}

ResultSizes CostModel::result_sizes(const TaskGraph& graph) const {
  std::vector<float> bytes;
  for (const TaskGroup& group : graph.groups) {
    const Known* const known = find(group);
    const auto expected = expected_bytes_.find(group.layer);
    const float before = expected == expected_bytes_.end() ? 0 : expected->second;
    bytes.push_back(known == nullptr || known->result_bytes == 0 ? before : known->result_bytes);
  }
  return bask::result_sizes(graph, bytes);
}

// The mean time (ns) of the plan's units that end in groups which were measured; 0 when there are none.
float CostModel::mean_of_known(const Plan& plan, const std::vector<Known>& known) {
  const auto is_known = [](const Known& group) { return group.unit_ns != 0; };
  if (std::none_of(known.begin(), known.end(), is_known)) return 0;
  double sum = 0;
  std::uint64_t units = 0;
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    const float unit_ns = known[plan.group[plan.unit_begin[unit + 1] - 1]].unit_ns;
    sum += unit_ns;
    units += unit_ns != 0;
  }
  return units == 0 ? 0 : static_cast<float>(sum / static_cast<double>(units));
}

UnitEstimates CostModel::estimate(const Plan& plan, const TaskGraph& graph, const ResultSizes& sizes) const {
  UnitEstimates estimates;
  estimates.constant_bytes = sizes.of_constant;
  estimates.layer_begin = begins_of_layers(graph);
  std::vector<Known> known;
  for (const TaskGroup& group : plan.groups) {
    const Known* const found = find(group);
    known.push_back(found == nullptr ? Known{} : *found);
  }
  const float mean_ns = mean_of_known(plan, known);
  const Touched touched(plan, graph, sizes);
  std::vector<Sum> sums(plan.groups.size());
  estimates.cost.resize(plan.units());
  estimates.bytes.reserve(plan.tasks());
  for (const TaskId task : plan.task) estimates.bytes.push_back(sizes.of(graph, task));
  for (std::uint32_t unit = 0; unit < plan.units(); ++unit) {
    const std::uint32_t last = plan.unit_begin[unit + 1] - 1;
    const Known& of_group = known[plan.group[last]];
    const bool is_sized = touched.is_known(unit);
    sums[plan.group[last]].all_known &= is_sized;
    if (!is_sized && of_group.unit_ns != 0) {
      estimates.cost[unit] = of_group.unit_ns;
      continue;
    }
    const float bytes = touched(unit);
    if (is_sized) {
      sums[plan.group[last]].add(bytes);
      estimates.cost[unit] = bytes * (of_group.ns_per_byte != 0 ? of_group.ns_per_byte : kGuessedNsPerByte);
    } else {
      estimates.cost[unit] = mean_ns + bytes * kGuessedNsPerByte;
    }
  }
  for (const Sum& sum : sums) estimates.bytes_touched.push_back(sum.mean());
  return estimates;
}

void CostModel::learn(std::span<const TaskGroup> groups, std::span<const double> bytes_touched,
                      std::span<const GroupMeasure> measured) {
  for (std::size_t group = 0; group < std::min(groups.size(), measured.size()); ++group) {
    const GroupMeasure& now = measured[group];
    if (now.results == 0 && now.units == 0) continue;
    Known& known = known_[key_of(groups[group])];
    if (now.results != 0) {
      known.result_bytes =
          mixed(known.result_bytes, static_cast<double>(now.bytes) / static_cast<double>(now.results));
    }
    if (now.units == 0) continue;
    const double unit_ns = std::max(static_cast<double>(now.ns) / static_cast<double>(now.units), 1.0);
    known.unit_ns = mixed(known.unit_ns, unit_ns);
    if (group < bytes_touched.size() && bytes_touched[group] != 0)
      known.ns_per_byte = mixed(known.ns_per_byte, unit_ns / bytes_touched[group]);
  }
}

}  // namespace bask
