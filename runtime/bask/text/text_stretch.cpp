#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/file_pattern.hpp>
#include <bask/text/text_stretch.hpp>

#include <cerrno>

namespace bask {
namespace {

const char* kind_of_file(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

// The whole file, without its compression.
TextStretch look_at(const std::string& path, std::string_view call) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int error = errno;
    throw Error(text_place(call, path), error_text(error),
                error == ENOENT
                    ? "name a file that is there, on every node, or a pattern such as 'data/*.txt'"
                    : "see that every directory of the path may be searched");
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(text_place(call, path), fmt::format("this is {}", kind_of_file(status.st_mode)),
                S_ISDIR(status.st_mode) ? fmt::format("name its files, such as '{}/*'", path)
                                        : "name a regular file");
  }
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) {
    throw Error(text_place(call, path), error_text(errno), "see that you may read the file");
  }
  TextStretch whole;
  whole.path = path;
  whole.file_bytes = whole.end_bytes = static_cast<std::uint64_t>(status.st_size);
  whole.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return whole;
}

void append_stretches(std::vector<TextStretch>& to, TextStretch whole, const TextCut& cut) {
  whole.compression =
      cut.compression == TextCompression::kByEnding ? compression_by_ending(whole.path) : cut.compression;
  const std::uint64_t bytes = whole.file_bytes;
  if (whole.compression != TextCompression::kNone || cut.blocksize == 0 || bytes <= cut.blocksize) {
    to.push_back(std::move(whole));
    return;
  }
  const std::uint64_t count = (bytes - 1) / cut.blocksize + 1;
  const std::uint64_t each = bytes / count, longer = bytes % count;
  std::uint64_t begin = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    TextStretch stretch = whole;
    stretch.begin_bytes = begin;
    stretch.end_bytes = begin += each + (i < longer ? 1 : 0);
    to.push_back(std::move(stretch));
  }
}

}  // namespace

TextCompression compression_by_ending(std::string_view path) {
  if (path.ends_with(".gz")) return TextCompression::kGzip;
  return path.ends_with(".zst") ? TextCompression::kZstd : TextCompression::kNone;
}

std::string text_place(std::string_view call, std::string_view path) {
  return fmt::format("{}('{}')", call, path);
}

std::vector<TextStretch> text_stretches(const std::string& path, const TextCut& cut, std::string_view call) {
  std::vector<TextStretch> stretches;
  for (const std::string& file : files_matching(path, std::string(call))) {
    append_stretches(stretches, look_at(file, call), cut);
  }
  return stretches;
}

std::vector<TextStretch> text_stretches(const std::vector<std::string>& paths, const TextCut& cut,
                                        std::string_view call) {
  if (paths.empty()) {
    throw Error(std::string(call), "the list of files is empty", "name one file at least");
  }
  std::vector<TextStretch> stretches;
  for (const std::string& path : paths) {
    for (TextStretch& stretch : text_stretches(path, cut, call)) stretches.push_back(std::move(stretch));
  }
  return stretches;
}

}  // namespace bask
