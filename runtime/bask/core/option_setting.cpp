#include <bask/core/error.hpp>
#include <bask/core/option_setting.hpp>
#include <bask/core/option_table.hpp>

#include <algorithm>
#include <cctype>

namespace bask {
namespace {

constexpr std::string_view kArgumentPrefix = "--bask-";
constexpr std::string_view kVariablePrefix = "BASK_";

std::optional<Request> asked_request(std::string_view name) {
  if (name == "help") return Request::kHelp;
  if (name == "version") return Request::kVersion;
  return std::nullopt;
}

// The value that follows `--bask-name` as an argument of its own.
std::string following_value(const std::vector<std::string>& arguments, std::size_t position) {
  const bool missing = position + 1 >= arguments.size() || arguments[position + 1] == "--" ||
                       arguments[position + 1].starts_with(kArgumentPrefix);
  if (!missing) return arguments[position + 1];
  const std::string& argument = arguments[position];
  throw Error(argument, "has no value", "say " + argument + "=VALUE; --bask-help lists the options",
              ExitCode::kUsage);
}

// Environment modules set these to the directory of a package.
bool set_by_modules(std::string_view variable) {
  return variable == "BASK_ROOT" || variable == "BASK_DIR" || variable == "BASK_HOME";
}

}  // namespace

std::string spelled_option(Origin origin, std::string_view name) {
  if (origin == Origin::kFile) return std::string(name);
  if (origin == Origin::kArgument) return std::string(kArgumentPrefix) + std::string(name);
  std::string variable = std::string(kVariablePrefix) + std::string(name);
  for (char& c : variable)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

ArgumentSettings argument_settings(const std::vector<std::string>& arguments) {
  ArgumentSettings result;
  std::size_t position = 0;
  for (; position < arguments.size() && arguments[position] != "--"; ++position) {
    const std::string& argument = arguments[position];
    if (!argument.starts_with(kArgumentPrefix)) {
      result.application_arguments.push_back(position);
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string where = argument.substr(0, equals);
    const std::string name = where.substr(kArgumentPrefix.size());
    if (const std::optional<Request> request = asked_request(name)) {
      if (equals != argument.npos) {
        throw Error(where, "takes no value", "say " + where + " alone", ExitCode::kUsage);
      }
      result.request = *request;
      continue;
    }
    const OptionDescriptor* const option = find_option(name);
    const bool stands_alone = equals == argument.npos && option != nullptr && !option->alone.empty();
    const bool is_inline = equals != argument.npos || stands_alone;
    std::string value = stands_alone ? option->alone
                        : is_inline  ? argument.substr(equals + 1)
                                     : following_value(arguments, position);
    result.settings.push_back({Origin::kArgument, name, std::move(value), where});
    if (!is_inline) ++position;
  }
  for (; position < arguments.size(); ++position) result.application_arguments.push_back(position);
  return result;
}

std::vector<Setting> environment_settings(const std::map<std::string, std::string>& environment) {
  std::vector<Setting> settings;
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(kVariablePrefix) || set_by_modules(variable)) continue;
    std::string name = variable.substr(kVariablePrefix.size());
    for (char& c : name) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    settings.push_back({Origin::kEnvironment, std::move(name), value, variable});
  }
  return settings;
}

}  // namespace bask
