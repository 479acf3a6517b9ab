// Programs with a journal: the next client reads the results that one client has kept; results that were not
// kept or may not be used are computed again. Each test counts the tasks that run.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/statistics.hpp>
#include <bask/collections/array/universal_functions.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/journal/journal_writer.hpp>
#include <bask/journal/program_version.hpp>
#include <bask/safety/crash_report.hpp>

#include "../many.hpp"
#include "checkpoint_attempts.hpp"

#include <atomic>
#include <csignal>
#include <numeric>
#include <random>

namespace bask {
namespace {

INSTANTIATE_TEST_SUITE_P(Threads, CheckpointTest, ::testing::Values(0, 2));

TEST_P(CheckpointTest, AClientReadsWhatTheOneBeforeHasKept) {
  const auto first = delayed<increment>(kKept)(1);
  const auto second = delayed<increment>(kKept)(first);
  const auto third = delayed<increment>(kNever)(second);
  const auto program = [&](Client&) { EXPECT_EQ(third.compute(), 4); };
  EXPECT_EQ(runs_in(program), 3);
  EXPECT_EQ(log_, "");
  EXPECT_EQ(runs_in(program), 1);
  EXPECT_TRUE(has_logged("checkpoint: attempt 2 finds 2 results of earlier attempts")) << log_;
  EXPECT_TRUE(has_logged("checkpoint: 2 of 3 tasks need not run: 1 result is read from the journal")) << log_;
  EXPECT_EQ(runs_in(program), 1) << "a third attempt reads what the first one kept";
}

TEST_P(CheckpointTest, AnAttemptThatWasCutShortIsReadToo) {
  const auto all = delayed<total>(kKept)(delayed<numbers>(kKept)(1000));
  std::int64_t expected = 0;
  {
    const Client client(options_);
    expected = all.compute();
  }  // the attempt ends without finish()
  EXPECT_EQ(runs_in([&](Client&) { EXPECT_EQ(all.compute(), expected); }), 0);
  EXPECT_TRUE(has_logged("; attempt 1 did not end in order")) << log_;
}

TEST_P(CheckpointTest, WhatIsMarkedFalseIsNeverKept) {
  const auto x = delayed<increment>(kNever)(1);
  const auto program = [&](Client&) { EXPECT_EQ(x.compute(), 2); };
  EXPECT_EQ(runs_in(program), 1);
  EXPECT_EQ(runs_in(program), 1);
}

TEST_P(CheckpointTest, DelayedsAreKeptByCheckpoint) {
  const auto x = delayed<numbers>(10).checkpoint();
  const auto sum = delayed<total>(kNever)(x);
  const auto program = [&](Client&) { EXPECT_EQ(sum.compute(), 115); };
  EXPECT_EQ(runs_in(program), 2);
  EXPECT_EQ(runs_in(program), 1);
}

TEST_P(CheckpointTest, ArraysAreKeptByCheckpoint) {
  const annotate nothing_else({.checkpoint = false});
  const Array<double> x = sqrt(arange<std::int64_t>(1000).rechunk({100}).astype<double>()).checkpoint();
  const Array<double> y = sum(x + 1.0);
  double expected = 0;
  attempt([&](Client&) { expected = y.compute().item(); });
  log_ = attempt([&](Client&) { EXPECT_EQ(y.compute().item(), expected); });
  EXPECT_TRUE(has_logged("10 results are read from the journal")) << log_;
}

TEST_P(CheckpointTest, LoopsOfCheckpointsMayBeLong) {
  Array<double> x = zeros({10}, {5});
  for (int step = 0; step < many(5000); ++step) x = (x + 1.0).checkpoint();
  attempt([&](Client&) { EXPECT_EQ(sum(x).compute().item(), many(50'000)); });
}

TEST_P(CheckpointTest, WhatIsPersistedIsKept) {
  const auto x = delayed<numbers>(10);
  const auto program = [&](Client&) {
    const auto held = x.persist();
    EXPECT_EQ(delayed<total>(kNever)(held).compute(), 115);
  };
  EXPECT_EQ(runs_in(program), 2);
  EXPECT_EQ(runs_in(program), 1);
}

TEST_P(CheckpointTest, AResultOfAnotherTypeThanTheKernelGivesIsComputedAgain) {
  const auto x = delayed<increment>(kKept)(1);
  fs::create_directories(journal());
  {
    JournalWriter writer(journal(), {program_version(options_.checkpoint_version), 1, 0});
    Value value;
    value.emplace<double>(7.5);
    writer.append(x.key(), value);
  }
  EXPECT_EQ(runs_in([&](Client&) { EXPECT_EQ(x.compute(), 2); }), 1);
  EXPECT_TRUE(
      has_logged("checkpoint: results of 'increment' were kept as another type than it returns now, and "
                 "are computed again"))
      << log_;
}

TEST_P(CheckpointTest, AnotherVersionsResultsAreNotUsed) {
  const auto x = delayed<increment>(kKept)(1);
  const auto program = [&](Client&) { EXPECT_EQ(x.compute(), 2); };
  options_.checkpoint_version = "one";
  EXPECT_EQ(runs_in(program), 1);
  options_.checkpoint_version = "two";
  EXPECT_EQ(runs_in(program), 1);
  EXPECT_TRUE(has_logged("by another version of the program, and are computed again")) << log_;
  options_.checkpoint_version = "one";
  EXPECT_EQ(runs_in(program), 0);
}

TEST_P(CheckpointTest, ChangedInputsAreTold) {
  const auto program = [](const char* identity) {
    return [=](Client& client) {
      EXPECT_EQ(delayed<increment>(1).compute(), 2);
      client.note_input("wind.h5", "8 bytes of yesterday");
      client.note_input("sea.h5", identity);
    };
  };
  log_ = attempt(program("1 byte"));
  EXPECT_EQ(log_, "");
  log_ = attempt(program("2 bytes"));
  EXPECT_TRUE(
      has_logged("checkpoint: 'sea.h5' has changed since an earlier attempt (then 1 byte, now 2 bytes)"))
      << log_;
  EXPECT_FALSE(has_logged("wind.h5")) << log_;
}

TEST_P(CheckpointTest, ADirectoryInUseIsRefused) {
  const Client client(options_);
  const std::string error = error_of([](Client&) {}, ExitCode::kUsage);
  EXPECT_NE(error.find("is in use by "), std::string::npos) << error;
  EXPECT_NE(error.find("give this job a directory of its own"), std::string::npos) << error;
}

TEST_P(CheckpointTest, ADirectoryThatCannotBeMadeIsDoneWithoutOrRefusedAsTheOptionSays) {
  write_file("file", "");
  options_.checkpoint = (directory_ / "file" / "journal").string();
  const auto x = delayed<increment>(kKept)(1);
  const auto program = [&](Client&) { EXPECT_EQ(x.compute(), 2); };
  EXPECT_EQ(runs_in(program), 1);
  EXPECT_TRUE(has_logged("; the run goes on, and nothing is kept")) << log_;
  EXPECT_EQ(std::count(log_.begin(), log_.end(), '\n'), 1) << log_;
  options_.checkpoint_failure = CheckpointFailure::kStop;
  runs = 0;
  EXPECT_NE(error_of(program, ExitCode::kTaskFailed).find("cannot be created"), std::string::npos);
  EXPECT_EQ(runs, 0);
}

TEST_P(CheckpointTest, OnAFullDiskTheRunGoesOnWithOneWarningOrStopsAsTheOptionSays) {
  constexpr int kLarge = 1 << 20;  // elements: more than a MiB is written at once
  const auto one = delayed<numbers>(kKept)(kLarge);
  const auto two = delayed<numbers>(kKept)(kLarge + 1);
  const auto both = delayed<total>(one) + delayed<total>(two);
  const auto program = [&](Client&) {
    const FullDisk full(1 << 20);
    both.compute();
  };
  options_.progress = Progress::kOff;  // lines that are counted here
  EXPECT_EQ(runs_in(program), 4);
  EXPECT_TRUE(has_logged("; the run goes on, and nothing more is kept")) << log_;
  EXPECT_EQ(std::count(log_.begin(), log_.end(), '\n'), 1) << log_;
  options_.checkpoint_failure = CheckpointFailure::kStop;
  options_.scheduler = Scheduler::kSync;  // with threads both may have begun before the first one fails
  const std::string error = error_of(program, ExitCode::kTaskFailed);
  EXPECT_NE(error.find("--bask-checkpoint-failure=warn"), std::string::npos) << error;
}

TEST_P(CheckpointTest, ACorruptResultIsComputedAgainToTheSameBits) {
  const auto large = delayed<numbers>(kKept)(1 << 20);
  const auto other = delayed<increment>(kKept)(1);
  std::vector<int> expected;
  const auto program = [&](Client&) {
    const auto [all, two] = compute(large, other);
    if (expected.empty()) expected = all;
    EXPECT_TRUE(all == expected);
    EXPECT_EQ(two, 2);
  };
  EXPECT_EQ(runs_in(program), 2);
  change_byte("journal/journal-1-0", 3 << 20, 'x');
  EXPECT_EQ(runs_in(program), 1);
  EXPECT_TRUE(has_logged(" computed again")) << log_;
  EXPECT_EQ(runs_in(program), 0) << "it was kept again";
}

TEST_P(CheckpointTest, StartsNoMoreOftenThanItMay) {
  options_.max_restarts = 2;
  const auto program = [](Client&) { EXPECT_EQ(delayed<increment>(1).compute(), 2); };
  for (int i = 0; i < 3; ++i) attempt(program);
  const std::string error = error_of(program, ExitCode::kUsage);
  EXPECT_NE(error.find("was started 3 times"), std::string::npos) << error;
  EXPECT_NE(error.find("--bask-max-restarts allows 2 restarts"), std::string::npos) << error;
}

TEST_P(CheckpointTest, TheJournalOfAProgramThatIsDoneIsRemovedUnlessItIsToBeKept) {
  const auto x = delayed<increment>(kKept)(1);
  const auto program = [&](Client&) { EXPECT_EQ(x.compute(), 2); };
  attempt(program, 1);
  EXPECT_TRUE(fs::exists(journal())) << "exit code 1";
  options_.checkpoint_keep = true;
  attempt(program, 0);
  EXPECT_TRUE(fs::exists(journal()));
  options_.checkpoint_keep = false;
  attempt(program, 0);
  EXPECT_FALSE(fs::exists(journal()));
}

TEST_P(CheckpointTest, AProgramThatHasComputedNothingLeavesNoDirectoryBehind) {
  attempt([](Client&) {}, 2);
  EXPECT_FALSE(fs::exists(journal()));
}

TEST_P(CheckpointTest, TheJournalStaysAfterAComputationThatFailed) {
  const auto program = [&](Client&) { EXPECT_THROW(delayed<fail_above_5>(7).compute(), TaskError); };
  attempt(program, 0);
  EXPECT_TRUE(fs::exists(journal()));
}

TEST_P(CheckpointTest, WhatWasDoneBeforeAFailureIsNotDoneAgain) {
  const auto before = delayed<increment>(kKept)(5);
  const auto failing = delayed<fail_above_5>(before);
  const auto program = [&](Client&) { EXPECT_THROW(failing.compute(), TaskError); };
  EXPECT_EQ(runs_in(program), 2);
  EXPECT_EQ(runs_in(program), 1);
}

std::atomic<int> signal_to_raise{0};
int interrupt(int x) {
  ++runs;
  if (const int signal = signal_to_raise.exchange(0); signal != 0) std::raise(signal);
  return x;
}

TEST_P(CheckpointTest, AfterASignalAllThatWasDoneIsKept) {
  Delayed<int> chain = delayed<interrupt>(kKept)(0);
  for (int i = 0; i < 20'000; ++i) chain = i % 100 == 0 ? delayed<increment>(kKept)(chain) : chain + 1;
  signal_to_raise = SIGTERM;
  const std::string error = error_of([&](Client&) { chain.compute(); }, ExitCode::kResumable);
  EXPECT_EQ(error.find("compute: SIGTERM stopped the computation after "), 0u) << error;
  EXPECT_NE(error.find("what is done is kept in '" + options_.checkpoint + "'"), std::string::npos) << error;
  if (GetParam() == 0) {  // threads may end the chain before the signal is noticed
    EXPECT_TRUE(has_logged("SIGTERM has come: running tasks have 20.0 s to end")) << log_;
  }
  const int before = runs;
  const int after = runs_in([&](Client&) { EXPECT_EQ(chain.compute(), 20'000); });
  EXPECT_EQ(before + after, 201);
}

TEST_P(CheckpointTest, StopsWhenTheTimeIsOverAndGoesOnAfterwards) {
  const auto x = delayed<increment>(kKept)(1) + 1;
  options_.time_limit = std::chrono::seconds(1);
  options_.time_margin = std::chrono::seconds(2);
  const std::string error = error_of([&](Client&) { x.compute(); }, ExitCode::kResumable);
  EXPECT_EQ(error.find("compute: the time limit stopped the computation after 0 of 2 tasks"), 0u) << error;
  EXPECT_EQ(runs, 0);
  options_.time_limit = std::chrono::hours(1);
  EXPECT_EQ(runs_in([&](Client&) { EXPECT_EQ(x.compute(), 3); }), 1);
}

TEST_P(CheckpointTest, WhatWasKeptBeforeStdExitIsThere) {
  const auto x = delayed<increment>(kKept)(1);
  std::string directory = "--bask-checkpoint=" + options_.checkpoint, name = "program";
  char* argv[] = {name.data(), directory.data(), nullptr};
  int argc = 2;
  const auto program = [&](Client&) {
    x.compute();
    std::exit(3);
  };
  EXPECT_EXIT(run(argc, argv, program), ::testing::ExitedWithCode(3), "");
  const JournalContents contents = read_journals(options_.checkpoint, program_version(""));
  EXPECT_TRUE(contents.records.contains(x.key()));
  ASSERT_EQ(contents.files.size(), 1u);
  EXPECT_EQ(contents.files[0].exit_code, 3);
}

TEST_P(CheckpointTest, FilesAreWrittenAgain) {
  const auto x = arange<std::int64_t>(100).rechunk({10}).checkpoint();
  const std::string file = (directory_ / "x.h5").string();
  for (int i = 0; i < 2; ++i) {
    attempt([&](Client&) {
      to_hdf5(file, "x", x);
      EXPECT_EQ(sum(from_hdf5<std::int64_t>(file, "x")).compute().item(), 4950);
    });
    EXPECT_TRUE(fs::remove(file));
  }
}

TEST_P(CheckpointTest, FilesAreWrittenHereWhateverRunsInProcessesOfTheirOwn) {
  if (!kCrashReports) GTEST_SKIP() << "a sanitizer's allocator has locks that nobody sees to at a fork";
  options_.isolate = Isolate::kAll;
  const std::string file = (directory_ / "x.h5").string();
  attempt([&](Client&) {
    to_hdf5(file, "x", arange<std::int64_t>(100).rechunk({50}));
    EXPECT_EQ(sum(from_hdf5<std::int64_t>(file, "x")).compute().item(), 4950);
  });
}

TEST_F(CheckpointOfRanks, ReadWhatOthersHaveKept) {
  options_.most_delay = 3;
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 60; ++i) all.push_back(delayed<increment>(kKept)(i));
  const auto program = [&](Client&) {
    const std::vector<int> results = compute(all);
    for (int i = 0; i < 60; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i + 1);
  };
  options_.rank0_works = false;
  EXPECT_EQ(runs_on(3, program), 60);
  options_.rank0_works = true;
  EXPECT_EQ(runs_on(2, program), 0) << log_;
  EXPECT_EQ(runs_on(1, program, 0), 0) << log_;
  EXPECT_FALSE(fs::exists(directory_ / "journal"));
}

TEST_F(CheckpointOfRanks, KeepAllThatWasDoneBeforeASignal) {
  const auto first = delayed<interrupt>(kKept)(0);
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 3000; ++i) all.push_back(delayed<increment>(kKept)(first + i));
  signal_to_raise = SIGTERM;
  const int before = runs_on(3, [&](Client&) {
    try {
      compute(all);
      ADD_FAILURE() << "it was not stopped";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kResumable) << error.what();
    }
  });
  const int after = runs_on(2, [&](Client&) { EXPECT_EQ(compute(all)[2999], 3000); });
  EXPECT_EQ(before + after, 3001);
}

// The process gets a signal to stop after this number of tasks. Later tasks take longer, until it is noticed.
std::atomic<int> tasks_before_stop{0};
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  ++runs;
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::microseconds(tasks_before_stop < 0 ? 3000 : 30);
  while (std::chrono::steady_clock::now() < end) {
  }
  if (--tasks_before_stop == 0) std::raise(SIGTERM);
  return (a ^ (b >> 7)) * 0x9e3779b97f4a7c15 + b;
}

TEST_F(CheckpointOfRanks, RunEachTaskOnceHoweverOftenTheyAreStopped) {
  std::mt19937 random(5);
  int attempts = 0;
  for (int program = 0; program < 4; ++program) {
    options_.client.checkpoint = (directory_ / std::to_string(program)).string();
    options_.most_delay = program % 2 == 0 ? 0 : 4;
    std::vector<Delayed<std::uint64_t>> lazy{delayed<mix>(kKept)(1u, 2u)};
    tasks_before_stop = 1000;
    std::vector<std::uint64_t> expected{mix(1, 2)};
    for (int i = 1; i < 300; ++i) {
      const std::size_t a = random() % lazy.size(),
                        b = lazy.size() - 1 - random() % std::min<std::size_t>(lazy.size(), 30);
      lazy.push_back(delayed<mix>(kKept)(lazy[a], lazy[b]));
      expected.push_back(mix(expected[a], expected[b]));
    }
    int all = 0;
    bool is_done = false;
    while (!is_done && ++attempts < 100) {
      tasks_before_stop = 1 + static_cast<int>(random() % 150);
      options_.rank0_works = random() % 2 == 0;
      all += runs_on(2 + random() % 3, [&](Client&) {
        try {
          EXPECT_TRUE(compute(lazy) == expected);
          is_done = true;
        } catch (const Error& error) {
          EXPECT_EQ(error.exit_code(), ExitCode::kResumable) << error.what();
        }
      });
    }
    EXPECT_TRUE(is_done);
    EXPECT_EQ(all, 300);
  }
  EXPECT_GT(attempts, 6);
}

TEST_F(CheckpointOfRanks, ComputeAgainWhatIsCorrupt) {
  std::vector<Delayed<std::vector<int>>> all;
  for (int i = 0; i < 4; ++i) all.push_back(delayed<numbers>(kKept)((1 << 18) + i));
  std::vector<std::vector<int>> expected;
  EXPECT_EQ(runs_on(2, [&](Client&) { expected = compute(all); }), 4);
  change_byte("journal/journal-1-0", 1 << 19, 'x');
  EXPECT_EQ(runs_on(3, [&](Client&) { EXPECT_TRUE(compute(all) == expected); }), 1);
  EXPECT_NE(log_.find(" computed again"), std::string::npos) << log_;
}

TEST_F(CheckpointOfRanks, KeepWhatIsPersistedThere) {
  std::vector<Delayed<int>> all;
  for (int i = 0; i < 8; ++i) all.push_back(delayed<increment>(i));
  const auto program = [&](Client&) {
    const std::vector<Delayed<int>> held = persist(all);
    EXPECT_EQ(compute(held)[7], 8);
  };
  EXPECT_EQ(runs_on(2, program), 8);
  EXPECT_EQ(runs_on(3, program), 0);
}

}  // namespace
}  // namespace bask
