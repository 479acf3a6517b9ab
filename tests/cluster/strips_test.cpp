// Blocks of which other ranks read a strip: how many bytes go there, and that results are those of one
// process.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "local_cluster.hpp"

#include <bask/collections/array.hpp>
#include <bask/collections/array/blockwise.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <random>

namespace bask::strips_test {

using Program = std::function<Array<double>(const Array<double>&)>;

NdArray<double> smoothed(NdView<const double> x) {
  NdArray<double> result(Shape(x.shape.begin(), x.shape.end()));
  for (std::int64_t i = 0; i < x.shape[0]; ++i) {
    for (std::int64_t j = 0; j < x.shape[1]; ++j)
      result(i, j) = x(i, j) + x(std::max<std::int64_t>(i - 1, 0), j) +
                     x(std::min(i + 1, x.shape[0] - 1), j) * x(i, std::max<std::int64_t>(j - 1, 0));
  }
  return result;
}

// Blocks of 128 KiB, and programs that read strips of them.
Array<double> blocks(const Chunks& chunks) {
  return random::default_rng(3).random(shape_of(chunks), chunks).checkpoint();
}
const Chunks kSquares{{128, 128, 128, 128}, {128, 128, 128, 128}};

const std::map<std::string, Program>& programs() {
  static const std::map<std::string, Program> all{
      {"columns",
       [](const Array<double>& x) {
         return rechunk(x, {512, 16});
       }},
      {"rows",
       [](const Array<double>& x) {
         return rechunk(x, {16, 512});
       }},
      {"overlap", [](const Array<double>& x) { return map_overlap<smoothed>({.depth = {1}}, x); }},
      {"neighbours", [](const Array<double>& x) { return x["1:-1"] + x["2:"] + x[":-2"]; }},
      {"slice", [](const Array<double>& x) { return x[":, :10"]; }},
      {"steps backwards", [](const Array<double>& x) { return x["::-9, 300:20:-3"]; }},
      {"with its transpose", [](const Array<double>& x) { return (x + x.T())["40:60"]; }},
      {"a strip beside the whole", [](const Array<double>& x) { return x["::-1, ::-1"] * x[":, :1"]; }},
      {"sums of a slice", [](const Array<double>& x) { return sum(x["100:140, 7:"], {0}); }},
      {"cumulated",
       [](const Array<double>& x) {
         return cumsum(rechunk(x, {16, 512}), 0);
       }},
      {"coarsened",
       [](const Array<double>& x) {
         return coarsen<Coarsen::kMean>(x["3:259, 1:505"], {{0, 8}, {1, 8}});
       }},
  };
  return all;
}

std::map<std::string, NdArray<double>> by_one_process(const Chunks& chunks) {
  const Client client({.threads = 1});
  std::map<std::string, NdArray<double>> results;
  for (const auto& [name, program] : programs()) results.emplace(name, program(blocks(chunks)).compute());
  return results;
}

void expect_exact(const Client& client, const std::string& name) {
  const ComputeStatistics& last = client.last_compute();
  const auto moved = static_cast<double>(last.bytes_moved);
  EXPECT_NEAR(static_cast<double>(last.bytes_forecast), moved, 1e-6 * moved) << name;
}

// The bits of the results, which must not depend on who computes them.
void expect_same(const Chunks& chunks, const LocalClusterOptions& options) {
  const std::map<std::string, NdArray<double>> wanted = by_one_process(chunks);
  LocalCluster cluster(options);
  for (const auto& [name, program] : programs()) {
    EXPECT_EQ(program(blocks(chunks)).compute().block(), wanted.at(name).block()) << name;
    if (!options.client.balance) expect_exact(cluster.client(), name);
    EXPECT_EQ(program(blocks(chunks).persist()).compute().block(), wanted.at(name).block())
        << name << " of what was persisted";
  }
}

TEST(StripsOverRanks, GiveTheBitsOfOneProcess) {
  expect_same(kSquares, {.ranks = 3, .client = {.balance = false}});
}

TEST(StripsOverRanks, GiveTheBitsOfOneProcessWhateverIsStolen) {
  expect_same(kSquares, {.ranks = 3, .threads = 2, .seed = 5, .most_delay = 30});
}

TEST(StripsOverRanks, AreFetchedWhereMemoryIsShort) {
  expect_same(kSquares, {.ranks = 3, .client = {.balance = false}, .memory_limit = 6 << 20});
}

TEST(StripsOverRanks, DoNotPassForTheWholeOfWhatIsPersisted) {
  const std::map<std::string, NdArray<double>> wanted = by_one_process(kSquares);
  const LocalCluster cluster({.ranks = 3});
  const Array<double> x = blocks(kSquares).persist();
  for (int round = 0; round < 2; ++round) {
    for (const auto& [name, program] : programs())
      EXPECT_EQ(program(x).compute().block(), wanted.at(name).block()) << name;
  }
}

TEST(StripsOverRanks, GiveTheBitsOfOneProcessForUnknownLengths) {
  const auto positive = [] {
    const Array<double> x = blocks(kSquares);
    return (x[x > 0.1] * 2.0).compute();
  };
  const NdArray<double> over_ranks = [&] {
    const LocalCluster cluster({.ranks = 3});
    return positive();
  }();
  const Client client({.threads = 1});
  EXPECT_EQ(over_ranks.block(), positive().block());
}

std::atomic<int> elements_made{0};

TEST(StripsOverRanks, AreCutOfBlocksThatAJournalHasKept) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("bask-strips-" + std::to_string(getpid()));
  const auto programs_on = [&](std::uint32_t ranks) {
    LocalClusterOptions options{.ranks = ranks};
    options.client.checkpoint = (directory / "journal").string();
    options.client.progress = Progress::kOff;
    const LocalCluster cluster(options);
    std::map<std::string, NdArray<double>> results;
    for (const auto& [name, program] : programs()) {
      const Array<double> x = from_function(
          [](std::int64_t i, std::int64_t j) {
            elements_made.fetch_add(1, std::memory_order_relaxed);
            return static_cast<double>(i * 1000 + j);
          },
          shape_of(kSquares), kSquares);
      results.emplace(name, program(x.checkpoint()).compute());
    }
    return results;
  };
  std::filesystem::create_directory(directory);
  const auto first = programs_on(3);
  EXPECT_GE(elements_made.exchange(0), 512 * 512);
  for (const auto& [name, result] : programs_on(4)) EXPECT_EQ(result.block(), first.at(name).block()) << name;
  EXPECT_EQ(elements_made, 0) << "all blocks were kept";
  std::filesystem::remove_all(directory);
}

TEST(StripsOverRanks, AreCutOfBlocksThatHaveLeftMemory) {
  const Chunks chunks{AxisChunks(8, 128), AxisChunks(8, 128)};
  constexpr std::uint64_t kLargest = 128 * 128 * 8, kLimit = 12 * kLargest;
  const std::vector<std::string> names{"columns", "overlap", "a strip beside the whole", "coarsened"};
  const auto made = [&](const std::string& name) { return programs().at(name)(blocks(chunks)).persist(); };
  std::map<std::string, NdArray<double>> wanted;
  {
    const Client client({.threads = 1});
    for (const std::string& name : names) wanted.emplace(name, sum(made(name), {0}).compute());
  }
  LocalCluster cluster({.ranks = 3, .client = {.balance = false}, .memory_limit = kLimit});
  std::uint64_t left = 0;
  for (const std::string& name : names) {
    const Array<double> result = made(name);
    for (const MemoryUse& rank : cluster.client().last_compute().memory) {
      left += rank.made_again + rank.spilled;
      EXPECT_LE(rank.peak, kLimit + kLimit / 8 + kLargest) << name;
    }
    EXPECT_EQ(sum(result, {0}).compute().block(), wanted.at(name).block()) << name;
  }
  EXPECT_GT(left, 0u);
}

TEST(StripsOverRanks, GiveTheBitsOfOneProcessForAnyChunks) {
  std::mt19937 random(11);
  const auto cut = [&](std::int64_t length) {
    AxisChunks chunks;
    for (std::int64_t left = length; left > 0; left -= chunks.back())
      chunks.push_back(std::min<std::int64_t>(left, 20 + random() % 200));
    return chunks;
  };
  for (std::uint64_t round = 0; round < 4; ++round) {
    const Chunks chunks{cut(512), cut(512)};
    expect_same(chunks, {.ranks = 2 + static_cast<std::uint32_t>(round), .client = {.balance = false}});
  }
}

// What a program moves that reads blocks of 64 rows, 4 on each rank. Its result stays where it is made.
constexpr std::uint64_t kRow = 512 * sizeof(double), kBlock = 64 * kRow, kHeader = 64;
std::uint64_t bytes_moved(const Program& program) {
  LocalCluster cluster({.ranks = 4, .client = {.balance = false}});
  const Array<double> x = blocks({AxisChunks(16, 64), {512}}).persist();
  program(x).persist();
  expect_exact(cluster.client(), "program");
  return cluster.client().last_compute().bytes_moved;
}

TEST(StripsOverRanks, MoveTheNeighboursEdgesAlone) {
  const std::uint64_t moved = bytes_moved(programs().at("overlap"));
  EXPECT_GE(moved, 2 * 3 * (kRow + kHeader));
  EXPECT_LT(moved, 2 * kBlock) << "the blocks beside another rank's would be six";
}

TEST(StripsOverRanks, MoveEveryElementOnceFromRowsToColumns) {
  const std::uint64_t moved = bytes_moved([](const Array<double>& x) { return rechunk(x, {1024, 32}); });
  constexpr std::uint64_t kDescriptions = 4096;
  EXPECT_GE(moved, 12 * kBlock + 16 * 3 * kHeader);
  EXPECT_LE(moved, 12 * kBlock + 16 * 3 * kHeader + kDescriptions);
}

}  // namespace bask::strips_test
