#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/io/element_conversion.hpp>
#include <bask/io/number_range.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
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

// A bool in a file may be any byte, not only 0 and 1.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class From, class To>
void convert(const std::byte* from, std::byte* to, std::size_t count, const CfDecoding&, const std::byte*) {
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

// The number in the stored type; nothing where the type does not hold it, so that no stored number equals it.
template <class From>
std::optional<From> as_stored(long double number) {
  if (!holds<From>(number) || std::isnan(number)) return std::nullopt;
  return static_cast<From>(number);
}

// The bounds of valid numbers in the stored type; an empty range when the type has no valid number.
template <class From>
std::array<From, 2> valid_numbers(long double least, long double most) {
  constexpr From kLowest = std::numeric_limits<From>::lowest(), kHighest = std::numeric_limits<From>::max();
  if constexpr (std::is_integral_v<From>) {
    if (least > kHighest || most < kLowest) return {kHighest, kLowest};
    return {least > kLowest ? static_cast<From>(std::ceil(least)) : kLowest,
            most < kHighest ? static_cast<From>(std::floor(most)) : kHighest};
  } else {
    return {static_cast<From>(least), static_cast<From>(most)};
  }
}

// Drops missing numbers that the type cannot hold.
template <class From>
std::vector<std::byte> limits_of(CfDecoding& decoding) {
  const auto bounds = valid_numbers<From>(decoding.valid_min, decoding.valid_max);
  std::vector<From> limits(bounds.begin(), bounds.end());
  std::erase_if(decoding.missing, [](long double number) { return !as_stored<From>(number); });
  for (const long double number : decoding.missing) limits.push_back(*as_stored<From>(number));
  std::vector<std::byte> bytes(limits.size() * sizeof(From));
  std::memcpy(bytes.data(), limits.data(), bytes.size());
  return bytes;
}

// Compares numbers in their stored type, because a double does not hold every 64-bit integer.
template <class From, class To>
void decode(const std::byte* from, std::byte* to, std::size_t count, const CfDecoding& decoding,
            const std::byte* limits) {
  const auto* in = reinterpret_cast<const From*>(from);
  const auto *bounds = reinterpret_cast<const From*>(limits), *missing = bounds + 2;
  auto* out = reinterpret_cast<To*>(to);
  const double scale = decoding.scale, offset = decoding.offset;
  const bool is_plain = scale == 1 && offset == 0;
  constexpr To kNan = std::numeric_limits<To>::quiet_NaN();
  // Numbers of less than 64 bits are compared as doubles, which hold all of them and are needed in any case.
  using Compared = std::conditional_t<(sizeof(From) < 8), double, From>;
  const bool has_missing = !decoding.missing.empty();
  const auto first = has_missing ? static_cast<Compared>(missing[0])
                                 : std::numeric_limits<Compared>::quiet_NaN();  // 0 for an integer type
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<double>(in[i]);
    const auto value = static_cast<To>(is_plain ? number : number * scale + offset);
    if constexpr (std::is_integral_v<Compared>) {
      out[i] = (has_missing & (in[i] == first)) != 0 ? kNan : value;
    } else {
      out[i] = static_cast<Compared>(number) == first ? kNan : value;
    }
  }
  for (std::size_t m = 1; m < decoding.missing.size(); ++m) {
    for (std::size_t i = 0; i < count; ++i) {
      if (in[i] == missing[m]) out[i] = kNan;
    }
  }
  if (decoding.valid_min > -CfDecoding::kInfinity || decoding.valid_max < CfDecoding::kInfinity) {
    const From least = bounds[0], most = bounds[1];
    for (std::size_t i = 0; i < count; ++i) {
      if (in[i] < least || in[i] > most) out[i] = kNan;
    }
  }
  const double least = decoding.valid_unpacked_min, most = decoding.valid_unpacked_max;
  if (least == -CfDecoding::kInfinity && most == CfDecoding::kInfinity) return;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = static_cast<double>(in[i]) * scale + offset;
    if (value < least || value > most) out[i] = kNan;
  }
}

using Convert = void (*)(const std::byte*, std::byte*, std::size_t, const CfDecoding&, const std::byte*);

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
    if constexpr (is_complex(dtype_of<From>()) || std::is_same_v<From, bool>) {
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
    from = decoding_.stored;
    convert_ = find_decode(from, to);
    if (convert_ != nullptr) {
      limits_ = with_element(from, [&]<class From>(std::type_identity<From>) {
        if constexpr (is_complex(dtype_of<From>()) || std::is_same_v<From, bool>) {
          return std::vector<std::byte>();
        } else {
          return limits_of<From>(decoding_);
        }
      });
      return;
    }
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
    convert_(from, to, count, decoding_, limits_.data());
  } else if (count != 0) {
    std::memcpy(to, from, count * from_bytes_);
  }
}

}  // namespace bask
