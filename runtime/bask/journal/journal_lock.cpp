#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/journal/journal_lock.hpp>
#include <bask/system/host_name.hpp>

#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>

namespace bask {
namespace {

constexpr std::chrono::seconds kGivenUp{60}, kBetweenTouches{15};
constexpr std::chrono::milliseconds kBetweenTries{100};
constexpr std::size_t kLongestText = 4096;

bool has_no_locks(int error) {
  return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL;
}

bool is_process(long pid) {
  return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

std::chrono::seconds age_of(const struct stat& status) {
  return std::chrono::seconds(std::time(nullptr) - status.st_mtime);
}

std::string read_text(const FileDescriptor& file) {
  std::string text(kLongestText, '\0');
  text.resize(read_at(file, 0, std::as_writable_bytes(std::span(text))).bytes);
  return text;
}

std::string text_at(const std::filesystem::path& path) {
  const FileDescriptor file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  return file.is_open() ? read_text(file) : std::string();
}

LockHolder read_holder(const std::filesystem::path& path) {
  return parse_lock_holder(text_at(path));
}

// Others may read the text at any time: it is shorter than what a file system writes at once, so they see all
// of it or nothing.
int write_text(const FileDescriptor& file, const LockHolder& holder) {
  const std::string text = to_text(holder);
  const int error = write_at(file, 0, std::as_bytes(std::span(text))).error;
  if (error == 0 && ::ftruncate(file.number(), static_cast<off_t>(text.size())) != 0) return errno;
  return error;
}

}  // namespace

LockHolder this_process_as_holder() {
  const char* job = std::getenv("SLURM_JOB_ID");
  return {.job = job == nullptr ? "" : job,
          .host = host_name(),
          .pid = ::getpid(),
          .since = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)))};
}

std::string to_text(const LockHolder& holder) {
  return fmt::format("job {}\nhost {}\nprocess {}\nsince {}\n", holder.job, holder.host, holder.pid,
                     holder.since);
}

LockHolder parse_lock_holder(std::string_view text) {
  LockHolder holder;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, space), value = line.substr(space + 1);
    if (name == "job") holder.job = value;
    if (name == "host") holder.host = value;
    if (name == "since") holder.since = value;
    if (name == "process") std::from_chars(value.data(), value.data() + value.size(), holder.pid);
  }
  return holder;
}

std::string lock_text(const std::filesystem::path& directory) {
  return text_at(directory / kLockName);
}

std::string description(const LockHolder& holder) {
  if (holder.host.empty()) return "another job";
  const std::string who = holder.job.empty() ? "a program" : "Slurm job " + holder.job;
  return fmt::format("{} on host {} (process {}, since {})", who, holder.host, holder.pid, holder.since);
}

bool still_holds(const LockHolder& holder, const LockHolder& us, bool is_alive, std::chrono::seconds age) {
  if (!holder.host.empty() && holder.host == us.host) return is_alive;
  if (!holder.job.empty() && holder.job == us.job) return false;  // its program before this one has ended
  return age <= kGivenUp;
}

bool is_locked(const std::filesystem::path& directory) {
  struct stat status {};
  if (::stat((directory / kLockName).c_str(), &status) != 0 || status.st_size == 0) return false;
  const LockHolder holder = read_holder(directory / kLockName);
  LockHolder us = this_process_as_holder();
  us.job.clear();  // the holder may be of this very job, and run
  return still_holds(holder, us, is_process(holder.pid), age_of(status));
}

JournalLock::JournalLock(const std::filesystem::path& directory, std::chrono::milliseconds patience,
                         Method method, LockWords words)
    : words_(std::move(words)), file_(directory / kLockName), method_(method), us_(this_process_as_holder()) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) refuse("cannot be created", error.value());
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (method_ == Method::kKernel ? take_by_kernel() : take_by_text()) break;
    const LockHolder holder = read_holder(file_);
    const bool is_of_our_job = !holder.job.empty() && holder.job == us_.job;
    if (!is_of_our_job || std::chrono::steady_clock::now() >= until) refuse_for(holder);
    std::this_thread::sleep_for(kBetweenTries);
  }
  toucher_ = std::jthread([this](std::stop_token stop) { touch_until_stopped(stop); });
}

JournalLock::~JournalLock() {
  toucher_.request_stop();
  toucher_.join();
  // Without kernel locks the file itself is the lock: it is removed, unless another job has taken it since.
  if (method_ == Method::kText && is_ours()) {
    ::unlink(file_.c_str());
  } else if (method_ == Method::kKernel) {
    [[maybe_unused]] const int ignored = ::ftruncate(descriptor_.number(), 0);
  }
}

void JournalLock::refuse(const char* what, int error) const {
  throw Error(words_.what, fmt::format("'{}' {}: {}", file_.parent_path().string(), what, error_text(error)),
              fmt::format("name a directory that you may write to and that has room: {}", words_.option));
}

void JournalLock::refuse_for(const LockHolder& holder) const {
  const std::string cancel = holder.job.empty() ? "" : fmt::format(" (scancel {})", holder.job);
  std::string fix = fmt::format("wait for it or end it{}, or give this job a directory of its own: {}",
                                cancel, words_.option);
  if (method_ == Method::kText) {
    fix += fmt::format("; if it no longer runs, remove '{}'", file_.string());
  }
  throw Error(words_.what,
              fmt::format("'{}' is in use by {}", file_.parent_path().string(), description(holder)), fix,
              ExitCode::kUsage);
}

void JournalLock::touch_until_stopped(const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, kBetweenTouches, [&] { return stop.stop_requested(); })) touch();
}

void JournalLock::touch() const {
  ::futimens(descriptor_.number(), nullptr);
}

bool JournalLock::take_by_kernel() {
  for (;;) {
    FileDescriptor file = open_file(file_, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY);
    if (!file.is_open()) refuse("has a lock that cannot be opened", errno);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return false;
      if (errno == EINTR) continue;
      if (!has_no_locks(errno)) refuse("cannot be locked", errno);
      method_ = Method::kText;
      return take_by_text();
    }
    // The holder before may have removed the file after it was opened here and before it was locked.
    struct stat ours {
    }, there{};
    if (::fstat(file.number(), &ours) != 0 || ::stat(file_.c_str(), &there) != 0 ||
        ours.st_ino != there.st_ino || ours.st_dev != there.st_dev) {
      continue;
    }
    if (const int error = write_text(file, us_); error != 0)
      refuse("has a lock that cannot be written", error);
    descriptor_ = std::move(file);
    return true;
  }
}

bool JournalLock::take_by_text() {
  struct stat status {};
  if (::stat(file_.c_str(), &status) == 0) {
    const LockHolder holder = read_holder(file_);
    const bool is_held =
        status.st_size != 0 && still_holds(holder, us_, is_process(holder.pid), age_of(status));
    if (is_held) return false;
    ::unlink(file_.c_str());
  }
  FileDescriptor file = open_file(file_, O_RDWR | O_CREAT | O_EXCL);
  if (!file.is_open()) {
    if (errno == EEXIST) return false;
    refuse("has a lock that cannot be created", errno);
  }
  if (const int error = write_text(file, us_); error != 0) refuse("has a lock that cannot be written", error);
  descriptor_ = std::move(file);
  // Another job that has given up the old lock as well may have removed this job's file, taking it for the
  // old one. The last file counts.
  std::this_thread::sleep_for(kBetweenTries);
  return is_ours();
}

bool JournalLock::is_ours() const {
  return to_text(read_holder(file_)) == to_text(us_);
}

}  // namespace bask
