// The log: the form of a line on stderr and in the file, which lines are left out, and wrong file names.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>
#include <vector>

namespace bask {
namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(directory_); }
  void TearDown() override {
    set_up_log({});
    std::filesystem::remove_all(directory_);
  }

  std::string lines_of(const std::string& name) {
    std::ifstream file(directory_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string directory_ =
      testing::TempDir() + "bask_log_" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

const LogSettings kRank3{.level = LogLevel::kInfo, .file = {}, .rank = 3, .ranks = 4, .host = "n2"};

std::string on_screen(LogLevel level, const std::string& text) {
  testing::internal::CaptureStderr();
  log_line(level, text);
  return testing::internal::GetCapturedStderr();
}

std::string refusal(const LogSettings& settings) {
  try {
    set_up_log(settings);
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.what();
  }
  return "no error";
}

TEST_F(Log, NamesNoRankWhenThereIsButOne) {
  set_up_log({});
  EXPECT_EQ(on_screen(LogLevel::kWarning, "cores are short"), "bask: warning: cores are short\n");
  EXPECT_EQ(on_screen(LogLevel::kInfo, "2 threads"), "bask: 2 threads\n");
}

TEST_F(Log, NamesRankAndHostWhenThereAreSeveral) {
  set_up_log(kRank3);
  EXPECT_EQ(on_screen(LogLevel::kError, "x"), "bask: error: rank 3 (n2): x\n");
  EXPECT_EQ(on_screen(LogLevel::kInfo, "x"), "bask: rank 3 (n2): x\n");
}

TEST_F(Log, NamesNoRankForWhatIsAboutAll) {
  set_up_log(kRank3);
  testing::internal::CaptureStderr();
  log_job_line(LogLevel::kInfo, "4 ranks");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "bask: 4 ranks\n");
}

TEST_F(Log, PutsItsNameBeforeEachLineOfAText) {
  set_up_log({});
  EXPECT_EQ(on_screen(LogLevel::kInfo, "a\nb\n"), "bask: a\nbask: b\n");
}

TEST_F(Log, LeavesBracesInATextAlone) {
  set_up_log({});
  EXPECT_EQ(on_screen(LogLevel::kInfo, "a {} %v"), "bask: a {} %v\n");
}

TEST_F(Log, LeavesOutWhatIsLessImportantThanItsLevel) {
  LogSettings settings = kRank3;
  settings.level = LogLevel::kWarning;
  set_up_log(settings);
  EXPECT_FALSE(log_wanted(LogLevel::kInfo));
  EXPECT_EQ(on_screen(LogLevel::kInfo, "x"), "");
  EXPECT_NE(on_screen(LogLevel::kWarning, "x"), "");
  settings.level = LogLevel::kDebug;
  set_up_log(settings);
  EXPECT_EQ(on_screen(LogLevel::kDebug, "x"), "bask: debug: rank 3 (n2): x\n");
}

TEST_F(Log, WritesAFileOfTheRankWithTimeStampsAndMakesItsDirectory) {
  LogSettings settings = kRank3;
  settings.file = directory_ + "/rank-%r.log";
  set_up_log(settings);
  on_screen(LogLevel::kInfo, "first");
  EXPECT_TRUE(std::regex_match(lines_of("rank-3.log"),
                               std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} rank 3 \(n2\): first\n)")))
      << lines_of("rank-3.log");
}

TEST_F(Log, GoesOnInAFileFromAnEarlierRun) {
  LogSettings settings = kRank3;
  settings.file = directory_ + "/%r.log";
  for (const char* text : {"earlier", "later"}) {
    set_up_log(settings);
    on_screen(LogLevel::kInfo, text);
  }
  const std::string lines = lines_of("3.log");
  EXPECT_LT(lines.find("earlier"), lines.find("later"));
  EXPECT_NE(lines.find("later"), std::string::npos);
}

TEST_F(Log, KeepsLinesOfSeveralThreadsWhole) {
  LogSettings settings = kRank3;
  settings.file = directory_ + "/%r.log";
  set_up_log(settings);
  testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([] {
      for (int line = 0; line < 200; ++line) log_line(LogLevel::kInfo, "a line of its own");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(testing::internal::GetCapturedStderr());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_EQ(line, "bask: rank 3 (n2): a line of its own");
  EXPECT_EQ(count, 400);
}

TEST_F(Log, RefusesAFileThatCannotBeOpened) {
  EXPECT_EQ(refusal({.file = "/proc/bask/x.log"}),
            "log-file: '/proc/bask/x.log' cannot be opened: No such file or directory; name a file that this "
            "rank may write, by --bask-log-file, or none");
}

TEST_F(Log, RefusesOneFileForSeveralRanks) {
  LogSettings settings = kRank3;
  settings.file = "bask.log";
  EXPECT_EQ(
      refusal(settings),
      "log-file: all 4 ranks would write to 'bask.log'; put %r, the rank, into its name, as in bask-%r.log");
  settings.ranks = 1;
  EXPECT_EQ(log_file_of(settings), "bask.log");
}

}  // namespace
}  // namespace bask
