// Commands with a time limit: each test puts a shell script named squeue into a PATH of its own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/launch/slurm_job.hpp>
#include <bask/system/bounded_command.hpp>

#include <filesystem>
#include <fstream>

namespace bask {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class BoundedCommand : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) /
                 (std::string("bask_command_") +
                  testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void write_squeue(const std::string& script) {
    const auto path = directory_ / "squeue";
    std::ofstream(path) << "#!/bin/sh\n" << script << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  Environment environment() const { return {{"PATH", directory_.string() + ":/usr/bin:/bin"}}; }
  CommandResult run(const std::string& script, milliseconds limit = seconds(20)) {
    write_squeue(script);
    return run_command({"squeue", "-h", "a b"}, environment(), limit);
  }

  std::filesystem::path directory_;
};

TEST_F(BoundedCommand, ReturnsWhatTheProgramPrints) {
  const CommandResult result = run("echo \"$# $1 $2\"; echo noise >&2");
  EXPECT_TRUE(result.succeeded);
  EXPECT_EQ(result.output, "2 -h a b\n");
  EXPECT_EQ(result.problem, "");
}

TEST_F(BoundedCommand, TellsHowTheProgramFailed) {
  const CommandResult result =
      run("echo partly; echo 'squeue: error: no such job' >&2; echo more >&2; exit 3");
  EXPECT_FALSE(result.succeeded);
  EXPECT_EQ(result.output, "partly\n");
  EXPECT_EQ(result.problem, "failed with code 3: squeue: error: no such job");
  EXPECT_EQ(run("kill -9 $$").problem, "was ended by signal 9");
}

TEST_F(BoundedCommand, TellsThatThereIsNoSuchProgram) {
  EXPECT_EQ(run_command({"squeue"}, {{"PATH", directory_.string()}}, seconds(1)).problem, "is not in PATH");
  EXPECT_EQ(run_command({"squeue"}, {}, seconds(1)).problem, "is not in PATH");
  std::filesystem::create_directory(directory_ / "squeue");
  EXPECT_EQ(run_command({"squeue"}, {{"PATH", directory_.string()}}, seconds(1)).problem, "is not in PATH");
}

TEST_F(BoundedCommand, EndsAProgramThatHangsAndWhatItStarted) {
  const auto start = steady_clock::now();
  const CommandResult result = run("echo $$; (trap '' TERM; sleep 1000) & sleep 1000", milliseconds(300));
  EXPECT_FALSE(result.succeeded);
  EXPECT_EQ(result.problem, "did not end within 300 ms");
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  const pid_t group = std::stoi(result.output);
  // Killed processes of the group may still be zombies, until the process that inherits them waits for them.
  std::string state = "gone";
  std::ifstream("/proc/" + std::to_string(group) + "/stat") >> state;
  EXPECT_EQ(state, "gone");
}

TEST_F(BoundedCommand, DoesNotWaitForWhatTheProgramLeavesBehind) {
  const auto start = steady_clock::now();
  const CommandResult result = run("sleep 7 & echo done");
  EXPECT_EQ(result.output, "done\n");
  EXPECT_TRUE(result.succeeded);
  EXPECT_LT(steady_clock::now() - start, seconds(6));
}

TEST_F(BoundedCommand, KeepsABoundedPartOfTheOutput) {
  const CommandResult result = run("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2");
  EXPECT_TRUE(result.succeeded);
  EXPECT_EQ(result.output.size(), kMostOutputBytes);
  EXPECT_EQ(run("cat /dev/zero", milliseconds(200)).problem, "did not end within 200 ms");
}

TEST_F(BoundedCommand, GivesTheProgramNoFilesOfThisProcess) {
  const int low = open("/dev/null", O_RDONLY);
  const int file = fcntl(low, F_DUPFD, 100);  // without FD_CLOEXEC, and not one that the shell opens
  ASSERT_GE(file, 100);
  const CommandResult result = run("for f in /proc/$$/fd/*; do echo ${f##*/}; done; readlink /proc/$$/fd/0");
  close(low);
  close(file);
  EXPECT_EQ(result.output.find("\n" + std::to_string(file) + "\n"), result.output.npos) << result.output;
  EXPECT_NE(result.output.find("/dev/null\n"), result.output.npos) << result.output;
}

TEST_F(BoundedCommand, HidesTheLaunchersVariables) {
  const Environment environment = command_environment({{"PATH", "/bin"},
                                                       {"OMPI_COMM_WORLD_RANK", "0"},
                                                       {"PMIX_RANK", "0"},
                                                       {"PMI_RANK", "0"},
                                                       {"LD_PRELOAD", "x.so"},
                                                       {"SQUEUE_FORMAT", "%i"},
                                                       {"SLURM_CLUSTERS", "all"},
                                                       {"SLURM_CONF", "/etc/slurm.conf"},
                                                       {"LC_ALL", "de_DE.UTF-8"}});
  EXPECT_EQ(environment, (Environment{{"LC_ALL", "C"}, {"PATH", "/bin"}, {"SLURM_CONF", "/etc/slurm.conf"}}));
}

TEST_F(BoundedCommand, LetsSlurmSayWhenTheJobEnds) {
  write_squeue("[ \"$*\" = '-h -j 18 -o %A %L' ] && echo '18 1-00:00:00'");
  Environment variables = environment();
  variables["SLURM_JOB_ID"] = "18";
  const auto before = std::chrono::system_clock::now();
  const auto job = slurm_job(variables);
  ASSERT_TRUE(job && job->end) << job->warning;
  EXPECT_GE(*job->end, before + std::chrono::hours(24));
  write_squeue("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");
  EXPECT_NE(slurm_job(variables)->warning.find("squeue failed with code 1: slurm_load_jobs error: Unable"),
            std::string::npos);
}

}  // namespace
}  // namespace bask
