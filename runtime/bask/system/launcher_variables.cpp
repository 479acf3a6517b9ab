#include <bask/system/launcher_variables.hpp>

#include <algorithm>
#include <array>

namespace bask {
namespace {

constexpr std::array<std::string_view, 19> kBeginnings{
    "OMPI_",       "ORTE_",    "OPAL_", "PMIX_",     "PRTE_",     "PRRTE_",    "PMI_",
    "PMI2_",       "HYDRA_",   "HYDI_", "MPIRUN_",   "MPIEXEC_",  "MPI_LOCAL", "MV2_COMM_WORLD_",
    "I_MPI_HYDRA", "I_MPI_PM", "PALS_", "ALPS_APP_", "FLUX_TASK_"};

// An mpirun that this process starts needs these too.
constexpr std::array<std::string_view, 2> kPermissions{"OMPI_ALLOW_RUN_AS_ROOT",
                                                       "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"};

}  // namespace

bool is_of_mpi_launcher(std::string_view name) {
  if (std::find(kPermissions.begin(), kPermissions.end(), name) != kPermissions.end()) return false;
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return name.starts_with(beginning); });
}

}  // namespace bask
