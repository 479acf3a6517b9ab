// task_table.hpp: writes and reads a table of tasks, an HDF5 file of its own; task_table.md tells its
// members. Runs on: rank 0. Threads: one. Limits: memory for some thousand rows.
#pragma once

#include <bask/io/hdf5_library.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bask {

enum class TaskOutcome : std::int8_t { kDone, kFailed, kRetried };

/// One call of a task. Times are nanoseconds since the job's start, on rank 0's clock.
struct TaskRow {
  std::int64_t begin_ns = 0, duration_ns = 0;
  std::uint64_t bytes = 0;                  ///< of its result
  std::uint32_t computation = 0, task = 0;  ///< the task's number in the graph of the computation
  std::uint32_t layer = 0, rank = 0;        ///< into the names of layers and hosts
  std::int32_t thread = 0;                  ///< of the rank
  TaskOutcome outcome = TaskOutcome::kDone;
};

class TaskTable {
 public:
  /// Writes the file anew. `where` begins the messages. Throws: Error, here and below, with what HDF5 says.
  TaskTable(std::string where, const std::string& path);
  ~TaskTable();
  TaskTable(const TaskTable&) = delete;
  TaskTable& operator=(const TaskTable&) = delete;

  void add(const TaskRow& row);
  /// No more will come: adds the names by number, and closes the file.
  void finish(std::span<const std::string> layers, std::span<const std::string> hosts);

 private:
  void write_rows();
  void write_names(const char* name, std::span<const std::string> names);

  const std::string where_;
  Hdf5Id file_, type_, dataset_;
  std::uint64_t written_ = 0;
  std::vector<TaskRow> rows_;
};

/// Gives all rows of a table, some thousand at a time, and returns the names of its layers; each row's number
/// of a layer is one of these. `where` begins the messages.
/// Throws: Error when the file is no table, is not whole, or is of another format.
std::vector<std::string> read_task_table(const std::string& where, const std::string& path,
                                         const std::function<void(std::span<const TaskRow>)>& give);

}  // namespace bask
