#include "settings.hpp"

#include "terminal_text.hpp"

#include <CLI/CLI.hpp>
#include <bask/core/error.hpp>
#include <bask/core/version.hpp>

#include <cmath>
#include <iostream>

namespace top {
namespace {

constexpr const char* kAbout =
    "Shows how a job of Bask is: what it does, where its time goes, and what each layer and each rank does.\n"
    "  ./program --bask-watch=DIR      the job keeps its state in DIR (bask-submit asks for it by itself)\n"
    "  bask-top DIR                    draws it, again and again; ? tells the keys\n"
    "  bask-top --once DIR             prints it once, as when the output is no terminal\n"
    "  bask-top --explain DIR [WHAT]   says what a rank (2) or a task (load-7f3a) waits for, or every rank\n"
    "  bask-top --html FILE DIR        writes the page that --bask-report writes, of the last state\n"
    "  bask-top --join FILE            writes the trace of --bask-trace=FILE of a job whose rank 0 was "
    "killed\n"
    "Else it reads DIR only, so it may run on any machine that sees DIR, also when the job has ended or was "
    "killed.\n"
    "Exit codes: 0; 1 there is no state to be shown; 2 wrong usage.";

std::string version_text() {
  return std::string("bask-top ") + bask::kVersion;
}

[[noreturn]] void refuse(const std::string& happened, const std::string& fix) {
  throw bask::Error("bask-top", happened, fix, bask::ExitCode::kUsage);
}

void check_arguments(const Settings& settings) {
  if (settings.join.empty()) {
    if (!settings.to.empty()) refuse("--to is without --join", "say whose parts are to be joined");
    if (settings.directory.empty()) refuse("DIR is required", "see bask-top --help");
  } else if (!settings.directory.empty()) {
    refuse("--join takes no DIR", "name the file of --bask-trace alone");
  }
  if (!settings.explained.empty() && !settings.is_explaining) {
    refuse("'" + safe_text(settings.explained) + "' is one argument too many",
           "name one directory, or ask for a rank or a task with --explain");
  }
}

}  // namespace

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  double seconds = 1;
  CLI::App app(kAbout, "bask-top");
  app.set_version_flag("--version", version_text(), "show the version");
  app.add_option("DIR", settings.directory, "what the job was given as --bask-watch");
  app.add_flag("--once", settings.is_once, "print one picture as plain text");
  app.add_flag("--explain", settings.is_explaining, "say why ranks and tasks wait, once");
  app.add_option("WHAT", settings.explained,
                 "with --explain: a rank, or the name of a task or how it begins");
  app.add_option("--html", settings.html, "write a page for a browser into this file, and nothing else");
  app.add_option("--join", settings.join, "join what ranks have written beside this file, and nothing else");
  app.add_option("--to", settings.to, "with --join: the trace to be written (FILE itself)");
  app.add_option("--interval", seconds, "how often the state is looked at, in seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return std::nullopt;
  } catch (const CLI::CallForVersion&) {
    std::cout << version_text() << '\n';
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    refuse(error.what(), "see bask-top --help");
  }
  check_arguments(settings);
  if (settings.to.empty()) settings.to = settings.join;
  settings.interval = std::chrono::milliseconds(std::lround(seconds * 1000));
  return settings;
}

}  // namespace top
