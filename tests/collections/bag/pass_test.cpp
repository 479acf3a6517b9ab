// The parts of a pass by themselves: what goes to other ranks, and layers of many partitions.
#include "bag_shapes.hpp"

#include <bask/core/archive.hpp>

namespace bask::pass_test {

using Passes = BagTest;

TEST_F(Passes, ResultsForSeveralLayersTravelWithTheirTypes) {
  bags::SharedResults results;
  results.values.resize(3);
  results.values[0].emplace<std::int64_t>(-5);
  results.values[1].emplace<std::vector<std::string>>(2, "text");
  results.values[2].emplace<std::optional<double>>();
  ByteWriter writer;
  encode(writer, results);
  ByteReader reader(writer.bytes());
  const auto arrived = decode<bags::SharedResults>(reader);
  ASSERT_EQ(arrived.values.size(), 3u);
  EXPECT_EQ(arrived.values[0].get<std::int64_t>(), -5);
  EXPECT_EQ(arrived.values[1].get<std::vector<std::string>>(), std::vector<std::string>(2, "text"));
  EXPECT_EQ(arrived.values[2].get<std::optional<double>>(), std::nullopt);
  EXPECT_GE(arrived.held_bytes(), 3 * sizeof(Value));
}

TEST_F(Passes, OfManyPartitionsAreOneRunOfOneLayer) {
  const auto bag = bag::range(100000, {.partitions = 50000}).map([](std::int64_t x) { return x / 2; });
  const bags::Partitions partitions = bag.partitions();
  EXPECT_EQ(partitions.runs().size(), 1u);
  EXPECT_EQ(partitions.size(), 50000u);
  EXPECT_EQ(partitions[49999].index, 49999u);
  EXPECT_EQ(bag.sum().compute(), 2499950000);
}

TEST_F(Passes, AreComputedWithinAMemoryLimit) {
  const Client small(Options{.threads = 2, .memory_limit = 16u << 20});
  const auto texts = bag::range(200000, {.partitions = 40}).map([](std::int64_t x) {
    return std::string(100, static_cast<char>('a' + x % 26));  // 25 MB of them
  });
  const auto length = [](const std::string& text) { return text.size(); };
  const auto kept = texts.persist();
  const auto [lengths, kinds] =
      compute(kept.repartition({.partitions = 30}).map(length).sum(), kept.distinct().count());
  EXPECT_EQ(lengths, 20000000u);
  EXPECT_EQ(kinds, 26);
}

}  // namespace bask::pass_test
