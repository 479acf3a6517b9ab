// command.hpp: a command as the user lists it, and the result of running it.
// Runs on: every rank. Threads: any; both are values.
#pragma once

#include <bask/core/archive.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farm {

/// What a command may use, and how often it is run again.
struct Needs {
  std::uint32_t cores = 1;         ///< the cores that it holds while it runs
  std::uint64_t memory_bytes = 0;  ///< it is killed when its processes use more together; 0: no limit
  std::int64_t time_limit_ns = 0;  ///< after this time it gets SIGTERM; 0: no limit
  std::uint32_t retries = 0;       ///< how often it is run again at once when it fails
  friend bool operator==(const Needs&, const Needs&) = default;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& cores& memory_bytes& time_limit_ns& retries;
  }
};

/// One line of the list.
struct Command {
  std::uint32_t number = 0;                  ///< its place among the commands, from 1
  std::string name = {};                     ///< given by the user; may be empty
  std::string text = {};                     ///< as a shell reads it
  std::vector<std::string> after_text = {};  ///< its dependencies, as the user wrote them
  std::vector<std::uint32_t> after = {};     ///< their numbers, once resolved; ascending
  Needs needs = {};
  std::uint32_t line = 0;  ///< its line in the file of commands; 0: it was made from a template
  std::string where = {};  ///< "commands.txt:12", for messages
};

/// How a command ended.
enum class State : std::uint8_t {
  kSucceeded,
  kFailed,       ///< with an exit code other than 0; 126: not executable, 127: not found, as shells have it
  kKilled,       ///< by a signal that was not farm's
  kOutOfTime,    ///< its time limit
  kOutOfMemory,  ///< its memory limit
  kSkipped,      ///< not run: a command that it depends on has not succeeded
};

/// "succeeded", "failed", "killed", "out-of-time", "out-of-memory", "skipped".
std::string name_of(State state);
std::optional<State> state_named(const std::string& name);

/// The result of a command that has ended.
struct CommandResult {
  std::uint32_t number = 0;
  std::uint32_t attempt = 1;  ///< grows with each `farm retry` that runs it
  std::uint32_t tries = 0;    ///< within this attempt; 0: it was skipped
  State state = State::kSkipped;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;    ///< the signal that ended it, or 0
  std::int64_t start_ns = 0;  ///< start of the last try, since 1970
  std::int64_t end_ns = 0;
  std::string host = {};
  std::int32_t rank = 0;
  std::uint64_t peak_memory_bytes = 0;      ///< of its largest process
  std::int64_t user_ns = 0, system_ns = 0;  ///< CPU time of all its processes that it has waited for

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& number& attempt& tries& state& exit_code& signal& start_ns& end_ns& host& rank;
    archive& peak_memory_bytes& user_ns& system_ns;
  }
};

/// How a command ended, in words: "exit code 3", "killed by SIGSEGV", "out of time after 10 s".
std::string describe_end(const CommandResult& result);

/// "17", or "17 'name'", for messages.
std::string title_of(const Command& command);

}  // namespace farm
