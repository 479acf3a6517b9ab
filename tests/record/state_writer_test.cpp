#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/record/state_writer.hpp>

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bask {
namespace {

class StateWriterTest : public testing::Test {
 protected:
  StateWriterTest()
      : directory_(std::filesystem::temp_directory_path() / ("bask_state_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(directory_);
  }
  ~StateWriterTest() override { std::filesystem::remove_all(directory_); }
  std::string read() const {
    std::ifstream file(directory_ / "state.json");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const std::filesystem::path directory_;
};

TEST_F(StateWriterTest, WritesAtOnceAgainAndLast) {
  std::atomic<int> calls{0};
  {
    StateWriter writer(
        directory_ / "deep", [&] { return std::to_string(++calls); }, std::chrono::milliseconds(1));
    EXPECT_TRUE(std::filesystem::exists(directory_ / "deep" / "state.json"));
    while (calls < 3) std::this_thread::yield();
  }
  std::ifstream file(directory_ / "deep" / "state.json");
  int last = 0;
  file >> last;
  EXPECT_EQ(last, calls);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "deep" / "state.json.new"));
}

TEST_F(StateWriterTest, TakesThePlaceOfWhatAKilledJobHasLeft) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "state.json.new") << "half";
  {
    const StateWriter writer(directory_, [] { return std::string("whole"); });
  }
  EXPECT_EQ(read(), "whole\n");
}

TEST_F(StateWriterTest, RefusesADirectoryThatCannotBeMade) {
  std::ofstream(directory_) << "a file";
  try {
    const StateWriter writer(directory_ / "state", [] { return std::string(); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--bask-watch: '" + (directory_ / "state").string() +
                  "': Not a directory; name a directory that can be made and written to");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

}  // namespace
}  // namespace bask
