#include "cases.hpp"

#include <bask/collections/array/creation.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace bask::numpy_cases {

namespace {

std::uint64_t hash_of(std::string_view text) {  // FNV-1a: the same on every machine
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

std::uint64_t below(std::mt19937_64& numbers, std::uint64_t bound) {
  return bound == 0 ? numbers() : numbers() % bound;
}

AxisChunks cuts(std::mt19937_64& numbers, std::int64_t extent) {
  AxisChunks chunks;
  const std::uint64_t longest =
      1 + below(numbers, static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 1)));
  for (std::int64_t left = extent; left > 0;) {
    const bool nothing = below(numbers, 20) == 0;  // a chunk of length 0
    const auto length = nothing ? 0 : static_cast<std::int64_t>(1 + below(numbers, longest));
    chunks.push_back(std::min(left, std::max(length, nothing ? 0 : extent / 20)));
    left -= chunks.back();
  }
  if (chunks.empty()) chunks.push_back(0);
  return chunks;
}

std::string joined(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

}  // namespace

std::string list_of(const std::vector<std::int64_t>& numbers) {
  return "[" + joined(numbers) + "]";
}

std::string tuple_of(const std::vector<std::int64_t>& numbers) {
  return "(" + joined(numbers) + (numbers.empty() ? ")" : ",)");
}

std::string numpy_name(DType dtype) {
  return dtype == DType::kBool ? "bool_" : std::string(name_of(dtype));
}

std::string floating_text(DType dtype, const std::string& x) {
  return floating(dtype) == dtype ? x : x + ".astype(np." + numpy_name(floating(dtype)) + ")";
}

Round::Round(std::string_view name, int round, int chunking)
    : values_(hash_of(name) + static_cast<std::uint64_t>(round)),
      chunking_(hash_of(name) + 1000 * static_cast<std::uint64_t>(chunking) +
                static_cast<std::uint64_t>(round)),
      large_(round % 6 == 5) {}

std::int64_t Round::integer(std::int64_t lowest, std::int64_t highest) {
  return lowest + static_cast<std::int64_t>(below(values_, static_cast<std::uint64_t>(highest - lowest) + 1));
}

std::vector<std::int64_t> Round::integers(std::size_t count, std::int64_t lowest, std::int64_t highest) {
  std::vector<std::int64_t> numbers(count);
  for (std::int64_t& number : numbers) number = integer(lowest, highest);
  return numbers;
}

std::vector<std::int64_t> Round::permutation(std::size_t count) {
  std::vector<std::int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t k = count; k > 1; --k) std::swap(order[k - 1], order[below(values_, k)]);
  return order;
}

Shape Round::shape(const Shapes& shapes) {
  const auto axes = static_cast<std::size_t>(
      integer(static_cast<std::int64_t>(shapes.least_axes), static_cast<std::int64_t>(shapes.most_axes)));
  const std::int64_t most[] = {1, 4000, 60, 15, 8};
  Shape shape(axes);
  for (std::int64_t& extent : shape) {
    const std::int64_t kind = integer(0, 29);
    const std::int64_t largest = large_ ? most[std::min<std::size_t>(axes, 4)] : axes < 3 ? 9 : 5;
    extent = kind == 0 && shapes.empty && !large_ ? 0
             : kind < 4                           ? 1
                                                  : integer(large_ ? largest / 2 : 2, largest);
    extent = std::max(extent, shapes.least_extent) * shapes.divisible_by;
  }
  return shape;
}

Shape Round::broadcastable(const Shape& shape) {
  Shape other(shape.begin() + integer(0, static_cast<std::int64_t>(shape.size())), shape.end());
  for (std::int64_t& extent : other) extent = integer(0, 3) == 0 ? 1 : extent;
  return other.empty() ? Shape{1} : other;
}

Chunks Round::chunks(const Shape& shape) {
  Chunks chunks;
  for (const std::int64_t extent : shape) chunks.push_back(cuts(chunking_, extent));
  return chunks;
}

double Round::number(Values values) {
  const double unit = static_cast<double>(below(values_, 1u << 20)) / (1 << 20);
  if (values == Values::kWithNan && below(values_, 5) == 0) return std::numeric_limits<double>::quiet_NaN();
  if (values == Values::kSpecial) {
    constexpr double kSpecials[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.0,
                                    0.5,
                                    -0.5,
                                    1e-30,
                                    -1e30,
                                    1e300,
                                    -1e-300,
                                    89,
                                    2.5,
                                    -1.5,
                                    3.3e38,
                                    -1e-40,
                                    5e-324,
                                    1.7e308,
                                    -710,
                                    710,
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};
    if (below(values_, 3) == 0) return kSpecials[below(values_, std::size(kSpecials))];
  }
  switch (values) {
    case Values::kPositive:
      return 0.1 + 9.9 * unit;
    case Values::kUnit:
      return 2 * unit - 1;
    case Values::kWhole:
      return static_cast<double>(integer(-9, 9));
    default:
      return 20 * unit - 10;
  }
}

template <class E>
E Round::element(Values values) {
  if constexpr (std::is_same_v<E, bool>) {
    return coin();
  } else if constexpr (std::is_integral_v<E>) {
    using Limits = std::numeric_limits<E>;
    if (values == Values::kSpecial && below(values_, 2) == 0) {
      constexpr E kSpecials[] = {Limits::min(),      Limits::max(),        0, 1,
                                 static_cast<E>(-1), Limits::max() / 2 + 1};
      return below(values_, 2) == 0 ? kSpecials[below(values_, std::size(kSpecials))]
                                    : static_cast<E>(values_());
    }
    const std::int64_t highest = values == Values::kUnit ? 1 : values == Values::kWhole ? 9 : 20;
    const std::int64_t lowest = values == Values::kPositive ? 1 : std::is_unsigned_v<E> ? 0 : -highest;
    return static_cast<E>(integer(lowest, highest));
  } else if constexpr (std::is_floating_point_v<E>) {
    return static_cast<E>(number(values));
  } else {
    using R = typename E::value_type;
    const auto real = static_cast<R>(number(values));
    return {real, static_cast<R>(number(values))};
  }
}

ArrayPtr Round::input(const std::string& name, DType dtype, const Shape& shape, Values values) {
  const Chunks chunks = this->chunks(shape);
  return with_element(dtype, [&]<class E>(std::type_identity<E>) {
    NdArray<E> array(shape);
    for (E& x : array) x = element<E>(values);
    const ArrayPtr node = from_array(array, chunks).node();
    inputs_.push_back({name, std::move(array).release(), text_of(chunks)});
    return node;
  });
}

void Round::expect(const std::string& text, const Result& result, const Tolerance& tolerance) {
  if (result.node->dtype() != result.dtype) {
    return fail(text + " is an Array<" + std::string(name_of(result.dtype)) + "> of " +
                std::string(name_of(result.node->dtype())));
  }
  const Shape shape = result.node->shape();
  Block block = with_element(result.dtype, [&]<class E>(std::type_identity<E>) {
    return Array<E>(result.node).compute().release();
  });
  const bool known = element_count(shape) != kUnknown;
  if (known && !std::equal(shape.begin(), shape.end(), block.shape().begin(), block.shape().end())) {
    return fail(text + " has shape " + text_of(shape) + ", computed " + text_of(block.shape()));
  }
  expect_block(text, std::move(block), tolerance);
}

void Round::expect_block(const std::string& text, Block result, const Tolerance& tolerance) {
  outcomes_.push_back({text, tolerance, std::move(result), {}});
}

void Round::fail(const std::string& what) {
  outcomes_.push_back({what, {}, NdArray<bool>().release(), what});
}

}  // namespace bask::numpy_cases
