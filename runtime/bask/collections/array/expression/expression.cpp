#include <bask/collections/array/expression/axis_map.hpp>
#include <bask/collections/array/expression/expression.hpp>
#include <bask/collections/array/expression/expression_walk.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/serialization.hpp>
#include <bask/graph/kernel.hpp>

#include <algorithm>
#include <tuple>

namespace bask {

namespace {

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0) && ((a < 0) != (b < 0)));
}
std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return -floor_divide(-a, b);
}

// Collects where leaves go from one block to the next, along each axis of the root.
class CutCollector {
 public:
  CutCollector(const Expression& expression, const Region& region) : cuts_(region.start.size()) {
    const Ranges ranges = ranges_of(region);
    for (std::size_t k = 0; k < ranges.size(); ++k) cuts_[k] = {ranges[k].begin, ranges[k].end};
    const ExpressionWalk walk(expression, ranges, *this);
    for (auto& axis : cuts_) {
      std::sort(axis.begin(), axis.end());
      axis.erase(std::unique(axis.begin(), axis.end()), axis.end());
    }
  }
  const std::vector<std::vector<std::int64_t>>& cuts() const { return cuts_; }

  void leaf(const Term& term, const AxisMap& map, const Ranges& ranges) {
    for (std::size_t k = 0; k < map.size(); ++k) parts(term.starts[k], map[k], ranges);
  }
  void parts(const std::vector<std::int64_t>& starts, const AxisSource& source, const Ranges& ranges) {
    if (source.axis < 0) return;
    const Range read = range_read(source, ranges);
    auto boundary = std::upper_bound(starts.begin(), starts.end(), read.begin);
    for (; boundary != starts.end() && *boundary < read.end; ++boundary) {
      cuts_[static_cast<std::size_t>(source.axis)].push_back(crossing(source, *boundary));
    }
  }

 private:
  std::vector<std::vector<std::int64_t>> cuts_;
};

// Finds the leaves and instructions of one piece.
class Binder {
 public:
  Binder(const Expression& expression, const Region& piece, std::span<const std::uint32_t> roots)
      : terms_(expression.terms) {
    program_.region = piece;
    std::vector<Value> results;
    for (const std::uint32_t root : roots) results.push_back(bind(root, identity_map(piece.start.size())));
    const auto leaves = static_cast<std::uint32_t>(program_.leaves.size());
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      for (std::size_t k = 0; k < operands_[i].size(); ++k) {
        program_.instructions[i].operands[k] = number_of(operands_[i][k], leaves);
      }
    }
    for (const Value& result : results) program_.roots.push_back(number_of(result, leaves));
    program_.result = program_.roots.back();
  }
  PieceProgram take() { return std::move(program_); }

 private:
  struct Value {
    bool is_leaf;
    std::uint32_t index;
  };
  struct Bound {
    std::uint32_t term;
    AxisMap map;
    Value value;
  };
  static std::uint32_t number_of(Value value, std::uint32_t leaves) {
    return value.is_leaf ? value.index : leaves + value.index;
  }

  Value bind(std::uint32_t index, const AxisMap& map) {
    const Term& term = terms_[index];
    if (term.kind == TermKind::kView) return bind(term.operands[0], composed(term.axes, map));
    if (term.kind == TermKind::kConcatenate) return bind_part(term, map);
    for (const Bound& bound : bound_) {
      if (bound.term == index && bound.map == map) return bound.value;
    }
    const Value value =
        term.kind == TermKind::kOperation ? add_instruction(index, map) : add_leaf(index, map);
    bound_.push_back({index, map, value});
    return value;
  }

  std::int64_t at_start(const AxisSource& source) const {
    return source.axis < 0
               ? source.start
               : source.start + source.step * program_.region.start[static_cast<std::size_t>(source.axis)];
  }

  Value bind_part(const Term& term, const AxisMap& map) {
    const auto axis = static_cast<std::size_t>(term.axis);
    const std::size_t part = chunk_at(term.starts[0], at_start(map[axis]));
    AxisMap inner = map;
    inner[axis].start -= term.starts[0][part];
    return bind(term.operands[part], inner);
  }

  Value add_instruction(std::uint32_t index, const AxisMap& map) {
    std::vector<Value> operands;
    for (const std::uint32_t operand : terms_[index].operands) operands.push_back(bind(operand, map));
    program_.instructions.push_back({index, {}});
    operands_.push_back(std::move(operands));
    return {false, static_cast<std::uint32_t>(program_.instructions.size() - 1)};
  }

  Value add_leaf(std::uint32_t index, const AxisMap& map) {
    const Term& term = terms_[index];
    Leaf leaf{.term = index, .strides = Shape(program_.region.start.size(), 0)};
    if (term.kind == TermKind::kIota) {
      const AxisSource& source = map[static_cast<std::size_t>(term.axis)];
      leaf.offset = term.start + term.step * at_start(source);
      if (source.axis >= 0) leaf.strides[static_cast<std::size_t>(source.axis)] = term.step * source.step;
    } else if (term.kind != TermKind::kConstant) {
      place_in_block(term, map, leaf);
    }
    for (std::size_t known = 0; known < program_.leaves.size(); ++known) {
      if (program_.leaves[known] == leaf) return {true, static_cast<std::uint32_t>(known)};
    }
    program_.leaves.push_back(std::move(leaf));
    return {true, static_cast<std::uint32_t>(program_.leaves.size() - 1)};
  }

  void place_in_block(const Term& term, const AxisMap& map, Leaf& leaf) {
    std::int64_t stride = 1;
    std::uint64_t blocks_before = 1;
    for (std::size_t k = map.size(); k-- > 0;) {
      const std::vector<std::int64_t>& starts = term.starts[k];
      const std::int64_t at = at_start(map[k]);
      const std::size_t chunk = chunk_at(starts, at);
      leaf.block += chunk * blocks_before;
      blocks_before *= starts.size() - 1;
      leaf.offset += (at - starts[chunk]) * stride;
      if (map[k].axis >= 0) leaf.strides[static_cast<std::size_t>(map[k].axis)] += map[k].step * stride;
      stride *= starts[chunk + 1] - starts[chunk];
    }
  }

  const std::vector<Term>& terms_;
  PieceProgram program_;
  std::vector<std::vector<Value>> operands_;  // per instruction
  std::vector<Bound> bound_;
};

auto members(auto& t) {
  return std::tie(t.kind, t.dtype, t.shape, t.operands, t.opcode, t.map_state, t.value, t.start, t.step,
                  t.axis, t.axes, t.source, t.starts, t.numbers.distribution, t.numbers.dtype, t.numbers.seed,
                  t.numbers.stream, t.numbers.a, t.numbers.b, t.numbers.low, t.numbers.high);
}

bool calls_kernel(const Term& term) {
  return term.kind == TermKind::kOperation && term.opcode == Opcode::kMap;
}

}  // namespace

std::int64_t crossing(const AxisSource& source, std::int64_t boundary) {
  return source.step > 0 ? ceil_divide(boundary - source.start, source.step)
                         : floor_divide(source.start - boundary, -source.step) + 1;
}

Range range_read(const AxisSource& source, const Ranges& ranges) {
  if (source.axis < 0) return {source.start, source.start + 1};
  const Range& range = ranges[static_cast<std::size_t>(source.axis)];
  const std::int64_t a = source.start + source.step * range.begin;
  const std::int64_t b = source.start + source.step * (range.end - 1);
  return {std::min(a, b), std::max(a, b) + 1};
}

std::vector<Region> pieces(const Expression& expression, const Region& region) {
  for (const std::int64_t extent : region.extent) {
    if (extent == 0) return {};
  }
  const CutCollector collector(expression, region);
  std::vector<Region> boxes;
  const auto& cuts = collector.cuts();
  std::vector<std::size_t> at(cuts.size(), 0);
  for (;;) {
    Region box;
    for (std::size_t k = 0; k < cuts.size(); ++k) {
      box.start.push_back(cuts[k][at[k]]);
      box.extent.push_back(cuts[k][at[k] + 1] - cuts[k][at[k]]);
    }
    boxes.push_back(std::move(box));
    std::size_t k = cuts.size();
    while (k > 0 && ++at[k - 1] + 1 == cuts[k - 1].size()) at[--k] = 0;
    if (k == 0) return boxes;
  }
}

PieceProgram program_of(const Expression& expression, const Region& piece) {
  const auto last = static_cast<std::uint32_t>(expression.terms.size() - 1);
  return program_of(expression, piece, {&last, 1});
}

PieceProgram program_of(const Expression& expression, const Region& piece,
                        std::span<const std::uint32_t> roots) {
  return Binder(expression, piece, roots).take();
}

std::string Expression::to_bytes() const {
  ByteWriter writer;
  encode(writer, has_fused_multiply_add);
  encode(writer, chunks);
  writer.write_raw(static_cast<std::uint64_t>(terms.size()));
  for (const Term& term : terms) {
    std::apply([&](const auto&... parts) { (encode(writer, parts), ...); }, members(term));
    if (calls_kernel(term)) writer.write_raw(KernelRegistry::instance()[term.map_kernel].hash);
  }
  return std::string(reinterpret_cast<const char*>(writer.bytes().data()), writer.size());
}

Expression Expression::from_bytes(const std::string& bytes) {
  ByteReader reader(std::as_bytes(std::span(bytes)));
  Expression expression;
  expression.has_fused_multiply_add = decode<bool>(reader);
  expression.cut(decode<Chunks>(reader));
  expression.terms.resize(reader.read_count(1));
  for (Term& term : expression.terms) {
    std::apply([&](auto&... parts) { ((parts = decode<std::remove_cvref_t<decltype(parts)>>(reader)), ...); },
               members(term));
    if (calls_kernel(term)) term.map_kernel = KernelRegistry::instance().find(reader.read_raw<Key>());
  }
  reader.expect_end();
  return expression;
}

}  // namespace bask
