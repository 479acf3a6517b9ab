// journal_reader.hpp: finds the results that earlier attempts have kept, and reads them back.
// Runs on: rank 0 (read_journals, remove_journals), every rank (load_record). Threads: any.
// Invariants: (1) a returned value has the bytes that were written: all else is an Error or a JournalDamage;
//             (2) whatever lies in the directory, no memory is allocated for bytes that a file does not have.
#pragma once

#include <bask/core/value.hpp>
#include <bask/journal/journal_format.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bask {

struct JournalRead {
  std::string name;
  JournalIdentity identity;
  std::uint64_t size = 0;
  std::uint64_t results = 0;          ///< how many can be used
  std::optional<int> exit_code = {};  ///< set when the attempt ended in order
  std::int64_t started_s = 0;         ///< since 1970
};

/// A note of append_note(), by an attempt of this version.
struct JournalNote {
  std::uint32_t attempt = 0, rank = 0;
  std::string name, text;
};

/// What is wrong with a file, and what is lost by it, in one line. The user need not do anything.
struct JournalDamage {
  std::string text;
  bool is_normal = false;  ///< every kill may leave it: a torn tail
};

struct JournalContents {
  std::vector<JournalRead> files;                ///< of this version, by attempt and rank
  std::unordered_map<Key, RecordPlace> records;  ///< the first of each key
  std::vector<JournalNote> notes;                ///< by attempt and rank
  std::vector<JournalDamage> damages;
  std::uint32_t last_attempt = 0;               ///< of any version; 0: there was none
  std::vector<std::uint32_t> crashed_attempts;  ///< some journal of theirs has no end; ascending
  std::uint64_t results_of_other_versions = 0;  ///< results of other versions, which are not used
  std::uint64_t results_of_unknown_types = 0;   ///< results of types that this program does not have
  std::uint64_t bytes = 0;                      ///< of the results in `records`
};

/// Reads the heads of all journals in `directory`, and those payloads that are up to 64 KiB long or may not
/// have reached the disk; other payloads are verified when they are loaded.
/// A missing directory has no journals.
/// Throws: Error when the directory cannot be read.
JournalContents read_journals(const std::filesystem::path& directory, const Key& program);

/// Reads one result back; large contiguous ones go straight into their memory.
/// Throws: Error naming the file and the byte. A record that is corrupt is marked in the file, so that the
/// next start computes its result again.
Value load_record(const std::filesystem::path& directory, const std::string& file_name,
                  const RecordPlace& place, const Key& key);

/// Removes the journals and the lock, and no other file; files that are already gone are no error.
/// Throws: Error when one cannot be removed.
void remove_journals(const std::filesystem::path& directory);

}  // namespace bask
