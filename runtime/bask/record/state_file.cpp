#include <bask/record/state_file.hpp>

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace bask {
namespace {

constexpr unsigned kOwnerOnly = 0600;

Error cannot_write(const std::filesystem::path& directory, int error) {
  return Error("--bask-watch", fmt::format("'{}': {}", directory.string(), error_text(error)),
               "name a directory that can be made and written to", ExitCode::kUsage);
}

}  // namespace

StateFile::StateFile(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::error_code failure;
  std::filesystem::create_directories(directory_, failure);
  if (failure) throw cannot_write(directory_, failure.value());
  if (!aside().is_open()) throw cannot_write(directory_, errno);
}

// The file that takes the state's place when it is whole.
UnfinishedFile StateFile::aside() const {
  const std::filesystem::path path = directory_ / "state.json.new";
  std::error_code ignored;
  std::filesystem::remove(path, ignored);  // of a job that was killed
  return UnfinishedFile(path, kOwnerOnly);
}

void StateFile::write(std::string_view text) {
  const int error = try_to_write(text);
  if (error == 0 || std::exchange(has_warned_, true)) return;
  log_job_line(LogLevel::kWarning,
               fmt::format("the state of the job cannot be written to '{}': {}; the job goes on",
                           directory_.string(), error_text(error)));
}

// Returns 0 or an error of the system.
int StateFile::try_to_write(std::string_view text) const {
  UnfinishedFile file = aside();
  if (!file.is_open()) return errno;
  if (const int error = write_at(file.descriptor(), 0, std::as_bytes(std::span(text))).error) return error;
  return file.put_in_place(directory_ / "state.json");
}

}  // namespace bask
