// key.hpp: the stable identity of a task, a constant or a kernel: a 128-bit hash of its content.
// Runs on: every rank. Threads: any; a Key is a value.
// Invariants: (1) equal content gives equal keys in every run of one binary on one kind of machine.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace bask {

struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// XXH3, 128 bits. Cost: about 10 ns and 20 GB/s.
Key hash_bytes(std::span<const std::byte> bytes);
Key hash_text(std::string_view text);

/// The key of one member of a family, such as task `index` of a layer.
Key hash_member(const Key& family, std::uint64_t index);

/// All 32 hexadecimal digits.
std::string to_hex(const Key& key);

/// `label` and the key's first eight digits, as messages and pictures show a task: "increment-7f3a09c1".
std::string short_name(std::string_view label, const Key& key);

}  // namespace bask

template <>
struct std::hash<bask::Key> {
  std::size_t operator()(const bask::Key& key) const noexcept { return key.low; }
};
