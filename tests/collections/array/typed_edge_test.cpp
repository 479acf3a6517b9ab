// What users write besides arrays: numbers of any size, options without axes, lists, and arguments left out
// as in NumPy.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include <cmath>

namespace bask {
namespace {

using Complex = std::complex<double>;

template <class E>
Array<E> vector_of(std::initializer_list<E> values, const ChunkSpec& chunks = 2) {
  return from_array<E>(std::span<const E>(values.begin(), values.size()),
                       {static_cast<std::int64_t>(values.size())}, chunks);
}
template <class E>
NdArray<E> row(std::initializer_list<E> values) {
  return NdArray<E>({static_cast<std::int64_t>(values.size())}, values);
}

class TypedEdgeTest : public testing::Test {
 protected:
  // 0, …, 11 in three rows.
  Array<std::int64_t> table() const { return arange(std::int64_t{12}).reshape({3, 4}).rechunk(2); }
  Array<double> line() const { return vector_of<double>({0, 1, 2, 3}); }
  static std::string message_of(const auto& wrong) {
    try {
      wrong();
    } catch (const std::exception& error) {
      return message_with_causes(error);
    }
    return "nothing was thrown";
  }
  static void expect_part(const std::string& part, const auto& wrong) {
    const std::string message = message_of(wrong);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }

  Client client_ = Client(Options{.threads = 2});
};

TEST_F(TypedEdgeTest, ComparesWithNumbersBeyondTheType) {
  const auto u = vector_of<std::uint8_t>({1, 200, 255});
  const auto all = row<bool>({true, true, true}), none_of_them = row<bool>({false, false, false});
  EXPECT_EQ((u > -1).compute(), all);
  EXPECT_EQ((u < 300).compute(), all);
  EXPECT_EQ((u >= 256).compute(), none_of_them);
  EXPECT_EQ((u == -1).compute(), none_of_them);
  EXPECT_EQ((u == 300).compute(), none_of_them);
  EXPECT_EQ((-1 != u).compute(), all);
  EXPECT_EQ((300 <= u).compute(), none_of_them);
  EXPECT_EQ((vector_of<int>({1, -5}) < std::int64_t{3000000000}).compute(), row<bool>({true, true}));
  EXPECT_EQ((vector_of<int>({1, -5}) < 3e9).compute(), row<bool>({true, true}));
  EXPECT_EQ((vector_of<std::uint64_t>({0, 5}) > -1).compute(), row<bool>({true, true}));
  EXPECT_EQ((u[u > 100] < 300).compute(), row<bool>({true, true}));  // of unknown length
  EXPECT_EQ((u["0"] < 300).compute().item(), true);
  EXPECT_EQ((u["0:0"] < 300).compute().size(), 0u);
}

TEST_F(TypedEdgeTest, Compares64BitsExactly) {
  const std::uint64_t half = std::uint64_t{1} << 63;
  const auto u = vector_of<std::uint64_t>({half, 0, 5});
  const auto i = vector_of<std::int64_t>({INT64_MAX, -1, 5});
  EXPECT_EQ((u == i).compute(), row<bool>({false, false, true}));
  EXPECT_EQ((i != u).compute(), row<bool>({true, true, false}));
  EXPECT_EQ((i < u).compute(), row<bool>({true, true, false}));
  EXPECT_EQ((u <= i).compute(), row<bool>({false, false, true}));
  EXPECT_EQ((i > half).compute(), row<bool>({false, false, false}));
  EXPECT_EQ((u >= half).compute(), row<bool>({true, false, false}));
}

TEST_F(TypedEdgeTest, DividesIntegersInFloat64) {
  const auto u = vector_of<std::uint16_t>({1, 2});
  static_assert(std::is_same_v<decltype(u / 3), Array<double>>);
  static_assert(
      std::is_same_v<decltype(vector_of<std::int8_t>({}) / vector_of<std::int8_t>({})), Array<double>>);
  static_assert(std::is_same_v<decltype(sqrt(vector_of<std::int8_t>({}))), Array<float>>);
  EXPECT_EQ((u / 3).compute(), row<double>({1.0 / 3, 2.0 / 3}));
}

TEST_F(TypedEdgeTest, TakesOptionsWithoutAxes) {
  const auto x = table();
  EXPECT_EQ(x.sum({.keepdims = true}).compute(), NdArray<std::int64_t>({1, 1}, {66}));
  EXPECT_DOUBLE_EQ(x.std({.ddof = 1}).compute().item(), std::sqrt(13.0));
  EXPECT_DOUBLE_EQ(x.var({.ddof = 1}).compute().item(), 13);
  EXPECT_EQ(x.var({.ddof = 1, .keepdims = true}).shape(), (Shape{1, 1}));
  const ReduceOptions keep{.keepdims = true};
  const Shape one{1, 1};
  EXPECT_EQ(x.mean({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.prod({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.min({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.max({.split_every = 2}).shape(), Shape());
  EXPECT_EQ(x.ptp({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.any({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.all(keep).shape(), one);
  EXPECT_EQ(x.argmin({.keepdims = true}).shape(), one);
  EXPECT_EQ(x.argmax({.keepdims = true}).compute(), NdArray<std::int64_t>(one, {11}));
  EXPECT_EQ(x.sum({0, 1}).shape(), Shape());
  EXPECT_EQ(x.sum({1}, {.keepdims = true}).shape(), (Shape{3, 1}));
  EXPECT_EQ(x.sum(1, {.keepdims = true}).shape(), (Shape{3, 1}));
  EXPECT_EQ(x.sum(std::vector<std::int64_t>{0}).shape(), Shape{4});
}

TEST_F(TypedEdgeTest, TakesOptionsWithoutAxesInFunctions) {
  const auto x = table();
  const Shape one{1, 1};
  for (const Array<std::int64_t>& result :
       {sum(x, {.keepdims = true}), prod(x, {.keepdims = true}), min(x, {.keepdims = true}),
        max(x, {.keepdims = true}), ptp(x, {.keepdims = true}), argmin(x, {.keepdims = true}),
        argmax(x, {.keepdims = true}), count_nonzero(x, {.keepdims = true}), nansum(x, {.keepdims = true}),
        nanprod(x, {.keepdims = true}), nanmin(x, {.keepdims = true}), nanmax(x, {.keepdims = true}),
        nanargmin(x, {.keepdims = true}), nanargmax(x, {.keepdims = true})})
    EXPECT_EQ(result.shape(), one);
  for (const Array<double>& result :
       {mean(x, {.keepdims = true}), nanmean(x, {.keepdims = true}), average(x, {.keepdims = true}),
        average(x, x, {.keepdims = true}), norm(x, {.keepdims = true}), norm(x, 1, {.keepdims = true}),
        var(x, {.keepdims = true}), nanvar(x, {.keepdims = true}), nanstd(x, {.keepdims = true})})
    EXPECT_EQ(result.shape(), one);
  for (const Array<bool>& result : {any(x, {.keepdims = true}), all(x, {.keepdims = true})})
    EXPECT_EQ(result.shape(), one);
  EXPECT_DOUBLE_EQ(var(x, {.ddof = 1}).compute().item(), 13);
  EXPECT_DOUBLE_EQ(nanvar(x, {.ddof = 1}).compute().item(), 13);
  EXPECT_DOUBLE_EQ(nanstd(x, {.ddof = 1}).compute().item(), std::sqrt(13.0));
  const auto grouped = groupby(line(), std::vector<std::int64_t>{0, 0, 1, 1});
  EXPECT_EQ(grouped.var({.ddof = 1}).compute(), row<double>({0.5, 0.5}));
}

TEST_F(TypedEdgeTest, RoundsIntegersToTens) {
  EXPECT_EQ(round(vector_of<std::int64_t>({123, 155, 145, -155, -145}), -1).compute(),
            row<std::int64_t>({120, 160, 140, -160, -140}));
  const std::int64_t large = 4611686018427387904;
  EXPECT_EQ(vector_of<std::int64_t>({large}).round(-2).compute(), row<std::int64_t>({large - 4}));
  EXPECT_EQ(vector_of<std::uint8_t>({49, 50, 150}).round(-2).compute(), row<std::uint8_t>({0, 0, 200}));
  EXPECT_EQ(table().round(3).compute(), table().compute());
  EXPECT_EQ(round(vector_of<bool>({true}), -1).compute(), row<bool>({false}));
}

TEST_F(TypedEdgeTest, RangesReachTheEndsOfTheirType) {
  const std::uint64_t half = std::uint64_t{1} << 63;
  const auto across = arange<std::uint64_t>(half - 8, half + 2).compute();
  ASSERT_EQ(across.size(), 10u);
  EXPECT_EQ(across[0], half - 8);
  EXPECT_EQ(across[9], half + 1);
  EXPECT_EQ(arange<std::uint8_t>(254, 256).compute(), row<std::uint8_t>({254, 255}));
  EXPECT_EQ(arange<std::uint8_t>(10, 0, -3).compute(), row<std::uint8_t>({10, 7, 4, 1}));
  EXPECT_EQ(arange(INT64_MIN, INT64_MAX, std::int64_t{1} << 62).size(), 4);
  EXPECT_EQ(arange(0, 1, 0.1).size(), 10);
  EXPECT_EQ(arange(0, 2.5).compute(), row<double>({0, 1, 2}));
  EXPECT_EQ(arange<int>(0, 2.5, 1).compute(), row<int>({0, 1, 2}));
  EXPECT_EQ(arange(2, std::size_t{4}).compute(), row<std::int64_t>({2, 3}));
}

TEST_F(TypedEdgeTest, NormsOfIntegersAreFloat64) {
  EXPECT_EQ(norm(vector_of<std::int8_t>({-128, 1}), 1).compute().item(), 129);
  EXPECT_EQ(norm(vector_of<std::int8_t>({-128}), INFINITY).compute().item(), 128);
  EXPECT_EQ(norm(vector_of<Complex>({{3, 4}})).compute().item(), 5);
}

TEST_F(TypedEdgeTest, PowersOfIntegersHaveNoNegativeExponents) {
  const auto base = vector_of<std::int64_t>({2, 3});
  EXPECT_EQ(power(base, vector_of<std::int64_t>({3, 0})).compute(), row<std::int64_t>({8, 1}));
  EXPECT_EQ(power(2, base).compute(), row<std::int64_t>({4, 8}));
  EXPECT_EQ(power(base, -1.0).compute(), row<double>({0.5, 1.0 / 3}));
  EXPECT_EQ(power(vector_of<double>({2}), vector_of<std::int64_t>({-1})).compute(), row<double>({0.5}));
  expect_part(
      "array::power: there is a negative exponent among integers; convert the array first: "
      "x.astype<double>()",
      [&] {
        power(base, vector_of<std::int64_t>({3, -1})).compute();
      });
}

TEST_F(TypedEdgeTest, PadsAsNumPySays) {
  const auto v = vector_of<double>({1, 2});
  EXPECT_EQ(pad(v, {{1}}).compute(), row<double>({0, 1, 2, 0}));
  EXPECT_EQ(pad(v, 1).compute(), row<double>({0, 1, 2, 0}));
  EXPECT_EQ(pad(v, {1}, PadMode::kConstant, 7).compute(), row<double>({7, 1, 2, 7}));
  EXPECT_EQ(pad(v, {{1, 0}}).compute(), row<double>({0, 1, 2}));
  EXPECT_EQ(pad(v, {{.before = 1}}).compute(), row<double>({0, 1, 2}));
  EXPECT_EQ(pad(v, {{.after = 1}}).compute(), row<double>({1, 2, 0}));
  EXPECT_EQ(pad(v, {{.before = 2, .after = 1}}).compute(), row<double>({0, 0, 1, 2, 0}));
  EXPECT_EQ(pad(table(), {{.before = 1}, {2}}).shape(), (Shape{4, 8}));
  EXPECT_EQ(pad(v, {{0, 2}}).compute(), row<double>({1, 2, 0, 0}));
  EXPECT_EQ(pad(table(), {{1}, {0, 2}}).shape(), (Shape{5, 6}));
  EXPECT_EQ(pad(table(), {{1, 2}}).shape(), (Shape{6, 7}));
}

TEST_F(TypedEdgeTest, NumbersTakeTheArraysType) {
  EXPECT_EQ(clip(table(), 2, 3).compute(), table().clip(2, 3).compute());
  EXPECT_EQ(clip(line(), 1, 2).compute(), row<double>({1, 1, 2, 2}));
  EXPECT_EQ(clip(vector_of<int>({0, 3}), 0.5, 2.5).compute(), row<double>({0.5, 2.5}));
  EXPECT_EQ(clip(line(), line(), 2).compute(), row<double>({0, 1, 2, 2}));
  EXPECT_EQ(full_like(line(), 7).compute(), row<double>({7, 7, 7, 7}));
  EXPECT_EQ(full_like(vector_of<int>({1}), 2.0).compute(), row<int>({2}));
  EXPECT_EQ(full<float>({2}, 3).compute(), row<float>({3, 3}));
  EXPECT_EQ(nan_to_num(line() / 0.0, 5, 6).compute(), row<double>({5, 6, 6, 6}));
  const auto mask = line() > 1;
  EXPECT_EQ(where(mask, 1, 2.5).compute(), row<double>({2.5, 2.5, 1, 1}));
  EXPECT_EQ(where(mask, std::uint8_t{1}, 300).compute(), row<int>({300, 300, 1, 1}));
  EXPECT_EQ(logical_and(vector_of<std::uint8_t>({0, 1}), 256).compute(), row<bool>({false, true}));
}

TEST_F(TypedEdgeTest, ListsAreJoined) {
  const auto v = vector_of<int>({1, 2});
  EXPECT_EQ(concatenate({v, v}).compute(), row<int>({1, 2, 1, 2}));
  EXPECT_EQ(stack({v, v}, 1).compute(), NdArray<int>({2, 2}, {1, 1, 2, 2}));
  EXPECT_EQ(block({{v, v}, {v, v}}).shape(), (Shape{2, 4}));
  EXPECT_EQ(meshgrid({v, v})[1].compute(), NdArray<int>({2, 2}, {1, 1, 2, 2}));
}

TEST_F(TypedEdgeTest, CompoundAssignmentMakesANewArray) {
  auto x = vector_of<int>({1, 2});
  const auto before = x;
  x += 1;
  EXPECT_EQ(x.compute(), row<int>({2, 3}));
  EXPECT_EQ(before.compute(), row<int>({1, 2}));
  ((x *= before) -= 1) %= 4;
  EXPECT_EQ(x.compute(), row<int>({1, 1}));
  x |= 2;
  x &= 6;
  x ^= before;
  EXPECT_EQ(x.compute(), row<int>({3, 0}));
  auto y = line();
  y /= 2;
  y += y["0:1"];
  EXPECT_EQ(y.compute(), row<double>({0, 0.5, 1, 1.5}));
  auto mask = y > 0;
  mask &= y < 1;
  EXPECT_EQ(mask.compute(), row<bool>({false, true, false, false}));
  auto part = x["0:1"];
  part = x;
  EXPECT_EQ(part.shape(), Shape{2});
}

TEST_F(TypedEdgeTest, NoAxisIsTheRavelledArray) {
  const auto x = table();
  const auto sums = x.cumsum().compute();
  ASSERT_EQ(sums.size(), 12u);
  EXPECT_EQ(sums[11], 66);
  EXPECT_EQ(cumsum(x).compute(), sums);
  EXPECT_EQ(nancumsum(x).compute(), sums);
  EXPECT_EQ(cumprod(x + 1).compute()[3], 24);
  EXPECT_EQ(nancumprod(x + 1).compute()[3], 24);
  EXPECT_EQ(x.sum().cumsum().compute(), row<std::int64_t>({66}));
  EXPECT_EQ(repeat(x["0, 0:2"], 2).compute(), row<std::int64_t>({0, 0, 1, 1}));
  EXPECT_EQ(repeat(x, 2).shape(), Shape{24});
  EXPECT_EQ(take(x, {5, 0}).compute(), row<std::int64_t>({5, 0}));
  EXPECT_EQ(tile(x, 2).shape(), (Shape{3, 8}));
}

TEST_F(TypedEdgeTest, OneNumberIsAnIndex) {
  const auto x = table();
  EXPECT_EQ(x[0].compute(), x(0).compute());
  EXPECT_EQ(x[-1][2].compute().item(), x(2, 2).compute().item());
  EXPECT_EQ(x[std::size_t{1}].compute(), x["1"].compute());
}

TEST_F(TypedEdgeTest, MapTakesANumberAsAnArrayWithoutAxes) {
  const auto sum =
      map([](std::int64_t x, std::int64_t y) { return x + y; }, table(), full({}, std::int64_t{3}));
  EXPECT_EQ(sum.compute(), (table() + 3).compute());
}

TEST_F(TypedEdgeTest, RollsByOneShiftForEachAxis) {
  const auto x = table();
  EXPECT_EQ(roll(x, {1, 2}, {0, 1}).compute(), roll(roll(x, 1, 0), 2, 1).compute());
  EXPECT_EQ(roll(x, {1, 2}, 1).compute(), roll(x, 3, 1).compute());
  EXPECT_EQ(roll(x, {1, 1}).compute(), roll(x, 2).compute());
  EXPECT_EQ(roll(x, {1}, {0, 1}).compute(), roll(x, 1, {0, 1}).compute());
  expect_part("array::roll: 3 shifts are given for 2 axes; give one shift for each axis, or one for all",
              [&] {
                roll(x, {1, 2, 3}, {0, 1});
              });
}

TEST_F(TypedEdgeTest, TheGradientTakesASpacingThatIsNoWholeNumberForAnAxis) {
  const auto x = table().astype<double>();
  const auto along = gradient(x, 0.5);
  ASSERT_EQ(along.size(), 2u);
  EXPECT_EQ(along[0].compute(), gradient(x, 0, 0.5).compute());
  EXPECT_EQ(along[1].compute(), gradient(x, 1, 0.5).compute());
  EXPECT_EQ(gradient(x, {0.5, 2})[1].compute(), gradient(x, 1, 2).compute());
  const std::vector<double> coordinates{0, 1, 3};
  EXPECT_EQ(gradient(x, coordinates, 0)[0].compute(), gradient(x, 0, coordinates).compute());
  const auto in_order = gradient(x, {coordinates, 2.0}, {0, 1});
  const auto turned = gradient(x, {2.0, coordinates}, {-1, 0});
  EXPECT_EQ(turned[0].compute(), in_order[1].compute());
  EXPECT_EQ(turned[1].compute(), in_order[0].compute());
}

TEST_F(TypedEdgeTest, AveragesWithWeightsOrWithout) {
  EXPECT_EQ(average(line()).compute().item(), 1.5);
  EXPECT_EQ(average(table(), 0).compute(), row<double>({4, 5, 6, 7}));
  EXPECT_EQ(average(line(), vector_of<int>({1, 0, 0, 1})).compute().item(), 1.5);
  expect_part("array::average: the weights add up to 0; give weights that do not", [&] {
    average(line(), vector_of<int>({1, -1, 1, -1})).compute();
  });
}

TEST_F(TypedEdgeTest, HistogramsFindTheirRange) {
  const Histogram ten = histogram(line());
  EXPECT_EQ(ten.counts.compute(), row<std::int64_t>({1, 0, 0, 1, 0, 0, 1, 0, 0, 1}));
  ASSERT_EQ(ten.edges.size(), 11u);
  EXPECT_EQ(ten.edges[0], 0);
  EXPECT_EQ(ten.edges[10], 3);
  EXPECT_EQ(histogram(table(), 3).counts.compute(), row<std::int64_t>({4, 4, 4}));
  const Histogram same = histogram(line() * 0, 2);
  EXPECT_EQ(same.edges, (std::vector<double>{-0.5, 0, 0.5}));
  EXPECT_EQ(same.counts.compute(), row<std::int64_t>({0, 4}));
  EXPECT_EQ(histogram(zeros({0}), 2).edges, (std::vector<double>{0, 0.5, 1}));
  expect_part("array::histogram: there are no bins from", [&] { histogram(line() / 0); });
}

TEST_F(TypedEdgeTest, ArraysAreNoFunctions) {
  EXPECT_EQ(delayed(row<double>({1, 2})).compute(), row<double>({1, 2}));
  EXPECT_EQ(delayed(line()).compute(), line().compute());
  const auto twice = delayed([](const NdArray<double>& x) { return 2 * x[1]; });
  EXPECT_EQ(twice(delayed(row<double>({1, 2}))).compute(), 4);
}

}  // namespace
}  // namespace bask
