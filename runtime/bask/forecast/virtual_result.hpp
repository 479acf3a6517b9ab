// virtual_result.hpp: what stands for a result in a forecast: it has the size of the result, and no content.
// And the kernels that make it, in place of those of the program.
// Runs on: rank 0. Threads: any.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/graph/plan_part.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <typeinfo>
#include <vector>

namespace bask {

/// Counts as so many bytes of memory. It is not trivially copyable, as values that hold memory are not.
struct VirtualResult {
  explicit VirtualResult(std::uint64_t size = 0) : bytes(size) {}
  VirtualResult(const VirtualResult&) = default;
  VirtualResult& operator=(const VirtualResult&) = default;
  ~VirtualResult() {}

  std::uint64_t bytes;
};

/// Its bytes are at no place: nobody reads them.
inline constexpr ContiguousType kVirtualBytes = {
    .bytes =
        [](const void* object) {
          static constexpr std::byte kNowhere{};
          return std::span(&kNowhere, static_cast<const VirtualResult*>(object)->bytes);
        },
    .reserve = [](Value& value, std::size_t bytes) { value.emplace<VirtualResult>(bytes); },
    .grow = [](Value& value, std::size_t) { return reinterpret_cast<std::byte*>(&value); },
    .check = [](const Value&) {},
};

template <>
inline constexpr ValueType value_type_of<VirtualResult> = {
    .info = &typeid(VirtualResult),
    .size = sizeof(VirtualResult),
    .is_inline = true,
    .is_trivial = false,
    .destroy = [](void*) noexcept {},
    .relocate = [](void* to,
                   void* from) noexcept { ::new (to) VirtualResult(*static_cast<VirtualResult*>(from)); },
    .held_bytes = [](const void* object) -> std::size_t {
      return static_cast<const VirtualResult*>(object)->bytes;
    },
    .tells_held_bytes = true,
    .encode = [](ByteWriter& writer,
                 const void* object) { writer.write_raw(static_cast<const VirtualResult*>(object)->bytes); },
    .decode =
        [](ByteReader& reader) {
          Value value;
          value.emplace<VirtualResult>(reader.read_raw<std::uint64_t>());
          return value;
        },
    .number = [] { return RegisteredType<VirtualResult>::number; },
    .contiguous = &kVirtualBytes,
};

/// For a result of 0 bytes: a value that holds no memory.
Value virtual_value(std::uint64_t bytes);

/// What a virtual kernel is called with.
struct VirtualArguments {
  float bytes;      ///< of its result
  Repeats repeats;  ///< of the program's kernel
};

/// The kernel by which tasks of a forecast make their results. `may_repeat`: the program's kernel has a rule.
const Kernel& virtual_kernel(bool may_repeat);

/// Replaces the arguments in a part of a plan by VirtualArguments; `repeats` by group. Results of the groups
/// in `are_parts` hold no memory.
void make_virtual(PlanPart& part, const std::vector<Repeats>& repeats, const std::vector<bool>& are_parts);

}  // namespace bask
