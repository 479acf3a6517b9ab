// What the tasks of an expression do, for forecasts.
#include <bask/collections/array/expression/expression.hpp>

#include <algorithm>

namespace bask {
namespace {

// Those that take some ten times as long as an addition.
bool is_function(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAngle:
    case Opcode::kPower:
    case Opcode::kArctan2:
    case Opcode::kHypot:
    case Opcode::kMap:
      return true;
    default:
      return opcode >= Opcode::kCbrt && opcode <= Opcode::kArctanh;
  }
}

void add(TaskWork& work, const Term& term, double elements) {
  if (term.kind == TermKind::kOperation) {
    (is_function(term.opcode) ? work.functions : work.operations) += elements;
  } else if (term.kind == TermKind::kRandom) {
    const bool is_uniform = term.numbers.distribution == strips::Distribution::kRandom ||
                            term.numbers.distribution == strips::Distribution::kUniform ||
                            term.numbers.distribution == strips::Distribution::kIntegers;
    (is_uniform ? work.uniform_numbers : work.other_random_numbers) += elements;
  }
}

double known_count(std::span<const std::int64_t> lengths) {
  double count = 1;
  for (const std::int64_t length : lengths) count *= static_cast<double>(std::max<std::int64_t>(length, 0));
  return count;
}

}  // namespace

double elements_of(const Expression& expression, std::uint32_t task) {
  if (expression.terms.empty()) return 0;  // of a step that goes on from another one's blocks
  return known_count(expression.region(task).extent);
}

TaskWork task_work(const Expression& expression, std::uint32_t task, const ResultsOfTask& /*results*/) {
  TaskWork work;
  if (expression.terms.empty()) return work;
  const double whole = known_count(expression.root().shape);
  if (whole == 0) return work;
  const double share = elements_of(expression, task) / whole;
  for (const Term& term : expression.terms) add(work, term, share * known_count(term.shape));
  return work;
}

}  // namespace bask
