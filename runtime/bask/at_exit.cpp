#include <unistd.h>
#include <bask/at_exit.hpp>
#include <bask/core/error.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/safety/running_task.hpp>

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace bask {
namespace {

struct Owner {
  ExitActions actions;
  pid_t process;
};
std::atomic<Owner*> owner{nullptr};
std::atomic<const Owner*> acting{nullptr};  // never deleted: its actions may not return

Owner* take_owner() {
  Owner* const own = owner.load();
  if (own == nullptr || own->process != getpid()) return nullptr;
  return owner.exchange(nullptr);  // of two threads that exit at the same time one acts
}

// A task that ended the process has not done its work, whatever code it gave.
[[noreturn]] void leave_task(const Owner& own, const std::string& call, int exit_code) {
  const int code = exit_code == 0 ? static_cast<int>(ExitCode::kTaskFailed) : exit_code;
  std::cout.flush();
  std::cerr << "bask: error: " << exit_in_task_text(call) << std::endl;
  own.actions.at_once(code);
  std::_Exit(code);
}

void on_exit_with(int exit_code) {
  const Owner* const own = take_owner();
  if (own == nullptr) return;
  acting = own;
  if (running_a_task()) leave_task(*own, fmt::format("std::exit({})", exit_code), exit_code);
  own->actions.in_order(exit_code);
}

void on_quick_exit() {
  if (!running_a_task()) return;  // the program wants it so; a launcher ends the other ranks
  const Owner* const own = take_owner();
  if (own != nullptr) leave_task(*own, "std::quick_exit", 0);
}

void register_once() {
#if defined(__GLIBC__)
  static const int at_exit = on_exit([](int exit_code, void*) { on_exit_with(exit_code); }, nullptr);
#else
  static const int at_exit = std::atexit([] { on_exit_with(static_cast<int>(ExitCode::kTaskFailed)); });
#endif
  static const int at_quick_exit = std::at_quick_exit(on_quick_exit);
  static_cast<void>(at_exit), static_cast<void>(at_quick_exit);
}

}  // namespace

AtExit::AtExit(ExitActions actions) {
  register_once();
  owner = new Owner{std::move(actions), getpid()};
}

// An owner that an exiting thread has taken is never deleted: that thread is about to call its actions.
AtExit::~AtExit() {
  if (const Owner* const own = take_owner()) delete own;
}

std::string exit_in_task_text(const std::string& call) {
  const RunningTask& task = RunningTask::of_this_thread();
  const char* const name = task.name();
  const std::string where =
      name == nullptr ? "a function that Bask runs" : fmt::format("task {} ({})", task.task(), name);
  return fmt::format(
      "{} was called in {}; what Bask runs must return or throw, because other tasks wait for its result",
      call, where);
}

}  // namespace bask
