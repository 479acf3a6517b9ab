// Several reductions of the same elements in one pass over each block.
#include <bask/collections/array/operations/reduce_steps.hpp>
#include <bask/core/archive.hpp>

#include <algorithm>
#include <map>

namespace bask {

namespace {

constexpr std::uint32_t kNoTerm = ~std::uint32_t{0};

// Whether the operation is hardly more work than reading its elements.
bool is_light(const Term& term) {
  if (term.kind != TermKind::kOperation) return false;
  switch (term.opcode) {
    case Opcode::kCast:
    case Opcode::kWhere:
    case Opcode::kIsnan:
    case Opcode::kReal:
    case Opcode::kImag:
    case Opcode::kAbsolute:
    case Opcode::kSquare:
      return true;
    default:
      return false;
  }
}

bool is_constant(const std::vector<Term>& terms, std::uint32_t term) {
  while (terms[term].kind == TermKind::kView) term = terms[term].operands[0];
  return terms[term].kind == TermKind::kConstant;
}

// The base of a term: the one term from which light operations make it, with nothing else but constants; the
// term itself when there is no such one. `bases`: those of the terms before it.
std::uint32_t base_of(const std::vector<Term>& terms, std::uint32_t term,
                      const std::vector<std::uint32_t>& bases) {
  if (!is_light(terms[term])) return term;
  std::uint32_t base = kNoTerm;
  for (const std::uint32_t operand : terms[term].operands) {
    if (is_constant(terms, operand)) continue;
    const std::uint32_t own = bases[operand];
    if (base != kNoTerm && own != base) return term;
    base = own;
  }
  return base == kNoTerm ? term : base;
}

std::uint32_t base_of(const Expression& expression) {
  std::vector<std::uint32_t> bases;
  for (std::uint32_t term = 0; term < expression.terms.size(); ++term)
    bases.push_back(base_of(expression.terms, term, bases));
  return bases.back();
}

// The expression of the base alone. Operands come before their readers, so no later term belongs to it.
Expression expression_of_base(const Expression& expression, std::uint32_t base) {
  Expression part = expression;
  part.terms.resize(base + 1);
  return part;
}

// The description of a pass: the expressions of several first steps in one, with the base's terms first.
struct ReducingTogether {
  Expression expression{};
  std::vector<std::uint32_t> roots{};  // terms: the base, then the one that each reduction takes
  std::vector<Reducing> each{};        // without their expressions
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& expression& roots& each;
  }
};

// Joins expressions of one base.
class Joiner {
 public:
  Joiner(const Expression& first, std::uint32_t base) : base_(base) {
    together_.expression = expression_of_base(first, base);
    together_.roots.push_back(base);
  }
  void add(const Reducing& how) {
    Expression rest;
    rest.terms.assign(how.expression.terms.begin() + base_ + 1, how.expression.terms.end());
    const auto [known, is_new] = root_of_rest_.try_emplace(rest.to_bytes(), base_);
    if (is_new && !rest.terms.empty()) known->second = append(rest.terms);
    together_.roots.push_back(known->second);
    together_.each.push_back(how);
    together_.each.back().expression = {};
  }
  const ReducingTogether& together() const { return together_; }

 private:
  // Returns the number of the last term.
  std::uint32_t append(std::vector<Term>& terms) {
    std::vector<Term>& all = together_.expression.terms;
    const auto moved = static_cast<std::uint32_t>(all.size()) - (base_ + 1);
    for (Term& term : terms) {
      for (std::uint32_t& operand : term.operands) operand += operand > base_ ? moved : 0;
      all.push_back(std::move(term));
    }
    return static_cast<std::uint32_t>(all.size() - 1);
  }

  std::uint32_t base_;
  ReducingTogether together_;
  std::map<std::string, std::uint32_t> root_of_rest_;
};

// Numbers of reductions whose strips have the same places, so that one walk over the strips serves all.
using Run = std::vector<std::size_t>;

std::vector<Run> runs_of(const std::vector<BlockReduction>& reductions) {
  std::vector<Run> runs;
  for (std::size_t k = 0; k < reductions.size(); ++k) {
    const auto same = [&](const Run& run) {
      return reductions[run.front()].streams() == reductions[k].streams();
    };
    const auto run = std::find_if(runs.begin(), runs.end(), same);
    if (run == runs.end()) {
      runs.push_back({k});
    } else {
      run->push_back(k);
    }
  }
  return runs;
}

SharedWork::Blocks reduce_together(const BlockCall<ReducingTogether>& call) {
  const ReducingTogether& together = call.description();
  const TaskExpression task(together.expression, call.task(), call.call);
  std::vector<BlockReduction> reductions;
  reductions.reserve(together.each.size());
  for (const Reducing& how : together.each)
    reductions.emplace_back(how, task.region, task.expression().root().shape);
  const std::vector<Run> runs = runs_of(reductions);
  for (const Region& piece : pieces(task.expression(), task.region)) {
    for (BlockReduction& reduction : reductions) reduction.begin(piece);
    const PieceProgram program = program_of(task.expression(), piece, together.roots);
    PieceRunner runner(task.expression(), program, task.sources);
    if (runs.size() > 1) runner.hold_first_root();
    for (const Run& run : runs) {
      runner.each_strip(reductions[run.front()].streams(), [&](Strip strip) {
        for (const std::size_t k : run) {
          strip.values = strip.roots[1 + k];
          reductions[k].take(strip);
        }
      });
    }
    for (BlockReduction& reduction : reductions) reduction.end();
  }
  SharedWork::Blocks blocks;
  for (BlockReduction& reduction : reductions) blocks.push_back(reduction.result());
  return blocks;
}

class FirstStep final : public SharedWork {
 public:
  explicit FirstStep(const Reducing& how) : how_(how), base_(base_of(how.expression)) {}

  std::string bytes() const override { return expression_of_base(how_.expression, base_).to_bytes(); }
  Pass pass(std::span<const SharedWork* const> works) const override {
    Joiner joiner(how_.expression, base_);
    for (const SharedWork* work : works) joiner.add(static_cast<const FirstStep*>(work)->how_);
    return {BlockTasks<reduce_together>::kernel, arguments::CallPacker::stored_constant(joiner.together()),
            &part_of_expression<ReducingTogether>, work_of_task<ReducingTogether>()};
  }

 private:
  Reducing how_;
  std::uint32_t base_;
};

}  // namespace

std::shared_ptr<const SharedWork> shared_first_step(const Reducing& how) {
  return std::make_shared<FirstStep>(how);
}

}  // namespace bask
