// The only file of the library that includes toml++.
#include <bask/core/config_settings.hpp>
#include <bask/core/error.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace bask {
namespace {

struct PlacedSetting {
  Setting setting;
  std::uint32_t line;
};

toml::table parsed(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const toml::source_position place = error.source().begin;
    throw Error(
        fmt::format("{} line {}, column {}", path, place.line, place.column),
        std::string(error.description()),
        "write lines such as threads = 4, with sizes, times and words in quotes: memory-limit = \"4GiB\"",
        ExitCode::kUsage);
  }
}

std::string value_text(const toml::node& node) {
  if (const auto* word = node.as_string()) return word->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  std::ostringstream text;
  node.visit([&](const auto& concrete) { text << concrete; });
  return text.str();
}

std::string table_text(const toml::table& table) {
  std::string text;
  for (const auto& [key, node] : table) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}={}", key.str(), value_text(node));
  }
  return text.empty() ? "none" : text;
}

std::string without_underscores(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

// Refuses keys that differ only in '-' and '_'; TOML itself refuses equal keys.
void refuse_twice(const std::vector<PlacedSetting>& placed) {
  for (auto later = placed.begin(); later != placed.end(); ++later) {
    const std::string& name = later->setting.name;
    const auto same = [&](const PlacedSetting& other) {
      return without_underscores(other.setting.name) == without_underscores(name);
    };
    const auto earlier = std::find_if(placed.begin(), later, same);
    if (earlier == later) continue;
    throw Error(
        later->setting.where,
        fmt::format("'{}' is on line {} already, as '{}'", name, earlier->line, earlier->setting.name),
        "keep one of them", ExitCode::kUsage);
  }
}

}  // namespace

std::vector<Setting> config_settings(const std::string& text, const std::string& path) {
  const toml::table root = parsed(text, path);
  std::vector<PlacedSetting> placed;
  for (const auto& [key, node] : root) {
    const std::uint32_t line = key.source().begin.line;
    const toml::table* table = node.as_table();
    Setting setting{Origin::kFile, std::string(key.str()), table ? table_text(*table) : value_text(node),
                    fmt::format("{} line {}", path, line)};
    placed.push_back({std::move(setting), line});
  }
  std::ranges::stable_sort(placed, {}, &PlacedSetting::line);
  refuse_twice(placed);
  std::vector<Setting> settings;
  for (PlacedSetting& one : placed) settings.push_back(std::move(one.setting));
  return settings;
}

}  // namespace bask
