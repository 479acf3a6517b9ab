#include <bask/io/byte_shuffle.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

namespace bask {
namespace {

static_assert(std::endian::native == std::endian::little, "the first byte of a number is its lowest");

// Builds whole numbers by shifts: such loops are vectorised, loops over single bytes are not.
template <class Number>
void join(const std::uint8_t* planes, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Number number = 0;
    for (std::size_t b = 0; b < sizeof(Number); ++b) {
      number = static_cast<Number>(
          number | static_cast<Number>(static_cast<Number>(planes[b * count + i]) << (8 * b)));
    }
    std::memcpy(to + i * sizeof(Number), &number, sizeof(Number));
  }
}

template <class Number>
void split(const std::byte* from, std::uint8_t* planes, std::size_t count) {
  for (std::size_t b = 0; b < sizeof(Number); ++b) {
    for (std::size_t i = 0; i < count; ++i) {
      Number number;
      std::memcpy(&number, from + i * sizeof(Number), sizeof(Number));
      planes[b * count + i] = static_cast<std::uint8_t>(number >> (8 * b));
    }
  }
}

}  // namespace

void unshuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to, std::size_t element_bytes) {
  const std::size_t count = from.size() / element_bytes;
  const auto* planes = reinterpret_cast<const std::uint8_t*>(from.data());
  if (element_bytes == 8) {
    join<std::uint64_t>(planes, to.data(), count);
  } else if (element_bytes == 4) {
    join<std::uint32_t>(planes, to.data(), count);
  } else if (element_bytes == 2) {
    join<std::uint16_t>(planes, to.data(), count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t b = 0; b < element_bytes; ++b) to[i * element_bytes + b] = from[b * count + i];
    }
  }
  const std::size_t whole = count * element_bytes;
  if (whole < from.size()) std::memcpy(to.data() + whole, from.data() + whole, from.size() - whole);
}

void shuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to, std::size_t element_bytes) {
  const std::size_t count = from.size() / element_bytes;
  auto* planes = reinterpret_cast<std::uint8_t*>(to.data());
  if (element_bytes == 8) {
    split<std::uint64_t>(from.data(), planes, count);
  } else if (element_bytes == 4) {
    split<std::uint32_t>(from.data(), planes, count);
  } else if (element_bytes == 2) {
    split<std::uint16_t>(from.data(), planes, count);
  } else {
    for (std::size_t b = 0; b < element_bytes; ++b) {
      for (std::size_t i = 0; i < count; ++i) to[b * count + i] = from[i * element_bytes + b];
    }
  }
  const std::size_t whole = count * element_bytes;
  if (whole < from.size()) std::memcpy(to.data() + whole, from.data() + whole, from.size() - whole);
}

}  // namespace bask
