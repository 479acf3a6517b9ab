// type_registry.hpp: the types of results and constants, numbered alike on all ranks: a value that travels
// brings the number of its type.
// Runs on: every rank. Threads: types are added before main, then read by any.
// Invariants: (1) all ranks run the same binary, so all have the same types under the same numbers.
#pragma once

#include <bask/core/key.hpp>

#include <cstdint>
#include <vector>

namespace bask {

struct ValueType;

class TypeRegistry {
 public:
  static TypeRegistry& instance();

  /// Returns the type's number. Every type that some Value may hold is added once, before main.
  std::uint32_t add(const ValueType& type);
  /// Throws: Error when there is no such type: the bytes that named it are corrupt.
  const ValueType& operator[](std::uint32_t number) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(types_.size()); }
  /// Hash of the names of all types in order: two ranks whose hashes differ run different binaries.
  Key hash() const;

 private:
  std::vector<const ValueType*> types_;
};

}  // namespace bask
