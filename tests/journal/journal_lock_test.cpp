// One job holds a directory of journals; a second job is told which one.
#include "journal_files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <bask/journal/journal_lock.hpp>

#include <memory>

namespace bask::testing {
namespace {

using std::chrono::seconds;

class JournalLockTest : public JournalFiles {
 protected:
  JournalLockTest() {
    const char* job = std::getenv("SLURM_JOB_ID");
    if (job != nullptr) job_ = job;
    ::unsetenv("SLURM_JOB_ID");
  }
  ~JournalLockTest() override {
    ::unsetenv("SLURM_JOB_ID");
    if (!job_.empty()) ::setenv("SLURM_JOB_ID", job_.c_str(), 1);
  }
  std::string lock_error(JournalLock::Method method = JournalLock::Method::kKernel) const {
    try {
      const JournalLock lock(directory_, {}, method);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
      return error.what();
    }
    return "";
  }
  void write_lock(const LockHolder& holder, seconds age) const {
    std::ofstream(directory_ / "lock") << to_text(holder);  // the same file, if it is there
    timespec times[2]{{.tv_sec = time(nullptr) - age.count(), .tv_nsec = 0}};
    times[1] = times[0];
    ::utimensat(AT_FDCWD, (directory_ / "lock").c_str(), times, 0);
  }
  std::string job_;
};

/// Another process that holds the lock until it is killed.
class OtherProcess {
 public:
  explicit OtherProcess(const std::filesystem::path& directory) {
    int pipe[2];
    if (::pipe(pipe) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setenv("SLURM_JOB_ID", "42", 1);
      const JournalLock lock(directory);
      [[maybe_unused]] const auto written = ::write(pipe[1], "x", 1);
      for (;;) ::pause();
    }
    char byte;
    [[maybe_unused]] const auto read = ::read(pipe[0], &byte, 1);
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  ~OtherProcess() { kill(); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

TEST_F(JournalLockTest, OfAnotherProcessIsRefusedUntilThatIsKilled) {
  OtherProcess other(directory_);
  const std::string error = lock_error();
  const std::string expected = "journal: '" + directory_.string() + "' is in use by Slurm job 42 on host " +
                               this_process_as_holder().host + " (process " + std::to_string(other.pid()) +
                               ", since ";
  EXPECT_EQ(error.substr(0, expected.size()), expected);
  EXPECT_NE(error.find("; wait for it or end it (scancel 42), or give this job a directory of its own"),
            std::string::npos);
  other.kill();
  EXPECT_EQ(lock_error(), "");
}

TEST_F(JournalLockTest, IsGivenBack) {
  for (const auto method : {JournalLock::Method::kKernel, JournalLock::Method::kText}) {
    auto lock = std::make_unique<JournalLock>(directory_, std::chrono::milliseconds(0), method);
    EXPECT_EQ(lock->method(), method);
    EXPECT_NE(lock_error(method).find("is in use by a program on host "), std::string::npos);
    lock.reset();
    EXPECT_EQ(lock_error(method), "");
  }
}

TEST_F(JournalLockTest, IsLookedAtWithoutBeingTaken) {
  EXPECT_FALSE(is_locked(directory_));
  for (const auto method : {JournalLock::Method::kKernel, JournalLock::Method::kText}) {
    const auto lock = std::make_unique<JournalLock>(directory_, std::chrono::milliseconds(0), method);
    EXPECT_TRUE(is_locked(directory_));
  }
  EXPECT_FALSE(is_locked(directory_));
  OtherProcess other(directory_);
  EXPECT_TRUE(is_locked(directory_));
  other.kill();
  EXPECT_FALSE(is_locked(directory_));
  write_lock({.job = "7", .host = "elsewhere", .pid = 1, .since = "long ago"}, seconds(5));
  EXPECT_TRUE(is_locked(directory_));
  ::setenv("SLURM_JOB_ID", "7", 1);  // the same job, which runs one program after the other
  EXPECT_TRUE(is_locked(directory_));
  write_lock({.job = "7", .host = "elsewhere", .pid = 1, .since = "long ago"}, seconds(100));
  EXPECT_FALSE(is_locked(directory_));
}

TEST_F(JournalLockTest, SaysWhatItIsFor) {
  const JournalLock lock(directory_);
  try {
    const JournalLock second(directory_, {}, JournalLock::Method::kKernel,
                             {.what = "farm", .option = "--log DIR"});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "farm");
    EXPECT_TRUE(error.fix().ends_with("give this job a directory of its own: --log DIR"));
  }
}

TEST_F(JournalLockTest, MakesTheDirectory) {
  const JournalLock lock(directory_ / "a" / "b");
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a" / "b" / "lock"));
}

TEST_F(JournalLockTest, InAFileIsRefused) {
  write_file("file", "");
  EXPECT_THROW(JournalLock lock(directory_ / "file"), Error);
  EXPECT_THROW(JournalLock lock(directory_ / "file" / "below"), Error);
}

TEST_F(JournalLockTest, IsTakenAfterItsFileWasRemovedWithTheJournals) {
  const auto lock = std::make_unique<JournalLock>(directory_);
  remove_journals(directory_);
  const JournalLock next(directory_);
  EXPECT_NE(lock_error(), "");
}

TEST_F(JournalLockTest, ByTextGoesByTheHolder) {
  const auto method = JournalLock::Method::kText;
  const LockHolder elsewhere{.job = "7", .host = "elsewhere", .pid = 1, .since = "long ago"};
  write_lock(elsewhere, seconds(5));
  EXPECT_NE(lock_error(method).find("is in use by Slurm job 7 on host elsewhere (process 1, since long ago)"),
            std::string::npos);
  EXPECT_NE(lock_error(method).find("; if it no longer runs, remove '" + (directory_ / "lock").string()),
            std::string::npos);
  write_lock(elsewhere, seconds(100));
  EXPECT_EQ(lock_error(method), "");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "lock"));
}

TEST_F(JournalLockTest, ByTextIsKeptAliveByTouching) {
  const JournalLock lock(directory_, {}, JournalLock::Method::kText);
  const LockHolder us = this_process_as_holder();
  write_lock({.job = "", .host = us.host + "x", .pid = us.pid, .since = us.since}, seconds(100));
  lock.touch();
  EXPECT_NE(lock_error(JournalLock::Method::kText), "");
}

TEST(StillHolds, GoesByJobHostAndAge) {
  const LockHolder us{.job = "7", .host = "here", .pid = 5, .since = ""};
  const LockHolder earlier_of_our_job{.job = "7", .host = "elsewhere", .pid = 9, .since = ""};
  const LockHolder here{.job = "8", .host = "here", .pid = 9, .since = ""};
  const LockHolder elsewhere{.job = "8", .host = "elsewhere", .pid = 9, .since = ""};
  EXPECT_TRUE(still_holds(us, us, true, seconds(100)));
  EXPECT_FALSE(still_holds(earlier_of_our_job, us, false, seconds(0)));
  EXPECT_TRUE(still_holds(here, us, true, seconds(1000)));
  EXPECT_FALSE(still_holds(here, us, false, seconds(0)));
  EXPECT_TRUE(still_holds(elsewhere, us, false, seconds(60)));
  EXPECT_FALSE(still_holds(elsewhere, us, false, seconds(61)));
  EXPECT_TRUE(still_holds({}, us, false, seconds(0)));
  EXPECT_TRUE(still_holds({}, {}, false, seconds(0)));
}

TEST(LockHolder, OfDamagedTextIsAnotherJob) {
  EXPECT_EQ(description(parse_lock_holder("")), "another job");
  EXPECT_EQ(description(parse_lock_holder("\n\nhost\nprocess x\n")), "another job");
  const LockHolder holder{.job = "", .host = "n1", .pid = 3, .since = "noon UTC"};
  EXPECT_EQ(description(parse_lock_holder(to_text(holder))),
            "a program on host n1 (process 3, since noon UTC)");
}

}  // namespace
}  // namespace bask::testing
