#include <bask/core/name_list.hpp>
#include <bask/core/utf8_text.hpp>

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace bask {
namespace {

constexpr std::string_view kBetween = ", ";
constexpr std::string_view kLeftOut = "…";

std::string joined(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : kBetween).append(name);
  return text;
}

std::string times(const std::string& name, std::size_t count) {
  return count == 1 ? name : name + " ×" + std::to_string(count);
}

std::vector<std::string> with_rows_as_one(std::span<const std::string> names) {
  std::vector<std::string> rows;
  for (std::size_t begin = 0, end; begin < names.size(); begin = end) {
    for (end = begin + 1; end < names.size() && names[end] == names[begin];) ++end;
    rows.push_back(times(names[begin], end - begin));
  }
  return rows;
}

std::vector<std::string> each_once(std::span<const std::string> names) {
  std::vector<std::pair<std::string_view, std::size_t>> counts;
  std::unordered_map<std::string_view, std::size_t> place;
  for (const std::string& name : names) {
    const auto [known, is_new] = place.try_emplace(name, counts.size());
    if (is_new) counts.emplace_back(name, 0);
    ++counts[known->second].second;
  }
  std::vector<std::string> once;
  for (const auto& [name, count] : counts) once.push_back(times(std::string(name), count));
  return once;
}

// Keeps names at both ends, the last one before the first one, as long as they fit. What an earlier list has
// left out stays in the middle.
std::string without_middle(std::span<const std::string> names, std::size_t columns) {
  std::size_t first = 0, last = names.size(), used = columns_of(kLeftOut);
  const auto fits = [&](const std::string& name) {
    const std::size_t more = kBetween.size() + columns_of(name);
    if (used + more > columns || name == kLeftOut) return false;
    used += more;
    return true;
  };
  for (bool grows = true; grows && first < last;) {
    grows = false;
    if (fits(names[last - 1])) {
      grows = true;
      --last;
    }
    if (first < last && fits(names[first])) {
      grows = true;
      ++first;
    }
  }
  if (last == names.size()) return shortened(names.back(), columns);
  std::vector<std::string> kept(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(first));
  kept.emplace_back(kLeftOut);
  kept.insert(kept.end(), names.begin() + static_cast<std::ptrdiff_t>(last), names.end());
  return joined(kept);
}

}  // namespace

std::string listed(std::span<const std::string> names, std::size_t columns) {
  std::vector<std::string> clean;
  for (const std::string& name : names) clean.push_back(printable(name));
  const std::string whole = joined(with_rows_as_one(clean));
  if (columns_of(whole) <= columns) return whole;
  return shortened_list(joined(each_once(clean)), columns);
}

std::string shortened_list(std::string_view list, std::size_t columns) {
  if (columns_of(list) <= columns) return std::string(list);
  const std::vector<std::string> names = names_in(list);
  return names.size() == 1 ? shortened(list, columns) : without_middle(names, columns);
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  for (std::size_t end; (end = list.find(kBetween)) != list.npos; list.remove_prefix(end + kBetween.size()))
    names.emplace_back(list.substr(0, end));
  names.emplace_back(list);
  return names;
}

}  // namespace bask
