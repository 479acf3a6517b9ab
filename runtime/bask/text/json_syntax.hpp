// json_syntax.hpp: where a text stops to be JSON, and why: slow, for messages.
// Runs on: every rank. Threads: any; a pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bask {

struct JsonMistake {
  std::string happened;  ///< empty: it is JSON
  std::size_t at = 0;    ///< byte
};
/// Memory: a bit for each bracket that is open.
JsonMistake json_mistake(std::string_view text);

}  // namespace bask
