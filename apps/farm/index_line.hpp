// index_line.hpp: the lines of an index: which command started, how it ended, and where its output lies.
// Runs on: every rank. Threads: any.
//
// Fields are separated by tabs. The last field of a complete line is a dot; a line that a crash has cut off
// has none:
//   start  number attempt start_ns host rank .
//   end    number attempt tries state exit_code signal start_ns end_ns host rank peak user_ns system_ns
//          offset+size,offset+size,… .
#pragma once

#include "command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farm {

/// A stretch of an output file.
struct Extent {
  std::uint64_t offset = 0, size = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

struct IndexLine {
  bool is_end = false;
  CommandResult result = {};  ///< in a start line only number, attempt, start_ns, host and rank
  std::vector<Extent> output = {};
};

std::string spell_index_line(const IndexLine& line);
/// Nothing for a line that is not complete.
std::optional<IndexLine> parse_index_line(std::string_view text);

}  // namespace farm
