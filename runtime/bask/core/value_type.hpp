// value_type.hpp: what is known of a C++ type at run time, so that a Value can hold one of its objects.
// Runs on: every rank. Threads: any; it never changes.
#pragma once

#include <bask/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <typeinfo>

namespace bask {

class Value;

/// For types that are one stretch of memory, such as a vector of numbers: how their bytes go straight from
/// there into the memory of another rank.
struct ContiguousType {
  std::span<const std::byte> (*bytes)(const void* object);
  /// Makes `value` an empty object with room for `bytes`. Throws: Error when these are no whole elements.
  void (*reserve)(Value& value, std::size_t bytes);
  /// Lengthens the object to at least `bytes`, within the room reserved. Returns where its bytes begin.
  std::byte* (*grow)(Value& value, std::size_t bytes);
  /// Called when all bytes have come. Throws: Error when they are no valid object.
  void (*check)(const Value& value);
};

/// What Bask does with the objects of one C++ type.
struct ValueType {
  const std::type_info* info;
  std::size_t size;
  bool is_inline;   ///< lies inside the Value
  bool is_trivial;  ///< inside, and nothing to destroy: freeing it frees no memory
  void (*destroy)(void* object) noexcept;
  void (*relocate)(void* to, void* from) noexcept;  ///< moves to `to` and destroys `from`; inline types only
  std::size_t (*held_bytes)(const void* object);
  bool tells_held_bytes;  ///< otherwise held_bytes encodes the object to see how large it is, and may throw
  void (*encode)(ByteWriter& writer, const void* object);
  Value (*decode)(ByteReader& reader);
  std::uint32_t (*number)();         ///< in the TypeRegistry
  const ContiguousType* contiguous;  ///< null for other types
  /// A value that stands for the object where only the elements in `box` are read; null for types that have
  /// no such parts. Throws: Error when the object has no such box.
  Value (*part)(const void* object, std::span<const std::int64_t> box) = nullptr;
  /// For types whose readers read parts of them, never the whole: how many bytes those in the box have; all,
  /// where it is empty. Other ranks get what they read, and nothing else. Null for other types.
  std::uint64_t (*part_bytes)(const void* object, std::span<const std::int64_t> box) = nullptr;
};

}  // namespace bask
