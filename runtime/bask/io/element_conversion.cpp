#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/io/element_conversion.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace bask {
namespace {

template <class Number>
Number swapped(Number number) {
  if constexpr (sizeof(Number) == 2) {
    return static_cast<Number>(__builtin_bswap16(number));
  } else if constexpr (sizeof(Number) == 4) {
    return __builtin_bswap32(number);
  } else {
    return __builtin_bswap64(number);
  }
}

template <class Number>
void swap_all(std::byte* bytes, std::size_t count) {
  auto* numbers = reinterpret_cast<Number*>(bytes);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = swapped(numbers[i]);
}

void swap_bytes(std::byte* bytes, std::size_t total, std::size_t number_bytes) {
  if (number_bytes == 2) swap_all<std::uint16_t>(bytes, total / 2);
  if (number_bytes == 4) swap_all<std::uint32_t>(bytes, total / 4);
  if (number_bytes == 8) swap_all<std::uint64_t>(bytes, total / 8);
}

// A file's bool may be any byte.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class From, class To>
void convert(const std::byte* from, std::byte* to, std::size_t count, const CfDecoding&) {
  const auto* in = reinterpret_cast<const Stored<From>*>(from);
  auto* out = reinterpret_cast<To*>(to);
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<From, bool>) {
      out[i] = static_cast<To>(in[i] != 0);
    } else {
      out[i] = static_cast<To>(in[i]);
    }
  }
}

template <class From, class To>
void decode(const std::byte* from, std::byte* to, std::size_t count, const CfDecoding& decoding) {
  const auto* in = reinterpret_cast<const Stored<From>*>(from);
  auto* out = reinterpret_cast<To*>(to);
  const double scale = decoding.scale, offset = decoding.offset;
  const double missing =
      decoding.missing.empty() ? std::numeric_limits<double>::quiet_NaN() : decoding.missing[0];
  const bool is_plain = scale == 1 && offset == 0;
  constexpr To kNan = std::numeric_limits<To>::quiet_NaN();
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<double>(in[i]);
    const auto value = static_cast<To>(is_plain ? number : number * scale + offset);
    out[i] = number == missing ? kNan : value;
  }
  for (std::size_t m = 1; m < decoding.missing.size(); ++m) {
    for (std::size_t i = 0; i < count; ++i) {
      if (static_cast<double>(in[i]) == decoding.missing[m]) out[i] = kNan;
    }
  }
}

using Convert = void (*)(const std::byte*, std::byte*, std::size_t, const CfDecoding&);

Convert find_convert(DType from, DType to) {
  return with_element(from, [&]<class From>(std::type_identity<From>) {
    return with_element(to, []<class To>(std::type_identity<To>) -> Convert {
      if constexpr (can_cast(dtype_of<From>(), dtype_of<To>())) {
        return convert<From, To>;
      } else {
        return nullptr;
      }
    });
  });
}

Convert find_decode(DType from, DType to) {
  return with_element(from, [&]<class From>(std::type_identity<From>) -> Convert {
    if constexpr (is_complex(dtype_of<From>())) {
      return nullptr;
    } else {
      return to == DType::kFloat32   ? decode<From, float>
             : to == DType::kFloat64 ? decode<From, double>
                                     : nullptr;
    }
  });
}

}  // namespace

ElementConversion::ElementConversion(DType from, bool is_swapped, DType to, CfDecoding decoding)
    : decoding_(std::move(decoding)),
      from_bytes_(size_of(from)),
      to_bytes_(size_of(to)),
      number_bytes_(size_of(real_of(from))),
      is_swapped_(is_swapped && number_bytes_ > 1) {
  if (decoding_.is_used) {
    convert_ = find_decode(from, to);
    if (convert_ != nullptr) return;
    throw Error(
        "hdf5",
        fmt::format("missing values and scales of {} cannot be decoded as {}", name_of(from), name_of(to)),
        "ask for float32 or float64, or for no decoding");
  }
  if (from == to && from != DType::kBool) return;
  convert_ = find_convert(from, to);
  if (convert_ != nullptr) return;
  throw Error("hdf5", fmt::format("{} cannot be read as {} without loss", name_of(from), name_of(to)),
              fmt::format("read it as {} and convert it with astype", name_of(from)));
}

void ElementConversion::apply(std::byte* from, std::byte* to, std::size_t count) const {
  if (is_swapped_) swap_bytes(from, count * from_bytes_, number_bytes_);
  if (convert_ != nullptr) {
    convert_(from, to, count, decoding_);
  } else if (count != 0) {
    std::memcpy(to, from, count * from_bytes_);
  }
}

}  // namespace bask
