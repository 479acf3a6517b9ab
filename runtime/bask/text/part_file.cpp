#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/text/part_file.hpp>
#include <bask/text/text_sink.hpp>

namespace bask {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

std::unique_ptr<TextSink> open_sink(const std::string& path, TextCompression compression,
                                    std::string_view call) {
  const std::string where = text_place(call, path);
  if (compression == TextCompression::kByEnding) compression = compression_by_ending(path);
  auto file = std::make_unique<UnfinishedText>(path, where);
  if (compression == TextCompression::kNone) return file;
  return compressed_sink(std::move(file), compression, where);
}

}  // namespace

std::string part_path(const std::string& path, std::size_t part, std::size_t parts, std::string_view call) {
  const auto star = path.find('*');
  if (star == std::string::npos) {
    if (parts <= 1) return path;
    throw Error(text_place(call, path), fmt::format("there are {} partitions, and one file for them", parts),
                "put a '*' into the path for the number of the partition, such as 'data/part-*.txt'");
  }
  if (path.find('*', star + 1) != std::string::npos) {
    throw Error(text_place(call, path), "there is more than one '*' in the path",
                "put one '*' into it, for the number of the partition");
  }
  const std::size_t width = std::to_string(parts == 0 ? 0 : parts - 1).size();
  return fmt::format("{}{:0{}}{}", path.substr(0, star), part, width, path.substr(star + 1));
}

PartFile::PartFile(const std::string& path, TextCompression compression, std::string_view call)
    : sink_(open_sink(path, compression, call)) {
  buffer_.reserve(kBufferBytes);
}
PartFile::~PartFile() = default;

void PartFile::write(std::string_view text) {
  if (buffer_.size() + text.size() > kBufferBytes) flush();
  if (text.size() > kBufferBytes) {
    sink_->write(text);
  } else {
    buffer_ += text;
  }
}

void PartFile::write_line(std::string_view text) {
  write(text);
  write("\n");
}

void PartFile::finish() {
  flush();
  sink_->finish();
}

void PartFile::flush() {
  sink_->write(buffer_);
  buffer_.clear();
}

}  // namespace bask
