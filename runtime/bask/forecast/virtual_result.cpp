#include <bask/forecast/virtual_result.hpp>

#include <cstring>

namespace bask {
namespace {

// A recipe that makes a result again has the first four bytes of the arguments only: its size.
void make_result(KernelCall& call) {
  float bytes;
  std::memcpy(&bytes, call.arguments, sizeof bytes);
  call.result = virtual_value(static_cast<std::uint64_t>(bytes));
}

Repeats rule(const KernelCall& call) {
  VirtualArguments arguments;
  std::memcpy(&arguments, call.arguments, sizeof arguments);
  return arguments.repeats;
}

}  // namespace

Value virtual_value(std::uint64_t bytes) {
  Value value;
  if (bytes == 0) {
    value.emplace<std::uint32_t>(0u);
  } else {
    value.emplace<VirtualResult>(bytes);
  }
  return value;
}

const Kernel& virtual_kernel(bool may_repeat) {
  static const Kernel once{"forecast", Key{}, make_result, KernelId{}, nullptr, nullptr};
  static const Kernel again{"forecast", Key{}, make_result, KernelId{}, nullptr, rule};
  return may_repeat ? again : once;
}

void make_virtual(PlanPart& part, const std::vector<Repeats>& repeats, const std::vector<bool>& are_parts) {
  constexpr std::size_t kEach = sizeof(VirtualArguments);
  part.first_argument = part.first_task * kEach;
  part.arguments.assign(part.tasks() * kEach, std::byte{});
  for (std::uint32_t task = 0; task < part.tasks(); ++task) {
    if (!part.bytes.empty() && are_parts[part.group[task]]) part.bytes[task] = 0;
    const VirtualArguments arguments{part.bytes.empty() ? 0 : part.bytes[task], repeats[part.group[task]]};
    part.argument_begin[task] = part.first_argument + task * kEach;
    std::memcpy(&part.arguments[task * kEach], &arguments, sizeof arguments);
  }
}

}  // namespace bask
