#include <gtest/gtest.h>

#include <farm/command_environment.hpp>

namespace {

using farm::is_of_launcher;

TEST(CommandEnvironment, WhatLaunchersSetStaysOutside) {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_MCA_ess_base_jobid", "PMIX_NAMESPACE", "PMI_RANK",
                           "PRTE_LAUNCHED", "HYDI_CONTROL_FD", "MPI_LOCALRANKID", "SLURM_PROCID",
                           "SLURM_STEP_ID", "SLURM_JOBID", "SLURM_NODELIST", "SLURM_TASKS_PER_NODE",
                           "SLURM_CPU_BIND", "PALS_RANKID", "BASK_CHECKPOINT", "FARM_NUMBER"}) {
    EXPECT_TRUE(is_of_launcher(name)) << name;
  }
}

TEST(CommandEnvironment, WhatIsTheUsersStays) {
  for (const char* name : {"PATH", "HOME", "OMP_NUM_THREADS", "SLURM_JOB_ID", "SLURM_ARRAY_TASK_ID", "OMPI",
                           "OMPI_ALLOW_RUN_AS_ROOT", "I_MPI_FABRICS", "MPICH_VERSION_DISPLAY"}) {
    EXPECT_FALSE(is_of_launcher(name)) << name;
  }
}

TEST(CommandEnvironment, WhatTheUserAsksForIsKept) {
  const bask::Environment all{{"A", "1"}, {"OMPI_MCA_btl", "tcp"}, {"PMIX_RANK", "0"}};
  EXPECT_EQ(farm::command_environment(all, {"OMPI_MCA_btl"}),
            (std::vector<std::string>{"A=1", "OMPI_MCA_btl=tcp"}));
}

TEST(CommandEnvironment, ABlockEndsWithNull) {
  const std::vector<std::string> base{"A=1"};
  const farm::EnvironmentBlock block(base, {"B=2"});
  EXPECT_STREQ(block.get()[0], "B=2");
  EXPECT_STREQ(block.get()[1], "A=1");
  EXPECT_EQ(block.get()[2], nullptr);
}

}  // namespace
