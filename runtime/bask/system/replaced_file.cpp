#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/replaced_file.hpp>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace bask {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

// Short, so that it is not too long where the file's own name is not.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> number{0};
  return path.parent_path() / fmt::format("{}{}-{}.part", ReplacedFile::kTemporary, ::getpid(), ++number);
}

}  // namespace

ReplacedFile::ReplacedFile(std::string where, std::filesystem::path path)
    : where_(std::move(where)), path_(std::move(path)), temporary_(temporary_beside(path_)) {
  do {
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ >= 0) return;
  const int error = errno;
  const std::filesystem::path directory = path_.has_parent_path() ? path_.parent_path() : ".";
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored) && error == ENOENT) {
    throw Error(
        where_,
        fmt::format("cannot write '{}': there is no directory '{}'", path_.string(), directory.string()),
        "create it first, or name another place", ExitCode::kUsage);
  }
  refuse(reason(error));
}

ReplacedFile::~ReplacedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void ReplacedFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      refuse(reason(errno));
    }
  }
}

void ReplacedFile::put_in_place() {
  // A full disk or quota may show only here. EINVAL: what is written to cannot be synced.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EINTR) refuse(reason(errno));
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) refuse(reason(errno));
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) refuse(reason(errno));
  temporary_.clear();
}

void ReplacedFile::refuse(const std::string& why) const {
  throw Error(where_, fmt::format("cannot write '{}': {}", path_.string(), why),
              "name a file in a directory that you may write to and that has room", ExitCode::kUsage);
}

}  // namespace bask
