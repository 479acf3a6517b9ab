// kernel.hpp: the functions that tasks call, registered before main by the calls that use them.
// Runs on: every rank. Threads: added before main, then read by any.
// Invariants: (1) all ranks run the same binary, so all have the same kernels under the same ids; (2) a
//             kernel's hash depends only on its name, its signature and, among equal pairs of these, its
//             place in the binary, so keys are stable from run to run.
#pragma once

#include <bask/core/id.hpp>
#include <bask/core/key.hpp>
#include <bask/core/value.hpp>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bask {

/// A result or constant that a task reads.
struct Input {
  Value* value;
  bool last_use;  ///< nobody reads the value after this task: it may be moved from
};

/// One call of a kernel: what it reads and where its result goes.
struct KernelCall {
  const std::byte* arguments;  ///< packed by the code that made the task, for this kernel
  std::span<const Input> inputs;
  Value& result;
};

/// Whether a call may be made again in place of keeping its result: it gives the same bits, and does nothing
/// else.
enum class Repeats : std::uint8_t {
  kNever,
  kInRun,  ///< until the computation ends: what it reads from outside may change later
  kAlways,
};
using RepeatRule = Repeats (*)(const KernelCall& call);

struct Kernel {
  std::string name;  ///< what users call it: "increment"
  Key hash;
  void (*run)(KernelCall& call);
  KernelId id;
  const ValueType* result;  ///< the type of its results; null: not said
  /// Null: never. Otherwise the arguments are the task's number in its layer, 4 bytes.
  RepeatRule repeats = nullptr;
};

/// Whether its results go to other ranks in parts (ValueType::part_bytes). Null: no.
inline bool makes_parts(const Kernel* kernel) {
  return kernel != nullptr && kernel->result != nullptr && kernel->result->part_bytes != nullptr;
}

class KernelRegistry {
 public:
  static KernelRegistry& instance();

  /// `signature` tells apart kernels of one name; equal pairs are told apart by their order in the binary.
  KernelId add(std::string_view name, std::string_view signature, void (*run)(KernelCall&),
               const ValueType* result = nullptr, RepeatRule repeats = nullptr);
  const Kernel& operator[](KernelId id) const { return kernels_[id.index]; }
  /// The kernel with this hash. Throws: Error when there is none.
  KernelId find(const Key& hash) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(kernels_.size()); }
  /// Hash of all kernels in order: two ranks whose hashes differ run different binaries.
  Key hash() const;

 private:
  KernelRegistry();
  std::deque<Kernel> kernels_;
  std::unordered_map<Key, KernelId> by_hash_;
};

/// Hash of all kernels and types: two processes whose hashes differ run different binaries.
Key program_hash();

}  // namespace bask
