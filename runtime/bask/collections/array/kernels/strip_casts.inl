// strip_casts.inl: astype, gather, fill and count. Part of strip_variant.inl.
namespace bask::strips {
namespace {

/// The type as which elements of T are read and written.
template <class T>
struct StoredAs : std::type_identity<T> {};
template <>
struct StoredAs<bool> : std::type_identity<Byte> {};
template <class T>
struct StoredAs<std::complex<T>> : std::type_identity<Complex<T>> {};
template <class T>
using Stored = typename StoredAs<T>::type;
template <class T>
constexpr bool kIsComplex = false;
template <class T>
constexpr bool kIsComplex<Complex<T>> = true;

/// Converts as x86 does: NaN and values that do not fit give the least integer.
template <class Integer, class T>
constexpr Integer truncated(T a) {
  constexpr Integer kLeast = std::numeric_limits<Integer>::min();
  constexpr T kEnd = -static_cast<T>(kLeast);
  return a >= -kEnd && a < kEnd ? static_cast<Integer>(a) : kLeast;
}

template <class To, class From>
constexpr To converted(From a) {
  if constexpr (kIsComplex<From> && kIsComplex<To>) {
    using T = decltype(To::re);
    return {static_cast<T>(a.re), static_cast<T>(a.im)};
  } else if constexpr (kIsComplex<From>) {
    return converted<To>(a.re);
  } else if constexpr (kIsComplex<To>) {
    return {static_cast<decltype(To::re)>(a), 0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if constexpr (sizeof(To) <= 2 || std::is_same_v<To, std::int32_t>) {
      return static_cast<To>(truncated<std::int32_t>(a));
    } else if constexpr (sizeof(To) == 4 || std::is_signed_v<To>) {
      return static_cast<To>(truncated<std::int64_t>(a));
    } else {
      constexpr From kHalf = From(9223372036854775808.0);
      const bool is_high = a >= kHalf;
      const auto low = static_cast<To>(truncated<std::int64_t>(is_high ? a - kHalf : a));
      return low ^ (is_high ? To(1) << 63 : To(0));
    }
  } else {
    return static_cast<To>(a);
  }
}

template <class T>
constexpr Byte as_bool(T a) {
  if constexpr (kIsComplex<T>) {
    return is_true(a);
  } else {
    return a != 0;
  }
}

/// Between integers, the sign counts only where they widen: other conversions share one instance per width.
template <class To, class From>
Loop cast_between() {
  using Source = Stored<From>;
  using Target = Stored<To>;
  if constexpr (std::is_same_v<To, From>) {
    return copy<Target>();
  } else if constexpr (std::is_same_v<To, bool>) {
    return unary<Byte, Source>([](Source a) { return as_bool(a); });
  } else if constexpr (std::is_integral_v<Source> && std::is_integral_v<Target>) {
    using Wide = Bits<sizeof(Target)>;
    using Narrow = std::conditional_t<(sizeof(Target) <= sizeof(Source)), Bits<sizeof(Source)>, Source>;
    return unary<Wide, Narrow>([](Narrow a) { return static_cast<Wide>(a); });
  } else {
    return unary<Target, Source>([](Source a) { return converted<Target>(a); });
  }
}

template <class From>
Loop cast_from(DType to) {
  return with_element(to, [](auto type) { return cast_between<typename decltype(type)::type, From>(); });
}

Loop find_cast(DType from, DType to) {
  return with_element(from, [to](auto type) { return cast_from<typename decltype(type)::type>(to); });
}

// Elements of 8 and 16 bytes may be complex, aligned to half of that.
template <class T>
void gather_as(std::size_t count, void* out, const void* from, std::int64_t stride) {
  auto* results = static_cast<T*>(out);
  const auto* a = static_cast<const T*>(from);
#pragma GCC ivdep
  for (std::size_t i = 0; i < count; ++i) results[i] = a[static_cast<std::int64_t>(i) * stride];
}

void gather_elements(std::size_t count, std::size_t element_bytes, void* out, const void* from,
                     std::int64_t stride) {
  if (stride == 1) {
    __builtin_memcpy(out, from, count * element_bytes);
    return;
  }
  switch (element_bytes) {
    case 1:
      return gather_as<std::uint8_t>(count, out, from, stride);
    case 2:
      return gather_as<std::uint16_t>(count, out, from, stride);
    case 4:
      return gather_as<std::uint32_t>(count, out, from, stride);
    case 8:
      return gather_as<Complex<std::uint32_t>>(count, out, from, stride);
    default:
      return gather_as<Complex<std::uint64_t>>(count, out, from, stride);
  }
}

template <class T>
void fill_as(std::size_t count, void* out, const void* value) {
  const T copied = *static_cast<const T*>(value);
  auto* results = static_cast<T*>(out);
  for (std::size_t i = 0; i < count; ++i) results[i] = copied;
}

void fill_elements(std::size_t count, std::size_t element_bytes, void* out, const void* value) {
  switch (element_bytes) {
    case 1:
      return fill_as<std::uint8_t>(count, out, value);
    case 2:
      return fill_as<std::uint16_t>(count, out, value);
    case 4:
      return fill_as<std::uint32_t>(count, out, value);
    case 8:
      return fill_as<Complex<std::uint32_t>>(count, out, value);
    default:
      return fill_as<Complex<std::uint64_t>>(count, out, value);
  }
}

void count_up(std::size_t count, std::int64_t* out, std::int64_t start, std::int64_t step) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + i * static_cast<std::uint64_t>(step));
  }
}

}  // namespace
}  // namespace bask::strips
