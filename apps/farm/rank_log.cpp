#include "rank_log.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <bask/core/error.hpp>

#include <cerrno>
#include <span>

namespace farm {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

[[noreturn]] void cannot_write(const std::filesystem::path& path, int error) {
  throw bask::Error("farm: " + path.string(), "cannot be written: " + bask::error_text(error),
                    "make room, or name another directory with --log; the same command then goes on");
}

bask::FileDescriptor open_new(const std::filesystem::path& path, int more) {
  bask::FileDescriptor file = bask::open_file(path, O_WRONLY | O_CREAT | O_EXCL | more);
  if (!file.is_open()) cannot_write(path, errno);
  return file;
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

void RankLog::sync() {
  if (const int error = bask::sync_file(output_); error != 0) cannot_write(output_path_, error);
  if (const int error = bask::sync_file(index_); error != 0) cannot_write(index_path_, error);
}

void RankLog::note(const IndexLine& line) {
  const std::string text = spell_index_line(line);
  // One write per line: the system does not mix appended writes of several threads.
  ssize_t written;
  while ((written = write(index_.number(), text.data(), text.size())) < 0 && errno == EINTR) {
  }
  if (written != static_cast<ssize_t>(text.size())) cannot_write(index_path_, errno);
}

Extent RankLog::write_output(const std::string& title, std::string_view text) {
  const std::string header = "\n==> " + title + "\n";
  std::string all = header;
  all += text;
  const std::uint64_t begin = end_.fetch_add(all.size());
  const bask::Transferred written = bask::write_at(output_, begin, std::as_bytes(std::span(all)));
  if (written.error != 0) cannot_write(output_path_, written.error);
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
