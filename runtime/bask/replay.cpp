#include <bask/replay.hpp>

#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <bask/core/value.hpp>
#include <bask/diagnostics/value_text.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/failed_task.hpp>
#include <bask/safety/task_error.hpp>
#include <bask/system/host_name.hpp>

#include <algorithm>
#include <boost/core/demangle.hpp>
#include <iostream>
#include <utility>

namespace bask {
namespace {

std::string shown(const Value& value) {
  std::string text = value_text(value);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

TaskFailure failure_here(const KeptTask& kept) {
  TaskFailure failure{.task = kept.task.name,
                      .layer = kept.task.layer,
                      .key = kept.task.key,
                      .host = host_name(),
                      .inputs = {},
                      .cause = describe_current_exception()};
  for (const Value& input : kept.inputs) failure.inputs.push_back(shown(input));
  return failure;
}

// As in a run that keeps failed tasks, no input may be moved from.
Value run_once(KeptTask& kept) {
  const CrashWatch watch;
  const InsideTask inside;
  std::vector<Input> inputs;
  for (Value& input : kept.inputs) inputs.push_back({&input, false});
  Value result;
  KernelCall call{kept.task.arguments.data(), inputs, result};
  RunningTask& running = RunningTask::of_this_thread();
  running.set(kept.kernel->name.c_str(), kept.task.number, kept.kernel->id, kept.task.key);
  try {
    kept.kernel->run(call);
  } catch (...) {
    running.clear();
    std::rethrow_exception(nest_current_exception(failure_here(kept)));
  }
  running.clear();
  return result;
}

std::string result_text(const Value& result) {
  if (!result.has_value()) return "without a result";
  const ValueType& type = *result.type();
  const std::size_t bytes = type.contiguous != nullptr ? type.contiguous->bytes(result.object()).size()
                                                       : std::max(result.heap_bytes(), type.size);
  return fmt::format("its result is of type {}, {}: {}", boost::core::demangle(type.info->name()),
                     format_size(bytes), shown(result));
}

}  // namespace

int replay(const Options& options) {
  set_up_log({.level = options.log_level, .file = options.log_file});
  KeptTask kept = read_failed_task(options.replay);
  const FailedTask& task = kept.task;
  if (!kept.is_of_this_binary) {
    log_line(LogLevel::kWarning, fmt::format("this program was built again since '{}' left the task: it may "
                                             "behave in another way",
                                             task.program));
  }
  std::cout << fmt::format("replay of task '{}' (layer {}, kernel {}), which on rank {} ({}) failed: {}",
                           task.name, task.layer, task.kernel, task.rank, task.host, task.cause)
            << std::endl;
  const Value result = run_once(kept);
  std::cout << "this time it succeeded: " << result_text(result) << std::endl;
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace bask
