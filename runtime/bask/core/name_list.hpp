// name_list.hpp: many names as one short text, "normal, add ×12, mean": what a layer of tasks does.
// Runs on: every rank. Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

inline constexpr std::size_t kListColumns = 60;

/// The names in their order, printable, with ", " between them. Equal ones in a row become one, "add ×12";
/// where the list does not fit into `columns`, all equal ones do. Then "…" stands for names in the middle.
std::string listed(std::span<const std::string> names, std::size_t columns = kListColumns);

/// The text of a list in fewer columns: names in the middle go first. A text of one name loses its end.
std::string shortened_list(std::string_view list, std::size_t columns);

/// The names of the text of a list: those that were equal are still one, "add ×12".
std::vector<std::string> names_in(std::string_view list);
inline bool is_list(std::string_view text) {
  return text.find(", ") != text.npos;
}

}  // namespace bask
