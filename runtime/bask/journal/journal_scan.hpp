// journal_scan.hpp: reads through one journal, from record to record, and skips bytes that are no record.
// Runs on: rank 0. Threads: one.
#pragma once

#include <bask/journal/journal_reader.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// Reads a file through a buffer. Bytes that cannot be read are treated as if the file ended before them.
class BufferedFile {
 public:
  BufferedFile(const FileDescriptor& file, std::uint64_t size) : file_(file), size_(size) {}
  std::uint64_t size() const { return size_; }
  /// The bytes from `offset` on, at most `bytes` of them; valid until the next call.
  std::span<const std::byte> at(std::uint64_t offset, std::size_t bytes);
  /// The first offset from `offset` on that is not in a hole of the file, or the file's end.
  std::uint64_t next_data(std::uint64_t offset) const;

 private:
  const FileDescriptor& file_;
  std::uint64_t size_;
  std::uint64_t begin_ = 0;
  std::vector<std::byte> buffer_;
};

class JournalScan {
 public:
  /// Adds what is in the file `directory`/`name` to `contents`.
  JournalScan(const std::filesystem::path& directory, std::string name, const Key& program,
              JournalContents& contents);

 private:
  struct Found {
    RecordHead head;
    std::uint64_t offset;
    std::uint64_t payload() const { return offset + sizeof(RecordHead); }
    std::uint64_t end() const { return payload() + padded_size(head.size); }
  };

  /// A stretch of the file that gives no result.
  struct Loss {
    enum class Kind { kRecord, kGap, kHole } kind;
    std::uint64_t begin, end;
  };

  bool read_header(BufferedFile& file);
  void scan(BufferedFile& file);
  void take(BufferedFile& file, const Found& record);
  void take_result(const Found& record);
  void take_note(std::span<const std::byte> payload);
  /// Takes the results that are longer than 64 KiB, and verifies those that may not have
  /// reached the disk whole.
  void take_long_results(BufferedFile& file);
  bool has_checksum(BufferedFile& file, const Found& record) const;
  std::uint64_t find_record(BufferedFile& file, std::uint64_t offset) const;
  bool is_never_written(BufferedFile& file, std::uint64_t begin, std::uint64_t end) const;
  void lose(BufferedFile& file, std::uint64_t begin, std::uint64_t end);
  void report(const Loss& loss);
  void report(std::string what, bool is_normal = false);

  const std::string name_;
  const Key program_;
  JournalContents& contents_;
  JournalRead file_;
  bool is_other_version_ = false;
  std::uint64_t nonce_ = 0;
  std::uint64_t synced_to_ = 0;
  std::uint64_t reported_ = 0;
  bool more_are_normal_ = true;  ///< damages that are only counted
  std::vector<Found> long_results_;
  std::vector<Loss> losses_;
};

}  // namespace bask
