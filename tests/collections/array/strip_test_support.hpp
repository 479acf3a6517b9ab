// strip_test_support.hpp: for the tests of strips: strips of any element type, values worth trying, and the
// compiled variants that this CPU runs.
#pragma once

#include <bask/collections/array/kernels/strip_variant.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace bask::strips {

/// A vector without std::vector<bool>'s packing.
template <class T>
class Strip {
 public:
  explicit Strip(std::size_t size) : values_(new T[size]()), size_(size) {}
  std::size_t size() const { return size_; }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }

 private:
  std::unique_ptr<T[]> values_;
  std::size_t size_;
};

inline const std::vector<std::size_t> kLengths{0, 1, 3, 7, 8, 15, 16, 17, 33, 100, 1024};

using AllElements =
    testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                   std::uint32_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;

inline std::vector<const Variant*> runnable_variants() {
  std::vector<const Variant*> found{baseline_variant()};
  const std::string best = instruction_set();
  if (best != "baseline") found.push_back(avx2_variant());
  if (best == "avx512") found.push_back(avx512_variant());
  return found;
}

template <class T>
std::vector<T> notable_reals() {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_integral_v<T>) {
    return {T(0), T(1), T(2), T(3), T(7), T(-1), T(-2), Limits::min(), Limits::max(), T(Limits::max() / 2)};
  } else {
    return {T(0),
            -T(0),
            T(1),
            T(-1),
            T(0.5),
            T(1.5),
            T(2.5),
            T(-2.5),
            T(-0.3),
            T(360),
            T(1e7),
            T(4503599627370497.0),
            Limits::max(),
            T(1e-30),
            Limits::min(),
            Limits::denorm_min(),
            Limits::infinity(),
            -Limits::infinity(),
            Limits::quiet_NaN()};
  }
}

/// Values worth trying in any combination: special ones, small ones, and random bits.
template <class T>
Strip<T> some_values(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  Strip<T> values(size);
  const auto real = [&random](auto zero) {
    using R = decltype(zero);
    static const std::vector<R> notable = notable_reals<R>();
    switch (random() % 4) {
      case 0:
        return notable[random() % notable.size()];
      case 1:
        return static_cast<R>(static_cast<R>(random() % 20) - static_cast<R>(std::is_signed_v<R> ? 10 : 0));
      default:
        if constexpr (std::is_integral_v<R>) {
          return static_cast<R>(random());
        } else {
          return static_cast<R>(std::ldexp(static_cast<double>(random() % 2000000) / 1e6 - 1,
                                           static_cast<int>(random() % 60) - 20));
        }
    }
  };
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (std::is_same_v<T, bool>) {
      values[i] = random() % 2 == 0;
    } else if constexpr (is_complex(dtype_of<T>())) {
      using R = typename T::value_type;
      const R re = real(R()), im = real(R());
      values[i] = T(re, im);
    } else {
      values[i] = real(T());
    }
  }
  return values;
}

/// Whether both have the same value and sign; all NaNs are the same.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (is_complex(dtype_of<T>())) {
    return same(a.real(), b.real()) && same(a.imag(), b.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
  } else {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  }
}

template <class T>
std::string text(const T& value) {
  std::ostringstream stream;
  stream.precision(17);
  if constexpr (sizeof(T) == 1) {
    stream << static_cast<int>(value);
  } else {
    stream << value;
  }
  return stream.str();
}

}  // namespace bask::strips
