// journal_file.hpp: the file of one journal: writes records at the offsets that it is given,
// and makes Errors of failures.
// Runs on: every rank. Threads: any may write, each to places of its own; one syncs.
// Invariants: (1) the head of a record that is written alone is written after its payload: a process that
//             dies in between leaves no head of a payload that is not there.
#pragma once

#include <bask/core/error.hpp>
#include <bask/journal/record_batch.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace bask {

/// How far the writing of a batch came.
struct BatchWritten {
  std::uint64_t end = 0;  ///< of the batch's last record that is whole in the file; 0: there is none
  std::size_t calls = 0;  ///< to the system
  int error = 0;          ///< 0: all is written
};

class JournalFile {
 public:
  /// Makes the file, with its header. Throws: Error when that fails.
  JournalFile(const std::filesystem::path& directory, const JournalIdentity& identity);

  const std::string& name() const { return name_; }
  /// To be called before a record is written at `offset`.
  void bind(RecordHead& head, std::uint64_t offset) const { bind_record_head(head, nonce_, offset); }

  /// Returns 0 or an errno, here and below.
  int write(const RecordHead& head, std::uint64_t offset, std::span<const std::byte> payload) const;
  BatchWritten write(const RecordBatch& batch) const;
  /// Brings what was written to the disk.
  int sync() const { return sync_data(file_); }
  /// The same for the file's directory entry, so that the death of the node does not lose the file's name.
  void sync_name() const { sync_directory(directory_); }
  /// Truncates the file at `end`. If that fails, a reader still finds out which records are whole.
  void cut_back(std::uint64_t end) const;

  /// `what`: "cannot be written" and the like.
  Error failure(const char* what, int error) const;

 private:
  const std::filesystem::path directory_;
  const std::string name_;
  FileDescriptor file_;
  std::uint64_t nonce_ = 0;
};

}  // namespace bask
