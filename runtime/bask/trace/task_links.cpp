#include <fcntl.h>
#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/trace/task_links.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace bask {
namespace {

constexpr std::uint64_t kRunAlignment = 1 << 16;  // as MappedBytes asks for

FileDescriptor links_file(const std::string& where, const std::filesystem::path& path) {
  FileDescriptor file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!file.is_open())
    throw Error(where, fmt::format("cannot write '{}': {}", path.string(), error_text(errno)),
                "name a file in a directory that is there and that you may write to", ExitCode::kUsage);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return file;
}

// Turns counts into the begins of lists. `counts` are those of list i at i + 2; afterwards, the next free
// place of list i is at i + 1, which becomes its end when all are in place.
void begin_lists(std::span<std::uint32_t> counts) {
  for (std::size_t i = 1; i < counts.size(); ++i) counts[i] += counts[i - 1];
}

}  // namespace

TaskLinks::TaskLinks(std::string where, const std::filesystem::path& path)
    : where_(std::move(where)), file_(links_file(where_, path)) {}

void TaskLinks::add_run(std::uint32_t run, std::uint32_t tasks, const ForEachLink& for_each) {
  Run made{.offset = (end_ + kRunAlignment - 1) / kRunAlignment * kRunAlignment, .tasks = tasks};
  for_each([&](std::uint32_t, std::uint32_t) { ++made.links; });
  if (made.links == 0) return;
  int error = take_room(file_, made.offset, made.bytes());
  const MappedBytes memory = error == 0 ? MappedBytes(file_, made.offset, made.bytes()) : MappedBytes();
  if (error == 0 && !memory.is_mapped()) error = errno;
  if (error != 0) {
    return log_job_line(LogLevel::kWarning,
                        fmt::format("{}: no room for which task reads which: {}; arrows of computation {} "
                                    "will be missing",
                                    where_, error_text(error), run));
  }
  View view = view_of(made, memory.bytes());
  for_each([&](std::uint32_t task, std::uint32_t input) {
    ++view.input_begin[task + 2];
    ++view.reader_begin[input + 2];
  });
  begin_lists(view.input_begin);
  begin_lists(view.reader_begin);
  for_each([&](std::uint32_t task, std::uint32_t input) {
    view.inputs[view.input_begin[task + 1]++] = input;
    view.readers[view.reader_begin[input + 1]++] = task;
  });
  end_ = made.offset + made.bytes();
  runs_[run] = made;
}

}  // namespace bask
