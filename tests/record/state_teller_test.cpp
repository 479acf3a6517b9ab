#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/record/state_feed.hpp>
#include <bask/record/state_file.hpp>
#include <bask/record/state_teller.hpp>

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace bask {
namespace {

TEST(StateTeller, TellsAtOnceAgainAndLast) {
  std::atomic<int> made{0};
  std::vector<std::string> told;
  bool is_last_told = false;
  {
    const StateTeller teller([&] { return std::to_string(++made); },
                             {[&](const StateFeed::Text& state, bool is_last) {
                               told.push_back(*state);
                               is_last_told = is_last;
                             }},
                             std::chrono::milliseconds(1));
    while (made < 3) std::this_thread::yield();
  }
  EXPECT_TRUE(is_last_told);
  EXPECT_EQ(told.front(), "1");
  EXPECT_EQ(told.back(), std::to_string(made));
}

TEST(StateFeed, GivesTheNewestToWhoeverHasNotSeenIt) {
  StateFeed feed;
  EXPECT_EQ(feed.next(0, std::chrono::milliseconds(1)).number, 0u);
  feed.publish(std::make_shared<const std::string>("a"), false);
  feed.publish(std::make_shared<const std::string>("b"), true);
  const StateFeed::State state = feed.next(0, std::chrono::hours(1));
  EXPECT_EQ(*state.text, "b");
  EXPECT_EQ(state.number, 2u);
  EXPECT_TRUE(feed.next(2, std::chrono::hours(1)).is_last);  // nothing more will come
}

class StateFileTest : public testing::Test {
 protected:
  StateFileTest()
      : directory_(std::filesystem::temp_directory_path() / ("bask_state_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(directory_);
  }
  ~StateFileTest() override { std::filesystem::remove_all(directory_); }
  std::string read() const {
    std::ifstream file(directory_ / "state.json");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const std::filesystem::path directory_;
};

TEST_F(StateFileTest, HoldsTheNewestStateForItsOwnerAlone) {
  StateFile file(directory_);
  file.write("one");
  file.write("two");
  EXPECT_EQ(read(), "two");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "state.json.new"));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(directory_ / "state.json").permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(StateFileTest, LeavesTheStateOfAnEarlierJobUntilThereIsAnother) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "state.json") << "earlier";
  std::ofstream(directory_ / "state.json.new") << "half";
  StateFile file(directory_);
  EXPECT_EQ(read(), "earlier");
  file.write("new");
  EXPECT_EQ(read(), "new");
}

TEST_F(StateFileTest, IsRefusedWhereItsDirectoryCannotBeMade) {
  std::ofstream(directory_) << "a file";
  try {
    const StateFile file(directory_ / "state");
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
