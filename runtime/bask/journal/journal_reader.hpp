// journal_reader.hpp: finds what earlier attempts have finished, and reads it back.
// Runs on: rank 0 (read_journals, remove_journals), every rank (load_record). Threads: any.
// Invariants: (1) a value that is given back has the bytes that were written: all else is an Error or a
//             damage; (2) whatever lies in the directory, nothing is allocated that a file has no bytes for.
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
  std::uint64_t results = 0;          ///< that can be used
  std::optional<int> exit_code = {};  ///< when the attempt ended in order
  std::int64_t started_s = 0;         ///< since 1970
};

/// From `append_note`, of this version's attempts, in the order of attempts and ranks.
struct JournalNote {
  std::uint32_t attempt = 0, rank = 0;
  std::string name, text;
};

/// What is wrong with a file, and what it costs, in one line. Nothing has to be done about it.
struct JournalDamage {
  std::string text;
  bool is_normal = false;  ///< as every kill may leave it: a torn tail
};

struct JournalContents {
  std::vector<JournalRead> files;                ///< of this version, by attempt and rank
  std::unordered_map<Key, RecordPlace> records;  ///< the first of each key
  std::vector<JournalNote> notes;
  std::vector<JournalDamage> damages;
  std::uint32_t last_attempt = 0;               ///< of whatever version; 0: there was none
  std::vector<std::uint32_t> crashed_attempts;  ///< of which some journal has no end, in order
  std::uint64_t of_other_versions = 0;          ///< results that are there and not used
  std::uint64_t of_unknown_types = 0;           ///< results of types that this program has not
  std::uint64_t bytes = 0;                      ///< of the results in `records`
};

/// Reads the heads of all journals in `directory`, and the payloads up to 64 KiB or that may not have reached
/// the disk; other payloads are verified when they are loaded. A directory that is not there has no journals.
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
