// record_batch.hpp: small records that are written together, as they will lie in the file.
// Runs on: every rank. Threads: one at a time.
#pragma once

#include <bask/journal/journal_format.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bask {

class RecordBatch {
 public:
  /// A stretch of records that lie together in the file.
  struct Extent {
    std::uint64_t offset = 0;  ///< in the file
    std::span<const std::byte> bytes;
  };

  /// Adds a record, whose head is bound to `offset`.
  void append(const RecordHead& head, std::uint64_t offset, std::span<const std::byte> payload);
  /// Empties the batch. Frees its memory if that is more than 4 MiB and was used to less than a quarter:
  /// after a burst, but not during one.
  void clear();

  bool is_empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::size_t held_bytes() const { return bytes_.capacity(); }
  std::size_t extent_count() const { return extents_.size(); }
  Extent extent(std::size_t number) const;
  /// Where its first record begins in the file. The batch must not be empty.
  std::uint64_t first_offset() const { return extents_.front().offset; }
  /// When its first record was appended.
  std::chrono::steady_clock::time_point since() const { return since_; }

 private:
  struct Beginning {
    std::uint64_t offset;
    std::size_t in_bytes;
  };
  std::vector<std::byte> bytes_;
  std::vector<Beginning> extents_;
  std::chrono::steady_clock::time_point since_;
};

/// How many of the first `in_file` bytes of `records` are whole records.
std::uint64_t whole_records(std::span<const std::byte> records, std::size_t in_file);

}  // namespace bask
