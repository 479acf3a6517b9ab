// error.hpp: the one exception of Bask: what happened, where, and how to fix it.
// Runs on: every rank. Threads: any; an Error is a value.
#pragma once

#include <stdexcept>
#include <string>

namespace bask {

/// What a program that does not catch an Error exits with.
enum class ExitCode : int {
  kDone = 0,
  kTaskFailed = 1,
  kUsage = 2,
  kResumable = 75,     // EX_TEMPFAIL: stopped in order, a restart goes on
  kInterrupted = 130,  // 128 + SIGINT, as shells report it
  kTerminated = 143,   // 128 + SIGTERM
};

/// Thrown for everything that a user can fix. `what()` reads "where: what happened; how to fix it". Copies
/// share nothing, so each may be used by a thread of its own.
class Error : public std::runtime_error {
 public:
  Error(std::string where, std::string happened, std::string fix, ExitCode exit_code = ExitCode::kTaskFailed);

  const std::string& where() const { return where_; }
  const std::string& happened() const { return happened_; }
  const std::string& fix() const { return fix_; }
  ExitCode exit_code() const { return exit_code_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string where_, happened_, fix_, text_;
  ExitCode exit_code_;
};

/// The texts of an exception and of all exceptions nested in it, outermost first, joined by ": caused by ".
std::string message_with_causes(const std::exception& error);

}  // namespace bask
