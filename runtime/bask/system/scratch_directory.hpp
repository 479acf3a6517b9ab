// scratch_directory.hpp: where a rank may write what does not fit into its memory: on a disk of its node.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace bask {

/// What a directory is good for.
struct ScratchState {
  int error = 0;              ///< of the system, when no file can be made in it
  bool is_in_memory = false;  ///< what is written there takes the memory that it is to save
};
ScratchState look_at_scratch(const std::filesystem::path& directory);

/// `given`, also when it is in memory. If that is empty: the first of $SLURM_TMPDIR, $TMPDIR and /tmp in
/// which files can be made and which is not in memory.
/// Throws: Error; kUsage when no file can be made in `given`.
std::filesystem::path scratch_directory(
    const std::string& given, const Environment& environment = process_environment(),
    const std::function<ScratchState(const std::filesystem::path&)>& look_at = look_at_scratch);

/// `error`: of the system.
Error no_file_can_be_made(const std::filesystem::path& directory, int error);

}  // namespace bask
