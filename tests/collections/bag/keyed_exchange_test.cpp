// groupby and join beside plain loops over the same elements.
#include "../array/message_of.hpp"
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

#include <algorithm>
#include <map>

namespace bask::keyed_exchange_test {

using KeyedExchange = BagTest;

int remainder(int x) {
  return x % 7;
}

TEST_F(KeyedExchange, GroupsHaveAllElementsOfAKeyInTheirOrder) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    std::map<int, std::vector<int>> expected;
    for (const int x : list) expected[remainder(x)].push_back(x);
    for (const std::uint32_t partitions : {0u, 1u, 5u, 20u}) {
      const auto groups =
          partitions == 0 ? bag.groupby<remainder>() : bag.groupby<remainder>({.partitions = partitions});
      EXPECT_EQ(groups.npartitions(), partitions == 0 ? bag.npartitions() : partitions);
      const auto found = groups.compute();
      EXPECT_EQ(std::map(found.begin(), found.end()), expected);
      EXPECT_EQ(found.size(), expected.size()) << "a key is in two partitions";
    }
  });
}

TEST_F(KeyedExchange, GroupsAreOfAnyElementsAndKeys) {
  const auto bag = bag::from_sequence(people(), {.partitions = 3});
  const auto by_age = bag.groupby<&Person::age>().compute();
  std::map<int, std::vector<Person>> expected;
  for (const Person& person : people()) expected[person.age].push_back(person);
  EXPECT_EQ(std::map(by_age.begin(), by_age.end()), expected);
  const auto by_two = bag.groupby([](const Person& person) { return std::pair(person.age, person.name); });
  EXPECT_EQ(by_two.count().compute(), 6);
}

TEST_F(KeyedExchange, ChainsBeforeAndBehindAreOnePassEach) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    std::map<int, std::int64_t> expected;
    for (const int x : list)
      if (x > 0) expected[(2 * x) % 7] += 2 * x;
    const auto sums = bag.filter([](int x) { return x > 0; })
                          .map([](int x) { return 2 * x; })
                          .groupby<remainder>()
                          .map([](const std::pair<int, std::vector<int>>& group) {
                            std::int64_t sum = 0;
                            for (const int x : group.second) sum += x;
                            return std::pair(group.first, sum);
                          })
                          .compute();
    EXPECT_EQ(std::map(sums.begin(), sums.end()), expected);
  });
}

TEST_F(KeyedExchange, JoinsPairAllElementsOfEqualKeys) {
  each_bag([](const std::vector<int>& list, const Bag<int>& bag) {
    const std::vector<std::string> names{"zero", "one", "two", "three", "also one", "none"};
    const auto others = bag::from_sequence(names, {.partitions = 2});
    const auto key_of = [](const std::string& name) { return static_cast<int>(name.size()) % 7; };
    std::vector<std::pair<int, std::string>> expected;
    for (const int x : list)
      for (const std::string& name : names)
        if (remainder(x) == key_of(name)) expected.emplace_back(x, name);
    auto found = bag.join(
                        others, [](int x) { return remainder(x); }, key_of)
                     .compute();
    std::ranges::sort(expected);
    std::ranges::sort(found);
    EXPECT_EQ(found, expected);
  });
}

TEST_F(KeyedExchange, JoinsByMembersAndFields) {
  const std::vector<std::pair<std::string, int>> rooms{{"Ada", 3}, {"Fay", 9}, {"Ada", 4}, {"Gus", 1}};
  const auto found = bag::from_sequence(people(), {.partitions = 4})
                         .join<&Person::name, 0>(bag::from_sequence(rooms), {.partitions = 1})
                         .map([](const std::pair<Person, std::pair<std::string, int>>& both) {
                           return both.first.name + std::to_string(both.second.second);
                         })
                         .compute();
  EXPECT_EQ(found, (std::vector<std::string>{"Ada3", "Ada4", "Fay9"}));
}

TEST_F(KeyedExchange, AKeyOfHalfOfTheElementsChangesNothing) {
  std::vector<int> list;
  for (int i = 0; i < 20000; ++i) list.push_back(i % 2 == 0 ? 0 : i);
  const auto sizes = bag::from_sequence(list, {.partitions = 16})
                         .groupby([](int x) { return x; })
                         .map([](const std::pair<int, std::vector<int>>& group) {
                           return std::pair(group.first, group.second.size());
                         })
                         .compute();
  EXPECT_EQ(sizes.size(), 10001u);
  EXPECT_EQ(std::map(sizes.begin(), sizes.end()).at(0), 10000u);
}

TEST(KeyedExchangeLimited, FourTimesTheLimitEndsWithinIt) {
  Client client(Options{.threads = 2, .memory_limit = 8 << 20});
  const auto numbers = bag::range(4'000'000, {.partitions = 64});  // 32 MB
  const auto counts = numbers.groupby([](std::int64_t x) { return x % 1000; }, {.partitions = 64})
                          .map([](const std::pair<std::int64_t, std::vector<std::int64_t>>& group) {
                            return static_cast<std::int64_t>(group.second.size());
                          });
  const auto [least, most, all] = compute(counts.min(), counts.max(), counts.sum());
  EXPECT_EQ(least, 4000);
  EXPECT_EQ(most, 4000);
  EXPECT_EQ(all, 4'000'000);
  const MemoryUse use = client.last_compute().memory.at(0);
  EXPECT_LE(use.peak, use.limit);
  EXPECT_GT(use.peak_of(MemoryKind::kExchange), 0u);
}

TEST_F(KeyedExchange, RefusesNoPartitionsAndSizes) {
  const auto bag = bag::range(10);
  const auto key = [](std::int64_t x) { return x; };
  EXPECT_EQ(message_of([&] { bag.groupby(key, {.partitions = 0}); }),
            "bag::groupby: there are to be no partitions; ask for one or more");
  EXPECT_EQ(
      message_of([&] { bag.join(bag, key, key, {.partition_size = 3}); }),
      "bag::join: how many elements a partition gets depends on their keys; say how many partitions there "
      "are to be: {.partitions = 16}");
}

}  // namespace bask::keyed_exchange_test
