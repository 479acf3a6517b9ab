#include "expect_error.hpp"

#include <unistd.h>
#include <farm/command_file.hpp>
#include <farm/log_directory.hpp>
#include <farm/rank_log.hpp>
#include <farm/reports.hpp>

#include <fstream>
#include <sstream>

namespace {

using farm::Command;
using farm::State;

class LogDirectory : public testing::Test {
 protected:
  LogDirectory() : path_(testing::TempDir() + "farm_log_" + std::to_string(getpid()) + "_" + test_name()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~LogDirectory() override { std::filesystem::remove_all(path_); }

  static std::string test_name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
  static std::vector<Command> commands(const std::string& text) {
    return farm::parse_commands(text, "list.txt", {});
  }
  void end(farm::RankLog& log, std::uint32_t number, State state, std::uint32_t attempt,
           const std::string& output) {
    farm::IndexLine line{.is_end = true,
                         .result = {.number = number, .attempt = attempt, .tries = 1, .state = state}};
    if (!output.empty()) line.output.push_back(log.write_output("title", output));
    log.note(line);
  }
  std::string shown(std::size_t position) {
    std::ostringstream out;
    farm::show_commands(farm::read_log(path_), {position}, out);
    return out.str();
  }

  const std::filesystem::path path_;
};

TEST_F(LogDirectory, KnowsHowCommandsEnded) {
  farm::open_log(path_, commands("a\nb\nc\n"), false);
  {
    farm::RankLog zero(path_, 1, 0), one(path_, 1, 1);
    end(zero, 1, State::kSucceeded, 1, "of a\n");
    end(one, 2, State::kFailed, 1, "of b without end");
  }
  const auto log = farm::read_log(path_);
  EXPECT_EQ(log.starts, 1u);
  const auto counts = farm::count(log);
  EXPECT_EQ(counts.succeeded, 1u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.waiting, 1u);
  expect_contains(shown(0), "\nof a\n");
  EXPECT_TRUE(shown(1).ends_with("\nof b without end"));
}

TEST_F(LogDirectory, TheLastAttemptCounts) {
  auto log = farm::open_log(path_, commands("a\n"), false);
  farm::RankLog first(path_, 1, 0);
  end(first, 1, State::kFailed, 1, "old\n");
  log = farm::read_log(path_);
  farm::want_another_attempt(log, {0});
  EXPECT_FALSE(farm::read_log(path_).records[0].is_done());
  farm::RankLog second(path_, 2, 0);
  end(second, 1, State::kSucceeded, 2, "new\n");
  log = farm::read_log(path_);
  EXPECT_TRUE(log.records[0].is_done());
  EXPECT_EQ(log.records[0].result->state, State::kSucceeded);
  expect_contains(shown(0), "\nnew\n");
}

TEST_F(LogDirectory, ALineThatACrashCutOffIsNoEnd) {
  farm::open_log(path_, commands("a\nb\n"), false);
  {
    farm::RankLog log(path_, 1, 0);
    end(log, 1, State::kSucceeded, 1, "");
    end(log, 2, State::kSucceeded, 1, "");
  }
  const auto index = path_ / farm::index_file_name(1, 0);
  std::filesystem::resize_file(index, std::filesystem::file_size(index) - 3);
  const auto log = farm::read_log(path_);
  EXPECT_TRUE(log.records[0].is_done());
  EXPECT_FALSE(log.records[1].is_done());
}

TEST_F(LogDirectory, AnotherListIsRefused) {
  farm::open_log(path_, commands("a\nb\n"), false);
  const std::string message = refusal([&] { farm::open_log(path_, commands("a\nx\n"), false); });
  expect_contains(message, "another list of 2 commands, which differs from command 2 on");
  for (const char* way : {"--log DIR", "farm retry", "--force"}) expect_contains(message, way);
  EXPECT_EQ(farm::open_log(path_, commands("a\nx\n"), true).starts, 0u);
  EXPECT_EQ(farm::read_log(path_).commands[1].text, "x");
}

TEST_F(LogDirectory, ForceKeepsTheResultsOfTheSameList) {
  farm::open_log(path_, commands("a\n"), false);
  {
    farm::RankLog log(path_, 1, 0);
    end(log, 1, State::kSucceeded, 1, "");
  }
  EXPECT_TRUE(farm::open_log(path_, commands("a\n"), true).records[0].is_done());
}

TEST_F(LogDirectory, TheSameListMayNeedMore) {
  farm::open_log(path_, commands("a\n"), false);
  farm::open_log(path_, commands("#farm: time=1h\na\n"), false);
  EXPECT_EQ(farm::read_log(path_).commands[0].needs.time_limit_ns, 3'600'000'000'000);
}

TEST_F(LogDirectory, ADirectoryOfOtherFilesIsRefused) {
  std::ofstream(path_ / "thesis.tex") << "x";
  expect_contains(refusal([&] { farm::open_log(path_, commands("a\n"), true); }), "has other files in it");
  expect_contains(refusal([&] { farm::read_log(path_); }), "there is no farm's log here");
}

TEST_F(LogDirectory, OneFarmAtATimeHoldsIt) {
  EXPECT_FALSE(bask::is_locked(path_));
  {
    const bask::JournalLock lock = farm::lock_directory(path_);
    EXPECT_TRUE(bask::is_locked(path_));
    const std::string refused = refusal([&] { farm::lock_directory(path_); });
    expect_contains(refused, "farm: '" + path_.string() + "' is in use by ");
    expect_contains(refused, "or give this job a directory of its own: --log DIR");
  }
  EXPECT_FALSE(bask::is_locked(path_));
}

TEST_F(LogDirectory, LargeOutputsArePieces) {
  farm::open_log(path_, commands("a\n"), false);
  farm::RankLog log(path_, 1, 0);
  farm::OutputBuffer output(log, "a");
  std::string all;
  for (int i = 0; i < 100'000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    all += line;
    output.add(line);
  }
  farm::IndexLine line{.is_end = true, .result = {.number = 1, .tries = 1, .state = State::kSucceeded}};
  line.output = output.finish();
  EXPECT_GT(line.output.size(), 1u);
  log.note(line);
  EXPECT_TRUE(shown(0).ends_with("\n" + all));
}

}  // namespace
