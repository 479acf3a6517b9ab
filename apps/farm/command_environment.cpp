#include "command_environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace farm {
namespace {

constexpr std::array<std::string_view, 20> kLaunchers{
    "OMPI_",     "ORTE_",    "OPAL_",           "PMIX_",       "PRTE_",
    "PRRTE_",    "PMI_",     "PMI2_",           "HYDRA_",      "HYDI_",
    "MPIRUN_",   "MPIEXEC_", "MV2_COMM_WORLD_", "I_MPI_HYDRA", "I_MPI_PM",
    "MPI_LOCAL", "PALS_",    "ALPS_APP_",       "FLUX_TASK_",  "BASK_"};

// Permission, not placement: an inner mpirun wants it as well.
constexpr std::array<std::string_view, 2> kPermissions{"OMPI_ALLOW_RUN_AS_ROOT",
                                                       "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"};

constexpr std::array<std::string_view, 18> kOfTheJob{
    "SLURM_JOB_ID",       "SLURM_JOB_NAME",      "SLURM_JOB_PARTITION", "SLURM_JOB_ACCOUNT",
    "SLURM_JOB_QOS",      "SLURM_JOB_USER",      "SLURM_JOB_END_TIME",  "SLURM_JOB_START_TIME",
    "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_CLUSTER_NAME",  "SLURM_SUBMIT_DIR",
    "SLURM_SUBMIT_HOST",  "SLURM_CONF",          "SLURM_RESTART_COUNT", "SLURM_TMPDIR",
    "SLURM_JOB_TMPDIR",   "SLURMD_NODENAME"};

template <class Names>
bool is_one_of(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_of_launcher(const std::string& name) {
  if (name.starts_with("SLURM")) return !is_one_of(kOfTheJob, name);
  if (is_one_of(kPermissions, name)) return false;
  if (name.starts_with("FARM_")) return true;  // of a farm around this one
  return std::any_of(kLaunchers.begin(), kLaunchers.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::vector<std::string> command_environment(const bask::Environment& environment,
                                             const std::vector<std::string>& kept) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) {
    if (!is_of_launcher(name) || is_one_of(kept, name)) variables.push_back(name + "=" + value);
  }
  return variables;
}

EnvironmentBlock::EnvironmentBlock(const std::vector<std::string>& base, const std::vector<std::string>& own)
    : own_(own) {
  pointers_.reserve(base.size() + own_.size() + 1);
  for (const std::string& variable : own_) pointers_.push_back(const_cast<char*>(variable.c_str()));
  for (const std::string& variable : base) pointers_.push_back(const_cast<char*>(variable.c_str()));
  pointers_.push_back(nullptr);
}

}  // namespace farm
