// Suspects: the attempts that crash are real processes, which are killed and leave their files.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/graph/kernel.hpp>
#include <bask/journal/suspects.hpp>
#include <bask/safety/running_file.hpp>

#include <csignal>
#include <fstream>

namespace bask {
namespace {

const KernelId kSimulate = KernelRegistry::instance().add("simulate", "test", [](KernelCall&) {});
const Key kBad{0x7f3a09c100000000ull, 1};
Key innocent(std::uint64_t number) {
  return {number << 32, 2};
}

struct Running {
  Key key;
  int signal = 0;
};

class Suspects : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) /
        ("bask_suspects_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) +
         std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // One rank of an attempt that is killed while these tasks run.
  void crash(std::uint32_t attempt, std::uint32_t rank, const std::vector<Running>& tasks,
             Key registry = KernelRegistry::instance().hash()) {
    const pid_t child = fork();
    if (child == 0) {
      const RunningFile file(running_file_of(directory_, attempt, rank), {attempt, rank, registry}, 8);
      for (const Running& task : tasks) {
        RunningTask* slot = RunningTasks::take();
        slot->set("simulate", 1, kSimulate, task.key);
        slot->note_crash(task.signal);
      }
      raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
  }
  std::vector<std::string> names(std::uint32_t attempt) {
    std::vector<std::string> all;
    for (const Suspect& suspect : find_suspects(directory_, attempt).suspects) all.push_back(suspect.name);
    return all;
  }
  std::size_t files() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  std::filesystem::path directory_;
};

using Names = std::vector<std::string>;
using Attempts = std::vector<std::uint32_t>;

TEST_F(Suspects, AreNoneInADirectoryWithoutCrashes) {
  EXPECT_TRUE(find_suspects(directory_, 1).crashes.empty());
  EXPECT_TRUE(find_suspects(directory_ / "nowhere", 1).crashes.empty());
  EXPECT_EQ(suspects_text(find_suspects(directory_, 1)), "");
}

TEST_F(Suspects, AreTheTasksThatRanAtEachOfTheLastThreeCrashesOnAnyRank) {
  crash(1, 0, {{innocent(9)}});
  crash(2, 0, {{kBad}, {innocent(1)}});
  crash(2, 1, {{innocent(2)}});
  crash(3, 0, {{innocent(1)}, {innocent(3)}});
  crash(3, 1, {{kBad}});
  crash(4, 0, {});
  crash(4, 7, {{innocent(4)}, {innocent(2)}, {kBad}});
  const CrashEvidence evidence = find_suspects(directory_, 5);
  EXPECT_EQ(evidence.crashes, (Attempts{2, 3, 4}));
  ASSERT_EQ(evidence.suspects.size(), 1u);
  EXPECT_EQ(evidence.suspects[0].key, kBad);
  EXPECT_EQ(suspects_text(evidence),
            "task 'simulate-7f3a09c1' was running at each of the last 3 crashes (attempts 2, 3, 4): it is "
            "suspect; --bask-isolate=suspects runs it in a process of its own");
}

TEST_F(Suspects, WantThreeCrashes) {
  crash(1, 0, {{kBad}});
  crash(2, 0, {{kBad}});
  EXPECT_EQ(find_suspects(directory_, 3).crashes, (Attempts{1, 2}));
  EXPECT_EQ(names(3), Names{});
  crash(4, 0, {{kBad}});  // attempt 3 ended in order
  EXPECT_EQ(names(5), Names{"simulate-7f3a09c1"});
}

TEST_F(Suspects, AreNotWhatEndedBeforeTheLastCrash) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) crash(attempt, 0, {{kBad}});
  crash(4, 0, {{innocent(1)}});
  EXPECT_EQ(names(5), Names{});
}

TEST_F(Suspects, AreThoseWhoseThreadsCrashedWhereTheseSaidSo) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    crash(attempt, 0, {{innocent(1)}, {kBad, SIGSEGV}, {innocent(2)}});
  }
  EXPECT_EQ(names(4), Names{"simulate-7f3a09c1"});
}

TEST_F(Suspects, AreAllThatRanWhereOtherThreadsCrashedEachTime) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    crash(attempt, 0, {{kBad}, {innocent(attempt), SIGSEGV}});
  }
  EXPECT_EQ(names(4), Names{"simulate-7f3a09c1"});
}

TEST_F(Suspects, HaveNoKernelsNameFromAnotherBinary) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) crash(attempt, 0, {{kBad}}, Key{1, 1});
  EXPECT_EQ(names(4), Names{"task-7f3a09c1"});
}

TEST_F(Suspects, AreNamedUpToEight) {
  std::vector<Running> tasks;
  for (std::uint64_t i = 1; i <= 10; ++i) tasks.push_back({innocent(i)});
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) crash(attempt, 0, tasks);
  const std::string text = suspects_text(find_suspects(directory_, 4));
  EXPECT_NE(text.find("task 'simulate-00000008'"), text.npos) << text;
  EXPECT_EQ(text.find("task 'simulate-00000009'"), text.npos) << text;
  EXPECT_EQ(text.substr(text.rfind('\n') + 1), "so were 2 more tasks");
}

TEST_F(Suspects, AreFoundAmongFilesOfAnyContent) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) crash(attempt, 0, {{kBad}});
  const auto first = directory_ / "running-1-0";
  for (const char* name :
       {"running-1-1", "running-2-", "running--1", "running-2-x", "running-2-0-0", "running-",
        "running-99999999999-0", "running-4-0", "running-+2-0", "journal-1-0"}) {
    std::ofstream(directory_ / name) << "nonsense";
  }
  std::filesystem::copy_file(first, directory_ / "running-2-5");  // its content is of attempt 1
  mkfifo((directory_ / "running-3-1").c_str(), 0600);
  std::filesystem::create_directory(directory_ / "running-3-2");
  std::filesystem::create_symlink("/dev/zero", directory_ / "running-3-3");
  EXPECT_EQ(names(4), Names{"simulate-7f3a09c1"});
  EXPECT_EQ(names(5), Names{}) << "attempt 4 left a file that says nothing";
}

TEST_F(Suspects, KeepTheFilesOfTheLastThreeCrashesWhenPruned) {
  for (const std::uint32_t attempt : {1u, 2u, 5u, 6u, 8u, 9u}) {
    crash(attempt, 0, {{kBad}});
    crash(attempt, 1, {{kBad}});
  }
  std::ofstream(directory_ / "journal-1-0") << "records";
  prune_running_files(directory_, 9);
  EXPECT_EQ(find_suspects(directory_, 9).crashes, (Attempts{5, 6, 8}));
  EXPECT_EQ(files(), 9u) << "of attempts 5, 6, 8 and 9, and the journal";
  remove_running_files(directory_);
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace bask
