// Cumulative sums and products. Each block is cumulated by itself, and what all blocks before it come to is
// added: the last of their own running values, block after block. So a block begins with the very value that
// the one before it ended with, and sums of numbers that are not negative never fall. Products of floating
// numbers may over- or underflow in a block where the whole does not: there each block goes on from the value
// before it, and the blocks of a line are run through one after the other.
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cstring>

namespace bask {

namespace {

struct Cumulating {
  std::uint32_t axis = 0;
  strips::Fold fold = strips::Fold::kSum;
  bool goes_on = false;  // a block begins with what is before it, which is not added at the end
  std::uint8_t unused[2]{};
};

// The axis in the middle: rows of `inner` elements, `length` of them, `outer` times.
struct Extents {
  std::size_t outer = 1, length = 1, inner = 1;
  Extents(std::span<const std::int64_t> shape, std::size_t axis) {
    for (std::size_t k = 0; k < shape.size(); ++k) {
      (k < axis ? outer : k == axis ? length : inner) *= static_cast<std::size_t>(shape[k]);
    }
  }
};

void fill_neutral(strips::Fold fold, Block& block) {
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    std::fill_n(block.as<T>(), block.count(), fold == strips::Fold::kProduct ? T(1) : T(0));
  });
}

// Running values of single elements, without a call for each: from `start` on, if there is one. With `to`,
// they go there, each with `base` added, if there is one. Returns the last, without base.
template <class T>
T run_line(strips::Fold fold, std::size_t length, const T* start, const T* base, const T* from, T* to) {
  using Wrapping = std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool>,
                                      std::make_unsigned<T>, std::type_identity<T>>;
  using U = typename Wrapping::type;
  const auto folded = [fold](U a, U b) { return static_cast<U>(fold == strips::Fold::kSum ? a + b : a * b); };
  U so_far = start != nullptr ? static_cast<U>(*start) : U();
  for (std::size_t k = 0; k < length; ++k) {
    const auto own = static_cast<U>(from[k]);
    so_far = k == 0 && start == nullptr ? own : folded(so_far, own);
    if (to != nullptr)
      to[k] = static_cast<T>(base != nullptr ? folded(static_cast<U>(*base), so_far) : so_far);
  }
  return static_cast<T>(so_far);
}

// A block and what is before it, one row for each outer index.
class Running {
 public:
  explicit Running(const BlockCall<Cumulating>& call)
      : rules_(call.description()),
        block_(call.block(0)),
        extents_(block_.shape(), rules_.axis),
        row_(extents_.inner * block_.element_bytes()),
        before_(call.blocks() > 1 ? call.block(1).elements() : nullptr) {}

  // The last running value of each outer index: of the block by itself, or of all up to its end.
  Block last() const {
    Shape shape(block_.shape().begin(), block_.shape().end());
    shape[rules_.axis] = 1;
    Block last(block_.dtype(), shape);
    if (extents_.length != 0) {
      for (std::size_t o = 0; o < extents_.outer; ++o) run(o, last.elements() + o * row_, nullptr);
    } else if (before_ != nullptr) {
      std::memcpy(last.elements(), before_, extents_.outer * row_);
    } else {
      fill_neutral(rules_.fold, last);
    }
    return last;
  }
  Block all() const {
    Block out(block_.dtype(), block_.shape());
    std::vector<std::byte> so_far(row_);
    for (std::size_t o = 0; o < extents_.outer; ++o)
      run(o, so_far.data(), out.elements() + o * extents_.length * row_);
    return out;
  }

 private:
  void run(std::size_t outer, std::byte* so_far, std::byte* to) const {
    const std::byte* from = block_.elements() + outer * extents_.length * row_;
    const std::byte* before = before_ != nullptr ? before_ + outer * row_ : nullptr;
    const std::byte* start = rules_.goes_on ? before : nullptr;
    const std::byte* base = rules_.goes_on ? nullptr : before;
    if (extents_.inner != 1 || is_complex(block_.dtype())) return run_rows(start, base, from, so_far, to);
    with_element(block_.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (std::is_arithmetic_v<T>) {
        const auto typed = [](const std::byte* at) { return reinterpret_cast<const T*>(at); };
        *reinterpret_cast<T*>(so_far) = run_line(rules_.fold, extents_.length, typed(start), typed(base),
                                                 typed(from), reinterpret_cast<T*>(to));
      }
    });
  }
  void run_rows(const std::byte* start, const std::byte* base, const std::byte* from, std::byte* so_far,
                std::byte* to) const {
    if (row_ == 0) return;
    const auto fold = strips::fold_rows(rules_.fold, block_.dtype());
    if (start != nullptr) std::memcpy(so_far, start, row_);
    for (std::size_t k = 0; k < extents_.length; ++k, from += row_) {
      if (k == 0 && start == nullptr) {
        std::memcpy(so_far, from, row_);
      } else {
        fold(extents_.inner, from, so_far);
      }
      if (to == nullptr) continue;
      std::memcpy(to + k * row_, base != nullptr ? base : so_far, row_);
      if (base != nullptr) fold(extents_.inner, so_far, to + k * row_);
    }
  }

  const Cumulating& rules_;
  const Block& block_;
  Extents extents_;
  std::size_t row_;
  const std::byte* before_;
};

Block last_block(const BlockCall<Cumulating>& call) {
  return Running(call).last();
}
Block cumulate_block(const BlockCall<Cumulating>& call) {
  return Running(call).all();
}

// What comes before a block: what came before the one before it, and that one's last value.
Block before_block(const BlockCall<Cumulating>& call) {
  Block before = call.block(0);
  strips::fold_rows(call.description().fold, before.dtype())(static_cast<std::size_t>(before.count()),
                                                             call.block(1).elements(), before.elements());
  return before;
}

// Blocks along the axis that come one after the other.
struct Lines {
  BlockGrid grid;
  std::size_t axis;
  std::uint32_t previous(std::uint32_t block) const {
    std::vector<std::int64_t> place = grid.place_of(block);
    --place[axis];
    return grid.number_of(place);
  }
  std::int64_t along(std::uint32_t block) const { return grid.place_of(block)[axis]; }
};

// What comes before each block that is not the first of its line, in a layer for each step along the axis.
std::vector<TaskRef> lower_before(const Lines& lines, const Cumulating& rules, const std::string& name,
                                  const BlockRefs& blocks) {
  const std::uint32_t count = lines.grid.size();
  const std::int64_t longest = lines.grid.counts[lines.axis];
  std::vector<TaskRef> before(count);
  if (longest == 1) return before;
  std::vector<std::vector<std::uint32_t>> blocks_at(static_cast<std::size_t>(longest));
  BlockReads each;
  for (std::uint32_t block = 0; block < count; ++block) {
    blocks_at[static_cast<std::size_t>(lines.along(block))].push_back(block);
    each.read(0, block);
    each.end_task();
  }
  // Of each block by itself, unless it goes on from what is before it.
  const BlockRefs lasts =
      rules.goes_on ? blocks : BlockTasks<last_block>::add(name + "-last", rules, {blocks}, std::move(each));
  for (std::int64_t k = 1; k < longest; ++k) {
    const std::vector<std::uint32_t>& at = blocks_at[static_cast<std::size_t>(k)];
    if (k == 1 && !rules.goes_on) {
      for (const std::uint32_t block : at) before[block] = lasts[lines.previous(block)];
      continue;
    }
    BlockReads reads;
    std::vector<TaskRef> so_far;
    for (std::uint32_t i = 0; i < at.size(); ++i) {
      const std::uint32_t previous = lines.previous(at[i]);
      if (rules.goes_on) reads.read(0, previous);
      if (k > 1) {
        reads.read(1, i);
        so_far.push_back(before[previous]);
      }
      if (!rules.goes_on) reads.read(0, previous);
      reads.end_task();
    }
    std::vector<BlockRefs> both{lasts};
    if (k > 1) both.emplace_back(std::move(so_far));
    const auto add = rules.goes_on ? &BlockTasks<last_block>::add : &BlockTasks<before_block>::add;
    const BlockRefs step = add(name + "-before", rules, std::move(both), std::move(reads));
    for (std::uint32_t i = 0; i < at.size(); ++i) before[at[i]] = step[i];
  }
  return before;
}

BlockRefs lower_cumulation(const Lines& lines, const Cumulating& rules, const std::string& name,
                           const BlockRefs& blocks) {
  const std::vector<TaskRef> before = lower_before(lines, rules, name, blocks);
  std::vector<BlockRefs> sources{blocks};
  std::vector<TaskRef> known;
  BlockReads last;
  for (std::uint32_t block = 0; block < lines.grid.size(); ++block) {
    last.read(0, block);
    if (lines.along(block) > 0) {
      last.read(1, static_cast<std::uint32_t>(known.size()));
      known.push_back(before[block]);
    }
    last.end_task();
  }
  if (!known.empty()) sources.emplace_back(std::move(known));
  return BlockTasks<cumulate_block>::add(name, rules, std::move(sources), std::move(last));
}

}  // namespace

namespace lazy {

ArrayPtr cumulate(const ArrayPtr& node, std::int64_t axis, strips::Fold fold, DType dtype,
                  std::string_view name) {
  const std::size_t along = normal_axis(axis, node->shape(), "array::" + std::string(name));
  const ArrayPtr from = cast(node, dtype);
  const Lines lines{BlockGrid(from->chunks()), along};
  const bool floating_product = fold == strips::Fold::kProduct && (is_floating(dtype) || is_complex(dtype));
  const Cumulating rules{static_cast<std::uint32_t>(along), fold, floating_product};
  const auto lower = [lines, rules, text = std::string(name)](const std::vector<BlockRefs>& inputs) {
    return lower_cumulation(lines, rules, text, inputs[0]);
  };
  return ArrayNode::operation(std::string(name), dtype, from->chunks(), {from}, lower);
}

}  // namespace lazy

}  // namespace bask
