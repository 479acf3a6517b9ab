// Where results are spilled: on a disk, and in memory only where that is said.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/scratch_directory.hpp>

#include "directory_test.hpp"

#include <cerrno>
#include <map>
#include <string>

namespace bask {
namespace {

// A machine whose directories are made up; others do not exist.
struct MadeUpNode {
  Environment environment;
  std::map<std::string, ScratchState> directories;

  std::string choose(const std::string& given = "") const {
    return scratch_directory(given, environment, [&](const std::filesystem::path& path) {
      const auto found = directories.find(path.string());
      return found == directories.end() ? ScratchState{.error = ENOENT} : found->second;
    });
  }
  std::string refusal(ExitCode code, const std::string& given = "") const {
    try {
      return "no error: " + choose(given);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), code);
      return error.what();
    }
  }
};

const Environment kBoth{{"SLURM_TMPDIR", "/local/job7"}, {"TMPDIR", "/scratch"}};
constexpr ScratchState kDisk{}, kInMemory{.is_in_memory = true};

TEST(ScratchDirectory, IsTheFirstOfSlurmsTheUsersAndTheSystems) {
  const std::map<std::string, ScratchState> all{{"/local/job7", kDisk}, {"/scratch", kDisk}, {"/tmp", kDisk}};
  EXPECT_EQ((MadeUpNode{kBoth, all}.choose()), "/local/job7");
  EXPECT_EQ((MadeUpNode{{{"TMPDIR", "/scratch"}}, all}.choose()), "/scratch");
  EXPECT_EQ((MadeUpNode{{}, all}.choose()), "/tmp");
  EXPECT_EQ((MadeUpNode{{{"TMPDIR", ""}}, all}.choose()), "/tmp");
}

TEST(ScratchDirectory, PassesOverMemoryAndWhatCannotBeWritten) {
  EXPECT_EQ((MadeUpNode{kBoth, {{"/local/job7", kInMemory}, {"/scratch", kDisk}, {"/tmp", kDisk}}}.choose()),
            "/scratch");
  EXPECT_EQ((MadeUpNode{kBoth, {{"/scratch", {.error = EACCES}}, {"/tmp", kDisk}}}.choose()), "/tmp");
}

TEST(ScratchDirectory, IsTheGivenOneAlsoInMemory) {
  const std::map<std::string, ScratchState> all{{"/dev/shm", kInMemory}, {"/tmp", kDisk}};
  EXPECT_EQ((MadeUpNode{kBoth, all}.choose("/dev/shm")), "/dev/shm");
}

TEST(ScratchDirectory, AGivenOneThatIsNoGoodIsRefused) {
  const MadeUpNode node{kBoth, {{"/scratch", kDisk}, {"/root", {.error = EACCES}}}};
  const std::string advice = "; name a directory in which you may write with --bask-scratch";
  EXPECT_EQ(node.refusal(ExitCode::kUsage, "/absent"),
            "scratch directory /absent: no file can be made in it: No such file or directory" + advice);
  EXPECT_EQ(node.refusal(ExitCode::kUsage, "/root"),
            "scratch directory /root: no file can be made in it: Permission denied" + advice);
}

TEST(ScratchDirectory, WhereAllAreInMemoryTheReasonsAreTold) {
  EXPECT_EQ(
      (MadeUpNode{kBoth, {{"/scratch", {.error = EROFS}}, {"/tmp", kInMemory}}}.refusal(
          ExitCode::kTaskFailed)),
      "scratch directory: none is on a disk and may be written: /local/job7 (SLURM_TMPDIR): No such file "
      "or directory, /scratch (TMPDIR): Read-only file system, /tmp: it is in memory; name one with "
      "--bask-scratch, or allow more memory with --bask-memory-limit");
}

class ScratchStateTest : public DirectoryTest {};

TEST_F(ScratchStateTest, TellsWhatIsNoDirectory) {
  const std::filesystem::path file = directory_ / "file";
  ASSERT_TRUE(open_file(file, O_CREAT | O_WRONLY).is_open());
  EXPECT_EQ(look_at_scratch(directory_).error, 0);
  EXPECT_EQ(look_at_scratch(directory_ / "absent").error, ENOENT);
  EXPECT_EQ(look_at_scratch(file).error, ENOTDIR);
}

TEST_F(ScratchStateTest, TellsWhatMayNotBeWritten) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_read);
  EXPECT_EQ(look_at_scratch(directory_).error, EACCES);
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

TEST_F(ScratchStateTest, KnowsAFileSystemInMemory) {
  if (::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "only root may mount a file system";
  const ScratchState state = look_at_scratch(directory_);
  ::umount2(directory_.c_str(), MNT_DETACH);
  EXPECT_EQ(state.error, 0);
  EXPECT_TRUE(state.is_in_memory);
  EXPECT_FALSE(look_at_scratch("/proc").is_in_memory);
}

}  // namespace
}  // namespace bask
