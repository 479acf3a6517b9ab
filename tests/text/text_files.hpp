// text_files.hpp: a directory of its own for each test, with files that the test writes.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/text/lines.hpp>
#include <bask/text/part_file.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bask {

class TextFiles : public ::testing::Test {
 protected:
  TextFiles() {
    std::string name = std::filesystem::temp_directory_path() / "bask-text-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~TextFiles() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ / name; }
  std::string file(const std::string& name, std::string_view bytes) const {
    std::filesystem::remove(path(name));  // a file that is cut to nothing and written anew waits for the disk
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }
  /// Compressed as the ending says.
  std::string compressed(const std::string& name, std::string_view bytes) const {
    PartFile part(path(name));
    part.write(bytes);
    part.finish();
    return path(name);
  }
  /// The whole file.
  static TextStretch whole(const std::string& path) { return text_stretches(path, {.blocksize = 0}).at(0); }
  static std::vector<std::string> lines_of(const std::vector<TextStretch>& stretches,
                                           const LineOptions& options = {}) {
    std::vector<std::string> lines;
    for (const TextStretch& stretch : stretches) {
      for_each_line(stretch, options, [&](std::string_view line) { lines.emplace_back(line); });
    }
    return lines;
  }
  static std::vector<std::string> lines_of(const std::string& path, const LineOptions& options = {}) {
    return lines_of({whole(path)}, options);
  }

  std::filesystem::path directory_;
};

/// What the Error says that the call throws; empty where it throws none.
template <class F>
std::string refusal_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline ::testing::AssertionResult says(const std::string& message, const std::string& part) {
  if (message.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "it says: " << (message.empty() ? "nothing" : message);
}

using Texts = std::vector<std::string>;

}  // namespace bask
