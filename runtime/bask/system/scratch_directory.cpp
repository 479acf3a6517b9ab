#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/scratch_directory.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <vector>

namespace bask {
namespace {

constexpr std::uint32_t kMemoryFileSystems[] = {TMPFS_MAGIC, RAMFS_MAGIC};

struct ScratchCandidate {
  std::string name;  // in messages
  std::string path;
};

std::vector<ScratchCandidate> scratch_candidates(const Environment& environment) {
  std::vector<ScratchCandidate> candidates;
  for (const char* variable : {"SLURM_TMPDIR", "TMPDIR"}) {
    const auto found = environment.find(variable);
    if (found != environment.end() && !found->second.empty())
      candidates.push_back({fmt::format("{} ({})", found->second, variable), found->second});
  }
  candidates.push_back({"/tmp", "/tmp"});
  return candidates;
}

}  // namespace

ScratchState look_at_scratch(const std::filesystem::path& directory) {
  struct stat kind {};
  struct statfs system {};
  if (::stat(directory.c_str(), &kind) != 0) return {.error = errno};
  if (!S_ISDIR(kind.st_mode)) return {.error = ENOTDIR};
  if (::access(directory.c_str(), W_OK | X_OK) != 0 || ::statfs(directory.c_str(), &system) != 0)
    return {.error = errno};
  const auto type = static_cast<std::uint32_t>(system.f_type);
  return {.is_in_memory = std::ranges::find(kMemoryFileSystems, type) != std::end(kMemoryFileSystems)};
}

std::filesystem::path scratch_directory(
    const std::string& given, const Environment& environment,
    const std::function<ScratchState(const std::filesystem::path&)>& look_at) {
  if (!given.empty()) {
    if (const int error = look_at(given).error; error != 0) throw no_file_can_be_made(given, error);
    return given;
  }
  std::string refused;
  for (const ScratchCandidate& candidate : scratch_candidates(environment)) {
    const ScratchState state = look_at(candidate.path);
    if (state.error == 0 && !state.is_in_memory) return candidate.path;
    refused += fmt::format("{}{}: {}", refused.empty() ? "" : ", ", candidate.name,
                           state.error != 0 ? error_text(state.error) : "it is in memory");
  }
  throw Error("scratch directory", "none is on a disk and may be written: " + refused,
              "name one with --bask-scratch, or allow more memory with --bask-memory-limit");
}

Error no_file_can_be_made(const std::filesystem::path& directory, int error) {
  return {"scratch directory " + directory.string(), "no file can be made in it: " + error_text(error),
          "name a directory in which you may write with --bask-scratch", ExitCode::kUsage};
}

}  // namespace bask
