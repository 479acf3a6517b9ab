#include "results_file.hpp"

#include <cstdio>
#include <ctime>

namespace farm {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

std::string seconds(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.6f", static_cast<double>(ns) * 1e-9);
  return text;
}

}  // namespace

std::string utc_time(std::int64_t ns) {
  const std::time_t whole = ns / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[40], fraction[16];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(fraction, sizeof(fraction), ".%03dZ", static_cast<int>(ns / 1'000'000 % 1000));
  return std::string(text) + fraction;
}

std::string results_csv(const FarmLog& log) {
  std::string text =
      "number,name,state,exit_code,signal,attempt,tries,start,end,seconds,host,rank,peak_memory_bytes,"
      "user_seconds,system_seconds,command\n";
  for (std::size_t i = 0; i < log.commands.size(); ++i) {
    if (!log.records[i].result) continue;
    const Command& command = log.commands[i];
    const CommandResult& result = *log.records[i].result;
    text += std::to_string(result.number) + "," + quoted(command.name) + "," + name_of(result.state) + "," +
            std::to_string(result.exit_code) + "," + std::to_string(result.signal) + "," +
            std::to_string(result.attempt) + "," + std::to_string(result.tries) + "," +
            utc_time(result.start_ns) + "," + utc_time(result.end_ns) + "," +
            seconds(result.end_ns - result.start_ns) + "," + quoted(result.host) + "," +
            std::to_string(result.rank) + "," + std::to_string(result.peak_memory_bytes) + "," +
            seconds(result.user_ns) + "," + seconds(result.system_ns) + "," + quoted(command.text) + "\n";
  }
  return text;
}

}  // namespace farm
