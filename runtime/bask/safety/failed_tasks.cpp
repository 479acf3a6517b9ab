#include <errno.h>
#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/safety/failed_tasks.hpp>
#include <bask/safety/task_error.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/scratch_directory.hpp>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace bask {
namespace {

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || std::string_view("._-+").find(letter) != std::string_view::npos;
}

// As part of a file's name.
std::string plain_name(std::string name) {
  constexpr std::size_t kLongest = 100;
  name.resize(std::min(name.size(), kLongest));
  std::ranges::replace_if(
      name, [](char letter) { return !is_plain(letter); }, '_');
  return name;
}

// As a word of a shell.
std::string shell_word(const std::string& text) {
  if (std::ranges::all_of(text, [](char letter) { return is_plain(letter) || letter == '/'; })) return text;
  std::string word = "'";
  for (const char letter : text) word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return word + "'";
}

}  // namespace

void FailedTasks::prepare(const std::filesystem::path& directory) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  const int error = failure ? failure.value() : look_at_scratch(directory).error;
  if (error == 0) return;
  throw Error("directory of failed tasks " + directory.string(),
              "no file can be made in it: " + error_text(error),
              "name a directory in which you may write with --bask-failed-tasks", ExitCode::kUsage);
}

std::string FailedTasks::keep(FailedTask task, std::span<const Input> inputs) noexcept {
  if (left_.fetch_sub(1) <= 0) {
    left_.store(0);
    return {};
  }
  try {
    task.program = program_invocation_short_name;
    task.rank = rank_;
    task.host = host_name();
    if (task.name.empty()) task.name = task_name(task.layer, task.key, task.number);
    const std::filesystem::path path =
        directory_ / fmt::format("{}-rank{}.bask-task", plain_name(task.name), rank_);
    try {
      write_failed_task(path, task, inputs);
      return fmt::format("{} --bask-replay={}", shell_word(program_invocation_name),
                         shell_word(path.string()));
    } catch (...) {
      log_line(LogLevel::kWarning, fmt::format("the failed task '{}' is not kept for a replay: {}", task.name,
                                               describe_current_exception()));
    }
  } catch (...) {  // there is no memory even for the text
  }
  return {};
}

}  // namespace bask
