// site_defaults.cpp: reads a site's slurm.toml for bask-submit: prints a line for each string of the file, in
// the order of the file: its line number, its key and the string.
//
//   $ bask-site-defaults ~/.config/bask/slurm.toml
//   1 account climate
//   2 modules gcc/12
//   2 modules openmpi/4.1
//
// Exit code: 0; or 2 with a message, in the name of bask-submit, when the file is wrong.
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Key {
  std::string_view name;
  bool is_list;
};
constexpr std::array<Key, 9> kKeys{{{"account", false},
                                    {"partition", false},
                                    {"qos", false},
                                    {"modules", true},
                                    {"mail_user", false},
                                    {"mail_type", false},
                                    {"launcher", false},
                                    {"setup", true},
                                    {"sbatch", true}}};

struct Default {
  std::uint32_t line;
  std::string_view key;
  std::string text;
};

struct Refusal {
  std::uint32_t line;
  std::string why;
};

std::uint32_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

std::string written(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& concrete) { text << concrete; });
  return text.str();
}

std::string names_of_keys() {
  std::string names;
  for (const Key& key : kKeys) names += (names.empty() ? "" : ", ") + std::string(key.name);
  return names;
}

const Key& find_key(const toml::key& written_key, const toml::node& value) {
  const std::uint32_t line = written_key.source().begin.line;
  const toml::table* const table = value.as_table();
  if (table != nullptr && !table->is_inline()) {
    throw Refusal{line, "expected key = value, found: [" + std::string(written_key.str()) + "]"};
  }
  const auto found =
      std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) { return key.name == written_key.str(); });
  if (found != kKeys.end()) return *found;
  throw Refusal{line, "no such key: " + std::string(written_key.str()) + "; there are " + names_of_keys()};
}

// The text of a string, which must be one line, as options and lines of shell are.
std::string text_of(const toml::node& value) {
  const auto* const string = value.as_string();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; };
  if (string == nullptr || std::any_of(string->get().begin(), string->get().end(), is_control)) {
    throw Refusal{line_of(value), "expected a string such as \"name\", found: " + written(value)};
  }
  return string->get();
}

void add(const Key& key, const toml::node& value, std::vector<Default>& defaults) {
  const toml::array* const list = value.as_array();
  if (key.is_list != (list != nullptr)) {
    throw Refusal{line_of(value), std::string(key.name) +
                                      (key.is_list ? " is an array: " + std::string(key.name) + " = [\"…\"]"
                                                   : " is a string, not an array")};
  }
  if (list == nullptr) {
    defaults.push_back({line_of(value), key.name, value.is_integer() ? written(value) : text_of(value)});
    return;
  }
  for (const toml::node& element : *list) {
    defaults.push_back({line_of(element), key.name, text_of(element)});
  }
}

std::vector<Default> read(const char* file) {
  std::vector<Default> defaults;
  for (const auto& [key, value] : toml::parse_file(std::string_view(file))) {
    add(find_key(key, value), value, defaults);
  }
  std::ranges::stable_sort(defaults, {}, &Default::line);
  return defaults;
}

int refuse(const char* file, std::uint32_t line, std::string_view why) {
  std::cerr << "bask-submit: " << file << ':' << line << ": " << why << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]).starts_with("--")) {
    std::cerr << "usage: bask-site-defaults FILE\nShows what bask-submit takes from a site's slurm.toml.\n";
    return 2;
  }
  try {
    for (const Default& one : read(argv[1])) {
      std::cout << one.line << ' ' << one.key << ' ' << one.text << '\n';
    }
  } catch (const Refusal& refusal) {
    return refuse(argv[1], refusal.line, refusal.why);
  } catch (const toml::parse_error& error) {
    const std::string advice = "; write lines such as account = \"climate\" or modules = [\"gcc\", \"mpi\"]";
    return refuse(argv[1], error.source().begin.line, std::string(error.description()) + advice);
  }
}
