// task_error.hpp: a task threw: which one, where, and what it was given.
// Runs on: thrown on rank 0, out of compute(). Threads: any; a TaskError is a value.
#pragma once

#include <bask/core/error.hpp>
#include <bask/core/key.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace bask {

struct TaskFailure {
  std::string task;  ///< as pictures show it: "increment-7f3a09c1"
  std::string layer;
  Key key;
  int rank = 0;
  std::string host;
  std::vector<std::string> inputs;  ///< the names of the results and constants that it read
  std::string cause;                ///< type and text of what was thrown
  bool timed_out = false;           ///< it threw nothing: `cause` says how long it has run
  std::string replay = {};          ///< the command that runs the task again alone; empty: it was not kept
};

/// Thrown by compute() when a task threw. The original exception is nested: `std::rethrow_if_nested(error)`.
class TaskError : public Error {
 public:
  explicit TaskError(TaskFailure failure);
  const TaskFailure& failure() const { return failure_; }

 private:
  TaskFailure failure_;
};

/// A task has run longer than it may: "has run for 35.0 s, longer than its timeout of 30.0 s".
class TaskTimeout : public Error {
 public:
  TaskTimeout(std::chrono::nanoseconds taken, std::chrono::nanoseconds timeout, const std::string& then = {});
};

/// What a task threw in another process: `what()` is what describe_current_exception said there.
class ThrownInChild : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The type and text of the exception that is being handled: "std::domain_error: x < 0".
std::string describe_current_exception();
/// Whether it is a TaskTimeout.
bool is_timeout_current();

/// The name of a task where its graph is not known: its layer, and its key or, for want of that, its number.
std::string task_name(const std::string& layer, const Key& key, std::uint32_t number);

/// A TaskError around the exception that is being handled.
std::exception_ptr nest_current_exception(TaskFailure failure);

}  // namespace bask
