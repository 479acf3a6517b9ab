// running_file.hpp: the table of running tasks in a file, so that it outlives this process however it ends,
// kill -9 and the system's OOM killer included.
// Runs on: every rank with a checkpoint directory. Threads: one makes and ends it, while no task runs.
// Invariants: (1) the file exists while its RunningFile lives: a file that is found later is that of a
//             process that did not end in order; (2) what is read from a file is checked, as it may be torn
//             or damaged.
// Limits: when a node dies, what its system has not written yet is lost; then the table is empty or old.
#pragma once

#include <bask/core/key.hpp>
#include <bask/safety/running_task.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bask {

/// Whose table it is.
struct RunningFileOwner {
  std::uint32_t attempt = 0;
  std::uint32_t rank = 0;
  Key registry = {};  ///< KernelRegistry::hash(): what kernel numbers refer to
};

/// A task that a thread of the process was running.
struct TaskAtCrash {
  Key key;
  std::uint32_t kernel = 0;  ///< KernelId::index in the registry of the file's owner
  int signal = 0;            ///< by which its thread crashed; 0: it did not, or that is not known
};

struct RunningFileContent {
  RunningFileOwner owner;
  std::vector<TaskAtCrash> tasks;
};

class RunningFile {
 public:
  /// Puts the table of this process into the file, for `threads` threads at least. One RunningFile may live
  /// at a time.
  /// Throws: Error when the file cannot be made; the table is then where it was.
  RunningFile(std::filesystem::path path, const RunningFileOwner& owner, unsigned threads);
  /// Takes the table back and removes the file: the process ends in order, or goes on without the file.
  ~RunningFile();
  RunningFile(const RunningFile&) = delete;
  RunningFile& operator=(const RunningFile&) = delete;

  /// What a file of an ended process says. Nothing when it is no such file, or damaged.
  static std::optional<RunningFileContent> read(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace bask
