// Operations on the elements of bags, and chains of them, beside plain loops.
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

#include <atomic>

namespace bask::transform_test {

using Transform = BagTest;

int increment(int x) {
  return x + 1;
}
bool is_even(int x) {
  return x % 2 == 0;
}
std::vector<int> copies(int x) {
  return std::vector<int>(static_cast<std::size_t>(std::abs(x) % 4), x);
}

TEST_F(Transform, MapFilterAndRemoveKeepTheOrder) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    std::vector<int> mapped, even, odd;
    for (const int x : list) {
      mapped.push_back(x + 1);
      (x % 2 == 0 ? even : odd).push_back(x);
    }
    EXPECT_EQ(bag.map<increment>().compute(), mapped);
    EXPECT_EQ(bag.filter<is_even>().compute(), even);
    EXPECT_EQ(bag.remove<is_even>().compute(), odd);
    EXPECT_EQ(bag.compute(), list);
  });
}

TEST_F(Transform, ALongChainDoesWhatALoopDoes) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const auto chain = bag.map<increment>()
                           .filter([](int x) { return x % 3 != 0; })
                           .map<copies>()
                           .flatten()
                           .remove<is_even>()
                           .map([](int x) { return std::to_string(x); })
                           .filter([](const std::string& text) { return text != "7"; });
    std::vector<std::string> expected;
    for (int x : list) {
      if (++x % 3 == 0) continue;
      for (const int copy : copies(x)) {
        if (copy % 2 != 0 && copy != 7) expected.push_back(std::to_string(copy));
      }
    }
    EXPECT_EQ(chain.compute(), expected);
    EXPECT_EQ(chain.count().compute(), static_cast<std::int64_t>(expected.size()));
  });
}

TEST_F(Transform, ValuesAndDelayedsBesideTheElementReachEveryCall) {
  const auto bag = bag::from_sequence({1, 2, 3}, {.partitions = 2});
  const auto sum = [](int x, int y, const std::string& unit) { return std::to_string(x * y) + unit; };
  EXPECT_EQ(bag.map(sum, delayed<increment>(9), "m").compute(),
            (std::vector<std::string>{"10m", "20m", "30m"}));
  EXPECT_EQ(bag.filter([](int x, int least) { return x >= least; }, 2).compute(), (std::vector<int>{2, 3}));
}

struct Scale {
  double factor = 1;
  double operator()(int x, double offset) const { return factor * x + offset; }
};
TEST_F(Transform, FunctionObjectsKeepTheirState) {
  const auto bag = bag::from_sequence({1, 2});
  EXPECT_EQ(bag.map(Scale{2.5}, 1.0).compute(), (std::vector<double>{3.5, 6}));
  EXPECT_EQ(bag.map(Scale{3}, 0.0).compute(), (std::vector<double>{3, 6}));
}

TEST_F(Transform, PluckTakesMembersFieldsKeysAndIndices) {
  const auto bag = bag::from_sequence(people(), {.partitions = 4});
  EXPECT_EQ(bag.pluck<&Person::age>().compute(), (std::vector<int>{36, 17, 36, 52, 17, 70}));
  EXPECT_EQ(bag.pluck<&Person::languages>().flatten().compute(),
            (std::vector<std::string>{"en", "fr", "tr", "en", "de", "fr", "en", "it"}));
  const std::vector<std::map<std::string, int>> maps{{{"a", 1}}, {{"a", 2}, {"b", 3}}};
  const auto of_maps = bag::from_sequence(maps);
  EXPECT_EQ(of_maps.pluck("a").compute(), (std::vector<int>{1, 2}));
  EXPECT_EQ(of_maps.pluck("b", -1).compute(), (std::vector<int>{-1, 3}));
  const std::vector<std::vector<int>> lists{{1, 2}, {3}};
  EXPECT_EQ(bag::from_sequence(lists).pluck(1, 0).compute(), (std::vector<int>{2, 0}));
  EXPECT_EQ(bag::from_sequence(lists).pluck(0).compute(), (std::vector<int>{1, 3}));
}

TEST_F(Transform, StarmapAndUnzipTakeTuplesPairsAndArrays) {
  const auto numbers = bag::from_sequence({1, 2, 3, 4, 5}, {.partitions = 3});
  const auto zipped = bag::zip(numbers, numbers.map<increment>(), numbers.map<is_even>());
  EXPECT_EQ(zipped.starmap([](int a, int b, bool even) { return even ? -1 : a * b; }).compute(),
            (std::vector<int>{2, -1, 12, -1, 30}));
  const auto [a, b, even] = zipped.unzip();
  EXPECT_EQ(a.compute(), numbers.compute());
  EXPECT_EQ(b.compute(), (std::vector<int>{2, 3, 4, 5, 6}));
  EXPECT_EQ(even.compute(), (std::vector<bool>{false, true, false, true, false}));
  const std::vector<std::pair<std::string, int>> pairs{{"x", 2}, {"y", 1}};
  EXPECT_EQ(
      bag::from_sequence(pairs).starmap([](std::string s, int n) { return s + std::to_string(n); }).compute(),
      (std::vector<std::string>{"x2", "y1"}));
}

TEST_F(Transform, BoolsAndLargeElementsPassThrough) {
  const std::vector<bool> bools{true, false, true};
  EXPECT_EQ(bag::from_sequence(bools, {.partitions = 2}).map([](bool x) { return !x; }).compute(),
            (std::vector<bool>{false, true, false}));
  using Large = std::array<int, 30000>;  // of which a batch has only one
  const auto sums = bag::from_sequence({1, 2, 3, 4}, {.partitions = 1})
                        .map([](int x) {
                          Large large{};
                          large.back() = x;
                          return large;
                        })
                        .filter([](const Large& large) { return large.back() != 2; })
                        .map([](const Large& large) { return large.back(); });
  EXPECT_EQ(sums.compute(), (std::vector<int>{1, 3, 4}));
}

TEST_F(Transform, ElementsAreMovedIntoFunctionsThatOwnThem) {
  const auto long_texts = bag::range(1000, {.partitions = 3}).map([](std::int64_t x) {
    return std::string(50, 'a') + std::to_string(x);
  });
  const auto longer = long_texts.map([](std::string text) { return std::move(text) + "!"; });
  const auto kept = long_texts.persist();
  const auto of_kept = kept.map([](std::string text) { return std::move(text) + "!"; });
  EXPECT_EQ(of_kept.compute(), longer.compute());
  EXPECT_EQ(of_kept.compute()[999], std::string(50, 'a') + "999!");
  EXPECT_EQ(kept.compute()[1], std::string(50, 'a') + "1");
}

TEST_F(Transform, RandomSamplesDependOnSeedAndPlaceAlone) {
  const auto numbers = bag::range(20000, {.partitions = 7});
  const auto sample = numbers.random_sample(0.25, 3).compute();
  EXPECT_EQ(sample, numbers.random_sample(0.25, 3).compute());
  EXPECT_NE(sample, numbers.random_sample(0.25, 4).compute());
  EXPECT_NEAR(static_cast<double>(sample.size()), 5000, 250);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(numbers.random_sample(1, 3).count().compute(), 20000);
  EXPECT_EQ(numbers.random_sample(0, 3).count().compute(), 0);
}

std::atomic<int> calls{0};
int counted(int x) {
  ++calls;
  return x;
}
TEST_F(Transform, TakeStopsAfterTheBatchesThatItNeeds) {
  const std::vector<int> list(10000, 1);
  const auto bag = bag::from_sequence(list, {.partitions = 2}).map<counted>();
  calls = 0;
  EXPECT_EQ(bag.take(3), (std::vector<int>{1, 1, 1}));
  EXPECT_LE(calls, 256);
  EXPECT_EQ(bag.take(6000, {.npartitions = -1}).size(), 6000u);
  EXPECT_EQ(bag.take(6000).size(), 5000u);
}

}  // namespace bask::transform_test
