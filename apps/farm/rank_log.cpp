#include "rank_log.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <bask/core/error.hpp>

#include <cerrno>
#include <system_error>

namespace farm {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw bask::Error("farm: " + path.string(), "cannot be written: " + std::generic_category().message(errno),
                    "make room, or name another directory with --log; the same command then goes on");
}

int open_new(const std::filesystem::path& path, int more) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | more, 0666);
  if (fd < 0) refuse(path);
  return fd;
}

}  // namespace

std::string index_file_name(std::uint32_t start, std::int32_t rank) {
  return "index-" + std::to_string(start) + "-" + std::to_string(rank) + ".tsv";
}

std::string output_file_name(std::uint32_t start, std::int32_t rank) {
  return "output-" + std::to_string(start) + "-" + std::to_string(rank) + ".log";
}

RankLog::RankLog(const std::filesystem::path& directory, std::uint32_t start, std::int32_t rank)
    : index_path_(directory / index_file_name(start, rank)),
      output_path_(directory / output_file_name(start, rank)),
      index_(open_new(index_path_, O_APPEND)),
      output_(open_new(output_path_, 0)) {}

RankLog::~RankLog() {
  close(index_);
  close(output_);
}

void RankLog::sync() {
  if (fsync(output_) != 0) refuse(output_path_);
  if (fsync(index_) != 0) refuse(index_path_);
}

void RankLog::note(const IndexLine& line) {
  const std::string text = spell_index_line(line);
  // One call a line: the system keeps appended lines apart.
  ssize_t written;
  while ((written = write(index_, text.data(), text.size())) < 0 && errno == EINTR) {
  }
  if (written != static_cast<ssize_t>(text.size())) refuse(index_path_);
}

Extent RankLog::write_output(const std::string& title, std::string_view text) {
  const std::string header = "\n==> " + title + "\n";
  std::string all = header;
  all += text;
  const std::uint64_t begin = end_.fetch_add(all.size());
  for (std::size_t at = 0; at < all.size();) {
    const ssize_t written = pwrite(output_, all.data() + at, all.size() - at, static_cast<off_t>(begin + at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(output_path_);
    at += static_cast<std::size_t>(written);
  }
  return {begin + header.size(), text.size()};
}

void OutputBuffer::add(std::string_view text) {
  text_ += text;
  if (text_.size() >= kPiece) write();
}

void OutputBuffer::write() {
  extents_.push_back(log_.write_output(title_, text_));
  text_.clear();
}

const std::vector<Extent>& OutputBuffer::finish() {
  if (!text_.empty()) write();
  return extents_;
}

}  // namespace farm
