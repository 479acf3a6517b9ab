// bag_shapes.hpp: random lists in partitions of many shapes: empty ones, one, more partitions than elements,
// several batches in a partition.
#pragma once

#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include <random>
#include <string>
#include <vector>

namespace bask {

/// Calls check(list, bag of the same elements) for each shape. Many elements are equal.
template <class Check>
void each_bag(Check check) {
  std::mt19937 random(7);
  for (const std::size_t size : {0u, 1u, 5u, 300u, 3000u}) {
    for (const std::uint32_t partitions : {1u, 2u, 9u}) {
      std::vector<int> list;
      for (std::size_t i = 0; i < size; ++i) list.push_back(static_cast<int>(random() % 41) - 20);
      SCOPED_TRACE(std::to_string(size) + " elements in " + std::to_string(partitions) + " partitions");
      check(list, bag::from_sequence(list, {.partitions = partitions}));
    }
  }
}

struct Person {
  std::string name;
  int age = 0;
  std::vector<std::string> languages;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name& age& languages;
  }
  friend bool operator==(const Person&, const Person&) = default;
};

inline std::vector<Person> people() {
  return {{"Ada", 36, {"en", "fr"}}, {"Bob", 17, {}},     {"Cem", 36, {"tr"}},
          {"Dee", 52, {"en"}},       {"Eve", 17, {"de"}}, {"Fay", 70, {"fr", "en", "it"}}};
}

class BagTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

}  // namespace bask
