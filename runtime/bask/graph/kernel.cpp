#include <bask/graph/kernel.hpp>

#include <algorithm>

namespace bask {

KernelRegistry& KernelRegistry::instance() {
  static KernelRegistry registry;
  return registry;
}

// An id that has not been given yet is 0: what is called through it must say so, and not call another kernel.
KernelRegistry::KernelRegistry() {
  add("made-before-main", "", [](KernelCall&) {
    throw Error("delayed", "the task was made before main, when kernels were not registered yet",
                "make it inside the function given to bask::run");
  });
}

KernelId KernelRegistry::add(std::string_view name, std::string_view signature, void (*run)(KernelCall&)) {
  const std::string text = std::string(name) + '\n' + std::string(signature);
  Key hash = hash_text(text);
  const auto taken = [&](const Key& key) {
    return std::any_of(kernels_.begin(), kernels_.end(),
                       [&](const Kernel& kernel) { return kernel.hash == key; });
  };
  for (std::uint64_t twin = 1; taken(hash); ++twin) hash = hash_member(hash_text(text), twin);
  kernels_.push_back({std::string(name), hash, run, KernelId{size()}});
  return kernels_.back().id;
}

Key KernelRegistry::hash() const {
  ByteWriter writer;
  for (const Kernel& kernel : kernels_) writer.write_raw(kernel.hash);
  return hash_bytes(writer.bytes());
}

}  // namespace bask
