#include <gtest/gtest.h>

#include <top/state_file.hpp>

#include <sys/stat.h>
#include <filesystem>
#include <fstream>

#include "sample_state.hpp"

namespace {

using top::WatchedState;

class StateFile : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) / ("bask_top_" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // As a job does: aside, then renamed.
  void write(const std::string& text) const {
    std::ofstream(directory_ / "new") << text;
    std::filesystem::rename(directory_ / "new", directory_ / "state.json");
  }

  std::filesystem::path directory_;
  const WatchedState::Clock::time_point now_ = WatchedState::Clock::now();
};

TEST_F(StateFile, IsWaitedFor) {
  WatchedState watched(directory_);
  watched.look(now_);
  EXPECT_FALSE(watched.state());
  EXPECT_NE(watched.problem().find("yet; is it what the job was given as --bask-watch?"), std::string::npos);
  write(sample_state().dump());
  watched.look(now_);
  EXPECT_TRUE(watched.state());
  EXPECT_EQ(watched.problem(), "");
}

TEST_F(StateFile, ThatCannotBeReadLeavesTheLastGoodOne) {
  WatchedState watched(directory_);
  write(sample_state().dump());
  watched.look(now_);
  write("{\"format\": 1, \"jo");
  watched.look(now_);
  watched.look(now_);  // the same again
  EXPECT_TRUE(watched.state());
  EXPECT_NE(watched.problem().find("state.json': it ends in the middle: it was cut"), std::string::npos);
  write(sample_state().dump());
  watched.look(now_);
  EXPECT_EQ(watched.problem(), "");
}

TEST_F(StateFile, IsSilentSinceItWasWrittenLast) {
  WatchedState watched(directory_);
  write(sample_state().dump());
  watched.look(now_);
  EXPECT_LT(watched.silent_seconds(now_), 5);
  watched.look(now_ + std::chrono::seconds(20));
  EXPECT_GE(watched.silent_seconds(now_ + std::chrono::seconds(20)), 20);
  write(sample_state().dump());
  watched.look(now_ + std::chrono::seconds(21));
  EXPECT_EQ(watched.silent_seconds(now_ + std::chrono::seconds(21)), 0);
}

TEST_F(StateFile, OfAJobThatWasKilledEarlierIsSilentForLong) {
  write(sample_state().dump());
  std::filesystem::last_write_time(directory_ / "state.json",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  WatchedState watched(directory_);
  watched.look(now_);
  EXPECT_GT(watched.silent_seconds(now_), 3500);
}

TEST_F(StateFile, ThatIsAPipeIsRefusedAtOnce) {
  ASSERT_EQ(mkfifo((directory_ / "state.json").c_str(), 0600), 0);
  WatchedState watched(directory_);
  watched.look(now_);
  EXPECT_NE(watched.problem().find("it is no file that a job has written"), std::string::npos);
}

}  // namespace
