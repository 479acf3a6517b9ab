// The errors of wrong use of bags: where, what, and how to do it right.
#include "../array/message_of.hpp"
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

namespace bask::bag_wrong_use_test {

using WrongUseOfBags = BagTest;

template <class Act>
void expect(const std::string& message, Act wrong) {
  EXPECT_EQ(message_of([&] { wrong(); }), message);
}
template <class Act>
void expect_in_task(const std::string& message, Act wrong) {
  const std::string found = message_of([&] { wrong(); });
  EXPECT_NE(found.find(message), std::string::npos) << found;
}

TEST_F(WrongUseOfBags, OfPartitions) {
  const std::vector<int> list{1, 2};
  expect("bag::from_sequence: partitions is 0; ask for one at least",
         [&] { bag::from_sequence(list, {.partitions = 0}); });
  expect("bag::range: partition_size is 0; ask for one at least",
         [] { bag::range(3, {.partition_size = 0}); });
  expect("bag::range: both partitions and partition_size are given; give one of them",
         [] { bag::range(3, {.partitions = 1, .partition_size = 1}); });
  expect("bag::repartition: a bag cannot be put into 0 partitions; ask for one at least",
         [] { bag::range(3).repartition({.partitions = 0}); });
  expect(
      "bag::repartition: it takes a number of partitions; say repartition({.partitions = n}); sizes are not "
      "known "
      "before the bag is computed",
      [] { bag::range(3).repartition({.partition_size = 2}); });
  expect(
      "bag::zip: the bags have 3 and 2 partitions; zip bags of the same partitions, such as bags that one "
      "bag was "
      "mapped to",
      [] { bag::zip(bag::range(3, {.partitions = 3}), bag::range(3, {.partitions = 2})); });
  expect("bag: an empty Bag is used; assign one that an operation has made", [] { Bag<int>().count(); });
}

TEST_F(WrongUseOfBags, OfNumbers) {
  expect("bag::random_sample: the probability is 1.500000; use one from 0 to 1",
         [] { bag::range(3).random_sample(1.5, 1); });
  expect("bag::take: npartitions is 0; say how many partitions to look into, or -1 for all",
         [] { bag::range(3).take(1, {.npartitions = 0}); });
}

TEST_F(WrongUseOfBags, OfBagsWithoutElements) {
  const auto none = bag::range(0, {.partitions = 2});
  expect_in_task("bag::min: the bag has no elements; use fold with an initial value",
                 [&] { none.min().compute(); });
  expect_in_task("bag::mean: the bag has no elements; ask for the count first",
                 [&] { none.mean().compute(); });
  expect_in_task("bag::fold: the bag has no elements; give an initial value",
                 [&] { none.fold(std::plus<>()).compute(); });
  expect_in_task("bag::var: the bag has 0 elements, and ddof is 0; there must be more elements than ddof",
                 [&] { none.var().compute(); });
}

TEST_F(WrongUseOfBags, FoundByTasks) {
  const auto a = bag::range(6, {.partitions = 2});
  expect_in_task("bag::zip: partitions 1 have 3, 2 elements; zip bags whose partitions have the same lengths",
                 [&] { bag::zip(a, a.remove([](std::int64_t x) { return x == 4; })).compute(); });
  const std::vector<std::map<std::string, int>> maps{{{"a", 1}}};
  expect_in_task("bag::pluck: an element has nothing at the key; give a default: pluck(key, default)",
                 [&] { bag::from_sequence(maps).pluck("b").compute(); });
  expect_in_task("no sevens", [&] {
    a.map([](std::int64_t x) { return x + 2; })
        .map([](std::int64_t x) {
          if (x == 7) throw std::domain_error("no sevens");
          return std::to_string(x);
        })
        .compute();
  });
}

}  // namespace bask::bag_wrong_use_test
