#include "command.hpp"

#include <bask/core/units.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

namespace farm {
namespace {

constexpr std::array<const char*, 6> kNames{"succeeded",   "failed",        "killed",
                                            "out-of-time", "out-of-memory", "skipped"};

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

std::string name_of(State state) {
  return kNames.at(static_cast<std::size_t>(state));
}

std::optional<State> state_named(const std::string& name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<State>(i);
  }
  return std::nullopt;
}

std::string describe_end(const CommandResult& result) {
  const auto lasted = std::chrono::nanoseconds(result.end_ns - result.start_ns);
  switch (result.state) {
    case State::kSucceeded:
      return "succeeded in " + bask::format_duration(lasted);
    case State::kFailed:
      return "failed with exit code " + std::to_string(result.exit_code) +
             (result.exit_code == 127   ? " (not found)"
              : result.exit_code == 126 ? " (cannot be executed)"
                                        : "");
    case State::kKilled:
      return "was killed by " + signal_name(result.signal);
    case State::kOutOfTime:
      return "ran out of time after " + bask::format_duration(lasted);
    case State::kOutOfMemory:
      return "used more than its memory limit after " + bask::format_duration(lasted);
    case State::kSkipped:
      break;
  }
  return "was skipped: a command that it comes after has not succeeded";
}

std::string title_of(const Command& command) {
  const std::string number = std::to_string(command.number);
  return command.name.empty() ? number : number + " '" + command.name + "'";
}

}  // namespace farm
