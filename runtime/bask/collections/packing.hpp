// packing.hpp: the bytes and inputs of one lazy call, written when it is made.
// Runs on: rank 0. Threads: each packer belongs to one.
#pragma once

#include <bask/core/serialization.hpp>
#include <bask/core/value.hpp>
#include <bask/graph/layer.hpp>
#include <bask/graph/value_layer.hpp>

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace bask {

namespace arguments {

/// Larger constants are stored once, outside of the tasks that use them.
inline constexpr std::size_t kMostInsideBytes = 256;

/// Collects the arguments of one call. It refers to the caller's Delayeds, so it must not outlive the call.
class CallPacker {
 public:
  void input(const TaskRef& ref) { inputs_.push_back(&ref); }
  /// The same for a reference that the packer keeps.
  void input(TaskRef&& ref) {
    stored_.push_back(std::move(ref));
    inputs_.push_back(&stored_.back());
  }
  void count(std::size_t count) { bytes_.write_raw(static_cast<std::uint64_t>(count)); }

  template <class V>
  void constant(const V& value) {
    if constexpr (CopiedWhole<V> && sizeof(V) <= kMostInsideBytes) {
      bytes_.write_raw(without_padding(value));
    } else {
      if constexpr (kHashedInPlace<V>) {
        if (bytes_of(value).size() > kMostInsideBytes) return outside(stored_constant(value));
      }
      ByteWriter encoded;
      encode(encoded, value);
      if (encoded.size() > kMostInsideBytes) return outside(stored_encoded(encoded, value));
      bytes_.write_raw(static_cast<std::uint16_t>(encoded.size()));
      bytes_.write(encoded.bytes().data(), encoded.size());
    }
  }

  /// Stores a constant, once for equal values, and refers to it. Cost: a hash of its bytes, at about 20 GB/s
  /// where they lie in one stretch; other values are encoded first.
  template <class V>
  static TaskRef stored_constant(V&& value) {
    using Held = std::remove_cvref_t<V>;
    if constexpr (kHashedInPlace<Held>) {
      return stored<Held>(hash_bytes(bytes_of(value)), [&] { return Held(std::forward<V>(value)); });
    } else {
      ByteWriter encoded;
      encode(encoded, value);
      return stored_encoded(encoded, value);
    }
  }

  std::span<const std::byte> bytes() const { return bytes_.bytes(); }
  std::span<const TaskRef* const> inputs() const { return inputs_; }
  void clear() {
    bytes_.clear();
    inputs_.clear();
    stored_.clear();
  }

  static constexpr std::uint16_t kOutside = 0xffff;

 private:
  template <class V>
  static constexpr bool hashed_in_place() {
    if constexpr (OneStretch<V>) {
      return std::is_copy_constructible_v<V>;
    } else if constexpr (travels_whole<V>) {
      return serialization::HasNoPadding<typename V::value_type>;
    } else {
      return false;
    }
  }
  /// Whether equal values are equal bytes in one stretch.
  template <class V>
  static constexpr bool kHashedInPlace = hashed_in_place<V>();

  template <class V>
  static std::span<const std::byte> bytes_of(const V& value) {
    return contiguous_type_of<V>.bytes(&value);
  }
  template <class V, class Make>
  static TaskRef stored(const Key& content, const Make& make) {
    const Key key = hash_member(content, hash_text(typeid(V).name()).low);
    return ValueLayer::constant(key, &value_type_of<V>, [&] {
      Value held;
      held.emplace<V>(make());
      return held;
    });
  }
  template <class V>
  static TaskRef stored_encoded(const ByteWriter& encoded, const V& value) {
    return stored<V>(hash_bytes(encoded.bytes()), [&] {
      if constexpr (std::is_copy_constructible_v<V>) {
        return value;
      } else {
        ByteReader reader(encoded.bytes());
        return decode<V>(reader);
      }
    });
  }
  void outside(TaskRef&& constant) {
    bytes_.write_raw(kOutside);
    input(std::move(constant));
  }

  ByteWriter bytes_;
  std::vector<const TaskRef*> inputs_;
  std::deque<TaskRef> stored_;
};

/// Hands out new references, in the order in which a CallPacker met the old ones.
class RefCursor {
 public:
  explicit RefCursor(std::span<const TaskRef> refs) : refs_(refs) {}
  const TaskRef& next() { return refs_[next_++]; }

 private:
  std::span<const TaskRef> refs_;
  std::size_t next_ = 0;
};

}  // namespace arguments

}  // namespace bask
