#include <bask/graph/plan.hpp>

namespace bask {

std::optional<std::uint64_t> bytes_for_certain(const Plan& plan) {
  for (const Annotations& notes : plan.annotations) {
    if (notes.memory) return std::nullopt;
  }
  if (plan.bytes.empty()) return 0;
  for (const TaskGroup& group : plan.groups) {
    if (!group.sized) return std::nullopt;
  }
  double sum = 0;
  for (const float bytes : plan.bytes) sum += bytes;
  return static_cast<std::uint64_t>(sum);
}

}  // namespace bask
