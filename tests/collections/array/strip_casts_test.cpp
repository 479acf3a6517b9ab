// Casts by every compiled variant that this CPU runs, between all types, compared with plain code.
#include "strip_test_support.hpp"

namespace bask::strips {
namespace {

/// A floating number cast to an integer. A number that does not fit becomes the least int32 or int64,
/// depending on the width, cut to the type.
template <class To, class From>
To integer_from(From a) {
  const auto cut = [](auto least, long double x) {
    using Integer = decltype(least);
    return x >= static_cast<long double>(least) && x < -static_cast<long double>(least)
               ? static_cast<Integer>(x)
               : least;
  };
  const auto x = static_cast<long double>(a);
  constexpr auto kInt32 = std::numeric_limits<std::int32_t>::min();
  constexpr auto kInt64 = std::numeric_limits<std::int64_t>::min();
  if (sizeof(To) < 4 || std::is_same_v<To, std::int32_t>) return static_cast<To>(cut(kInt32, x));
  if (std::is_same_v<To, std::uint64_t> && x >= 9223372036854775808.0L) {
    return static_cast<To>(static_cast<std::uint64_t>(cut(kInt64, x - 9223372036854775808.0L)) ^
                           (std::uint64_t{1} << 63));
  }
  return static_cast<To>(cut(kInt64, x));
}

template <class To, class From>
To plainly(From a) {
  if constexpr (is_complex(dtype_of<From>())) {
    if constexpr (std::is_same_v<To, bool>) {
      return a != From(0);
    } else if constexpr (is_complex(dtype_of<To>())) {
      return To(a);
    } else {
      return plainly<To>(a.real());
    }
  } else if constexpr (is_complex(dtype_of<To>())) {
    return To(static_cast<typename To::value_type>(a), 0);
  } else if constexpr (std::is_same_v<To, bool>) {
    return a != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return integer_from<To>(a);
  } else {
    return static_cast<To>(a);
  }
}

template <class From>
class Casts : public testing::Test {};
TYPED_TEST_SUITE(Casts, AllElements);

TYPED_TEST(Casts, GiveWhatPlainCodeGivesInEveryType) {
  using From = TypeParam;
  const Strip<From> in = some_values<From>(1024, 5);
  const void* const operands[] = {in.data()};
  for (std::size_t to = 0; to < kDTypes; ++to) {
    with_element(static_cast<DType>(to), [&](auto type) {
      using To = typename decltype(type)::type;
      for (const Variant* variant : runnable_variants()) {
        const Loop loop = variant->cast(dtype_of<From>(), dtype_of<To>());
        for (const std::size_t length : kLengths) {
          Strip<To> out(length + 1);
          loop(length, out.data(), operands);
          ASSERT_TRUE(same(out[length], To()));
          for (std::size_t i = 0; i < length; ++i) {
            ASSERT_TRUE(same(out[i], plainly<To>(in[i])))
                << variant->name << ": " << text(in[i]) << " as " << name_of(dtype_of<To>()) << " is "
                << text(out[i]) << ", not " << text(plainly<To>(in[i]));
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace bask::strips
