// What the tasks of an expression do, for forecasts.
#include <bask/collections/array/expression/expression.hpp>

#include <algorithm>
#include <vector>

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

// How much of a term's elements come from the operand.
double share_of(const Term& term, const Term& operand) {
  if (term.kind != TermKind::kConcatenate) return 1;
  const double whole = known_count(term.shape);
  return whole == 0 ? 0 : known_count(operand.shape) / whole;
}

}  // namespace

double elements_of(const Expression& expression, std::uint32_t task) {
  if (expression.terms.empty()) return 0;  // of a step that goes on from another one's blocks
  return known_count(expression.region(task).extent);
}

TaskWork task_work(const Expression& expression, std::uint32_t task, const ResultsOfTask& /*results*/) {
  TaskWork work;
  const double elements = elements_of(expression, task);
  // How often each term is computed for an element of the root: once for each term that reads it, as
  // operations_of() counts.
  std::vector<double> runs(expression.terms.size());
  if (!runs.empty()) runs.back() = 1;
  for (std::size_t number = runs.size(); number-- > 0;) {
    const Term& term = expression.terms[number];
    add(work, term, runs[number] * elements);
    for (const std::uint32_t operand : term.operands)
      runs[operand] += runs[number] * share_of(term, expression.terms[operand]);
  }
  return work;
}

}  // namespace bask
