// bask-top: how a job of Bask is, drawn in the terminal from what it writes into the directory of
// --bask-watch.
//
//   bask-top DIR            draws it, again and again, as top does
//   bask-top --once DIR     prints one picture as plain text
//   bask-top --html F DIR   writes a page for a browser
//   bask-top --join F       writes the trace F of a job whose rank 0 was killed
//   bask-top --explain DIR [RANK|TASK]  says why they wait
//
// Exit codes: 0; 1 there is no state to be shown; 2 wrong usage; 128 + signal.
#include "explanation.hpp"
#include "joined_trace.hpp"
#include "picture.hpp"
#include "screen.hpp"
#include "settings.hpp"
#include "state_file.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/dashboard/page.hpp>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

// As wide as the terminal is, or as `watch` says.
std::size_t plain_columns() {
  constexpr long kUsual = 100, kLeast = 40, kMost = 1000;
  const char* const given = std::getenv("COLUMNS");
  long columns = given != nullptr ? std::strtol(given, nullptr, 10) : 0;
  if (winsize size{}; ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return static_cast<std::size_t>(columns >= kLeast && columns <= kMost ? columns : kUsual);
}

int print_once(const top::Settings& settings) {
  top::WatchedState watched(settings.directory);
  const auto now = top::WatchedState::Clock::now();
  watched.look(now);
  if (!watched.problem().empty()) throw bask::Error("bask-top", watched.problem(), "");
  const top::Shown shown{*watched.state(), watched.silent_seconds(now)};
  const bool is_ascii = std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
  std::string text;
  for (const std::string& line : top::plain_picture(shown, plain_columns()).lines(is_ascii))
    text += line + '\n';
  text.erase(text.find_last_not_of('\n') + 1);
  std::cout << text << std::endl;
  return std::cout ? 0 : 1;
}

int explain(const top::Settings& settings) {
  top::WatchedState watched(settings.directory);
  watched.look(top::WatchedState::Clock::now());
  if (!watched.problem().empty()) throw bask::Error("bask-top", watched.problem(), "");
  for (const std::string& line : top::explanation(*watched.state(), settings.explained))
    std::cout << line << '\n';
  std::cout << std::flush;
  return std::cout ? 0 : 1;
}

// One HTML file, whole or not at all.
int write_page(const top::Settings& settings) {
  const top::ReadState read = top::read_state(settings.directory, std::nullopt);
  top::WatchedState watched(settings.directory);
  watched.look(top::WatchedState::Clock::now());
  if (!watched.problem().empty()) throw bask::Error("bask-top", watched.problem(), "");
  const std::string page = bask::page_with_state(read.text), aside = settings.html + ".new";
  std::ofstream file(aside, std::ios::binary);
  file << page << std::flush;
  const bool is_written = static_cast<bool>(file);
  file.close();
  std::error_code failure;
  if (is_written) std::filesystem::rename(aside, settings.html, failure);
  if (is_written && !failure) return 0;
  std::error_code ignored;
  std::filesystem::remove(aside, ignored);
  throw bask::Error("bask-top", "'" + settings.html + "' cannot be written",
                    "name a file in a directory of yours", bask::ExitCode::kUsage);
}

int show(const top::Settings& settings) {
  if (!settings.join.empty()) {
    std::cout << top::join_trace(settings.join, settings.to) << std::endl;
    return std::cout ? 0 : 1;
  }
  if (settings.is_explaining) return explain(settings);
  if (!settings.html.empty()) return write_page(settings);
  const bool has_terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  return settings.is_once || !has_terminal ? print_once(settings) : top::show_on_terminal(settings);
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  try {
    const auto settings = top::read_settings(argc, argv);
    return settings ? show(*settings) : 0;
  } catch (const bask::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::cerr << "bask-top: " << error.what() << '\n';
    return 1;
  }
}
