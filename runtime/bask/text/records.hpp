// records.hpp: what JSON lines and CSV have in common: what becomes of a record that cannot be read.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/error.hpp>
#include <bask/text/text_stretch.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace bask {

/// What a bad record is: an Error that tells its place, or skipped and counted.
enum class Errors : std::uint8_t { kRaise, kSkip };

struct RecordCount {
  std::uint64_t read = 0, skipped = 0;
  std::string first_mistake = {};  ///< of the skipped ones: where, and what
};

/// Why a record is bad.
struct RecordMistake {
  std::string happened;
  std::string_view line;     ///< the text of the line, or of the record
  std::size_t at = 0;        ///< the byte of it where the mistake was seen
  std::uint64_t line_bytes;  ///< where it begins in the text of the file
};

/// Counts the mistake, or throws it as an Error that names file, line, column and the text around. The line's
/// number is counted from the file's beginning, which is read once more.
/// `hint` is how to fix it, beside correcting or skipping the record.
void count_or_raise(RecordCount& count, Errors errors, const RecordMistake& mistake,
                    const TextStretch& stretch, const std::string& where, const std::string& hint = {});

}  // namespace bask
