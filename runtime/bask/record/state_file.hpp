// state_file.hpp: the file that holds the newest state of the job.
// Runs on: rank 0. Threads: one.
// Invariant: under the file's name there is always one whole state, which its owner alone can read.
#pragma once

#include <bask/system/unfinished_file.hpp>

#include <filesystem>
#include <string_view>

namespace bask {

/// Example: `StateFile file("watch"); file.write(state_text(known));` makes watch/state.json.
class StateFile {
 public:
  /// Throws: Error (kUsage) when the directory cannot be made or written to.
  explicit StateFile(std::filesystem::path directory);
  /// Where that fails, warns once, and leaves the state of before.
  void write(std::string_view text);

 private:
  UnfinishedFile aside() const;
  int try_to_write(std::string_view text) const;

  const std::filesystem::path directory_;
  bool has_warned_ = false;
};

}  // namespace bask
