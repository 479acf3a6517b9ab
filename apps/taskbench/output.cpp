#include "output.hpp"

#include <bask/core/error.hpp>

#include <sstream>

namespace taskbench {
namespace {

constexpr const char* kAdvice =
    "this is an error in the runtime, not in the options: report it with the command line that showed it";

std::string task_text(const Pattern& pattern, Place at) {
  std::ostringstream text;
  text << name_of(pattern.type) << " task (step " << at.step << ", point " << at.point << ")";
  return text.str();
}

}  // namespace

void throw_wrong_input(const Pattern& pattern, Place reader, std::size_t number, Place expected,
                       std::uint32_t output_bytes, std::span<const Mark> given) {
  std::ostringstream text;
  text << "input " << number << " should be " << output_bytes << " bytes of (step " << expected.step
       << ", point " << expected.point << "), and is " << given.size_bytes() << " bytes";
  for (const Mark& mark : given) {
    if (mark == mark_of(expected)) continue;
    text << " with one of (step " << mark.step << ", point " << mark.point << ")";
    break;
  }
  throw bask::Error(task_text(pattern, reader), text.str(), kAdvice);
}

void throw_wrong_count(const Pattern& pattern, Place reader, std::size_t given) {
  std::ostringstream text;
  text << given << (given == 1 ? " input was" : " inputs were")
       << " given, and its predecessors are the points";
  const char* separator = " ";
  pattern.for_each_predecessor(reader, [&](std::uint32_t point) {
    text << separator << point;
    separator = ", ";
  });
  if (*separator == ' ') text << " of no task";
  throw bask::Error(task_text(pattern, reader), text.str(), kAdvice);
}

}  // namespace taskbench
