#include <bask/core/config_settings.hpp>
#include <bask/core/environment.hpp>
#include <bask/core/error.hpp>
#include <bask/core/near_miss.hpp>
#include <bask/core/option_help.hpp>
#include <bask/core/option_setting.hpp>
#include <bask/core/option_table.hpp>
#include <bask/core/options.hpp>
#include <bask/core/version.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace bask {
namespace {

constexpr const char* kDefaultConfig = "bask.toml";
constexpr std::string_view kConfig = "config";  // the one option that cannot stand in the file it names

const OptionDescriptor* option_of(const Setting& setting) {
  const OptionDescriptor* option = find_option(setting.name);
  if (!option) return nullptr;
  if (setting.origin == Origin::kFile && option->name == kConfig) return nullptr;
  const bool other_case = setting.origin == Origin::kEnvironment &&
                          setting.where != spelled_option(Origin::kEnvironment, option->name);
  return other_case ? nullptr : option;
}

Error unknown_option(const Setting& setting) {
  std::vector<std::string> names, spelled;
  for (const OptionDescriptor& option : option_table()) {
    if (setting.origin == Origin::kFile && option.name == kConfig) continue;
    names.push_back(option.name);
    spelled.push_back(spelled_option(setting.origin, option.name));
  }
  if (setting.origin == Origin::kArgument) {
    for (const char* request : {"help", "version"}) names.push_back(request);
  }
  const std::string meant = near_miss(setting.name, names);
  const std::string fix = meant.empty()
                              ? fmt::format("there are {}", fmt::join(spelled, ", "))
                              : fmt::format("did you mean {}?", spelled_option(setting.origin, meant));
  const std::string happened = setting.origin == Origin::kFile ? fmt::format("unknown key '{}'", setting.name)
                               : setting.origin == Origin::kArgument ? "unknown option"
                                                                     : "unknown variable";
  return Error(setting.where, happened, fix, ExitCode::kUsage);
}

void apply(const Setting& setting, Options& options) {
  const OptionDescriptor* option = option_of(setting);
  if (!option) throw unknown_option(setting);
  try {
    option->read(options, setting.value);
  } catch (const Error& error) {
    const std::string key = setting.origin == Origin::kFile ? ", " + setting.name : "";
    throw Error(setting.where + key, error.happened(), error.fix(), ExitCode::kUsage);
  }
  options.origins[option->name] = setting.where;
}

struct ConfigFile {
  std::string path;  // empty: there is none
  std::string text;
};

// The file that the last `config` setting names, which must then exist, or the one in the current directory.
ConfigFile find_config(const std::vector<Setting>& settings, const OptionSources& sources) {
  const Setting* named = nullptr;
  for (const Setting& setting : settings) {
    if (setting.name == kConfig) named = &setting;
  }
  const std::string path = named ? named->value : kDefaultConfig;
  std::optional<std::string> text = sources.read_file ? sources.read_file(path) : std::nullopt;
  if (text) return {path, std::move(*text)};
  if (!named) return {};
  throw Error(named->where, fmt::format("there is no file '{}'", path), "name a TOML file of options",
              ExitCode::kUsage);
}

// In C, because a stream does not tell a file that cannot be read (a directory) from an empty one.
std::optional<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file && errno == ENOENT) return std::nullopt;
  std::string text;
  char piece[4096];
  for (std::size_t size = 1; file && size > 0;) {
    size = std::fread(piece, 1, sizeof piece, file.get());
    text.append(piece, size);
  }
  if (file && !std::ferror(file.get())) return text;
  throw Error(path, fmt::format("cannot be read: {}", std::strerror(errno)),
              "make it a readable file, or name another by --bask-config", ExitCode::kUsage);
}

}  // namespace

LoadedOptions load_options(const OptionSources& sources) {
  ArgumentSettings arguments = argument_settings(sources.arguments);
  std::vector<Setting> settings = environment_settings(sources.environment);
  settings.insert(settings.end(), arguments.settings.begin(), arguments.settings.end());

  const ConfigFile config = find_config(settings, sources);
  const std::vector<Setting> file = config_settings(config.text, config.path);
  settings.insert(settings.begin(), file.begin(), file.end());

  LoadedOptions loaded;
  loaded.options.config = config.path;
  if (!config.path.empty()) loaded.options.origins[std::string(kConfig)] = "current directory";
  for (const Setting& setting : settings) apply(setting, loaded.options);

  loaded.request = arguments.request;
  loaded.application_arguments = std::move(arguments.application_arguments);
  if (loaded.request == Request::kHelp) loaded.text = option_help(loaded.options);
  if (loaded.request == Request::kVersion) loaded.text = fmt::format("bask {}\n", kVersion);
  return loaded;
}

LoadedOptions load_options(int& argc, char** argv) {
  const int first = argc > 0 ? 1 : 0;
  const OptionSources sources{{argv + first, argv + argc}, process_environment(), read_file};
  LoadedOptions loaded = load_options(sources);
  int kept = first;
  for (const std::size_t position : loaded.application_arguments) argv[kept++] = argv[first + position];
  if (kept < argc) argv[kept] = nullptr;
  argc = kept;
  return loaded;
}

}  // namespace bask
