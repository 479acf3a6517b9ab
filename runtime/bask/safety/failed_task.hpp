// failed_task.hpp: a task that has failed, whole, in a file: its kernel, arguments, inputs and annotations,
// so that it can be run again alone. failed_task.cpp has the layout of the file.
// Runs on: every rank. Threads: any; nobody changes the inputs while they are written.
// Invariant: what is read is checked: a file that is torn, damaged or of another program is refused.
#pragma once

#include <bask/core/key.hpp>
#include <bask/graph/annotations.hpp>
#include <bask/graph/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace bask {

struct FailedTask {
  std::string program = {};  ///< the name of its file, for messages
  std::string name = {};     ///< of the task: its layer, and its key or number
  std::string layer = {};
  std::string kernel = {};
  Key kernel_hash = {};
  Key key = {};              ///< of its unit's last task; Key{}: not known
  std::uint32_t number = 0;  ///< in the graph that was computed
  int rank = 0;
  std::string host = {};
  std::string cause = {};  ///< type and text of what it threw
  Annotations annotations = {};
  std::vector<std::byte> arguments = {};

  /// What the file holds, but for the annotations.
  auto members() {
    return std::tie(program, name, layer, kernel, kernel_hash, key, number, rank, host, cause, arguments);
  }
};

/// A failed task as it was read.
struct KeptTask {
  FailedTask task;
  std::vector<Value> inputs;
  const Kernel* kernel = nullptr;  ///< of this program
  bool is_of_this_binary = false;  ///< false: the program was built again since, or is another one
};

/// Writes the task, and then gives the file its name. Throws: Error when the system refuses, or an input
/// cannot be encoded: what its `encode` throws.
void write_failed_task(const std::filesystem::path& path, const FailedTask& task,
                       std::span<const Input> inputs);

/// Throws: Error (kUsage) when it is no such file, is not whole, or this program has not the kernel or a type
/// of an input.
KeptTask read_failed_task(const std::filesystem::path& path);

}  // namespace bask
