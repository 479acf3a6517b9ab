#include "log_directory.hpp"

#include "command_file.hpp"
#include "dependencies.hpp"
#include "rank_log.hpp"
#include "refuse.hpp"

#include <bask/core/error.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/replaced_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>

namespace farm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommands = "commands.txt";
constexpr const char* kAttempts = "attempts.tsv";
constexpr const char* kId = "id";

// Start and rank of "index-2-0.tsv".
struct IndexName {
  std::uint32_t start = 0;
  std::int32_t rank = 0;
};

std::optional<IndexName> index_named(const std::string& name) {
  IndexName index;
  int end = 0;
  if (std::sscanf(name.c_str(), "index-%u-%d.tsv%n", &index.start, &index.rank, &end) != 2)
    return std::nullopt;
  return static_cast<std::size_t>(end) == name.size() ? std::optional(index) : std::nullopt;
}

bool is_ours(const std::string& name) {
  return name == kCommands || name == kAttempts || name == bask::kLockName || name.starts_with("index-") ||
         name.starts_with("output-") || name.starts_with("results.") || name == kId || name == kCheckpoint ||
         name.starts_with(bask::ReplacedFile::kTemporary);
}

template <class Line>
void for_each_line(const std::string& text, const Line& line) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) return;  // a crash has cut the last line off
    line(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
}

CommandRecord* record_of(FarmLog& log, std::uint32_t number) {
  return number >= 1 && number <= log.records.size() ? &log.records[number - 1] : nullptr;
}

void read_attempts(FarmLog& log) {
  if (!fs::exists(log.directory / kAttempts)) return;
  std::istringstream lines(read_file(log.directory / kAttempts));
  std::uint32_t number = 0, attempt = 0;
  while (lines >> number >> attempt) {
    if (CommandRecord* const record = record_of(log, number)) record->wanted_attempt = attempt;
  }
}

void read_index(FarmLog& log, const IndexName& index) {
  for_each_line(read_file(log.directory / index_file_name(index.start, index.rank)),
                [&](std::string_view text) {
                  auto line = parse_index_line(text);
                  CommandRecord* const record = line ? record_of(log, line->result.number) : nullptr;
                  if (record == nullptr) return;
                  if (!line->is_end) {
                    record->started = std::move(line->result);
                    return;
                  }
                  if (record->started && record->started->attempt <= line->result.attempt)
                    record->started.reset();
                  if (record->result && record->result->attempt > line->result.attempt) return;
                  record->result = std::move(line->result);
                  record->output = std::move(line->output);
                  record->output_file = output_file_name(index.start, index.rank);
                });
}

// The indices in the directory, in the order of starts: a later line about a command replaces an earlier one.
std::vector<IndexName> indices_in(const fs::path& directory) {
  std::vector<IndexName> indices;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (const auto index = index_named(entry.path().filename().string())) indices.push_back(*index);
  }
  std::sort(indices.begin(), indices.end(), [](const IndexName& a, const IndexName& b) {
    return a.start != b.start ? a.start < b.start : a.rank < b.rank;
  });
  return indices;
}

/// The first position in which the lists differ; nothing when they do not.
std::optional<std::size_t> first_difference(const std::vector<Command>& a, const std::vector<Command>& b) {
  const auto same = [](const Command& one, const Command& other) {
    return one.text == other.text && one.name == other.name && one.after == other.after;
  };
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same);
  if (in_a == a.end() && in_b == b.end()) return std::nullopt;
  return static_cast<std::size_t>(in_a - a.begin());
}

[[noreturn]] void refuse_other_list(const FarmLog& log, std::size_t position) {
  refuse(log.directory,
         "it holds the results of another list of " + std::to_string(log.commands.size()) +
             " commands, which differs from command " + std::to_string(position + 1) + " on",
         "choose another directory with --log DIR, run its failed commands again with farm retry, or replace "
         "all of its results with --force");
}

// A random number for this log. It is part of the tasks' keys, so that a checkpoint's results of another log
// are not taken for this one's.
std::string new_id() {
  std::random_device random;
  return std::to_string(random()) + std::to_string(random());
}

void clear(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (is_ours(name) && name != bask::kLockName && name != kCheckpoint) fs::remove_all(entry.path());
  }
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || fs::is_directory(path)) {
    refuse(path, "cannot be read: " + bask::error_text(errno != 0 ? errno : EISDIR), "check the name");
  }
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  bask::ReplacedFile file("farm", path);
  file.write(text);
  file.put_in_place();
}

FarmLog read_log(const fs::path& directory) {
  if (!fs::exists(directory / kCommands)) {
    refuse(directory, "there is no farm's log here",
           "name the directory with --log DIR, or begin with farm run");
  }
  FarmLog log;
  log.directory = directory;
  log.commands = parse_commands(read_file(directory / kCommands), (directory / kCommands).string(), {});
  resolve_dependencies(log.commands);
  log.records.resize(log.commands.size());
  log.id = fs::exists(directory / kId) ? read_file(directory / kId) : "";
  read_attempts(log);
  for (const IndexName& index : indices_in(directory)) {
    read_index(log, index);
    log.starts = std::max(log.starts, index.start);
  }
  return log;
}

bask::JournalLock lock_directory(const fs::path& directory) {
  return bask::JournalLock(directory, bask::kLockPatience, bask::JournalLock::Method::kKernel,
                           {.what = "farm", .option = "--log DIR"});
}

FarmLog open_log(const fs::path& directory, const std::vector<Command>& commands, bool force) {
  const bool is_log = fs::exists(directory / kCommands);
  if (!is_log) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (is_ours(entry.path().filename().string())) continue;
      refuse(directory, "the directory has other files in it", "choose another one with --log DIR");
    }
  }
  if (is_log) {
    FarmLog log = read_log(directory);
    const auto difference = first_difference(log.commands, commands);
    if (!difference) {
      log.commands = commands;
      write_file(directory / kCommands, write_commands(commands));
      return log;
    }
    if (!force) refuse_other_list(log, *difference);
    clear(directory);
  }
  write_file(directory / kCommands, write_commands(commands));
  FarmLog log;
  log.directory = directory;
  log.id = new_id();
  write_file(directory / kId, log.id);
  log.commands = commands;
  log.records.resize(commands.size());
  return log;
}

void want_another_attempt(FarmLog& log, const std::vector<std::size_t>& positions) {
  std::string text;
  const fs::path path = log.directory / kAttempts;
  if (fs::exists(path)) text = read_file(path);
  for (const std::size_t position : positions) {
    CommandRecord& record = log.records[position];
    record.wanted_attempt = std::max(record.wanted_attempt, record.result ? record.result->attempt : 0) + 1;
    text += std::to_string(position + 1) + "\t" + std::to_string(record.wanted_attempt) + "\n";
  }
  write_file(log.directory / kCommands, write_commands(log.commands));
  write_file(path, text);
}

}  // namespace farm
