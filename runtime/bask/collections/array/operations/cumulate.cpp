// Cumulative sums, products and extrema. Each block is cumulated by itself; then the total of all blocks
// before it is added, which is the sum of their last running values, block after block. So a block begins
// with the very value that the block before it ended with, and sums of numbers that are not negative never
// fall. Products of floating numbers may over- or underflow in one block where the whole product does not. So
// there each block goes on from the value before it, and the blocks of a line run one after the other.
#include <bask/collections/array/operations/reduce.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace bask {

namespace {

struct Cumulating {
  std::uint32_t axis = 0;
  strips::Fold fold = strips::Fold::kSum;
  bool continues_previous = false;  // a block begins with the value before it; else that is added at the end
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

// The value that leaves every other one as it is. Of sums it is -0, so that a line of -0 stays so.
template <class T>
T neutral_of(strips::Fold fold) {
  if (fold == strips::Fold::kProduct) return T(1);
  if constexpr (std::is_arithmetic_v<T>) {
    using Limits = std::numeric_limits<T>;
    if (fold == strips::Fold::kMaximum) return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    if (fold == strips::Fold::kMinimum) return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  return T(-0.0);
}

void fill_neutral(strips::Fold fold, Block& block) {
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    std::fill_n(block.as<T>(), block.count(), neutral_of<T>(fold));
  });
}

bool is_extremum(strips::Fold fold) {
  return fold == strips::Fold::kMaximum || fold == strips::Fold::kMinimum;
}

// Running values of single elements, several lines at once: an addition waits for the one before it in its
// line, but not for those of other lines. Line j begins with so_far[j], which at the end is its last running
// value. When `to` is given, all running values go there, each combined with base[j].
template <std::size_t Lines, class T, class F>
void run_lines(F folded, std::size_t length, const T* from, T* so_far, const T* base, T* to) {
  T last[Lines], before[Lines];
  std::copy_n(so_far, Lines, last);
  std::copy_n(base, Lines, before);
  for (std::size_t k = 0; k < length; ++k) {
    for (std::size_t j = 0; j < Lines; ++j) last[j] = folded(last[j], from[j * length + k]);
    for (std::size_t j = 0; j < Lines && to != nullptr; ++j) to[j * length + k] = folded(before[j], last[j]);
  }
  std::copy_n(last, Lines, so_far);
}

template <class T, class F>
void run_all_lines(F folded, const Extents& extents, const T* from, T* so_far, const T* base, T* to) {
  constexpr std::size_t kTogether = 8;
  for (std::size_t line = 0; line < extents.outer;) {
    const bool many = line + kTogether <= extents.outer;
    const std::size_t at = line * extents.length;
    (many ? run_lines<kTogether, T, F> : run_lines<1, T, F>)(folded, extents.length, from + at, so_far + line,
                                                             base + line, to != nullptr ? to + at : nullptr);
    line += many ? kTogether : 1;
  }
}

// A block and the values before it, one row for each outer index.
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
    Block last = row_of_each();
    if (extents_.length != 0) {
      run(last.elements(), nullptr);
    } else if (before_ != nullptr) {
      std::memcpy(last.elements(), before_, extents_.outer * row_);
    } else {
      fill_neutral(rules_.fold, last);
    }
    return last;
  }
  Block all() const {
    Block out(block_.dtype(), block_.shape());
    std::vector<std::byte> so_far(extents_.outer * row_);
    run(so_far.data(), out.elements());
    return out;
  }

 private:
  Block row_of_each() const {
    Shape shape(block_.shape().begin(), block_.shape().end());
    shape[rules_.axis] = 1;
    return Block(block_.dtype(), shape);
  }
  // The last running values go to so_far, and all of them to `to`, unless that is null.
  void run(std::byte* so_far, std::byte* to) const {
    if (extents_.inner == 1 && is_extremum(rules_.fold)) {
      return with_element(block_.dtype(), [&]<class T>(std::type_identity<T>) {
        using Held = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
        if constexpr (std::is_arithmetic_v<T>) run_elements<Held>(so_far, to);
      });
    }
    if (extents_.inner == 1) {
      if (block_.dtype() == DType::kFloat64) return run_elements<double>(so_far, to);
      if (block_.dtype() == DType::kFloat32) return run_elements<float>(so_far, to);
      if (!is_complex(block_.dtype())) return run_elements<std::uint64_t>(so_far, to);
    }
    for (std::size_t o = 0; o < extents_.outer && row_ != 0; ++o) {
      const std::byte* from = block_.elements() + o * extents_.length * row_;
      const std::byte* before = before_ != nullptr ? before_ + o * row_ : nullptr;
      run_rows(rules_.continues_previous ? before : nullptr, rules_.continues_previous ? nullptr : before,
               from, so_far + o * row_, to != nullptr ? to + o * extents_.length * row_ : nullptr);
    }
  }
  // Integers are summed in 64 bits, unsigned, so that they wrap.
  template <class T>
  void run_elements(std::byte* so_far, std::byte* to) const {
    assert(block_.element_bytes() == sizeof(T));
    const std::vector<T> nothing(extents_.outer, neutral_of<T>(rules_.fold));
    const T* before = before_ != nullptr ? reinterpret_cast<const T*>(before_) : nothing.data();
    auto* last = reinterpret_cast<T*>(so_far);
    std::copy_n(rules_.continues_previous ? before : nothing.data(), extents_.outer, last);
    const auto lines = [&](auto folded) {
      run_all_lines(folded, extents_, reinterpret_cast<const T*>(block_.elements()), last,
                    rules_.continues_previous ? nothing.data() : before, reinterpret_cast<T*>(to));
    };
    // The first NaN stays.
    if (rules_.fold == strips::Fold::kMaximum)
      return lines([](T a, T b) { return a >= b || a != a ? a : b; });
    if (rules_.fold == strips::Fold::kMinimum)
      return lines([](T a, T b) { return a <= b || a != a ? a : b; });
    if (rules_.fold == strips::Fold::kProduct) return lines([](T a, T b) { return T(a * b); });
    lines([](T a, T b) { return T(a + b); });
  }
  void run_rows(const std::byte* start, const std::byte* base, const std::byte* from, std::byte* so_far,
                std::byte* to) const {
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

// The values before a block: those before the previous block, folded with that block's last values.
Block before_block(const BlockCall<Cumulating>& call) {
  Block before = call.block(0);
  strips::fold_rows(call.description().fold, before.dtype())(static_cast<std::size_t>(before.count()),
                                                             call.block(1).elements(), before.elements());
  return before;
}

// The lines of blocks along the axis.
struct Lines {
  BlockGrid grid;
  std::size_t axis;
  std::vector<float> last_bytes;  // of each block's last running values
  std::uint32_t previous(std::uint32_t block) const {
    std::vector<std::int64_t> place = grid.place_of(block);
    --place[axis];
    return grid.number_of(place);
  }
  std::int64_t along(std::uint32_t block) const { return grid.place_of(block)[axis]; }
};

// The tasks whose results are the values before each block that is not the first of its line. There is a
// layer for each step along the axis.
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
  // The last values of each block by itself, unless blocks go on from the values before them.
  const BlockRefs lasts = rules.continues_previous
                              ? blocks
                              : BlockTasks<last_block>::add(name + "-last", rules, {blocks}, std::move(each));
  if (!rules.continues_previous) {
    lasts.set_reads({});
    lasts.set_operations(name + " (last)");
    lasts.set_bytes(lines.last_bytes);
  }
  for (std::int64_t k = 1; k < longest; ++k) {
    const std::vector<std::uint32_t>& at = blocks_at[static_cast<std::size_t>(k)];
    if (k == 1 && !rules.continues_previous) {
      for (const std::uint32_t block : at) before[block] = lasts[lines.previous(block)];
      continue;
    }
    BlockReads reads;
    std::vector<TaskRef> so_far;
    for (std::uint32_t i = 0; i < at.size(); ++i) {
      const std::uint32_t previous = lines.previous(at[i]);
      if (rules.continues_previous) reads.read(0, previous);
      if (k > 1) {
        reads.read(1, i);
        so_far.push_back(before[previous]);
      }
      if (!rules.continues_previous) reads.read(0, previous);
      reads.end_task();
    }
    std::vector<BlockRefs> both;
    both.push_back(lasts);
    if (k > 1) both.emplace_back(std::move(so_far));
    const auto add = rules.continues_previous ? &BlockTasks<last_block>::add : &BlockTasks<before_block>::add;
    const BlockRefs step = add(name + "-before", rules, std::move(both), std::move(reads));
    std::vector<float> bytes;
    for (std::uint32_t i = 0; i < at.size(); ++i) {
      before[at[i]] = step[i];
      bytes.push_back(lines.last_bytes[lines.previous(at[i])]);
    }
    step.set_reads({});
    step.set_operations(name + " (before)");
    step.set_bytes(std::move(bytes));
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
  const BlockRefs all = BlockTasks<cumulate_block>::add(name, rules, std::move(sources), std::move(last));
  all.set_reads({});
  return all;
}

}  // namespace

namespace lazy {

ArrayPtr cumulate(const ArrayPtr& node, std::int64_t axis, strips::Fold fold, DType dtype,
                  std::string_view name) {
  const std::size_t along = normal_axis(axis, node->shape(), "array::" + std::string(name));
  const ArrayPtr from = cast(node, dtype);
  Chunks lasts = from->chunks();
  std::fill(lasts[along].begin(), lasts[along].end(), 1);
  const Lines lines{BlockGrid(from->chunks()), along, block_bytes(dtype, lasts)};
  const bool floating_product = fold == strips::Fold::kProduct && (is_floating(dtype) || is_complex(dtype));
  const Cumulating rules{static_cast<std::uint32_t>(along), fold, floating_product};
  const auto lower = [lines, rules, text = UserCall::name_or(name)](const std::vector<BlockRefs>& inputs) {
    return lower_cumulation(lines, rules, text, inputs[0]);
  };
  return ArrayNode::operation(std::string(name), dtype, from->chunks(), {from}, lower);
}

}  // namespace lazy

}  // namespace bask
