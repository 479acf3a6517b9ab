#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/graph/kernel.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace bask {

namespace {

constexpr std::size_t kLine = 64;
// For a transposed operand, several rows are fetched at once: each cache line that a strip touches also holds
// the elements' neighbours in the next rows. Strips are shorter, so that these rows stay in the cache.
constexpr std::int64_t kTransposedStrip = 512;
constexpr std::int64_t kRowsTogether = 8;

struct FreeAligned {
  void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t(kLine)); }
};

// The registers of this thread, which keeps them from piece to piece.
std::byte* scratch_memory(std::size_t bytes) {
  thread_local std::unique_ptr<std::byte[], FreeAligned> memory;
  thread_local std::size_t size = 0;
  if (bytes > size) {
    memory.reset(new (std::align_val_t(kLine)) std::byte[bytes]);
    size = bytes;
  }
  return memory.get();
}

void scatter(std::size_t count, std::size_t element, std::byte* out, std::int64_t stride,
             const std::byte* from) {
  const auto step = stride * static_cast<std::int64_t>(element);
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(out + static_cast<std::int64_t>(i) * step, from + i * element, element);
}

template <class Use>
void with_bytes(std::size_t element_bytes, const Use& use) {
  if (element_bytes == 1) return use(std::type_identity<std::uint8_t>());
  if (element_bytes == 2) return use(std::type_identity<std::uint16_t>());
  if (element_bytes == 4) return use(std::type_identity<std::uint32_t>());
  if (element_bytes == 8) return use(std::type_identity<std::uint64_t>());
  use(std::type_identity<ElementBytes>());
}

template <class T>
void transpose_rows(std::size_t count, std::int64_t rows, const std::byte* from, std::int64_t stride,
                    std::int64_t row_stride, std::byte* out) {
  const auto* first = reinterpret_cast<const T*>(from);
  auto* to = reinterpret_cast<T*>(out);
  for (std::size_t j = 0; j < count; ++j) {
    const T* at = first + static_cast<std::int64_t>(j) * stride;
    for (std::int64_t r = 0; r < rows; ++r)
      to[r * kTransposedStrip + static_cast<std::int64_t>(j)] = at[r * row_stride];
  }
}

void run_map(const Term& term, std::size_t count, void* out, const void* const* in) {
  const MapStrip strip{count, out, in, term.map_state.data()};
  Value unused;
  KernelCall call{reinterpret_cast<const std::byte*>(&strip), {}, unused};
  KernelRegistry::instance()[term.map_kernel].run(call);
}

}  // namespace

const Block& SourceBlocks::operator[](const SourceBlock& wanted) const {
  const auto found = std::lower_bound(which_.begin(), which_.end(), wanted);
  return *blocks_[static_cast<std::size_t>(found - which_.begin())];
}

// The loops over a piece: for each axis its extent and the strides of all streams, first the leaves, then the
// places. Two axes become one where every stream's strides allow it.
struct PieceRunner::Nest {
  std::vector<std::int64_t> extents;
  std::vector<Shape> strides;         // per axis, per stream
  std::vector<std::int64_t> offsets;  // per stream, of the current strip
  std::size_t streams = 0;
  std::int64_t strip = kStrip;
  bool strips_outermost = false;
  std::int64_t row = 0;  // the index along the last axis but one

  std::int64_t inner() const { return extents.back(); }
  const Shape& inner_strides() const { return strides.back(); }

  void add_axis(std::int64_t extent, Shape stride) {
    if (extent == 1) return;
    if (!extents.empty() && merges(stride, extent)) {
      extents.back() *= extent;
      strides.back() = std::move(stride);
    } else {
      extents.push_back(extent);
      strides.push_back(std::move(stride));
    }
  }
  bool merges(const Shape& inner, std::int64_t extent) const {
    for (std::size_t s = 0; s < streams; ++s) {
      if (strides.back()[s] != inner[s] * extent) return false;
    }
    return true;
  }
  // The numbers of an arange of uint64 may pass 2^63: they wrap, and are later read as unsigned.
  void move(std::size_t axis, std::int64_t steps) {
    const auto bits = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
    for (std::size_t s = 0; s < streams; ++s)
      offsets[s] = static_cast<std::int64_t>(bits(offsets[s]) + bits(steps) * bits(strides[axis][s]));
  }
};

PieceRunner::PieceRunner(const Expression& expression, const PieceProgram& program,
                         const SourceBlocks& sources)
    : program_(program), values_(program.leaves.size() + program.instructions.size()) {
  result_bytes_ = size_of(expression.root().dtype);
  prepare_leaves(expression, sources);
  prepare_steps(expression);
  scratch_ = scratch_memory(scratch_bytes_);
  for (std::size_t k = 0; k < leaves_.size(); ++k) {
    const LeafState& leaf = leaves_[k];
    if (leaf.term->kind == TermKind::kConstant) {
      strips::fill(kStrip, leaf.element, scratch_ + leaf.scratch, leaf.term->value.data());
      values_[k] = scratch_ + leaf.scratch;
    }
  }
}

void PieceRunner::prepare_leaves(const Expression& expression, const SourceBlocks& sources) {
  for (const Leaf& leaf : program_.leaves) {
    const Term& term = expression.terms[leaf.term];
    LeafState state{&term, nullptr, size_of(term.dtype), leaf.block, scratch_bytes_};
    if (term.kind == TermKind::kBlocks)
      state.base =
          elements_for(leaves_.size(), sources[{term.source, static_cast<std::uint32_t>(leaf.block)}]);
    scratch_bytes_ +=
        state.element *
        (state.base != nullptr ? std::max<std::size_t>(kStrip, kRowsTogether * kTransposedStrip) : kStrip);
    leaves_.push_back(state);
  }
}

// A register is used again once the last instruction that reads it has run.
void PieceRunner::prepare_steps(const Expression& expression) {
  const std::size_t leaves = program_.leaves.size();
  const std::size_t instructions = program_.instructions.size();
  std::vector<std::size_t> last_use(instructions, instructions);
  for (std::size_t i = 0; i < instructions; ++i) {
    const Instruction& instruction = program_.instructions[i];
    const std::size_t operands = expression.terms[instruction.term].operands.size();
    for (std::size_t k = 0; k < operands; ++k) {
      if (instruction.operands[k] >= leaves) last_use[instruction.operands[k] - leaves] = i;
    }
  }
  for (const std::uint32_t root : program_.roots) {
    if (root >= leaves) last_use[root - leaves] = instructions;  // read after all instructions
  }
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < instructions; ++i) {
    const Instruction& instruction = program_.instructions[i];
    const Term& term = expression.terms[instruction.term];
    const DType operand = expression.terms[term.operands.back()].dtype;
    Step step{nullptr, &term, instruction.operands, static_cast<std::uint32_t>(term.operands.size()), 0};
    if (term.opcode == Opcode::kCast) {
      step.loop = strips::cast(operand, term.dtype);
    } else if (term.opcode != Opcode::kMap) {
      step.loop = strips::loop(term.opcode, operand);
    }
    if (free.empty()) {
      step.scratch = scratch_bytes_;
      scratch_bytes_ += kStrip * sizeof(ElementBytes);
    } else {
      step.scratch = free.back();
      free.pop_back();
    }
    steps_.push_back(step);
    for (std::size_t k = 0; k < step.operand_count; ++k) {
      const std::uint32_t value = step.operands[k];
      if (value < leaves || last_use[value - leaves] != i) continue;
      const std::size_t scratch = steps_[value - leaves].scratch;
      if (std::find(free.begin(), free.end(), scratch) == free.end()) free.push_back(scratch);
    }
  }
}

PieceRunner::Nest PieceRunner::nest_of(std::span<const Shape> places) const {
  Nest nest;
  nest.streams = program_.leaves.size() + places.size();
  bool transposed = false;
  for (std::size_t axis = 0; axis < program_.region.extent.size(); ++axis) {
    Shape strides;
    for (const Leaf& leaf : leaves_as_they_lie()) strides.push_back(leaf.strides[axis]);
    for (const Shape& place : places) strides.push_back(place[axis]);
    nest.add_axis(program_.region.extent[axis], std::move(strides));
  }
  if (nest.extents.empty()) {
    nest.extents.push_back(1);
    nest.strides.push_back(Shape(nest.streams, 0));
  }
  for (const Leaf& leaf : leaves_as_they_lie()) nest.offsets.push_back(leaf.offset);
  nest.offsets.resize(nest.streams, 0);
  for (std::size_t k = 0; k < leaves_.size(); ++k) {
    transposed |= leaves_[k].base != nullptr && std::abs(nest.inner_strides()[k]) > 8;
  }
  const bool rows = !places.empty() && nest.inner_strides()[program_.leaves.size()] != 0;
  bool reduces = false;  // along an outer axis: then the strips of one place follow each other
  for (std::size_t axis = 0; axis + 1 < nest.extents.size() && rows; ++axis) {
    reduces |= nest.strides[axis][program_.leaves.size()] == 0;
  }
  if (transposed) nest.strip = kTransposedStrip;
  nest.strips_outermost = transposed || reduces;
  return nest;
}

// Calls body(count) for every strip, with the nest's offsets at its beginning.
template <class Body>
void PieceRunner::run(Nest& nest, const Body& body) {
  const std::size_t inner = nest.extents.size() - 1;
  const std::int64_t length = nest.inner();
  const auto strips_of_row = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t at = from; at < to; at += nest.strip) {
      const std::int64_t count = std::min(nest.strip, to - at);
      body(static_cast<std::size_t>(count));
      nest.move(inner, count);
    }
    nest.move(inner, from - to);
  };
  std::vector<std::int64_t> at(inner, 0);
  const auto rows = [&](std::int64_t from, std::int64_t to) {
    nest.row = 0;
    for (;;) {
      strips_of_row(from, to);
      std::size_t axis = inner;
      while (axis > 0 && at[axis - 1] + 1 == nest.extents[axis - 1]) {
        nest.move(axis - 1, -at[axis - 1]);
        at[--axis] = 0;
      }
      if (axis == 0) break;
      ++at[axis - 1];
      nest.move(axis - 1, 1);
      nest.row = at.back();
    }
  };
  if (!nest.strips_outermost) return rows(0, length);
  for (std::int64_t from = 0; from < length; from += nest.strip) {
    const std::int64_t to = std::min(length, from + nest.strip);
    rows(from, to);
    nest.move(inner, to - from);
  }
}

void PieceRunner::load_leaf(std::size_t leaf, std::int64_t offset, std::int64_t stride, std::size_t count,
                            void* out) {
  const LeafState& state = leaves_[leaf];
  switch (state.term->kind) {
    case TermKind::kIota:
      return strips::iota(count, static_cast<std::int64_t*>(out), offset, stride);
    case TermKind::kRandom:
      return strips::random_strip(state.term->numbers, state.block, static_cast<std::uint64_t>(offset),
                                  stride, count, out);
    case TermKind::kBlocks: {
      const std::byte* from = state.base + offset * static_cast<std::int64_t>(state.element);
      if (stride == 0) return strips::fill(count, state.element, out, from);
      if (stride == 1) {
        std::memcpy(out, from, count * state.element);
        return;
      }
      return strips::gather(count, state.element, out, from, stride);
    }
    default:
      return strips::fill(count, state.element, out, state.term->value.data());
  }
}

const void* PieceRunner::load_transposed(const Nest& nest, std::size_t leaf, std::size_t count) {
  LeafState& state = leaves_[leaf];
  const std::int64_t stride = nest.inner_strides()[leaf];
  const bool has_rows = nest.extents.size() > 1;
  const std::int64_t row_stride = has_rows ? nest.strides[nest.strides.size() - 2][leaf] : 0;
  const bool held = nest.row >= state.first_row && nest.row < state.end_row &&
                    nest.offsets[leaf] - (nest.row - state.first_row) * row_stride == state.origin;
  if (!held) {
    const std::int64_t left = has_rows ? nest.extents[nest.extents.size() - 2] - nest.row : 1;
    state.first_row = nest.row;
    state.end_row = nest.row + std::min(left, kRowsTogether);
    state.origin = nest.offsets[leaf];
    with_bytes(state.element, [&]<class T>(std::type_identity<T>) {
      transpose_rows<T>(count, state.end_row - state.first_row,
                        state.base + state.origin * static_cast<std::int64_t>(state.element), stride,
                        row_stride, scratch_ + state.scratch);
    });
  }
  return scratch_ + state.scratch +
         static_cast<std::size_t>((nest.row - state.first_row) * kTransposedStrip) * state.element;
}

void PieceRunner::load(const Nest& nest, std::size_t count) {
  for (std::size_t k = 0; k < leaves_.size(); ++k) {
    const LeafState& leaf = leaves_[k];
    if (leaf.term->kind == TermKind::kConstant) continue;
    const std::int64_t stride = nest.inner_strides()[k];
    if (leaf.base != nullptr && (stride == 1 || count == 1)) {
      values_[k] = leaf.base + nest.offsets[k] * static_cast<std::int64_t>(leaf.element);
    } else if (leaf.base != nullptr && nest.strip == kTransposedStrip && std::abs(stride) > 8) {
      values_[k] = load_transposed(nest, k, count);
    } else {
      load_leaf(k, nest.offsets[k], stride, count, scratch_ + leaf.scratch);
      values_[k] = scratch_ + leaf.scratch;
    }
  }
}

// Runs the instructions over loaded leaves; the last one writes to `result`, when that is given.
const void* PieceRunner::evaluate(const Nest& nest, std::size_t count, void* result) {
  load(nest, count);
  run_steps(0, steps_.size(), count, result);
  return values_[program_.result];
}

void PieceRunner::run_steps(std::size_t begin, std::size_t end, std::size_t count, void* result) {
  const std::size_t leaves = leaves_.size();
  for (std::size_t i = begin; i < end; ++i) {
    const Step& step = steps_[i];
    const void* in[kMostOperands] = {};
    for (std::size_t k = 0; k < step.operand_count; ++k) in[k] = values_[step.operands[k]];
    const bool last = result != nullptr && leaves + i == program_.result;
    void* out = last ? result : scratch_ + step.scratch;
    if (step.loop != nullptr) {
      step.loop(count, out, in);
    } else {
      run_map(*step.term, count, out, in);
    }
    values_[leaves + i] = out;
  }
}

void PieceRunner::store(std::byte* out, std::span<const std::int64_t> strides) {
  const Shape place(strides.begin(), strides.end());
  Nest nest = nest_of({&place, 1});
  const std::size_t stream = program_.leaves.size();
  const std::int64_t stride = nest.inner_strides()[stream];
  const auto element = static_cast<std::int64_t>(result_bytes_);
  const bool is_leaf = program_.result < leaves_.size();
  run(nest, [&](std::size_t count) {
    std::byte* to = out + nest.offsets[stream] * element;
    const bool dense = stride == 1 || count == 1;
    if (dense && is_leaf) {
      load_leaf(program_.result, nest.offsets[program_.result], nest.inner_strides()[program_.result], count,
                to);
    } else if (dense) {
      evaluate(nest, count, to);
    } else {
      scatter(count, result_bytes_, to, stride,
              static_cast<const std::byte*>(evaluate(nest, count, nullptr)));
    }
  });
}

void PieceRunner::each_strip(std::span<const Shape> places, const std::function<void(const Strip&)>& use) {
  std::vector<Shape> streams(places.begin(), places.end());
  const bool holds = !held_.empty();
  if (holds) streams.push_back(strides_of(program_.region.extent));  // these change no strip
  Nest nest = nest_of(streams);
  for (LeafState& leaf : leaves_) leaf.first_row = leaf.end_row = 0;  // rows of another nest
  const std::size_t first = program_.leaves.size(), held = first + places.size();
  roots_.resize(program_.roots.size());
  run(nest, [&](std::size_t count) {
    if (holds) {
      values_[program_.roots[0]] =
          held_.elements() + nest.offsets[held] * static_cast<std::int64_t>(held_.element_bytes());
    } else {
      load(nest, count);
    }
    run_steps(first_step_, steps_.size(), count, nullptr);
    for (std::size_t k = 0; k < roots_.size(); ++k) roots_[k] = values_[program_.roots[k]];
    use({count, roots_.back(), nest.offsets.data() + first, nest.inner_strides().data() + first,
         roots_.data()});
  });
}

void PieceRunner::hold_first_root() {
  const std::uint32_t root = program_.roots[0];
  const bool is_leaf = root < leaves_.size();
  if (!held_.empty() || (is_leaf && leaves_[root].term->kind != TermKind::kRandom)) return;
  first_step_ = is_leaf ? 0 : root - leaves_.size() + 1;
  const DType dtype = is_leaf ? leaves_[root].term->dtype : steps_[first_step_ - 1].term->dtype;
  Block values(dtype, program_.region.extent);
  const Shape place = strides_of(program_.region.extent);
  Nest nest = nest_of({&place, 1});
  const auto element = static_cast<std::int64_t>(values.element_bytes());
  run(nest, [&](std::size_t count) {
    load(nest, count);
    run_steps(0, first_step_, count, nullptr);
    std::memcpy(values.elements() + nest.offsets.back() * element, values_[root],
                count * values.element_bytes());
  });
  held_ = std::move(values);
}

}  // namespace bask
