// output.hpp: the output of a task, and the check that a task was given the right inputs.
// Runs on: every rank. Threads: any.
// Invariants: (1) every 16 bytes of an output name the task that made it;
//             (2) a task reads all bytes of all its inputs before it runs.
#pragma once

#include "pattern.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace taskbench {

/// 16 bytes that name a task. A single Mark is a result that Bask holds without an allocation.
struct Mark {
  std::int64_t step;
  std::int64_t point;
  friend bool operator==(const Mark&, const Mark&) = default;
};
static_assert(sizeof(Mark) == 16);

/// A larger result: the same Mark many times.
using Marks = std::vector<Mark>;

inline Mark mark_of(Place at) {
  return {at.step, at.point};
}
inline std::span<const Mark> marks_in(const Mark& output) {
  return {&output, 1};
}
inline std::span<const Mark> marks_in(const Marks& output) {
  return output;
}
inline std::span<const Mark> marks_in(std::span<const Mark> output) {
  return output;
}

template <class Output>
Output make_output(Place at, std::uint32_t output_bytes);
template <>
inline Mark make_output<Mark>(Place at, std::uint32_t) {
  return mark_of(at);
}
template <>
inline Marks make_output<Marks>(Place at, std::uint32_t output_bytes) {
  return Marks(output_bytes / sizeof(Mark), mark_of(at));
}

/// Whether all bytes of `output` are those that the task at `at` makes.
inline bool is_output_of(Place at, std::uint32_t output_bytes, std::span<const Mark> output) {
  if (output.size_bytes() != output_bytes) return false;
  const Mark expected = mark_of(at);
  for (const Mark& mark : output) {
    if (!(mark == expected)) return false;
  }
  return true;
}

/// Both throw an Error that says what the task at `reader` was given, and what it should have been given.
[[noreturn]] void throw_wrong_input(const Pattern& pattern, Place reader, std::size_t number, Place expected,
                                    std::uint32_t output_bytes, std::span<const Mark> given);
[[noreturn]] void throw_wrong_count(const Pattern& pattern, Place reader, std::size_t given);

/// Checks that `inputs`, a range with size() and [], are the outputs of exactly the predecessors of `reader`,
/// in order. Throws: Error when they are not.
template <class Inputs>
void check_inputs(const Pattern& pattern, Place reader, std::uint32_t output_bytes, const Inputs& inputs) {
  std::size_t number = 0;
  pattern.for_each_predecessor(reader, [&](std::uint32_t point) {
    if (number == inputs.size()) throw_wrong_count(pattern, reader, inputs.size());
    const Place expected{reader.step - 1, point};
    const std::span<const Mark> given = marks_in(inputs[number]);
    if (!is_output_of(expected, output_bytes, given)) {
      throw_wrong_input(pattern, reader, number, expected, output_bytes, given);
    }
    ++number;
  });
  if (number != inputs.size()) throw_wrong_count(pattern, reader, inputs.size());
}

}  // namespace taskbench
