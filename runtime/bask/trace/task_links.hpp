// task_links.hpp: which tasks of the job's computations read which: kept in a file, for the arrows of a
// trace. Runs on: rank 0. Threads: one. Invariants: (1) an arrow is drawn at both of its ends or at none; (2)
// each end of it is drawn once. Limits: its memory depends on the number of computations; tasks are in the
// file, with some 17 bytes each
//         and 8 for each input. A task shows arrows to its first kMostArrows readers and from as many inputs.
#pragma once

#include <bask/system/file_descriptor.hpp>
#include <bask/system/mapped_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

/// The arrows of one task, as numbers that stand at both ends of each.
struct Arrows {
  std::vector<std::uint64_t> in, out;
};

class TaskLinks {
 public:
  static constexpr std::size_t kMostArrows = 128;
  /// Calls its argument for each input of each task: those of a task one after the other.
  using Link = std::function<void(std::uint32_t task, std::uint32_t input)>;
  using ForEachLink = std::function<void(const Link&)>;

  /// The file has no name any more when this returns. `where` begins the messages.
  /// Throws: Error when it cannot be made.
  TaskLinks(std::string where, const std::filesystem::path& path);

  /// A run begins whose tasks have numbers below `tasks`. `for_each` is called three times. A disk without
  /// room for it is told of, and its arrows are missing.
  void add_run(std::uint32_t run, std::uint32_t tasks, const ForEachLink& for_each);

  // When all runs have ended.
  /// Makes all readable. Returns whether there are any.
  bool open();
  /// The task was seen in the trace; to be called for all of them before any arrows().
  void seen(std::uint32_t run, std::uint32_t task);
  /// Where a task is shown: its arrows from and to others that were seen. The second time there are none.
  void arrows(std::uint32_t run, std::uint32_t task, Arrows& into);

 private:
  // Of a run in the file: begin and readings of each task's inputs, the same of its readers, and its marks.
  struct Run {
    std::uint64_t offset = 0;
    std::uint32_t tasks = 0, links = 0;
    std::size_t bytes() const { return 8 * (std::size_t{tasks} + 2) + 8 * std::size_t{links} + tasks; }
  };
  struct View {
    std::span<std::uint32_t> input_begin, inputs, reader_begin, readers;
    std::span<std::uint8_t> marks;
  };
  static View view_of(const Run& run, std::span<std::byte> bytes);
  const View* find(std::uint32_t run, std::uint32_t task);

  const std::string where_;
  const FileDescriptor file_;
  std::uint64_t end_ = 0;
  std::unordered_map<std::uint32_t, Run> runs_;
  MappedBytes all_;
  std::uint32_t found_run_ = 0;
  View found_;
};

}  // namespace bask
