// Random exchanges on several ranks, over a network that delays and reorders, within memory limits: the bytes
// of a plain computation, whatever is stolen; no hang; nothing left in ledgers or on the disk. All ranks of
// the process share the backing of their parts, which has a ledger and a disk of its own.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/exchange_backing.hpp>

#include "../execution/bad_disk.hpp"
#include "../execution/limited_runtime.hpp"
#include "../many.hpp"
#include "../system/directory_test.hpp"
#include "exchange_graph.hpp"
#include "local_cluster.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace bask::parts_ranks_test {

constexpr std::chrono::seconds kPatience(kSanitized ? 90 : 30);
constexpr std::uint64_t kNoLimit = LimitedRuntime::kNoLimit;

// BASK_RANDOM_GRAPHS says how many graphs each test runs, for a longer look than the suite takes.
int graphs(int count) {
  const char* const asked = std::getenv("BASK_RANDOM_GRAPHS");
  return asked != nullptr ? std::atoi(asked) : many(count);
}

std::shared_ptr<RankMemory> memory_on(const std::string& scratch, std::uint64_t limit,
                                      const TransferCalls& calls = TransferCalls::of_system()) {
  return std::make_shared<RankMemory>(
      limit, [scratch] { return scratch; }, calls);
}

void expect_nothing_left(RankMemory& memory) {
  EXPECT_EQ(memory.ledger().held(), 0u);
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind)
    EXPECT_EQ(memory.ledger().held(static_cast<MemoryKind>(kind)), 0u) << name_of(MemoryKind(kind));
  if (memory.counts().disk.bytes_written != 0) EXPECT_EQ(memory.spill_store().bytes_held(), 0u);
}

std::string outcome(const ExchangeGraph& graph) {
  try {
    return graph.computed();
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Every third time exactly what is needed, every third time no limit, else up to twice as much.
std::uint64_t limit_for(std::uint64_t need, int number) {
  if (number % 3 == 2) return kNoLimit;
  return need + (number % 3 == 0 ? 0 : std::mt19937(static_cast<unsigned>(number))() % (need + 1));
}

// How one graph is run. Ranks, threads, delays and the memory of parts follow from its number.
struct ExchangeTrial {
  ExchangeTrial(int number, const ExchangeGraph& graph, const std::string& scratch,
                const LocalClusterOptions& own = {}, const TransferCalls& disk = TransferCalls::of_system())
      : limit(limit_for(graph.need(), number)),
        text("graph " + std::to_string(number) + ", limit " + std::to_string(limit)),
        parts(memory_on(scratch, kOfParts[number / 3 % 5] == 1 ? graph.need() : kOfParts[number / 3 % 5],
                        disk)) {
    watchdog.emplace(text, kPatience);
    back_exchanges(parts);
    LocalClusterOptions options = own;
    options.ranks = 1 + static_cast<std::uint32_t>(number) % 4;
    options.threads = 1 + static_cast<unsigned>(number / 4) % 3;
    options.rank0_works = options.ranks == 1 || number % 5 != 4;
    options.seed = static_cast<std::uint64_t>(number);
    options.most_delay = kDelays[number / 2 % 3];
    options.memory_limit = limit;
    options.longest_nap = std::chrono::microseconds(100);
    options.scratch = scratch;
    options.client.fuse = number % 7 == 6 && limit == kNoLimit;
    options.client.progress = Progress::kOff;
    cluster.emplace(options);
    for (std::uint32_t rank = 0; rank < options.ranks; ++rank)
      memories.push_back(cluster->node(rank).memory());
  }
  // What is under way beside the results: an eighth of the limit, and what the ledger has of it.
  void expect_within_limits(const ExchangeGraph& graph) const {
    if (parts->ledger().has_limit())
      EXPECT_LE(parts->ledger().peak(MemoryKind::kExchange), parts->ledger().limit() / 4);
    if (limit == kNoLimit) return;
    for (const auto& memory : memories) {
      const std::uint64_t beside = memory->ledger().peak(MemoryKind::kTransfer);
      EXPECT_LE(memory->ledger().peak(), limit + limit / 8 + graph.largest() + beside);
    }
  }
  void end() {
    cluster.reset();
    watchdog.reset();
    for (const auto& memory : memories) expect_nothing_left(*memory);
    expect_nothing_left(*parts);
  }
  std::uint64_t on_disk() const { return parts->counts().disk.bytes_written; }

  static constexpr std::uint32_t kDelays[] = {0, 3, 10};
  static constexpr std::uint64_t kOfParts[] = {0, kNoLimit, 1, 64 << 10, 4 << 10};  // 1: what a unit needs
  const std::uint64_t limit;
  const std::string text;
  const std::shared_ptr<RankMemory> parts;
  std::optional<Watchdog> watchdog;
  std::optional<LocalCluster> cluster;
  std::vector<std::shared_ptr<RankMemory>> memories;
};

class PartsRanksTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    set_up_log({.level = LogLevel::kError});  // runs that spill say so
  }
  void TearDown() override {
    ExchangeGraph::failure = ExchangeGraph::kNone;
    ExchangeGraph::is_slow = false;
    PartsBacking::set_of_process(nullptr);
    set_up_log({});
    DirectoryTest::TearDown();
  }
};

TEST_F(PartsRanksTest, GiveTheBytesOfAPlainComputation) {
  std::uint64_t on_disk = 0;
  for (int number = 0; number < graphs(90); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    ExchangeTrial trial(number, graph, directory_, {.client = {.balance = false}});
    SCOPED_TRACE(trial.text);
    ASSERT_EQ(outcome(graph), graph.expected());
    trial.expect_within_limits(graph);
    on_disk += trial.on_disk();
    trial.end();
  }
  EXPECT_GT(on_disk, 0u);
}

TEST_F(PartsRanksTest, GiveTheSameBytesWhateverIsStolen) {
  ExchangeGraph::is_slow = true;
  for (int number = 0; number < graphs(40); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    ExchangeTrial trial(number, graph, directory_);
    SCOPED_TRACE(trial.text);
    ASSERT_EQ(outcome(graph), graph.expected());
    trial.end();
  }
}

// Within exactly what a unit needs, parts wait for the credit of a byte when the run stops.
TEST_F(PartsRanksTest, EndWithTheErrorOfATaskThatThrows) {
  for (int number = 0; number < graphs(30); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    ExchangeTrial trial(number, graph, directory_);
    SCOPED_TRACE(trial.text);
    ExchangeGraph::failure = 1 + number % 3;
    const std::string failed = outcome(graph);
    ExchangeGraph::failure = ExchangeGraph::kNone;
    const bool has_thrown = failed.find("threw std::domain_error: this task was to throw") != failed.npos;
    EXPECT_TRUE(has_thrown || (number % 3 == 2 && failed == graph.expected())) << failed;
    EXPECT_EQ(outcome(graph), graph.expected()) << "afterwards";
    trial.end();
  }
}

TEST_F(PartsRanksTest, ABadDiskGivesTheBytesOrItsErrorAndNeverOtherBytes) {
  int failed = 0;
  for (int number = 0; number < graphs(60); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    std::mt19937 random(static_cast<unsigned>(number));
    BadDisk disk{static_cast<BadDisk::Fault>(number % BadDisk::kFaults), static_cast<int>(random() % 6),
                 static_cast<off_t>(random() % 3 * 4096)};
    const int on_disk = number / 15 * 15 + number % 3;  // little memory for parts
    ExchangeTrial trial(on_disk, graph, directory_, {}, disk.calls());
    SCOPED_TRACE(trial.text + ", fault " + std::to_string(disk.fault));
    const std::string result = outcome(graph);
    if (result != graph.expected()) {
      ++failed;
      for (const std::string& text : {std::string(disk.text()), std::string(directory_)})
        EXPECT_NE(result.find(text), std::string::npos) << text << " is not in: " << result;
      EXPECT_NE(disk.fault, BadDisk::kShort);
    }
    trial.end();
  }
  EXPECT_GT(kSanitized ? 1 : failed, 0) << "the disks were as bad as none";
}

// In one process, parts take their memory from the ledger of the units.
TEST_F(PartsRanksTest, LeaveTheUnitsOfOneProcessTheirRoom) {
  std::uint64_t in_memory = 0, on_disk = 0;
  for (int number = 0; number < graphs(60); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    const std::uint64_t limit = limit_for(graph.need(), number);
    const std::string text = "graph " + std::to_string(number) + ", limit " + std::to_string(limit);
    SCOPED_TRACE(text);
    const Watchdog watchdog(text, kPatience);
    LimitedRuntime runtime(limit, static_cast<unsigned>(number) % 4, directory_);
    back_exchanges(runtime.memory().shared_from_this());
    ASSERT_EQ(outcome(graph), graph.expected());
    EXPECT_LE(runtime.peak(), limit);
    in_memory += runtime.ledger().peak(MemoryKind::kExchange);
    on_disk += runtime.memory().counts().disk.bytes_written;
    expect_nothing_left(runtime.memory());
  }
  EXPECT_GT(in_memory, 0u);
  EXPECT_GT(on_disk, 0u);
}

// Those on the disk give back their room there, when the last handle to them goes.
TEST_F(PartsRanksTest, ArePersistedAndDropped) {
  for (const std::uint64_t of_parts : {std::uint64_t{0}, kNoLimit}) {
    const Watchdog watchdog("a handle to parts that goes", kPatience);
    LimitedRuntime runtime(of_parts == 0 ? 1 << 20 : kNoLimit, 1, directory_);
    back_exchanges(runtime.memory().shared_from_this());
    const TaskRef parts = ExchangeGraph::parts_of_one_block(400'000);
    const TaskRef* const target = &parts;
    std::vector<TaskRef> kept = runtime.persist({&target, 1});
    EXPECT_EQ(runtime.memory().bytes_on_disk() != 0, of_parts == 0);
    kept.clear();
    expect_nothing_left(runtime.memory());
  }
}

TEST_F(PartsRanksTest, AreReadFromAJournalAfterAFailure) {
  for (int number = 0; number < graphs(24); ++number) {
    const ExchangeGraph graph(static_cast<unsigned>(number));
    const std::string journal = directory_ / ("journal" + std::to_string(number));
    const auto start = [&](int trial_number) {
      LocalClusterOptions options;
      options.client.checkpoint = journal;
      const annotate kept({.checkpoint = true});
      ExchangeTrial trial(trial_number, graph, directory_, options);
      const std::string result = outcome(graph);
      trial.end();
      return result;
    };
    SCOPED_TRACE("graph " + std::to_string(number));
    ExchangeGraph::failure = ExchangeGraph::kInMerge;
    EXPECT_NE(start(number).find("this task was to throw"), std::string::npos);
    ExchangeGraph::failure = ExchangeGraph::kNone;
    ASSERT_EQ(start(number + 1), graph.expected());
    ExchangeGraph::splits = 0;
    ASSERT_EQ(start(number + 2), graph.expected());
    EXPECT_EQ(ExchangeGraph::splits, 0u) << "all were kept";
  }
}

}  // namespace bask::parts_ranks_test
