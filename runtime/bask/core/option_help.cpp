#include <bask/core/option_help.hpp>
#include <bask/core/option_setting.hpp>
#include <bask/core/option_table.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bask {
namespace {

constexpr const char* kIntroduction =
    "Options of Bask. The same option may stand in bask.toml (memory-limit = \"4GiB\"), in the environment\n"
    "(BASK_MEMORY_LIMIT=4GiB) and among the arguments (--bask-memory-limit=4GiB); the later of these "
    "counts.\n\n";
constexpr const char* kConclusion =
    "\n"
    "SIZE is 4GiB, 1.5MiB or 512B (binary units); TIME is 500ms, 90s, 5min, 2h, 1:30:00 or 1-12:00:00.\n"
    "--bask-help prints this text; --bask-version prints the version, the vector loops, BLAS, MPI and HDF5.\n"
    "Arguments after a lone -- are never Bask's.\n";

struct Row {
  std::string usage, value, origin, meaning;
};

}  // namespace

std::string option_help(const Options& options) {
  std::vector<Row> rows{{"Option", "Value", "From", ""}};
  for (const OptionDescriptor& option : option_table()) {
    const auto origin = options.origins.find(option.name);
    rows.push_back({spelled_option(Origin::kArgument, option.name) + "=" + option.choices,
                    option.print(options), origin == options.origins.end() ? "default" : origin->second,
                    option.meaning});
  }
  std::size_t usage_width = 0, value_width = 0;
  for (const Row& row : rows) {
    usage_width = std::max(usage_width, row.usage.size());
    value_width = std::max(value_width, row.value.size());
  }
  std::string text = kIntroduction;
  for (const Row& row : rows) {
    text += fmt::format("{:{}}  {:{}}  {}\n", row.usage, usage_width, row.value, value_width, row.origin);
    if (!row.meaning.empty()) text += fmt::format("    {}\n", row.meaning);
  }
  return text + kConclusion;
}

}  // namespace bask
