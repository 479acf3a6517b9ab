// eight_bytes.hpp: which of eight bytes belong to a word, all at once.
// Runs on: every rank. Threads: any; pure functions.
// A word is made of ASCII letters, digits and all bytes of UTF-8 beyond ASCII. ASCII letters become small.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace wordcount {

static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest one");

constexpr bool is_of_word(unsigned char byte) {
  const unsigned char small = byte | 0x20;
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (small >= 'a' && small <= 'z');
}

struct EightBytes {
  std::uint64_t small;  ///< the bytes of the word, 0 behind its end
  unsigned length;      ///< of the word's part in these bytes: from 0 to 8
  unsigned next;        ///< where the next word begins: 8 when not in these bytes
};

namespace eight_bytes {

constexpr std::uint64_t each(std::uint64_t byte) {
  return byte * 0x0101010101010101;
}
/// The highest bit of each byte that is between `first` and `last`; all bytes are below 0x80.
constexpr std::uint64_t between(std::uint64_t bytes, unsigned char first, unsigned char last) {
  return (bytes + each(0x80u - first)) & ~(bytes + each(0x7fu - last)) & each(0x80);
}

}  // namespace eight_bytes

/// Reads eight bytes, whatever lies behind the word.
inline EightBytes read_eight(const char* at) {
  using namespace eight_bytes;
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof(bytes));
  const std::uint64_t beyond = bytes & each(0x80), ascii = bytes & each(0x7f);
  const std::uint64_t large = between(ascii, 'A', 'Z') & ~beyond;
  const std::uint64_t letters = between(ascii | each(0x20), 'a', 'z');
  const std::uint64_t of_words = letters | between(ascii, '0', '9') | beyond;
  const std::uint64_t others = of_words ^ each(0x80);
  bytes |= large >> 2;
  if (others == 0) return {bytes, 8, 8};
  const auto length = static_cast<unsigned>(std::countr_zero(others)) / 8;
  const std::uint64_t of_word = (std::uint64_t{1} << (8 * length)) - 1;
  return {bytes & of_word, length, static_cast<unsigned>(std::countr_zero(of_words & ~of_word)) / 8};
}

}  // namespace wordcount
