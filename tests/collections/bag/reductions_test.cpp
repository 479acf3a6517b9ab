// Aggregates of bags beside plain loops over the same elements.
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>

namespace bask::reductions_test {

using Reductions = BagTest;

int add(int a, int b) {
  return a + b;
}

TEST_F(Reductions, OfNumbersAreThoseOfALoop) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const std::int64_t sum = std::accumulate(list.begin(), list.end(), std::int64_t{0});
    EXPECT_EQ(bag.count().compute(), static_cast<std::int64_t>(list.size()));
    EXPECT_EQ(bag.sum().compute(), sum);
    EXPECT_EQ(bag.any().compute(), std::any_of(list.begin(), list.end(), [](int x) { return x != 0; }));
    EXPECT_EQ(bag.all().compute(), std::all_of(list.begin(), list.end(), [](int x) { return x != 0; }));
    EXPECT_EQ(bag.fold(std::plus<>(), 0).compute(), sum);
    if (list.empty()) return;
    const double mean = static_cast<double>(sum) / static_cast<double>(list.size());
    double squares = 0;
    for (const int x : list) squares += (x - mean) * (x - mean);
    const double variance = squares / static_cast<double>(list.size());
    EXPECT_DOUBLE_EQ(bag.mean().compute(), mean);
    EXPECT_NEAR(bag.var().compute(), variance, 1e-9);
    EXPECT_NEAR(bag.std().compute(), std::sqrt(variance), 1e-9);
    EXPECT_EQ(bag.min().compute(), *std::min_element(list.begin(), list.end()));
    EXPECT_EQ(bag.max().compute(), *std::max_element(list.begin(), list.end()));
    EXPECT_EQ(bag.fold<add>().compute(), sum);
  });
}

TEST_F(Reductions, VariancesTakeDegreesOfFreedom) {
  const auto bag = bag::from_sequence({1.0, 2.0, 4.0, 9.0}, {.partitions = 2});
  EXPECT_DOUBLE_EQ(bag.var({.ddof = 1}).compute(), 38.0 / 3);
  EXPECT_DOUBLE_EQ(bag.std({.ddof = 2}).compute(), std::sqrt(19.0));
}

TEST_F(Reductions, SumsAreWideEnough) {
  const std::vector<std::int32_t> large(10, 2000000000);
  EXPECT_EQ(bag::from_sequence(large).sum().compute(), 20000000000);
  EXPECT_EQ(bag::from_sequence({0.1f, 0.2f}).sum().compute(), double{0.1f} + double{0.2f});
  EXPECT_EQ(bag::from_sequence(std::vector<bool>{true, false, true}).sum().compute(), 2);
  const std::vector<std::string> texts{"a", "b"};
  EXPECT_EQ(bag::from_sequence(texts, {.partitions = 2}).sum().compute(), "ab");
}

TEST_F(Reductions, FoldsKeepTheOrderAndMayChangeTheType) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const auto append = [](std::string text, int x) { return std::move(text) + std::to_string(x) + ","; };
    std::string expected;
    for (const int x : list) expected += std::to_string(x) + ",";
    EXPECT_EQ(bag.fold(append, "", std::plus<>()).compute(), expected);
  });
  const auto bag = bag::from_sequence({1, 2, 3}, {.partitions = 2});
  EXPECT_EQ(bag.fold(std::plus<>(), 0.5).compute(), 7.0);  // from 0.5 in each of two partitions
  EXPECT_EQ((bag.fold<add, add>(delayed<add>(1, 2))).compute(), 12);
}

template <class List>
auto frequencies_of(const List& list) {
  std::vector<std::pair<typename List::value_type, std::int64_t>> entries;
  for (const auto& x : list) {
    const auto known =
        std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == x; });
    if (known == entries.end()) {
      entries.emplace_back(x, 1);
    } else {
      ++known->second;
    }
  }
  return entries;
}

TEST_F(Reductions, FrequenciesAndDistinctComeInOrderOfAppearance) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    auto expected = frequencies_of(list);
    EXPECT_EQ(bag.frequencies().compute(), expected);
    std::vector<int> distinct;
    for (const auto& entry : expected) distinct.push_back(entry.first);
    EXPECT_EQ(bag.distinct().compute(), distinct);
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    EXPECT_EQ(bag.frequencies({.sort = true}).compute(), expected);
  });
}

TEST_F(Reductions, KeysMayBeStringsTuplesAndLists) {
  std::vector<std::tuple<std::string, int>> tuples;
  std::vector<std::vector<int>> lists;
  for (int i = 0; i < 200; ++i) {
    tuples.emplace_back("k" + std::to_string(i * i % 7), i % 3);
    lists.emplace_back(static_cast<std::size_t>(i % 4), i % 5);
  }
  EXPECT_EQ(bag::from_sequence(tuples).frequencies().compute(), frequencies_of(tuples));
  EXPECT_EQ(bag::from_sequence(lists).frequencies().compute(), frequencies_of(lists));
  const std::vector<double> zeros{0.0, -0.0, 1};
  EXPECT_EQ(bag::from_sequence(zeros).distinct().count().compute(), 2);
}

TEST_F(Reductions, DistinctByKeyKeepsTheFirst) {
  const auto bag = bag::from_sequence(people(), {.partitions = 4});
  const std::vector<std::string> names{"Ada", "Bob", "Dee", "Fay"};
  EXPECT_EQ(bag.distinct<&Person::age>().pluck<&Person::name>().compute(), names);
  EXPECT_EQ(bag.distinct([](const Person& p) { return p.age; }).pluck<&Person::name>().compute(), names);
}

TEST_F(Reductions, FoldbyFoldsEachKey) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const auto key = [](int x) { return std::abs(x) % 5; };
    std::map<int, int> sums, counts;
    for (const int x : list) sums[key(x)] += x, counts[key(x)] += 1;
    const auto as_map = [](const auto& pairs) { return std::map<int, int>(pairs.begin(), pairs.end()); };
    EXPECT_EQ(as_map(bag.foldby(key, std::plus<>()).compute()), sums);
    EXPECT_EQ(as_map(bag.foldby(
                            key, [](int n, int) { return n + 1; }, 0, std::plus<>())
                         .compute()),
              counts);
  });
  const auto bag = bag::from_sequence(people(), {.partitions = 3});
  const auto names = bag.foldby<&Person::age>(
      [](std::string so_far, const Person& person) { return so_far + person.name; }, "", std::plus<>());
  const std::vector<std::pair<int, std::string>> expected{
      {36, "AdaCem"}, {17, "BobEve"}, {52, "Dee"}, {70, "Fay"}};
  EXPECT_EQ(names.compute(), expected);
  const auto pairs = bag::zip(bag::range(6, {.partitions = 2}), bag::range(6, {.partitions = 2}));
  EXPECT_EQ(pairs.pluck<0>()
                .map([](std::int64_t x) { return static_cast<int>(x); })
                .foldby([](int x) { return x % 2 == 0; }, std::plus<>())
                .compute(),
            (std::vector<std::pair<bool, int>>{{true, 6}, {false, 9}}));
}

TEST_F(Reductions, TopkOfTiesTakesTheFirst) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    auto sorted = list;
    std::stable_sort(sorted.begin(), sorted.end(), std::greater<>());
    for (const std::size_t k : {0u, 1u, 7u, 500u}) {
      const std::vector<int> expected(
          sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(std::min(k, sorted.size())));
      EXPECT_EQ(bag.topk(k).compute(), expected);
    }
    auto by_key = list;
    std::stable_sort(by_key.begin(), by_key.end(), [](int a, int b) { return a * a > b * b; });
    by_key.resize(std::min<std::size_t>(by_key.size(), 40));
    EXPECT_EQ(bag.topk(40, [](int x) { return x * x; }).compute(), by_key);
  });
  const auto bag = bag::from_sequence(people(), {.partitions = 4});
  EXPECT_EQ(bag.topk<&Person::age>(3).pluck<&Person::name>().compute(),
            (std::vector<std::string>{"Fay", "Dee", "Ada"}));
}

TEST_F(Reductions, OfManyPartitionsAreATree) {
  const auto bag = bag::range(1000, {.partitions = 700});
  EXPECT_EQ(bag.sum().compute(), 499500);
  EXPECT_EQ(bag.map([](std::int64_t x) { return std::to_string(x); }).max().compute(), "999");
  EXPECT_EQ(bag.map([](std::int64_t x) { return x % 10; }).distinct().compute(),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

std::atomic<int> calls{0};
int counted(int x) {
  ++calls;
  return x + 1;
}

TEST_F(Reductions, ComputedTogetherShareTheBeginningOfTheirPass) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const auto mapped = bag.map<counted>();
    const auto text = mapped.filter([](int x) { return x > 0; }).map([](int x) { return std::to_string(x); });
    calls = 0;
    const auto [elements, sum, texts, first, distinct, twice] =
        compute(mapped, mapped.sum(), text, text.frequencies().topk<1>(2), mapped.distinct(), text);
    EXPECT_EQ(calls, static_cast<int>(list.size()));
    EXPECT_EQ(elements, mapped.compute());
    EXPECT_EQ(sum, mapped.sum().compute());
    EXPECT_EQ(texts, text.compute());
    EXPECT_EQ(twice, texts);
    EXPECT_EQ(first, text.frequencies().topk<1>(2).compute());
    EXPECT_EQ(distinct, mapped.distinct().compute());
  });
}

TEST_F(Reductions, MayWaitForOthersOfTheSameElements) {
  const auto mapped = bag::from_sequence({1, 2, 3, 6}, {.partitions = 2}).map<counted>();
  const auto mean = mapped.mean();
  const auto far = mapped.filter([](int x, double from) { return x > from; }, mean);
  const auto [middle, above, count] = compute(mean, far, mapped.count());
  EXPECT_EQ(middle, 4.0);
  EXPECT_EQ(above, (std::vector<int>{7}));
  EXPECT_EQ(count, 4);
}

}  // namespace bask::reductions_test
