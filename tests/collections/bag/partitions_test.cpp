// Where bags come from, their partitions, and how they are used.
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

#include <algorithm>
#include <atomic>
#include <numeric>

namespace bask::partitions_test {

using BagPartitions = BagTest;

std::vector<std::size_t> lengths(const Bag<int>& bag) {
  std::vector<std::size_t> lengths;
  for (const auto& partition : compute(bag.to_delayed())) lengths.push_back(partition.size());
  return lengths;
}
using Lengths = std::vector<std::size_t>;

TEST_F(BagPartitions, OfSequencesAreAsAskedFor) {
  const std::vector<int> ten(10, 3);
  EXPECT_EQ(lengths(bag::from_sequence(ten, {.partitions = 4})), (Lengths{3, 3, 2, 2}));
  EXPECT_EQ(lengths(bag::from_sequence(ten, {.partition_size = 4})), (Lengths{4, 4, 2}));
  EXPECT_EQ(lengths(bag::from_sequence(ten, {.partitions = 12})),
            (Lengths{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(bag::from_sequence(ten).npartitions(), 10u);
  EXPECT_EQ(bag::from_sequence(std::vector<int>(1000)).npartitions(), 100u);
  EXPECT_EQ(lengths(bag::from_sequence(std::vector<int>())), (Lengths{0}));
  EXPECT_EQ(lengths(bag::from_sequence(std::vector<int>(), {.partition_size = 3})), (Lengths{0}));
  const std::map<std::string, int> map{{"a", 1}, {"b", 2}};
  EXPECT_EQ(bag::from_sequence(map).pluck<0>().compute(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(BagPartitions, OfRangesHoldIntegers) {
  for (const std::uint64_t n : {0u, 1u, 1000u}) {
    std::vector<std::int64_t> expected(n);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(bag::range(n, {.partitions = 3}).compute(), expected);
  }
}

std::vector<int> made(int from, int count) {
  std::vector<int> list(static_cast<std::size_t>(count));
  std::iota(list.begin(), list.end(), from);
  return list;
}
TEST_F(BagPartitions, MayBeLazyValues) {
  const std::vector<Delayed<std::vector<int>>> lists{delayed<made>(0, 3), delayed<made>(7, 0),
                                                     delayed<made>(5, 2)};
  const auto bag = bag::from_delayed(lists);
  EXPECT_EQ(lengths(bag), (Lengths{3, 0, 2}));
  EXPECT_EQ(bag.map([](int x) { return 2 * x; }).compute(), (std::vector<int>{0, 2, 4, 10, 12}));
  EXPECT_EQ(bag::from_delayed(bag.to_delayed()[2]).compute(), (std::vector<int>{5, 6}));
}

TEST_F(BagPartitions, OfSeveralBagsFollowEachOther) {
  const auto a = bag::from_sequence({1, 2, 3}, {.partitions = 2}), b = a.map([](int x) { return -x; });
  const auto all = bag::concat({a, b, a});
  EXPECT_EQ(all.npartitions(), 6u);
  EXPECT_EQ(all.compute(), (std::vector<int>{1, 2, 3, -1, -2, -3, 1, 2, 3}));
  EXPECT_EQ(bag::concat(std::vector<Bag<int>>()).count().compute(), 0);
}

TEST_F(BagPartitions, AreJoinedAndSplitWithTheirNeighbours) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    for (const std::uint32_t partitions : {1u, 2u, 5u, 20u}) {
      const auto other = bag.repartition({.partitions = partitions});
      EXPECT_EQ(other.npartitions(), partitions);
      EXPECT_EQ(other.compute(), list);
      EXPECT_EQ(other.map([](int x) { return x; }).repartition({.partitions = 3}).compute(), list);
    }
  });
  EXPECT_EQ(
      lengths(bag::from_sequence(std::vector<int>(10), {.partitions = 2}).repartition({.partitions = 5})),
      (Lengths{2, 3, 1, 2, 2}));
}

TEST_F(BagPartitions, OfProductsAreAllPairs) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    if (list.size() > 300) return;
    const auto pairs = bag.product(bag::from_sequence({10, 20, 30}, {.partitions = 1}));
    std::vector<std::tuple<int, int>> expected;
    for (const int x : list) {
      for (const int y : {10, 20, 30}) expected.emplace_back(x, y);
    }
    EXPECT_EQ(pairs.compute(), expected);
  });
}

TEST_F(BagPartitions, AreGivenWholeToFunctionsOfThem) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const auto sorted = bag.map_partitions(
        [](std::vector<int> part, int sign) {
          std::sort(part.begin(), part.end());
          for (int& x : part) x *= sign;
          return part;
        },
        -1);
    std::vector<int> expected;
    for (auto part : compute(bag.to_delayed())) {
      std::sort(part.begin(), part.end());
      for (const int x : part) expected.push_back(-x);
    }
    EXPECT_EQ(sorted.compute(), expected);
    EXPECT_EQ(bag.compute(), list);  // nobody has changed it
  });
}

TEST_F(BagPartitions, AccumulateAcrossTheirEnds) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    std::vector<int> sums(list.size());
    std::partial_sum(list.begin(), list.end(), sums.begin());
    EXPECT_EQ(bag.accumulate(std::plus<>()).compute(), sums);
    std::vector<std::string> texts{"<"};
    for (const int x : list)
      texts.push_back(texts.back().substr(texts.back().size() > 30 ? 8 : 0) + std::to_string(x));
    const auto longer = [](const std::string& text, int x) {
      return text.substr(text.size() > 30 ? 8 : 0) + std::to_string(x);
    };
    EXPECT_EQ(bag.accumulate(longer, "<").compute(), texts);
  });
}

TEST_F(BagPartitions, BecomeBlocksOfArrays) {
  const auto array =
      bag::range(10, {.partitions = 3}).filter([](std::int64_t x) { return x != 4; }).to_array();
  EXPECT_EQ(array.sum().compute().item(), 41);
  const auto all = array.compute();
  EXPECT_EQ(std::vector<std::int64_t>(all.begin(), all.end()),
            (std::vector<std::int64_t>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
}

TEST_F(BagPartitions, ArriveInLazyCallsAsOneVector) {
  const auto bag = bag::from_sequence(people(), {.partitions = 4});
  const auto count = delayed([](const std::vector<Person>& all) { return all.size(); });
  EXPECT_EQ(count(bag).compute(), 6u);
  EXPECT_EQ(bag.compute(), people());
  EXPECT_EQ(bag.persist().filter([](const Person& p) { return p.age > 60; }).pluck<&Person::name>().compute(),
            (std::vector<std::string>{"Fay"}));
}

int half(int x) {
  return x / 2;
}
TEST_F(BagPartitions, HaveOneLayerThatSaysWhatItDoes) {
  const auto bag = bag::from_sequence({1, 2, 3}, {.partitions = 2})
                       .map<half>()
                       .filter([](int x) { return x > 0; })
                       .map([](int x) { return x; });
  const auto parts = bag.to_delayed();
  EXPECT_EQ(parts[0].ref().layer, parts[1].ref().layer);
  EXPECT_EQ(parts[0].ref().layer->label(0), "from_sequence, map(half), filter, map");
  EXPECT_EQ(parts[0].key(), bag.to_delayed()[0].key());
}

TEST_F(BagPartitions, CarryTheAnnotationsUnderWhichTheyWereWritten) {
  const auto bag = bag::from_sequence({1, 2, 3}, {.partitions = 2});
  std::optional<Bag<int>> annotated;
  {
    const annotate scope({.retries = 2});
    annotated = bag.map([](int x) {
      static std::atomic<int> failures{0};
      if (++failures <= 2) throw std::runtime_error("not yet");
      return x;
    });
  }
  EXPECT_EQ(annotated->compute(), (std::vector<int>{1, 2, 3}));
}

}  // namespace bask::partitions_test
