#include "reports.hpp"

#include "dependencies.hpp"
#include "refuse.hpp"
#include "results_file.hpp"

#include <bask/core/error.hpp>
#include <bask/core/near_miss.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <ostream>

namespace farm {
namespace {

std::string duration(std::int64_t ns) {
  return bask::format_duration(std::chrono::nanoseconds(ns));
}

std::string state_of(const CommandRecord& record, bool in_use) {
  if (record.started && !record.is_done()) return in_use ? "running" : "interrupted";
  if (!record.is_done()) return record.result ? "to-be-retried" : "waiting";
  return name_of(record.result->state);
}

// Prints the command's output, in pieces, so that it may be larger than memory.
void copy_output(const FarmLog& log, const CommandRecord& record, std::ostream& out) {
  if (record.output.empty()) return;
  std::ifstream file(log.directory / record.output_file, std::ios::binary);
  std::vector<char> buffer;
  for (const Extent& extent : record.output) {
    file.seekg(static_cast<std::streamoff>(extent.offset));
    for (std::uint64_t left = extent.size; left > 0;) {
      buffer.resize(std::min<std::uint64_t>(left, 1 << 20));
      file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      const std::streamsize count = file.gcount();
      if (count <= 0) refuse("the output in " + record.output_file + " is cut off", "was the file changed?");
      out.write(buffer.data(), count);
      left -= static_cast<std::uint64_t>(count);
    }
  }
}

void show(const FarmLog& log, std::size_t position, bool in_use, std::ostream& out) {
  const Command& command = log.commands[position];
  const CommandRecord& record = log.records[position];
  out << "command   " << title_of(command) << "\n          " << command.text << '\n';
  if (!record.result) {
    out << "state     " << state_of(record, in_use);
    if (record.started) {
      out << " since " << utc_time(record.started->start_ns) << " on " << record.started->host;
    }
    out << '\n';
    return;
  }
  const CommandResult& result = *record.result;
  out << "state     " << describe_end(result) << (record.is_done() ? "" : "; it is to be run again") << '\n';
  if (result.state == State::kSkipped) {
    for (const std::uint32_t number : command.after) {
      const CommandRecord& before = log.records[number - 1];
      if (!before.result || before.result->state == State::kSucceeded) continue;
      out << "          " << title_of(log.commands[number - 1]) << " " << describe_end(*before.result)
          << '\n';
    }
    return;
  }
  out << "where     " << result.host << ", rank " << result.rank << '\n'
      << "when      " << utc_time(result.start_ns) << " to " << utc_time(result.end_ns) << ", "
      << duration(result.end_ns - result.start_ns) << '\n'
      << "exit code " << result.exit_code << ", attempt " << result.attempt << ", tries " << result.tries
      << '\n'
      << "used      " << duration(result.user_ns) << " user, " << duration(result.system_ns) << " system, "
      << bask::format_size(result.peak_memory_bytes) << " at most\n"
      << "output    " << (record.output.empty() ? "none" : record.output_file) << '\n';
  copy_output(log, record, out);
}

bool has_failed(const CommandRecord& record) {
  return record.is_done() && record.result->state != State::kSucceeded;
}

}  // namespace

Counts count(const FarmLog& log) {
  Counts counts;
  for (const CommandRecord& record : log.records) {
    if (!record.is_done()) {
      ++(record.started ? counts.begun : counts.waiting);
    } else if (record.result->state == State::kSucceeded) {
      ++counts.succeeded;
    } else {
      ++(record.result->state == State::kSkipped ? counts.skipped : counts.failed);
    }
  }
  return counts;
}

std::vector<std::size_t> find_commands(const FarmLog& log, const std::vector<std::string>& which) {
  std::vector<std::size_t> positions;
  for (const std::string& one : which) {
    std::size_t number = 0;
    const auto [end, failure] = std::from_chars(one.data(), one.data() + one.size(), number);
    if (failure == std::errc{} && end == one.data() + one.size()) {
      if (number == 0 || number > log.commands.size()) {
        refuse("there is no command " + one,
               "the commands have the numbers 1 to " + std::to_string(log.commands.size()));
      }
      positions.push_back(number - 1);
      continue;
    }
    const auto found = std::find_if(log.commands.begin(), log.commands.end(),
                                    [&](const Command& command) { return command.name == one; });
    if (found == log.commands.end()) {
      std::vector<std::string> names;
      for (const Command& command : log.commands) {
        if (!command.name.empty()) names.push_back(command.name);
      }
      const std::string meant = bask::near_miss(one, names);
      refuse("there is no command '" + one + "'",
             meant.empty() ? "farm list shows them all" : "did you mean '" + meant + "'?");
    }
    positions.push_back(static_cast<std::size_t>(found - log.commands.begin()));
  }
  return positions;
}

void show_commands(const FarmLog& log, const std::vector<std::size_t>& positions, std::ostream& out) {
  const bool in_use = bask::is_locked(log.directory);
  for (const std::size_t position : positions) {
    if (position != positions.front()) out << '\n';
    show(log, position, in_use, out);
  }
}

void list_commands(const FarmLog& log, bool only_failed, std::ostream& out) {
  const bool in_use = bask::is_locked(log.directory);
  const auto width = static_cast<int>(std::to_string(log.commands.size()).size());
  for (std::size_t i = 0; i < log.commands.size(); ++i) {
    const CommandRecord& record = log.records[i];
    if (only_failed && !has_failed(record)) continue;
    out << std::setw(width) << i + 1 << "  " << std::left << std::setw(13) << state_of(record, in_use)
        << std::right << "  ";
    const bool has_code = record.is_done() && record.result->state != State::kSkipped;
    out << std::setw(3) << (has_code ? std::to_string(record.result->exit_code) : "-") << "  ";
    if (!log.commands[i].name.empty()) out << log.commands[i].name << "  ";
    out << log.commands[i].text << '\n';
  }
}

void show_status(const FarmLog& log, std::ostream& out) {
  const Counts counts = count(log);
  const bool in_use = bask::is_locked(log.directory);
  out << counts.ended() << " of " << log.commands.size() << " commands have ended: " << counts.succeeded
      << " succeeded, " << counts.failed << " failed, " << counts.skipped << " skipped\n";
  if (in_use) {
    out << counts.begun << " are running, " << counts.waiting << " are waiting\n";
  } else if (counts.begun + counts.waiting > 0) {
    out << "no farm is running here; " << counts.begun << " were interrupted, " << counts.waiting
        << " have not begun: start farm run again to go on\n";
  }
}

void summarise(const FarmLog& log, std::ostream& out) {
  constexpr std::size_t kShown = 5;
  const Counts counts = count(log);
  out << "farm: " << counts.succeeded << " of " << log.commands.size() << " commands succeeded";
  if (counts.failed > 0) out << ", " << counts.failed << " failed";
  if (counts.skipped > 0) out << ", " << counts.skipped << " skipped";
  out << '\n';
  std::size_t shown = 0;
  for (std::size_t i = 0; i < log.records.size() && counts.failed > 0; ++i) {
    if (!has_failed(log.records[i]) || log.records[i].result->state == State::kSkipped) continue;
    if (shown++ == kShown) break;
    out << "farm: command " << title_of(log.commands[i]) << " " << describe_end(*log.records[i].result)
        << '\n';
  }
  if (counts.failed > kShown) out << "farm: …\n";
  if (counts.failed > 0) {
    const std::string option = log.directory == "farm-log" ? "" : " --log " + log.directory.string();
    out << "farm: see farm failed" << option << ", farm show NUMBER" << option
        << "; run them again with farm retry" << option << '\n';
  }
}

}  // namespace farm
