// recipe.hpp: a call by which a result can be made again, in place of being kept.
// Runs on: every rank. Threads: any; a recipe never changes.
#pragma once

#include <bask/core/value.hpp>
#include <bask/graph/kernel.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace bask {

/// A copy by way of its bytes, for types that cannot be copied otherwise.
std::shared_ptr<Value> copy_by_bytes(const Value& value);

/// Whether a result of so many bytes is made again in place of going to the disk, when that takes so long. A
/// local disk needs 2 ns a byte to write it and to read it again: 1 GB/s each way, at best.
constexpr bool is_made_again(double ns, std::uint64_t bytes) {
  constexpr double kDiskNsPerByte = 2;
  return ns <= kDiskNsPerByte * static_cast<double>(bytes);
}

class Recipe {
 public:
  /// `arguments` are those of a kernel that may be repeated. Refers to the inputs, which must not change as
  /// long as the recipe is used.
  Recipe(const Kernel& kernel, const std::byte* arguments, std::vector<Value*> inputs);

  /// Makes the result. Throws: Error that names the kernel, when that throws.
  Value make() const;

  /// Values that recipes share, by the values that they were copied from.
  using Copies = std::unordered_map<const Value*, std::shared_ptr<Value>>;
  /// The same recipe with inputs of its own.
  std::shared_ptr<const Recipe> copy(Copies& copies) const;

 private:
  const Kernel& kernel_;
  std::array<std::byte, sizeof(std::uint32_t)> arguments_;
  std::vector<Value*> inputs_;
  std::vector<std::shared_ptr<Value>> own_inputs_;
};

}  // namespace bask
