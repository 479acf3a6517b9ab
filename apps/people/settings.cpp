#include "settings.hpp"

#include <settings/parse_or_help.hpp>

namespace people {
namespace {

// The options of the records that are made.
void add_made(CLI::App& app, Settings& settings, CLI::Option* files) {
  app.add_option("--make", settings.records, "so many records are made")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str()
      ->excludes(files);
  app.add_option("--seed", settings.seed, "another one makes other records")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->excludes(files);
  app.add_option("--partitions", settings.partitions, "in so many files")
      ->check(CLI::Range(1u, 1u << 20))
      ->capture_default_str()
      ->excludes(files);
  app.add_option("--data", settings.made,
                 "these files; their number stands for '*', and .gz or .zst compress them")
      ->type_name("PATTERN")
      ->capture_default_str()
      ->excludes(files);
}

}  // namespace

std::optional<Settings> read_settings(int argc, const char* const* argv) {
  Settings settings;
  CLI::App app(
      "The lesson's people: how many are over 30, by occupation, and how old these are on average.\n"
      "Input: JSON lines with the fields age and occupation. Without a file it makes records, always the "
      "same ones,\n"
      "and reads these. Bask's own options: --bask-help.",
      "people");
  CLI::Option* files =
      app.add_option("files", settings.files, "records, or patterns of files; .gz and .zst are read as well");
  files->type_name("FILE|PATTERN");
  app.add_option("--over", settings.over, "people who are older than this count")->capture_default_str();
  app.add_option("--top", settings.top, "so many occupations are printed")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--csv", settings.csv, "writes all occupations to this file")->type_name("FILE");
  app.add_option("--hdf5", settings.hdf5, "the same as the datasets `occupation`, `people` and `mean_age`")
      ->type_name("FILE");
  add_made(app, settings, files);
  return parse_or_help(app, "people", argc, argv) ? std::optional(settings) : std::nullopt;
}

}  // namespace people
