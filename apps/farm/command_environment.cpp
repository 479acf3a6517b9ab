#include "command_environment.hpp"

#include <bask/system/launcher_variables.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace farm {
namespace {

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
  const bool is_of_a_farm_around = name.starts_with("FARM_") || name.starts_with("BASK_");
  return is_of_a_farm_around || bask::is_of_mpi_launcher(name);
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
