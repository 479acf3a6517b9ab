// record_places.hpp: where the records of one journal lie, and how far they have come on their way to the
// disk. All places are offsets in the file.
// Runs on: every rank. Threads: one at a time; the caller holds the journal's lock.
// Invariants: (1) places are given in order, and never twice.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bask {

class RecordPlaces {
 public:
  /// The first record will lie at `begin`.
  explicit RecordPlaces(std::uint64_t begin) : next_(begin), written_end_(begin) {}

  /// Gives a place to a record of `bytes` that somebody appends.
  std::uint64_t take(std::uint64_t bytes) {
    const std::uint64_t offset = take_for_mark(bytes);
    appended_end_ = next_;
    return offset;
  }
  /// The same for a mark, which the journal itself adds: no sync waits for it.
  std::uint64_t take_for_mark(std::uint64_t bytes) {
    const std::uint64_t offset = next_;
    next_ += bytes;
    return offset;
  }

  /// The batch or record at `offset` is not in the file until end_write() is called for it.
  void begin_write(std::uint64_t offset) { unwritten_.push_back(offset); }
  void end_write(std::uint64_t offset) { std::erase(unwritten_, offset); }
  /// Records that are whole in the file end at `end`.
  void note_written(std::uint64_t end) { written_end_ = std::max(written_end_, end); }
  /// All before `end` has reached the disk.
  void note_synced(std::uint64_t end) { synced_to_ = std::max(synced_to_, end); }

  bool is_quiet() const { return unwritten_.empty(); }
  /// The end of the part of the file in which all records are whole.
  std::uint64_t whole_before() const {
    std::uint64_t offset = next_;
    for (const std::uint64_t unwritten : unwritten_) offset = std::min(offset, unwritten);
    return offset;
  }
  std::uint64_t appended_end() const { return appended_end_; }
  std::uint64_t written_end() const { return written_end_; }
  std::uint64_t synced_to() const { return synced_to_; }
  std::uint64_t not_synced() const { return next_ - synced_to_; }

 private:
  std::uint64_t next_;
  std::uint64_t appended_end_ = 0;
  std::uint64_t written_end_;
  std::uint64_t synced_to_ = 0;
  std::vector<std::uint64_t> unwritten_;  // where they begin
};

}  // namespace bask
