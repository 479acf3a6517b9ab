// journal_writer.hpp: appends results of one rank to its own journal (journal_format.md).
// Runs on: every rank. Threads: any may append; the writing and the syncing thread are its own, and sleep
// while there is nothing to do.
// Invariants: (1) a record in the file is whole, or a reader can tell; (2) small records are in the file
//             after `JournalTimes::write`, so that the death of the process loses no more, and on the disk
//             after `JournalTimes::sync`, so that the death of the node loses no more; (3) appending waits
//             neither for the disk nor for the file, except of large values, and when 16 MiB wait to be
//             written; (4) after the first failure nothing more is appended.
#pragma once

#include <bask/core/value.hpp>
#include <bask/journal/journal_format.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bask {

/// How long records wait to be written together.
struct JournalTimes {
  std::chrono::milliseconds write{100};
  std::chrono::milliseconds sync{1000};
};

struct JournalStatistics {
  std::uint64_t results = 0;  ///< appended
  std::uint64_t bytes = 0;    ///< of all records, with heads and padding
  std::uint64_t writes = 0;   ///< system calls
  std::uint64_t syncs = 0;
  double append_seconds = 0;      ///< spent by callers, all threads together
  double background_seconds = 0;  ///< CPU time of the two threads
};

///     JournalWriter journal(directory, {program_version(""), attempt, rank});
///     journal.append(key, value);
class JournalWriter {
 public:
  /// Makes `directory`/journal-<attempt>-<rank>. Throws: Error when that fails.
  JournalWriter(const std::filesystem::path& directory, const JournalIdentity& identity,
                JournalTimes times = {});
  /// Writes and syncs the rest. Never throws.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Appends a result, which nobody may change during the call. Values of 256 KiB and more are written by the
  /// calling thread, straight from their memory where they are contiguous; others are copied into the batch.
  /// Returns where the record lies, with 0 for RecordPlace::file; nothing when the journal has failed.
  /// Throws: Error when the value cannot be encoded; never because of the file.
  std::optional<RecordPlace> append(const Key& key, const Value& value);
  /// Appends a note about the attempt, such as an input file and its identity.
  void append_note(std::string_view name, std::string_view text);
  /// Appends that the attempt ended in order, so that a later attempt can tell it from a crash.
  void append_end(int exit_code);
  /// Returns when all that was appended before is in the file, or the journal has failed.
  void write_all();
  /// The same for the disk.
  void sync();

  /// Whether a write or a sync has failed, as on a full disk. The file is then cut back to its last whole
  /// record, where that is possible.
  bool has_failed() const;
  /// What failed and what to do, in one line; empty while nothing has.
  std::string failure() const;

  JournalStatistics statistics() const;
  /// The estimated cost of appending a value of `bytes`, in ns of a thread, from the writes so far.
  std::int64_t cost_ns(std::uint64_t bytes) const;
  /// The memory that small records wait in.
  std::uint64_t held_bytes() const;
  const std::string& name() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bask
