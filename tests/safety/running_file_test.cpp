// The table of running tasks in a file: its content after a process was killed,
// and after it ended in order; damaged files.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/running_file.hpp>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <vector>

namespace bask {
namespace {

const Key kRegistry{11, 12};
const Key kKey{0x7f3a09c1ull << 32, 5};
const RunningFileOwner kOwner{3, 2, kRegistry};

class RunningFileTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::path(testing::TempDir()) /
            ("bask_running_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
             std::to_string(getpid()));
    std::filesystem::remove(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  // The content that a process leaves when it is killed while it runs `body`.
  std::optional<RunningFileContent> after_kill(void (*body)(RunningTask&)) {
    const pid_t child = fork();
    if (child == 0) {
      RunningTask* slot = RunningTasks::take();
      const RunningFile file(path_, kOwner, 2);
      body(*slot);
      raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
    return RunningFile::read(path_);
  }
  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  std::filesystem::path path_;
};

TEST_F(RunningFileTest, TellsWhatRanWhenTheProcessWasKilled) {
  const auto content = after_kill([](RunningTask& slot) {
    slot.set("simulate", 17, KernelId{4}, kKey);
    RunningTasks::take()->set("add", 18, KernelId{5}, Key{1, 2});
    RunningTasks::take();  // a thread that waits
  });
  ASSERT_TRUE(content);
  EXPECT_EQ(content->owner.attempt, 3u);
  EXPECT_EQ(content->owner.rank, 2u);
  EXPECT_EQ(content->owner.registry, kRegistry);
  ASSERT_EQ(content->tasks.size(), 2u);
  EXPECT_EQ(content->tasks[0].key, kKey);
  EXPECT_EQ(content->tasks[0].kernel, 4u);
  EXPECT_EQ(content->tasks[0].signal, 0);
  EXPECT_EQ(content->tasks[1].key, (Key{1, 2}));
}

TEST_F(RunningFileTest, TellsNoTaskThatHasEndedOrHasNoKey) {
  const auto content = after_kill([](RunningTask& slot) {
    slot.set("simulate", 17, KernelId{4}, kKey);
    slot.clear();
    RunningTasks::take()->set("add", 18);
  });
  ASSERT_TRUE(content);
  EXPECT_TRUE(content->tasks.empty());
}

TEST_F(RunningFileTest, TakesOverWhatRunsAlready) {
  const pid_t child = fork();
  if (child == 0) {
    RunningTasks::take()->set("simulate", 17, KernelId{4}, kKey);
    const RunningFile file(path_, kOwner, 2);
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  const auto content = RunningFile::read(path_);
  ASSERT_TRUE(content);
  ASSERT_EQ(content->tasks.size(), 1u);
  EXPECT_EQ(content->tasks[0].key, kKey);
}

TEST_F(RunningFileTest, SaysInWhichThreadTheProcessCrashed) {
  if (!kCrashReports) GTEST_SKIP() << "a sanitizer has handlers of its own";
  testing::internal::CaptureStderr();
  const pid_t child = fork();
  if (child == 0) {
    install_crash_report(2, "n3");
    const CrashWatch watch;
    RunningTasks::take()->set("add", 18, KernelId{5}, Key{1, 2});
    const RunningFile file(path_, kOwner, 2);
    RunningTask::of_this_thread().set("simulate", 17, KernelId{4}, kKey);
    raise(SIGSEGV);
  }
  waitpid(child, nullptr, 0);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("in task 17"), std::string::npos);
  const auto content = RunningFile::read(path_);
  ASSERT_TRUE(content);
  ASSERT_EQ(content->tasks.size(), 2u);
  EXPECT_EQ(content->tasks[0].signal, SIGSEGV);
  EXPECT_EQ(content->tasks[1].signal, 0);
}

TEST_F(RunningFileTest, GoesWhenTheProcessEndsInOrderAndLeavesTheTable) {
  RunningTask* slot = RunningTasks::take();
  {
    const RunningFile file(path_, kOwner, 2);
    EXPECT_TRUE(std::filesystem::exists(path_));
    slot->set("simulate", 17, KernelId{4}, kKey);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_STREQ(slot->name(), "simulate");
  EXPECT_EQ(slot->task(), 17u);
  EXPECT_EQ(slot->kernel(), KernelId{4});
  EXPECT_EQ(slot->key(), kKey);
  EXPECT_NE(RunningTasks::take(), slot);
  RunningTasks::give_back(slot);
}

TEST_F(RunningFileTest, HoldsTheSlotsOfThreadsMadeLater) {
  const RunningFile file(path_, kOwner, 40);
  std::vector<std::thread> threads;
  std::atomic<int> running{0};
  std::atomic<bool> done{false};
  for (std::uint64_t thread = 1; thread <= 40; ++thread) {
    threads.emplace_back([&, thread] {
      RunningTask* slot = RunningTasks::take();
      slot->set("simulate", 1, KernelId{4}, Key{thread, 0});
      ++running;
      while (!done) std::this_thread::yield();
      RunningTasks::give_back(slot);
    });
  }
  while (running < 40) std::this_thread::yield();
  const auto content = RunningFile::read(path_);
  done = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(content);
  EXPECT_EQ(content->tasks.size(), 40u);
}

TEST_F(RunningFileTest, RefusesWhatItCannotMake) {
  write("somebody else's");
  try {
    const RunningFile file(path_, kOwner, 2);
    FAIL() << "no Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what())
                  .find("which records the running tasks for the run after a crash: File exists"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(bytes(), "somebody else's");
  EXPECT_THROW(RunningFile("/nonexistent/running-1-0", kOwner, 2), Error);
}

TEST_F(RunningFileTest, LeavesNothingBehindOnAFullDisk) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &small);
    RunningTask* slot = RunningTasks::take();
    try {
      const RunningFile file(path_, kOwner, 2);
    } catch (const Error&) {
      slot->set("simulate", 17);
      _exit(std::filesystem::exists(path_) ? 2 : 0);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(RunningFileTest, ReadsNothingFromWhatIsNoSuchFile) {
  EXPECT_FALSE(RunningFile::read(path_));
  write("");
  EXPECT_FALSE(RunningFile::read(path_));
  write(std::string(100'000, 'x'));
  EXPECT_FALSE(RunningFile::read(path_));
  std::filesystem::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_FALSE(RunningFile::read(path_));
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(RunningFile::read(path_));
  std::filesystem::remove(path_);
  std::filesystem::create_symlink("/dev/zero", path_);
  EXPECT_FALSE(RunningFile::read(path_));
}

TEST_F(RunningFileTest, ReadsNothingFromADamagedHeaderOrATornFile) {
  after_kill([](RunningTask& slot) { slot.set("simulate", 17, KernelId{4}, kKey); });
  const std::string whole = bytes();
  for (std::size_t byte = 0; byte < 48; ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    write(damaged);
    EXPECT_FALSE(RunningFile::read(path_)) << "byte " << byte;
  }
  for (const std::size_t size : {std::size_t{40}, std::size_t{65536}, whole.size() - 1}) {
    write(whole.substr(0, size));
    EXPECT_FALSE(RunningFile::read(path_)) << size << " bytes";
  }
}

TEST_F(RunningFileTest, LosesNoSlotThatIsTakenWhileTheTableMoves) {
  constexpr int kThreads = 4, kTaken = 150;
  std::vector<std::vector<RunningTask*>> taken(kThreads);
  std::vector<std::thread> threads;
  std::atomic<int> left{kThreads};
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kTaken; ++i) {
        taken[static_cast<std::size_t>(thread)].push_back(RunningTasks::take());
        std::this_thread::yield();
      }
      --left;
    });
  }
  while (left != 0) const RunningFile file(path_, kOwner, 1000);
  for (std::thread& thread : threads) thread.join();
  std::set<RunningTask*> slots;
  for (const auto& own : taken) slots.insert(own.begin(), own.end());
  EXPECT_EQ(slots.size(), static_cast<std::size_t>(kThreads * kTaken)) << "no two threads have the same";
  for (RunningTask* slot : slots) RunningTasks::give_back(slot);
}

}  // namespace
}  // namespace bask
