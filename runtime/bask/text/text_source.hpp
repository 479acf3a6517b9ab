// text_source.hpp: the bytes of a text file one after the other, decompressed where it is compressed.
// Runs on: every rank. Threads: one.
#pragma once

#include <bask/system/file_descriptor.hpp>
#include <bask/text/text_stretch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace bask {

class TextSource {
 public:
  virtual ~TextSource() = default;
  /// Reads up to to.size() bytes, one at least: 0 at the end of the file.
  /// Throws: Error when a read fails, and for compressed bytes that are broken or end too early.
  virtual std::size_t read(std::span<char> to) = 0;
};

/// The file of a stretch, open; it is still the one that was planned, by its length and its time.
class PlannedFile {
 public:
  /// Throws: Error when the file cannot be opened, or was changed after it was planned.
  PlannedFile(const TextStretch& stretch, std::string where);
  /// Reads at most `to.size()` bytes from `at_bytes` on; 0 at the end of the file. Throws: Error.
  std::size_t read(std::uint64_t at_bytes, std::span<char> to) const;
  const std::string& where() const { return where_; }

 private:
  [[noreturn]] void refuse_changed() const;
  std::string where_;
  std::uint64_t bytes_;
  FileDescriptor file_;
};

/// From `begin_bytes` of the stretch on, and beyond its end. `where` begins messages.
std::unique_ptr<TextSource> open_text(const TextStretch& stretch, const std::string& where);

/// A compressed file from its beginning on. Members of gzip and frames of Zstandard that follow each other
/// are one text. Throws: Error when this build of Bask has no Zstandard.
std::unique_ptr<TextSource> decompressed_text(PlannedFile file, TextCompression compression);

}  // namespace bask
