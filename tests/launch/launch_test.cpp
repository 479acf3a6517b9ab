// What started the process: the variables are those that Slurm 22.05 and Open MPI 4.1 set.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/launch/launch.hpp>
#include <bask/launch/launcher_life.hpp>

#include <array>

namespace bask {
namespace {

using By = Launch::By;

const Environment kBatchScript{{"SLURM_JOB_ID", "5"}, {"SLURM_NTASKS", "4"},
                               {"SLURM_NPROCS", "4"}, {"SLURM_PROCID", "0"},
                               {"SLURM_NNODES", "4"}, {"SLURM_TASKS_PER_NODE", "1(x4)"}};

Environment with(Environment base, const Environment& more) {
  base.insert(more.begin(), more.end());
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

Environment step(const std::string& task, const std::string& tasks) {
  return with(kBatchScript, {{"SLURM_STEP_ID", "2"},
                             {"SLURM_STEP_NUM_TASKS", tasks},
                             {"SLURM_NTASKS", tasks},
                             {"SLURM_PROCID", task}});
}

Environment pmix_step(const std::string& task, const std::string& tasks) {
  return with(step(task, tasks), {{"PMIX_RANK", task}, {"PMIX_NAMESPACE", "slurm.pmix.5.2"}});
}

TEST(Launch, IsByNobodyInAShell) {
  EXPECT_EQ(find_launch({{"PATH", "/bin"}}), (Launch{By::kNone, 0, 1}));
  EXPECT_FALSE(find_launch({}).needs_mpi());
}

TEST(Launch, IsByNobodyInABatchScriptOfSeveralTasks) {
  EXPECT_EQ(find_launch(kBatchScript), (Launch{By::kNone, 0, 1}));
}

TEST(Launch, IsByNobodyInAStepOfOneTask) {
  EXPECT_EQ(find_launch(step("0", "1")), (Launch{By::kNone, 0, 1}));
}

TEST(Launch, IsByMpirunWithItsRankAndSize) {
  const Launch launch =
      find_launch({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}, {"PMIX_RANK", "1"}});
  EXPECT_EQ(launch, (Launch{By::kMpirun, 1, 2}));
  EXPECT_TRUE(launch.needs_mpi());
}

TEST(Launch, ByMpirunInAJobIgnoresTheStepOfItsDaemons) {
  const Environment ours = with(step("1", "2"), {{"OMPI_COMM_WORLD_RANK", "6"},
                                                 {"OMPI_COMM_WORLD_SIZE", "8"},
                                                 {"PMIX_RANK", "6"},
                                                 {"PMIX_NAMESPACE", "1916076033"}});
  EXPECT_EQ(find_launch(ours), (Launch{By::kMpirun, 6, 8}));
}

TEST(Launch, IsBySrunWithPmix) {
  EXPECT_EQ(find_launch(pmix_step("3", "4")), (Launch{By::kSrunPmix, 3, 4}));
  EXPECT_TRUE(find_launch(pmix_step("3", "4")).needs_mpi());
}

TEST(Launch, OfOneProcessNeedsNoMpi) {
  EXPECT_EQ(find_launch(pmix_step("0", "1")), (Launch{By::kSrunPmix, 0, 1}));
  EXPECT_FALSE(find_launch(pmix_step("0", "1")).needs_mpi());
  EXPECT_FALSE(find_launch({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}).needs_mpi());
}

TEST(Launch, IgnoresPmixOfTheJobThatSubmittedThisOne) {
  EXPECT_EQ(find_launch(with(kBatchScript, {{"PMIX_RANK", "0"}, {"PMIX_NAMESPACE", "slurm.pmix.4.0"}})).by,
            By::kNone);
}

TEST(Launch, LeavesTheSizeOfAHeterogeneousJobToMpi) {
  const Launch launch = find_launch(with(pmix_step("0", "1"), {{"SLURM_HET_SIZE", "2"}}));
  EXPECT_EQ(launch, (Launch{By::kSrunPmix, 0, 0}));
  EXPECT_TRUE(launch.needs_mpi());
}

TEST(Launch, IsByAnotherPmixOrPmiLauncher) {
  EXPECT_EQ(find_launch({{"PMIX_RANK", "1"}, {"PMIX_NAMESPACE", "prte-1"}}), (Launch{By::kPmix, 1, 0}));
  EXPECT_EQ(find_launch(with(step("1", "2"), {{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}})),
            (Launch{By::kPmi, 1, 2}));
}

TEST(Launch, IgnoresWhatIsNoNumber) {
  EXPECT_EQ(find_launch({{"OMPI_COMM_WORLD_RANK", "one"}, {"PMI_RANK", "-1"}}).by, By::kNone);
  EXPECT_EQ(find_launch({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", ""}}),
            (Launch{By::kMpirun, 1, 0}));
}

TEST(Launch, BySrunWithoutPmixIsRefusedWithTheTask) {
  try {
    find_launch(step("2", "4"));
    FAIL() << "four tasks without PMIx started";
  } catch (const TasksWithoutPmixError& error) {
    EXPECT_EQ(error.task(), 2);
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    EXPECT_STREQ(error.what(),
                 "start: this is task 2 of 4 that srun started without PMIx, so each would do all the work "
                 "alone; use srun --mpi=pmix, or mpirun; for 4 independent runs side by side, start each "
                 "with env -u SLURM_STEP_NUM_TASKS");
  }
}

TEST(WorldSize, MustNotBeSmallerThanTheLaunch) {
  EXPECT_NO_THROW(check_world_size({By::kMpirun, 0, 4}, 4));
  EXPECT_NO_THROW(check_world_size({By::kSrunPmix, 0, 0}, 1));
  try {
    check_world_size({By::kMpirun, 0, 4}, 1);
    FAIL() << "one of four was enough";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "start: mpirun started 4 processes, but MPI sees 1; use the mpirun of the MPI that the program "
        "was built with");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

// ---- The life of the launcher. ----

TEST(LauncherLife, TellsHowLongMpirunWaitsAfterASignal) {
  using std::chrono::seconds;
  const std::string name = "OMPI_MCA_odls_base_sigkill_timeout";
  const Launch mpirun{By::kMpirun, 0, 4};
  EXPECT_EQ(time_after_signal(mpirun, {}), seconds(2));
  EXPECT_EQ(time_after_signal(mpirun, {{name, "10"}}), seconds(20));
  EXPECT_EQ(time_after_signal(mpirun, {{name, "soon"}}), seconds(2));
  EXPECT_EQ(time_after_signal({By::kSrunPmix, 0, 4}, {{name, "10"}}), std::nullopt);
  EXPECT_EQ(time_after_signal({}, {}), std::nullopt);
}

// The sum of 2, if the launcher seems to be gone before the other end of stdout is closed,
// and 1, if it does afterwards.
int gone_with_the_reader(const Launch& launch) {
  const pid_t child = fork();
  if (child == 0) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0 || dup2(ends[1], STDOUT_FILENO) < 0) _exit(9);
    remember_launcher(launch);
    const int before = launcher_is_gone() ? 2 : 0;
    close(ends[0]);
    _exit(before + (launcher_is_gone() ? 1 : 0));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(LauncherLife, IsOverWhenNobodyReadsTheOutputAnyMore) {
  EXPECT_EQ(gone_with_the_reader({By::kMpirun, 0, 4}), 1);
  EXPECT_EQ(gone_with_the_reader({By::kMpirun, 0, 1}), 1) << "a launcher's only process";
  EXPECT_EQ(gone_with_the_reader({}), 0) << "a shell's";
}

TEST(LauncherLife, IsOverWhenTheParentIsGone) {
  std::array<int, 2> remembered{}, seen{};
  ASSERT_EQ(pipe(remembered.data()) | pipe(seen.data()), 0);
  const pid_t launcher = fork();
  if (launcher == 0) {
    if (fork() != 0) {
      char byte = 0;
      _exit(read(remembered[0], &byte, 1) == 1 ? 0 : 1);
    }
    remember_launcher({By::kMpirun, 0, 4});
    const char before = launcher_is_gone() ? 'g' : 'r';
    if (write(remembered[1], &before, 1) != 1) _exit(1);
    for (int i = 0; i < 20'000 && !launcher_is_gone(); ++i) usleep(1000);
    const char after = before == 'r' && launcher_is_gone() ? 'g' : '-';
    _exit(write(seen[1], &after, 1) == 1 && before == 'r' ? 0 : 1);
  }
  waitpid(launcher, nullptr, 0);
  char byte = 0;
  EXPECT_EQ(read(seen[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'g');
}

}  // namespace
}  // namespace bask
