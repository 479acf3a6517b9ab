// state_writer.hpp: a thread that writes the state of the job into a file, each second.
// Runs on: rank 0. Threads: one makes and destroys it.
// Invariants: (1) under the file's name there is always one whole state; (2) a file system that hangs or is
// full
//             holds up nothing but this thread.
#pragma once

#include <bask/core/mutex.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace bask {

class StateWriter {
 public:
  /// `state` makes the text, in the writer's thread.
  /// Throws: Error (kUsage) when the directory cannot be made or written to.
  StateWriter(std::filesystem::path directory, std::function<std::string()> state,
              std::chrono::milliseconds interval = std::chrono::seconds(1));
  /// Writes the last state.
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

 private:
  void run() BASK_EXCLUDES(mutex_);
  int write() const;
  void write_or_warn();

  const std::filesystem::path directory_;
  const std::function<std::string()> state_;
  const std::chrono::milliseconds interval_;
  bool has_warned_ = false;  // of the writer's thread
  Mutex mutex_;
  Condition changed_;
  bool is_closing_ BASK_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace bask
