#include <fmt/format.h>
#include <fmt/ranges.h>
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
  return fmt::format("task '{}' (layer {}, rank {}, node {}) threw {}", failure.task, failure.layer,
                     failure.rank, failure.host, failure.cause);
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

std::string describe_current_exception() {
  try {
    throw;
  } catch (const ThrownInChild& error) {
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
