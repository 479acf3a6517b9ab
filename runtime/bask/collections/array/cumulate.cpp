// Cumulative sums and products: the total of every block, what comes before each block as a chain of small
// tasks, and then every block by itself.
#include <bask/collections/array/reduce.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cstring>

namespace bask {

namespace {

struct Cumulating {
  std::uint64_t axis = 0;
  strips::Fold fold = strips::Fold::kSum;
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

void fold_row(const Cumulating& rules, DType dtype, std::size_t count, const std::byte* from,
              std::byte* into) {
  strips::fold_rows(rules.fold, dtype)(count, from, into);
}

void fill_neutral(strips::Fold fold, Block& block) {
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    std::fill_n(block.as<T>(), block.count(), fold == strips::Fold::kProduct ? T(1) : T(0));
  });
}

// One row for each outer index: all elements of the axis folded.
Block total_block(const BlockCall<Cumulating>& call) {
  const Block& block = call.block(0);
  const Extents extents(block.shape(), call.description().axis);
  Shape shape(block.shape().begin(), block.shape().end());
  shape[call.description().axis] = 1;
  Block total(block.dtype(), shape);
  const std::size_t row = extents.inner * block.element_bytes();
  if (extents.length == 0) fill_neutral(call.description().fold, total);
  for (std::size_t o = 0; o < extents.outer && extents.length > 0; ++o) {
    const std::byte* from = block.elements() + o * extents.length * row;
    std::byte* to = total.elements() + o * row;
    if (extents.inner == 1) {
      strips::fold_strip(call.description().fold, block.dtype())(extents.length, from, to);
      continue;
    }
    std::memcpy(to, from, row);
    for (std::size_t k = 1; k < extents.length; ++k) {
      fold_row(call.description(), block.dtype(), extents.inner, from + k * row, to);
    }
  }
  return total;
}

// What comes before a block: of what came before the one before it, and that one's total.
Block before_block(const BlockCall<Cumulating>& call) {
  Block before = call.block(0);
  if (call.blocks() > 1) {
    fold_row(call.description(), before.dtype(), static_cast<std::size_t>(before.count()),
             call.block(1).elements(), before.elements());
  }
  return before;
}

// Of single elements, without a call for each.
template <class T>
void cumulate_line(strips::Fold fold, std::size_t length, const T* before, const T* from, T* to) {
  using Wrapping = std::conditional_t<std::is_integral_v<T> && !std::is_same_v<T, bool>,
                                      std::make_unsigned<T>, std::type_identity<T>>;
  using U = typename Wrapping::type;
  U so_far = before != nullptr ? static_cast<U>(*before) : fold == strips::Fold::kSum ? U(0) : U(1);
  for (std::size_t k = 0; k < length; ++k) {
    const auto own = static_cast<U>(from[k]);
    so_far = k == 0 && before == nullptr
                 ? own
                 : static_cast<U>(fold == strips::Fold::kSum ? so_far + own : so_far * own);
    to[k] = static_cast<T>(so_far);
  }
}

// Whether it did: complex numbers are left to the loops of strips.
bool cumulate_elements(const BlockCall<Cumulating>& call, std::size_t outer, std::size_t length, Block& out) {
  const Block& block = call.block(0);
  if (is_complex(block.dtype())) return false;
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_arithmetic_v<T>) {
      for (std::size_t o = 0; o < outer; ++o) {
        const T* before = call.blocks() > 1 ? call.block(1).as<T>() + o : nullptr;
        cumulate_line(call.description().fold, length, before, block.as<T>() + o * length,
                      out.as<T>() + o * length);
      }
    }
  });
  return true;
}

Block cumulate_block(const BlockCall<Cumulating>& call) {
  const Block& block = call.block(0);
  const Extents extents(block.shape(), call.description().axis);
  Block out(block.dtype(), block.shape());
  if (extents.inner == 1 && cumulate_elements(call, extents.outer, extents.length, out)) return out;
  const std::size_t row = extents.inner * block.element_bytes();
  for (std::size_t o = 0; o < extents.outer; ++o) {
    const std::byte* from = block.elements() + o * extents.length * row;
    std::byte* to = out.elements() + o * extents.length * row;
    for (std::size_t k = 0; k < extents.length; ++k) {
      std::memcpy(to + k * row, from + k * row, row);
      const std::byte* before = k > 0               ? to + (k - 1) * row
                                : call.blocks() > 1 ? call.block(1).elements() + o * row
                                                    : nullptr;
      if (before != nullptr) fold_row(call.description(), block.dtype(), extents.inner, before, to + k * row);
    }
  }
  return out;
}

// Blocks along the axis that come one after the other: `line` tells where block `k` of a line is.
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

BlockRefs lower_cumulation(const Lines& lines, const Cumulating& rules, const std::string& name,
                           const BlockRefs& blocks) {
  const std::uint32_t count = lines.grid.size();
  const std::int64_t longest = lines.grid.counts[lines.axis];
  BlockReads each;
  for (std::uint32_t block = 0; block < count; ++block) {
    each.read(0, block);
    each.end_task();
  }
  std::vector<BlockRefs> sources{blocks};
  BlockReads last;
  if (longest > 1) {
    const BlockRefs totals = BlockTasks<total_block>::add(name + "-total", rules, {blocks}, each);
    // One layer for each step along the axis: what comes before the blocks at place k.
    std::vector<TaskRef> before(count);
    std::vector<std::vector<std::uint32_t>> blocks_at(static_cast<std::size_t>(longest));
    for (std::uint32_t block = 0; block < count; ++block)
      blocks_at[static_cast<std::size_t>(lines.along(block))].push_back(block);
    for (std::int64_t k = 1; k < longest; ++k) {
      const std::vector<std::uint32_t>& at = blocks_at[static_cast<std::size_t>(k)];
      BlockReads reads;
      std::vector<TaskRef> so_far;
      for (const std::uint32_t block : at) {
        const std::uint32_t previous = lines.previous(block);
        if (k == 1) {
          reads.read(0, previous);
        } else {
          reads.read(1, static_cast<std::uint32_t>(so_far.size()));
          so_far.push_back(before[previous]);
          reads.read(0, previous);
        }
        reads.end_task();
      }
      std::vector<BlockRefs> both{totals};
      if (k > 1) both.emplace_back(std::move(so_far));
      const BlockRefs step =
          BlockTasks<before_block>::add(name + "-before", rules, std::move(both), std::move(reads));
      for (std::uint32_t i = 0; i < at.size(); ++i) before[at[i]] = step[i];
    }
    std::vector<TaskRef> known;
    for (std::uint32_t block = 0; block < count; ++block) {
      last.read(0, block);
      if (lines.along(block) > 0) {
        last.read(1, static_cast<std::uint32_t>(known.size()));
        known.push_back(before[block]);
      }
      last.end_task();
    }
    sources.emplace_back(std::move(known));
  } else {
    last = each;
  }
  return BlockTasks<cumulate_block>::add(name, rules, std::move(sources), std::move(last));
}

}  // namespace

namespace lazy {

ArrayPtr cumulate(const ArrayPtr& node, std::int64_t axis, strips::Fold fold, DType dtype,
                  std::string_view name) {
  const std::size_t along = normal_axis(axis, node->shape(), "array::" + std::string(name));
  const ArrayPtr from = cast(node, dtype);
  const Lines lines{BlockGrid(from->chunks()), along};
  const Cumulating rules{along, fold};
  const auto lower = [lines, rules, text = std::string(name)](const std::vector<BlockRefs>& inputs) {
    return lower_cumulation(lines, rules, text, inputs[0]);
  };
  return ArrayNode::operation(std::string(name), dtype, from->chunks(), {from}, lower);
}

}  // namespace lazy

}  // namespace bask
