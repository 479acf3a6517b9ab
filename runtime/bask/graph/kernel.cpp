#include <bask/graph/kernel.hpp>

namespace bask {

KernelRegistry& KernelRegistry::instance() {
  static KernelRegistry registry;
  return registry;
}

// An id that is not registered yet is 0. A call through it must say so, and must not run another kernel.
KernelRegistry::KernelRegistry() {
  add("made-before-main", "", [](KernelCall&) {
    throw Error("delayed", "the task was made before main, when kernels were not registered yet",
                "make it inside the function given to bask::run");
  });
}

KernelId KernelRegistry::add(std::string_view name, std::string_view signature, void (*run)(KernelCall&),
                             const ValueType* result, RepeatRule repeats) {
  const std::string text = std::string(name) + '\n' + std::string(signature);
  Key hash = hash_text(text);
  for (std::uint64_t twin = 1; by_hash_.contains(hash); ++twin) hash = hash_member(hash_text(text), twin);
  kernels_.push_back({std::string(name), hash, run, KernelId{size()}, result, repeats});
  by_hash_.emplace(hash, kernels_.back().id);
  return kernels_.back().id;
}

KernelId KernelRegistry::find(const Key& hash) const {
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) {
    throw Error("kernel", "a function that an operation names is not in this program",
                "run the same program on every rank");
  }
  return found->second;
}

Key KernelRegistry::hash() const {
  ByteWriter writer;
  for (const Kernel& kernel : kernels_) writer.write_raw(kernel.hash);
  return hash_bytes(writer.bytes());
}

Key program_hash() {
  return hash_member(KernelRegistry::instance().hash(), TypeRegistry::instance().hash().low);
}

}  // namespace bask
