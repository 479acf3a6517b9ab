// state_file.hpp: DIR/state.json, which a job writes again and again.
// Runs on: a login node. Threads: one at a time.
#pragma once

#include "state_view.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace top {

/// Which of its versions a file is.
struct FileVersion {
  std::uint64_t inode = 0, bytes = 0;
  std::int64_t written_ns = 0;  ///< on the clock of its file system
  bool operator==(const FileVersion&) const = default;
};

struct ReadState {
  enum class Found { kNothing, kSame, kAnother };
  Found found = Found::kNothing;
  std::string text = {};  ///< of another version than the known one
  FileVersion version = {};
};

/// The file as it is now.
/// Throws: bask::Error when there is one that cannot be read.
ReadState read_state(const std::filesystem::path& directory, const std::optional<FileVersion>& known);

/// A job's state as it is watched: what was read last, and for how long nothing has come.
class WatchedState {
 public:
  using Clock = std::chrono::steady_clock;

  explicit WatchedState(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Reads the file when it has changed. What was read before stays when the new one cannot be read;
  /// `problem` then says why, and is empty otherwise.
  void look(Clock::time_point now);

  const std::optional<StateView>& state() const { return state_; }
  const std::string& problem() const { return problem_; }
  /// Seconds without a new state. For the first one it goes by the file's time, later by this machine's own
  /// clock.
  double silent_seconds(Clock::time_point now) const;

 private:
  std::filesystem::path directory_;
  std::optional<StateView> state_;
  std::optional<FileVersion> version_;
  Clock::time_point changed_{};
  std::string problem_;
};

}  // namespace top
