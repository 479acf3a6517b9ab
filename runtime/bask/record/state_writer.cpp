#include <bask/record/state_writer.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/system/unfinished_file.hpp>

#include <csignal>
#include <span>
#include <system_error>
#include <utility>

namespace bask {
namespace {

Error cannot_write(const std::filesystem::path& directory, int error) {
  return Error("--bask-watch", fmt::format("'{}': {}", directory.string(), error_text(error)),
               "name a directory that can be made and written to", ExitCode::kUsage);
}

}  // namespace

StateWriter::StateWriter(std::filesystem::path directory, std::function<std::string()> state,
                         std::chrono::milliseconds interval)
    : directory_(std::move(directory)), state_(std::move(state)), interval_(interval) {
  std::error_code failure;
  std::filesystem::create_directories(directory_, failure);
  if (failure) throw cannot_write(directory_, failure.value());
  if (const int error = write()) throw cannot_write(directory_, error);
  sigset_t all, before;  // signals go to the program's own threads
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StateWriter::~StateWriter() {
  {
    const Held held(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StateWriter::run() {
  auto next = std::chrono::steady_clock::now() + interval_;
  bool is_last = false;
  while (!is_last) {
    {
      const Held held(mutex_);
      while (!is_closing_ && changed_.wait_until(mutex_, next)) {
      }
      is_last = is_closing_;
    }
    write_or_warn();
    next = std::max(next + interval_, std::chrono::steady_clock::now());
  }
}

void StateWriter::write_or_warn() {
  const int error = write();
  if (error == 0 || std::exchange(has_warned_, true)) return;
  log_job_line(LogLevel::kWarning,
               fmt::format("the state of the job cannot be written to '{}': {}; the job goes on",
                           directory_.string(), error_text(error)));
}

// Returns 0 or an error of the system.
int StateWriter::write() const {
  const std::filesystem::path aside = directory_ / "state.json.new";
  std::error_code ignored;
  std::filesystem::remove(aside, ignored);  // of a job that was killed
  UnfinishedFile file(aside, 0600);
  if (!file.is_open()) return errno;
  const std::string text = state_() + '\n';
  if (const int error = write_at(file.descriptor(), 0, std::as_bytes(std::span(text))).error) return error;
  return file.put_in_place(directory_ / "state.json");
}

}  // namespace bask
