#include <bask/core/error.hpp>
#include <bask/core/fork_lock.hpp>
#include <bask/core/log.hpp>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

namespace bask {
namespace {

constexpr const char* kLogFileFix = "name a file that this rank may write, by --bask-log-file, or none";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

// What stands before a text of that level.
std::string level_word(LogLevel level) {
  return level == LogLevel::kInfo ? "" : std::string(name_of(level)) + ": ";
}

struct Log {
  std::string who;  // "rank 3 (n2): ", empty in a run of one rank
  LogLevel level = LogLevel::kInfo;
  std::unique_ptr<spdlog::logger> screen, file;
};

LogReader& log_reader() {
  static LogReader one;
  return one;
}

// Lines that came before there was a reader: the first one gets them.
class EarlyLines {
 public:
  void add(LogLevel level, const std::string& line) {
    if (!is_over_ && lines_.size() < kMost) lines_.push_back({level, line});
  }
  void give_to(const LogReader& reader) {
    for (const Line& line : lines_) reader(line.level, line.text);
    lines_.clear();
    is_over_ = true;
  }

 private:
  static constexpr std::size_t kMost = 50;
  struct Line {
    LogLevel level;
    std::string text;
  };
  std::vector<Line> lines_;
  bool is_over_ = false;
};

EarlyLines& early_lines() {
  static EarlyLines& one = *new EarlyLines;  // lines may come until the process is gone
  return one;
}

std::unique_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink, const char* pattern, LogLevel level) {
  auto logger = std::make_unique<spdlog::logger>("bask", std::move(sink));
  logger->set_pattern(pattern);
  logger->set_level(spdlog_level(level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::unique_ptr<spdlog::logger> screen_logger(LogLevel level) {
  return make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), "bask: %v", level);
}

// Opened once by hand, because spdlog does not tell why it could not.
std::unique_ptr<spdlog::logger> file_logger(const std::string& path, LogLevel level) {
  std::error_code failure;
  const auto directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directories(directory, failure);
  std::FILE* file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) {
    throw Error("log-file", fmt::format("'{}' cannot be opened: {}", path, std::strerror(errno)), kLogFileFix,
                ExitCode::kUsage);
  }
  std::fclose(file);
  try {
    return make_logger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path), "%Y-%m-%d %H:%M:%S.%e %v",
                       level);
  } catch (const spdlog::spdlog_ex& error) {
    throw Error("log-file", error.what(), kLogFileFix, ExitCode::kUsage);
  }
}

Log& log() {
  static Log one{"", LogLevel::kInfo, screen_logger(LogLevel::kInfo), nullptr};
  return one;
}

// A thread takes the sinks' own locks only while it holds this one.
constinit std::mutex one_text_at_a_time_mutex;
std::mutex& one_text_at_a_time() {
  return one_text_at_a_time_mutex;
}
const bool held_while_forking = hold_while_forking<one_text_at_a_time>(ForkOrder::kInner);

// Every line of the text, with `prefix` before it, so that each can be told from what the program prints.
void write(LogLevel level, const std::string& prefix, std::string_view text) {
  const std::lock_guard lock(one_text_at_a_time());
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string line = prefix + std::string(text.substr(0, end));
    log().screen->log(spdlog_level(level), spdlog::string_view_t(line));
    if (log().file) log().file->log(spdlog_level(level), spdlog::string_view_t(line));
    if (level <= log().level) log_reader() ? log_reader()(level, line) : early_lines().add(level, line);
    if (end == text.npos || end + 1 == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 4> kNames{"error", "warning", "info", "debug"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string log_file_of(const LogSettings& settings) {
  std::string path = settings.file;
  bool has_rank = false;
  for (std::size_t at = path.find("%r"); at != path.npos; at = path.find("%r", at)) {
    path.replace(at, 2, std::to_string(settings.rank));
    has_rank = true;
  }
  if (!path.empty() && !has_rank && settings.ranks > 1) {
    throw Error("log-file", fmt::format("all {} ranks would write to '{}'", settings.ranks, path),
                "put %r, the rank, into its name, as in bask-%r.log", ExitCode::kUsage);
  }
  return path;
}

void set_up_log(const LogSettings& settings) {
  const std::string path = log_file_of(settings);
  Log made;
  made.level = settings.level;
  if (settings.ranks > 1) made.who = fmt::format("rank {} ({}): ", settings.rank, settings.host);
  made.screen = screen_logger(settings.level);
  if (!path.empty()) made.file = file_logger(path, settings.level);
  log() = std::move(made);
}

void set_log_reader(LogReader reader) {
  const std::lock_guard lock(one_text_at_a_time());
  log_reader() = std::move(reader);
  if (log_reader()) early_lines().give_to(log_reader());
}

bool log_wanted(LogLevel level) {
  return level <= log().level;
}

void log_line(LogLevel level, std::string_view text) {
  if (log_wanted(level)) write(level, level_word(level) + log().who, text);
}

void log_job_line(LogLevel level, std::string_view text) {
  if (log_wanted(level)) write(level, level_word(level), text);
}

}  // namespace bask
