#include <bask/launch/launch.hpp>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace bask {
namespace {

std::optional<std::string_view> text_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<int> number_of(const Environment& environment, const std::string& name) {
  const std::string_view text = text_of(environment, name).value_or("");
  int value = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = failure == std::errc{} && end == text.data() + text.size();
  return whole && value >= 0 ? std::optional(value) : std::nullopt;
}

// The size that the launcher gives; 0 when it gives none, or one that does not fit the rank.
int known_size(int rank, std::optional<int> size) {
  return size && rank < *size ? *size : 0;
}

// Slurm names its namespaces "slurm.pmix.<job>.<step>". That of another job is left over from the shell that
// called sbatch or salloc.
bool is_of_another_job(std::string_view pmix_namespace, std::string_view job) {
  constexpr std::string_view kSlurm = "slurm.pmix.";
  if (job.empty() || !pmix_namespace.starts_with(kSlurm)) return false;
  const std::string_view rest = pmix_namespace.substr(kSlurm.size());
  return rest.substr(0, rest.find('.')) != job;
}

// In a heterogeneous job each component counts its own tasks, and one world spans them.
std::optional<int> step_tasks(const Environment& environment) {
  if (text_of(environment, "SLURM_HET_SIZE")) return std::nullopt;
  return number_of(environment, "SLURM_STEP_NUM_TASKS");
}

std::string launcher_name(Launch::By by) {
  switch (by) {
    case Launch::By::kMpirun:
      return "mpirun";
    case Launch::By::kSrunPmix:
      return "srun --mpi=pmix";
    default:
      return "the launcher";
  }
}

std::string launcher_fix(Launch::By by) {
  if (by == Launch::By::kSrunPmix) return "use an MPI that was built with PMIx, or mpirun";
  if (by == Launch::By::kMpirun) return "use the mpirun of the MPI that the program was built with";
  return "with Open MPI use srun --mpi=pmix, or its own mpirun";
}

}  // namespace

TasksWithoutPmixError::TasksWithoutPmixError(int task, int tasks)
    : Error("start",
            fmt::format("this is task {} of {} that srun started without PMIx, so each would do all the work "
                        "alone",
                        task, tasks),
            fmt::format("use srun --mpi=pmix, or mpirun; for {} independent runs side by side, start each "
                        "with env -u SLURM_STEP_NUM_TASKS",
                        tasks),
            ExitCode::kUsage),
      task_(task) {}

Launch find_launch(const Environment& environment) {
  if (const auto rank = number_of(environment, "OMPI_COMM_WORLD_RANK")) {
    return {Launch::By::kMpirun, *rank, known_size(*rank, number_of(environment, "OMPI_COMM_WORLD_SIZE"))};
  }
  const std::string_view job = text_of(environment, "SLURM_JOB_ID").value_or("");
  const std::string_view pmix_namespace = text_of(environment, "PMIX_NAMESPACE").value_or("");
  const auto pmix_rank = number_of(environment, "PMIX_RANK");
  if (pmix_rank && is_of_another_job(pmix_namespace, job)) return {};
  if (pmix_rank && pmix_namespace.starts_with("slurm.")) {
    return {Launch::By::kSrunPmix, *pmix_rank, known_size(*pmix_rank, step_tasks(environment))};
  }
  if (pmix_rank) return {Launch::By::kPmix, *pmix_rank, 0};
  if (const auto rank = number_of(environment, "PMI_RANK")) {
    return {Launch::By::kPmi, *rank, known_size(*rank, number_of(environment, "PMI_SIZE"))};
  }
  const int tasks = number_of(environment, "SLURM_STEP_NUM_TASKS").value_or(1);
  if (tasks > 1) throw TasksWithoutPmixError(number_of(environment, "SLURM_PROCID").value_or(0), tasks);
  return {};
}

void check_world_size(const Launch& launch, int world_size) {
  if (launch.size == 0 || world_size >= launch.size) return;
  throw Error("start",
              fmt::format("{} started {} processes, but MPI sees {}", launcher_name(launch.by), launch.size,
                          world_size),
              launcher_fix(launch.by), ExitCode::kUsage);
}

}  // namespace bask
