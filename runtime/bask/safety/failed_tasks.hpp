// failed_tasks.hpp: keeps the first tasks of this process that fail in files, for --bask-replay.
// Runs on: every rank with --bask-failed-tasks. Threads: any, several at once.
// Invariant: what cannot be kept is a warning; the run's error stays what it was.
#pragma once

#include <bask/safety/failed_task.hpp>

#include <atomic>
#include <filesystem>
#include <span>
#include <string>

namespace bask {

class FailedTasks {
 public:
  static constexpr int kMost = 3;  ///< of one process: more of them tell little, and may be large

  FailedTasks(std::filesystem::path directory, int rank) : directory_(std::move(directory)), rank_(rank) {}

  /// Makes the directory where it is missing. Throws: Error (kUsage) when no file can be made in it.
  static void prepare(const std::filesystem::path& directory);

  /// Writes the task; its program, rank, host and, if it has none, its name are set here. Returns the command
  /// that runs it again; empty when it was not kept.
  std::string keep(FailedTask task, std::span<const Input> inputs) noexcept;

 private:
  const std::filesystem::path directory_;
  const int rank_;
  std::atomic<int> left_{kMost};
};

}  // namespace bask
