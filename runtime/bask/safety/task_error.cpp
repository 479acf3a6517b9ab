#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/core/name_list.hpp>
#include <bask/core/units.hpp>
#include <bask/safety/task_error.hpp>

#include <cxxabi.h>
#include <boost/core/demangle.hpp>
#include <typeinfo>

namespace bask {
namespace {

std::string inputs_text(const std::vector<std::string>& inputs) {
  constexpr std::size_t kMostShown = 5;
  if (inputs.empty()) return "it had no inputs";
  const std::size_t shown = std::min(inputs.size(), kMostShown);
  std::string text =
      fmt::format("{} '{}'", inputs.size() == 1 ? "its input was" : "its inputs were",
                  fmt::join(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(shown), "', '"));
  if (inputs.size() > shown) text += fmt::format(" and {} more", inputs.size() - shown);
  return text;
}

std::string what_happened(const TaskFailure& failure) {
  const std::string_view quote = is_list(failure.layer) ? "'" : "";
  return fmt::format("task '{}' (layer {}{}{}, rank {}, node {}) {}{}", failure.task, quote, failure.layer,
                     quote, failure.rank, failure.host, failure.timed_out ? "" : "threw ", failure.cause);
}

// What is known for whoever looks into it.
std::string advice(const TaskFailure& failure) {
  const std::string inputs = inputs_text(failure.inputs);
  if (failure.replay.empty()) return inputs;
  return fmt::format("{}; run just this task again with: {}", inputs, failure.replay);
}

}  // namespace

TaskError::TaskError(TaskFailure failure)
    : Error("", what_happened(failure), advice(failure)), failure_(std::move(failure)) {}

TaskTimeout::TaskTimeout(std::chrono::nanoseconds taken, std::chrono::nanoseconds timeout,
                         const std::string& then)
    : Error("",
            fmt::format("has run for {}, longer than its timeout of {}{}", format_duration(taken),
                        format_duration(timeout), then),
            "") {}

bool is_timeout_current() {
  try {
    throw;
  } catch (const TaskTimeout&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::string task_name(const std::string& layer, const Key& key, std::uint32_t number) {
  return key == Key{} ? fmt::format("{}-{}", layer, number) : short_name(layer, key);
}

std::string describe_current_exception() {
  try {
    throw;
  } catch (const ThrownInChild& error) {
    return error.what();
  } catch (const TaskTimeout& error) {
    return error.what();
  } catch (const std::exception& error) {
    return boost::core::demangle(typeid(error).name()) + ": " + message_with_causes(error);
  } catch (const std::string& text) {
    return "std::string: " + text;
  } catch (const char* text) {
    return fmt::format("const char*: {}", text);
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type == nullptr ? "an exception of another language"
                           : "a value of type " + boost::core::demangle(type->name());
  }
}

std::exception_ptr nest_current_exception(TaskFailure failure) {
  try {
    std::throw_with_nested(TaskError(std::move(failure)));
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace bask
