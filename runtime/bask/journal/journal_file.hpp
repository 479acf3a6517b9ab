// journal_file.hpp: the file of one journal: puts records where others say, and says in words what fails.
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
  std::uint64_t end = 0;  ///< of its last whole record in the file; 0: there is none
  std::size_t calls = 0;
  int error = 0;  ///< 0: it is all there
};

class JournalFile {
 public:
  /// Makes the file, with its header. Throws: Error when it cannot, with what to do.
  JournalFile(const std::filesystem::path& directory, const JournalIdentity& identity);

  const std::string& name() const { return name_; }
  /// To be called before a record is written at `offset`.
  void bind(RecordHead& head, std::uint64_t offset) const { bind_record_head(head, nonce_, offset); }

  /// Returns 0 or an error of the system, here and below.
  int write(const RecordHead& head, std::uint64_t offset, std::span<const std::byte> payload) const;
  BatchWritten write(const RecordBatch& batch) const;
  /// Brings to the disk what was written.
  int sync() const { return sync_data(file_); }
  /// The same for the file's name, which must not get lost with the node.
  void sync_name() const { sync_directory(directory_); }
  /// Removes what lies behind `end`. Where that fails, the reader tells what is whole.
  void cut_back(std::uint64_t end) const;

  /// For "cannot be written" and the like.
  Error failure(const char* what, int error) const;

 private:
  const std::filesystem::path directory_;
  const std::string name_;
  FileDescriptor file_;
  std::uint64_t nonce_ = 0;
};

}  // namespace bask
