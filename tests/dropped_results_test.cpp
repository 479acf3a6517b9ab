// Results that leave memory without being written, as making them again costs less: which ones, that the bits
// stay, and what is said.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>
#include <bask/execution/recipe.hpp>
#include <bask/execution/remaker.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/memory_text.hpp>

#include "cluster/local_cluster.hpp"
#include "many.hpp"

#include <atomic>
#include <filesystem>

namespace bask::dropped_results_test {

constexpr std::uint64_t kMiB = 1 << 20;

// Without threads: the calling one alone.
Options limited(int threads, std::uint64_t limit = 4 * kMiB) {
  Options options{.threads = std::max(threads, 1), .memory_limit = limit};
  if (threads == 0) options.scheduler = Scheduler::kSync;
  return options;
}

// 16 MiB in 32 blocks.
Array<double> numbers() {
  return random::default_rng(3).random({2048, 1024}, {64, 1024});
}

struct Sums {
  double once, twice;
};
Sums sums_of(const Array<double>& x) {
  return {x.sum().compute().item(), (x * x).sum().compute().item()};
}

class DroppedResults : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, DroppedResults, testing::Values(0, 2));

TEST_P(DroppedResults, ArePersistedRandomNumbers) {
  const Sums expected = [] {
    const Client client(Options{.threads = 2});
    return sums_of(numbers());
  }();
  const Client client(limited(GetParam()));
  const Array<double> x = numbers().persist();
  EXPECT_EQ(x.sum().compute().item(), expected.once);
  const MemoryUse use = client.last_compute().memory.at(0);
  EXPECT_GE(use.made_again + use.read_back, 8 * kMiB);
  if (!kSanitized) {  // which makes numbers more slowly than a disk reads them
    EXPECT_GT(use.made_again, use.spilled) << "but for those that a busy machine has made slowly";
  }
  EXPECT_LE(use.peak, 4 * kMiB);
  EXPECT_EQ((x * x).sum().compute().item(), expected.twice) << "of a later computation";
  EXPECT_TRUE(kSanitized || client.last_compute().memory.at(0).made_again > 0);
}

// What the blocks are made from has come to the ranks as results do, and is freed there with its last reader.
TEST(DroppedResultsOfRanks, ArePersistedRandomNumbers) {
  const auto more_numbers = [] { return random::default_rng(3).random({4096, 1024}, {64, 1024}); };
  const Sums expected = [&] {
    const Client client(Options{.threads = 2});
    return sums_of(more_numbers());
  }();
  LocalCluster cluster({.ranks = 3, .most_delay = 3, .memory_limit = 4 * kMiB});
  const Array<double> x = more_numbers().persist();
  EXPECT_EQ(x.sum().compute().item(), expected.once);
  for (const MemoryUse& use : cluster.client().last_compute().memory) {
    EXPECT_GE(use.made_again + use.read_back, 4 * kMiB);
    EXPECT_TRUE(kSanitized || use.made_again > use.read_back) << use.made_again << " and " << use.read_back;
    EXPECT_LE(use.peak, 4 * kMiB);
  }
  EXPECT_EQ((x * x).sum().compute().item(), expected.twice) << "of a later computation";
}

TEST_P(DroppedResults, CountAsTasksOnce) {
  std::vector<std::uint64_t> tasks;
  for (const Options& options : {limited(GetParam()), Options{.threads = 2}}) {
    const Client client(options);
    numbers().persist().sum().compute();
    tasks.push_back(client.last_compute().tasks);
  }
  EXPECT_EQ(tasks[0], tasks[1]);
}

double next(double x) {
  return x + 1;
}

TEST_P(DroppedResults, AreNotThoseOfFunctionsOfUsers) {
  const Client client(limited(GetParam()));
  const Array<double> x = map<next>(numbers()).persist();
  const double sum = x.sum().compute().item();
  EXPECT_EQ(client.last_compute().memory.at(0).made_again, 0u);
  EXPECT_GE(client.last_compute().memory.at(0).spilled + client.last_compute().memory.at(0).read_back,
            8 * kMiB);
  EXPECT_GT(sum, 2048 * 1024);
}

std::atomic<int> calls{0};
std::vector<double> one_more(int number) {
  ++calls;
  return std::vector<double>(kMiB / sizeof(double), number);
}
double total(const std::vector<double>& a, const std::vector<double>& b) {
  return a[0] + b[0];
}

TEST_P(DroppedResults, AreNotThoseOfLazyCalls) {
  calls = 0;
  const Client client(limited(GetParam()));
  std::vector<Delayed<std::vector<double>>> made;
  for (int number = 0; number < 16; ++number) made.push_back(delayed<one_more>(number));
  std::vector<Delayed<double>> sums;
  for (std::size_t k = 0; k < 16; ++k) sums.push_back(delayed<total>(made[k], made[15 - k]));
  double sum = 0;
  for (const auto& one : compute(sums)) sum += one;
  EXPECT_EQ(sum, 240);
  EXPECT_EQ(calls, 16);
  EXPECT_EQ(client.last_compute().memory.at(0).made_again, 0u);
}

class DroppedBlocksOfFiles : public DroppedResults {
 protected:
  void SetUp() override {
    const Client client(Options{.threads = 2});
    to_hdf5(path_.string(), "x", numbers());
    expected_ = sums_of(numbers());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) / ("dropped-" + std::to_string(::getpid()) + ".h5");
  const FromHdf5Options options_{.chunks = ChunkSpec{64, 1024}};
  Sums expected_{};
};
INSTANTIATE_TEST_SUITE_P(Threads, DroppedBlocksOfFiles, testing::Values(0, 2));

// What is persisted stays what it was, whatever becomes of the file.
TEST_P(DroppedBlocksOfFiles, AreNotThosePersisted) {
  const Client client(limited(GetParam()));
  const Array<double> x = from_hdf5<double>(path_.string(), "x", options_).persist();
  EXPECT_EQ(client.last_compute().memory.at(0).made_again, 0u);
  std::filesystem::remove(path_);
  EXPECT_EQ(x.sum().compute().item(), expected_.once);
}

TEST_P(DroppedBlocksOfFiles, AreReadAgainWithinOneComputation) {
  const Client client(limited(GetParam()));
  const auto x = from_hdf5<double>(path_.string(), "x", options_);
  const double squares = ((x - x.mean()) * (x - x.mean())).sum().compute().item();
  const MemoryUse use = client.last_compute().memory.at(0);
  EXPECT_GT(use.made_again + use.spilled, 0u);
  EXPECT_NEAR(squares, expected_.twice - expected_.once * expected_.once / (2048 * 1024), 1e-3);
}

Value number_of(int number) {
  Value value;
  value.emplace<int>(number);
  return value;
}

TEST(Recipe, MakesTheResultFromInputsOfItsOwn) {
  const Kernel kernel{
      .name = "double",
      .hash = {},
      .run = [](KernelCall& call) { call.result.emplace<int>(2 * call.inputs[0].value->get<int>()); },
      .id = {},
      .result = nullptr,
      .repeats = nullptr};
  const std::uint32_t argument = 7;
  Recipe::Copies copies;
  std::shared_ptr<const Recipe> kept;
  {
    Value input = number_of(21);
    const Recipe recipe(kernel, reinterpret_cast<const std::byte*>(&argument), {&input});
    kept = recipe.copy(copies);
    EXPECT_EQ(recipe.copy(copies)->make().get<int>(), 42);
    EXPECT_EQ(copies.size(), 1u) << "recipes share their inputs";
    input = number_of(0);
  }
  EXPECT_EQ(kept->make().get<int>(), 42);
}

TEST(Recipe, SaysWhatCouldNotBeMadeAgain) {
  const Kernel kernel{.name = "read",
                      .hash = {},
                      .run = [](KernelCall&) { throw std::runtime_error("there is no such file"); },
                      .id = {},
                      .result = nullptr,
                      .repeats = nullptr};
  const std::uint32_t argument = 7;
  const Recipe recipe(kernel, reinterpret_cast<const std::byte*>(&argument), {});
  try {
    recipe.make();
    FAIL() << "it was made";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "result of read: it had left memory, and could not be made again: std::runtime_error: there "
                 "is no such file; raise "
                 "--bask-memory-limit, and let nothing that it reads change while the program runs");
  }
}

TEST(Remaker, RunsEachCallOnceAndThoseThatAreLeftAtItsEnd) {
  std::atomic<int> ran{0};
  {
    Remaker remaker(3);
    for (int call = 0; call < 1000; ++call) {
      remaker.run([&ran, &remaker] {
        ++ran;
        remaker.made(8);
      });
    }
  }
  EXPECT_EQ(ran, 1000);
}

TEST(DroppedResultsText, SaysHowMuchWasMadeAgain) {
  const MemoryUse use{.limit = 512 * kMiB, .made_again = 1024 * kMiB, .lost_ns = 90'000'000};
  EXPECT_EQ(spilled_text({use}),
            "1 GiB of results did not fit into the limit of 512 MiB and were made again when they were read: "
            "90.0 ms "
            "were lost; raise --bask-memory-limit or use smaller chunks");
  MemoryUse both = use;
  both.spilled = 256 * kMiB;
  both.scratch = "/tmp";
  EXPECT_EQ(
      spilled_text({both}),
      "256 MiB of results did not fit into the limit of 512 MiB and went to /tmp, 1 GiB more were made again "
      "when they were read: 90.0 ms were lost; raise --bask-memory-limit or use smaller chunks");
}

}  // namespace bask::dropped_results_test
