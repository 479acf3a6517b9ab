// packing.hpp: the bytes and inputs of one lazy call, written when it is made.
// Runs on: rank 0. Threads: each packer belongs to one.
#pragma once

#include <bask/core/serialization.hpp>
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

/// Collects what one call is made with. It refers to the caller's Delayeds, and so must not outlive the call.
class CallPacker {
 public:
  void input(const TaskRef& ref) { inputs_.push_back(&ref); }
  /// The same of a reference that the packer keeps.
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
      ByteWriter encoded;
      encode(encoded, value);
      const bool inside = encoded.size() <= kMostInsideBytes;
      bytes_.write_raw(static_cast<std::uint16_t>(inside ? encoded.size() : kOutside));
      if (inside) {
        bytes_.write(encoded.bytes().data(), encoded.size());
      } else {
        stored_.push_back(stored_constant(encoded, value));
        inputs_.push_back(&stored_.back());
      }
    }
  }

  template <class V>
  static TaskRef stored_constant(const ByteWriter& encoded, const V& value) {
    const Key content = hash_bytes(encoded.bytes());
    const Key key = hash_member(content, hash_text(typeid(V).name()).low);
    return ValueLayer::constant(key, &value_type_of<V>, [&] {
      Value held;
      if constexpr (std::is_copy_constructible_v<V>) {
        held.emplace<V>(value);
      } else {
        ByteReader reader(encoded.bytes());
        held.emplace<V>(decode<V>(reader));
      }
      return held;
    });
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
