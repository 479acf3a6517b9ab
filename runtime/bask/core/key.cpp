#include <fmt/format.h>
#include <xxhash.h>
#include <bask/core/key.hpp>

#include <array>

namespace bask {
namespace {

Key hash_raw(const void* data, std::size_t size) {
  const XXH128_hash_t hash = XXH3_128bits(data, size);
  return {hash.high64, hash.low64};
}

}  // namespace

Key hash_bytes(std::span<const std::byte> bytes) {
  return hash_raw(bytes.data(), bytes.size());
}

Key hash_text(std::string_view text) {
  return hash_raw(text.data(), text.size());
}

Key hash_member(const Key& family, std::uint64_t index) {
  const std::array<std::uint64_t, 3> words{family.high, family.low, index};
  return hash_raw(words.data(), sizeof(words));
}

std::string to_hex(const Key& key) {
  return fmt::format("{:016x}{:016x}", key.high, key.low);
}

std::string short_name(std::string_view label, const Key& key) {
  return fmt::format("{}-{:08x}", label, key.high >> 32);
}

}  // namespace bask
