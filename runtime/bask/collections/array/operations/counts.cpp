// Histograms and bincounts: each block counts by itself, and the counts are added up in a tree.
#include <bask/collections/array/counts.hpp>
#include <bask/collections/array/lazy/node.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace bask {

namespace {

constexpr std::size_t kCountsTogether = 8;

// The edges of the bins; none for bincount, where each value is its own bin.
struct Counting {
  Expression expression{};
  std::vector<double> edges{};
  std::int64_t least_length = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& expression& edges& least_length;
  }
};

// Finds the bin of a value. When edges are evenly spaced, a division guesses it and the edges correct that.
class Bins {
 public:
  explicit Bins(const std::vector<double>& edges) : edges_(edges) {
    scale_ = static_cast<double>(edges.size() - 1) / (edges.back() - edges.front());
    const double width = 1 / scale_;
    for (std::size_t k = 0; k < edges.size(); ++k) {
      even_ &= std::abs(edges[k] - (edges.front() + width * static_cast<double>(k))) <= 0.5 * width;
    }
  }
  // -1 for a value that lies in no bin.
  std::int64_t operator()(double value) const {
    if (!(value >= edges_.front() && value <= edges_.back())) return -1;
    const auto last = static_cast<std::int64_t>(edges_.size()) - 2;
    if (!even_) {
      const auto at = std::upper_bound(edges_.begin(), edges_.end(), value) - edges_.begin() - 1;
      return std::min<std::int64_t>(at, last);
    }
    auto at = std::min(static_cast<std::int64_t>((value - edges_.front()) * scale_), last);
    while (at > 0 && value < edges_[static_cast<std::size_t>(at)]) --at;
    while (at < last && value >= edges_[static_cast<std::size_t>(at) + 1]) ++at;
    return at;
  }

 private:
  const std::vector<double>& edges_;
  double scale_;
  bool even_ = true;
};

Block counts_as_block(const std::vector<std::int64_t>& counts) {
  const Shape shape{static_cast<std::int64_t>(counts.size())};
  Block block(DType::kInt64, shape);
  std::memcpy(block.elements(), counts.data(), counts.size() * sizeof(std::int64_t));
  return block;
}

template <class Use>
void each_strip_of(const BlockCall<Counting>& call, const Use& use) {
  const TaskExpression task(call.description().expression, call.task(), call.call);
  const std::vector<Shape> places{Shape(task.region.extent.size(), 0)};
  for (const Region& piece : pieces(task.expression(), task.region)) {
    const PieceProgram program = program_of(task.expression(), piece);
    PieceRunner(task.expression(), program, task.sources).each_strip(places, use);
  }
}

Block histogram_block(const BlockCall<Counting>& call) {
  const std::vector<double>& edges = call.description().edges;
  std::vector<std::int64_t> counts(edges.size() - 1, 0);
  const Bins bin_of(edges);
  each_strip_of(call, [&](const Strip& strip) {
    const auto* values = static_cast<const double*>(strip.values);
    for (std::size_t i = 0; i < strip.count; ++i) {
      const std::int64_t bin = bin_of(values[i]);
      if (bin >= 0) ++counts[static_cast<std::size_t>(bin)];
    }
  });
  return counts_as_block(counts);
}

Block bincount_block(const BlockCall<Counting>& call) {
  constexpr std::int64_t kMost = std::int64_t{1} << 32;
  std::vector<std::int64_t> counts(static_cast<std::size_t>(call.description().least_length), 0);
  each_strip_of(call, [&](const Strip& strip) {
    const auto* values = static_cast<const std::int64_t*>(strip.values);
    for (std::size_t i = 0; i < strip.count; ++i) {
      if (values[i] < 0 || values[i] >= kMost) {
        throw Error("array::bincount", "there is a value " + std::to_string(values[i]),
                    "count values from 0 to 2^32 - 1");
      }
      const auto at = static_cast<std::size_t>(values[i]);
      if (at >= counts.size()) counts.resize(at + 1, 0);
      ++counts[at];
    }
  });
  return counts_as_block(counts);
}

Block add_counts(const BlockCall<Counting>& call) {
  std::vector<std::int64_t> counts;
  for (std::size_t k = 0; k < call.blocks(); ++k) {
    const auto size = static_cast<std::size_t>(call.block(k).count());
    if (size > counts.size()) counts.resize(size, 0);
    for (std::size_t i = 0; i < size; ++i) counts[i] += call.block(k).as<std::int64_t>()[i];
  }
  return counts_as_block(counts);
}

template <auto F>
ArrayPtr counted(const ArrayPtr& node, DType values, Counting counting, std::int64_t length,
                 const char* name) {
  Sourced sourced = expression_of(lazy::cast(node, values));
  counting.expression = std::move(sourced.expression);
  sourced.operations.push_back({name, UserCall::current()});
  const auto lower = [counting, length, name,
                      list = list_of_calls(sourced.operations)](const std::vector<BlockRefs>& inputs) {
    BlockRefs refs =
        BlockTasks<F>::add(std::string(name) + "-partial", counting, inputs, reads_of(counting.expression));
    refs.set_reads(reads_by_chunks(counting.expression));
    refs.set_parts(&part_of_expression<Counting>);
    refs.set_operations(list);
    if (length != kUnknown) refs.set_bytes(block_bytes(DType::kInt64, {AxisChunks(refs.size(), length)}));
    Counting rest = counting;
    rest.expression = {};
    do {
      BlockReads reads;
      for (std::uint32_t k = 0; k < refs.size();) {
        for (std::size_t i = 0; i < kCountsTogether && k < refs.size(); ++i) reads.read(0, k++);
        reads.end_task();
      }
      refs = BlockTasks<add_counts>::add(name, rest, {refs}, std::move(reads));
      refs.set_operations(std::string(name) + (refs.size() > 1 ? " (combine)" : " (finish)"));
    } while (refs.size() > 1);
    return refs;
  };
  return ArrayNode::operation(name, DType::kInt64, {{length}}, std::move(sourced.sources), lower);
}

}  // namespace

namespace lazy {

ArrayPtr histogram(const ArrayPtr& node, const std::vector<double>& edges) {
  const bool has_nan = std::any_of(edges.begin(), edges.end(), [](double edge) { return edge != edge; });
  if (edges.size() < 2 || has_nan || !std::is_sorted(edges.begin(), edges.end()) ||
      !(edges.front() < edges.back())) {
    throw Error("array::histogram", std::to_string(edges.size()) + " edges that do not ascend are given",
                "give two ascending edges at least");
  }
  return counted<histogram_block>(node, DType::kFloat64, {{}, edges, 0},
                                  static_cast<std::int64_t>(edges.size()) - 1, "histogram");
}

std::vector<double> bin_edges(int bins, double low, double high) {
  const char* const where = "array::histogram";
  if (bins < 1) throw Error(where, std::to_string(bins) + " bins are asked for", "use 1 or more");
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) {
    throw Error(where, "there are no bins from " + std::to_string(low) + " to " + std::to_string(high),
                "give finite edges, the lower one first");
  }
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  std::vector<double> edges;
  const double step = (high - low) / bins;
  for (int k = 0; k < bins; ++k) edges.push_back(low + step * k);
  edges.push_back(high);
  return edges;
}

ArrayPtr bincount(const ArrayPtr& node, std::int64_t least_length) {
  if (node->ndim() != 1) {
    throw Error("array::bincount",
                "shape " + text_of(node->shape()) + " has " + std::to_string(node->ndim()) +
                    " axes, but bincount takes one",
                "count the elements of x.ravel()");
  }
  if (least_length < 0 || least_length > std::int64_t{1} << 32) {
    throw Error("array::bincount", "the least length is " + std::to_string(least_length),
                "use one from 0 to 2^32");
  }
  return counted<bincount_block>(node, DType::kInt64, {{}, {}, least_length}, kUnknown, "bincount");
}

}  // namespace lazy

}  // namespace bask
