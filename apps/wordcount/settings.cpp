#include "settings.hpp"

#include <bask/core/error.hpp>
#include <bask/core/units.hpp>
#include <settings/parse_or_help.hpp>

namespace wordcount {
namespace {

bask::Error refusal(const std::string& happened, const std::string& fix) {
  return bask::Error("wordcount", happened, fix, bask::ExitCode::kUsage);
}

// An option that is a size with a unit.
CLI::Option* add_size(CLI::App& app, const std::string& name, std::uint64_t& bytes, const std::string& help) {
  const auto take = [&bytes, name](const std::string& text) {
    try {
      bytes = bask::parse_size(text);
    } catch (const bask::Error& error) {
      throw refusal(name + ": " + error.happened(), error.fix());
    }
  };
  return app.add_option_function<std::string>(name, take, help)
      ->type_name("SIZE")
      ->default_str(bask::spell_size(bytes));
}

}  // namespace

std::optional<Settings> read_settings(int argc, const char* const* argv) {
  Settings settings;
  CLI::App app(
      "How often each word comes in texts. A word is made of letters, digits, and characters beyond ASCII;\n"
      "ASCII letters become small ones. Without a file it makes a text, always the same one, and counts "
      "that.\n"
      "Bask's own options: --bask-help.",
      "wordcount");
  CLI::Option* files =
      app.add_option("files", settings.files,
                     "texts, or patterns of their names ('logs/*.txt'); .gz and .zst are read as well");
  files->type_name("FILE|PATTERN");
  app.add_option("--top", settings.top, "so many of the most frequent words are printed")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--min-length", settings.least_characters, "words of so many characters at least")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--csv", settings.csv, "writes all words and their counts to this file")->type_name("FILE");
  app.add_option("--hdf5", settings.hdf5, "the same as the datasets `word` and `count`")->type_name("FILE");
  add_size(app, "--blocksize", settings.block_bytes,
           "what one task reads, up to a line end; 0B: whole files");
  add_size(app, "--make", settings.made_bytes, "the length of the text that is made")->excludes(files);
  app.add_option("--text", settings.made, "the files of that text; their number stands for '*'")
      ->type_name("PATTERN")
      ->capture_default_str()
      ->excludes(files);
  return parse_or_help(app, "wordcount", argc, argv) ? std::optional(settings) : std::nullopt;
}

}  // namespace wordcount
