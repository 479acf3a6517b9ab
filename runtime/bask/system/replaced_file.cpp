#include <fmt/format.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/replaced_file.hpp>

#include <atomic>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace bask {
namespace {

// A short name, so that it is allowed wherever the file's own name is.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> number{0};
  return path.parent_path() / fmt::format("{}{}-{}.part", ReplacedFile::kTemporary, ::getpid(), ++number);
}

}  // namespace

ReplacedFile::ReplacedFile(std::string where, std::filesystem::path path)
    : where_(std::move(where)), path_(std::move(path)), file_(temporary_beside(path_)) {
  if (file_.is_open()) return;
  const int error = errno;
  const std::filesystem::path directory = path_.has_parent_path() ? path_.parent_path() : ".";
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored) && error == ENOENT) {
    throw Error(
        where_,
        fmt::format("cannot write '{}': there is no directory '{}'", path_.string(), directory.string()),
        "create it first, or name another place", ExitCode::kUsage);
  }
  refuse(error);
}

void ReplacedFile::write(std::string_view text) {
  const Transferred written = write_at(file_.descriptor(), end_, std::as_bytes(std::span(text)));
  if (written.error != 0) refuse(written.error);
  end_ += written.bytes;
}

void ReplacedFile::put_in_place() {
  // A full disk or quota may show only now. EINVAL: this file system syncs nothing.
  if (const int error = file_.sync(); error != 0 && error != EINVAL) refuse(error);
  if (const int error = file_.put_in_place(path_); error != 0) refuse(error);
}

void ReplacedFile::refuse(int error) const {
  throw Error(where_, fmt::format("cannot write '{}': {}", path_.string(), error_text(error)),
              "name a file in a directory that you may write to and that has room", ExitCode::kUsage);
}

}  // namespace bask
