// take and repeat: elements of an axis by their positions, and each element several times.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/index.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/collections/array/operations/stretches.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <bask/graph/value_layer.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

namespace bask {

namespace {

// A result's extents around one axis: the axes before it as `outer` rows, those after it as `inner` bytes.
struct Around {
  Around(const Block& block, std::size_t axis) : inner(block.element_bytes()) {
    for (std::size_t k = 0; k < block.ndim(); ++k) {
      if (k != axis) (k < axis ? outer : inner) *= static_cast<std::size_t>(block.shape()[k]);
    }
  }
  std::size_t outer = 1, inner;
};

// Calls `use` with a function that copies `bytes`: by one load and store where there are such of this size.
template <class Use>
void with_copy(std::size_t bytes, const Use& use) {
  const auto by = [&]<std::size_t kBytes>(std::integral_constant<std::size_t, kBytes>) {
    use([](std::byte* to, const std::byte* from) { std::memcpy(to, from, kBytes); });
  };
  switch (bytes) {
    case 1:
      return by(std::integral_constant<std::size_t, 1>());
    case 2:
      return by(std::integral_constant<std::size_t, 2>());
    case 4:
      return by(std::integral_constant<std::size_t, 4>());
    case 8:
      return by(std::integral_constant<std::size_t, 8>());
    case 16:
      return by(std::integral_constant<std::size_t, 16>());
    default:
      return use([bytes](std::byte* to, const std::byte* from) { std::memcpy(to, from, bytes); });
  }
}

// A block of the result: `length` long along the axis, else as long as the block that it comes from.
Block block_like(const Block& from, std::size_t axis, std::int64_t length) {
  Shape shape(from.shape().begin(), from.shape().end());
  shape[axis] = length;
  return Block(from.dtype(), shape);
}

// The description of a take. A task reads the chunks of its run, then the positions in these.
struct Taking {
  std::int64_t axis = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& axis;
  }
};

// Finds the chunk of a position: mostly the one in which it would lie if all chunks had one length.
class ChunkFinder {
 public:
  /// `starts`: of each chunk, and the end.
  explicit ChunkFinder(std::vector<std::int64_t> starts) : starts_(std::move(starts)) {
    per_element_ = static_cast<double>(starts_.size() - 1) / static_cast<double>(starts_.back());
  }
  std::size_t operator()(std::int64_t position) const {
    const auto guess = static_cast<std::size_t>(static_cast<double>(position) * per_element_);
    if (guess + 1 < starts_.size() && starts_[guess] <= position && position < starts_[guess + 1])
      return guess;
    return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end() - 1, position) -
                                    starts_.begin() - 1);
  }
  std::int64_t start(std::size_t chunk) const { return starts_[chunk]; }
  std::int64_t length(std::size_t chunk) const { return starts_[chunk + 1] - starts_[chunk]; }
  std::size_t chunks() const { return starts_.size() - 1; }
  std::int64_t end() const { return starts_.back(); }

 private:
  std::vector<std::int64_t> starts_;
  double per_element_;
};

// Where an element lies in the first outer row, and how many bytes further it lies in each next row.
struct Place {
  const std::byte* at;
  std::size_t row;
};

class PlaceFinder {
 public:
  PlaceFinder(const BlockCall<Taking>& call, std::size_t axis, std::size_t inner)
      : chunk_of_(starts_of(call, axis)), inner_(inner) {
    for (std::size_t k = 0; k < chunk_of_.chunks(); ++k) {
      blocks_.push_back({call.block(k).elements(), static_cast<std::size_t>(chunk_of_.length(k)) * inner});
    }
  }
  Place operator()(std::int64_t position) const {
    const std::size_t chunk = chunk_of_(position);
    const auto inside = static_cast<std::size_t>(position - chunk_of_.start(chunk));
    return {blocks_[chunk].at + inside * inner_, blocks_[chunk].row};
  }

 private:
  static std::vector<std::int64_t> starts_of(const BlockCall<Taking>& call, std::size_t axis) {
    std::vector<std::int64_t> starts{0};
    for (std::size_t k = 0; k + 1 < call.blocks(); ++k)
      starts.push_back(starts.back() + call.block(k).shape()[axis]);
    return starts;
  }
  ChunkFinder chunk_of_;
  std::size_t inner_;
  std::vector<Place> blocks_;
};

Block take_block(const BlockCall<Taking>& call) {
  const auto axis = static_cast<std::size_t>(call.description().axis);
  const Block& positions = call.block(call.blocks() - 1);
  const auto count = static_cast<std::size_t>(positions.count());
  Block out = block_like(call.block(0), axis, positions.count());
  const Around around(out, axis);
  const PlaceFinder finder(call, axis, around.inner);
  std::vector<Place> places(around.outer == 1 ? 0 : count);
  with_copy(around.inner, [&](const auto& copy) {
    const auto each = [&]<class P>(const P* at) {
      if (around.outer == 1) {
        for (std::size_t i = 0; i < count; ++i)
          copy(out.elements() + i * around.inner, finder(static_cast<std::int64_t>(at[i])).at);
        return;
      }
      for (std::size_t i = 0; i < count; ++i) places[i] = finder(static_cast<std::int64_t>(at[i]));
      std::byte* to = out.elements();
      for (std::size_t row = 0; row < around.outer; ++row) {
        for (std::size_t i = 0; i < count; ++i, to += around.inner)
          copy(to, places[i].at + row * places[i].row);
      }
    };
    if (positions.dtype() == DType::kInt32) {
      each(positions.as<std::int32_t>());
    } else {
      each(positions.as<std::int64_t>());
    }
  });
  return out;
}

// What a run of positions reads: its chunks, ascending, and the task that holds its positions, counted
// through these chunks.
struct RunReads {
  std::vector<std::uint32_t> chunks;
  TaskRef positions;
};

class RunReader {
 public:
  explicit RunReader(std::vector<std::int64_t> starts)
      : chunk_of_(std::move(starts)), run_of_(chunk_of_.chunks(), -1), moved_(chunk_of_.chunks()) {}

  /// Reads the next run. `positions` count from the beginning of the axis.
  RunReads read(std::span<const std::int64_t> positions) {
    ++run_;
    RunReads reads;
    own_chunks_.clear();
    for (const std::int64_t position : positions) {
      const std::size_t chunk = chunk_of_(position);
      own_chunks_.push_back(static_cast<std::uint32_t>(chunk));
      if (run_of_[chunk] == run_) continue;
      run_of_[chunk] = run_;
      reads.chunks.push_back(static_cast<std::uint32_t>(chunk));
    }
    std::sort(reads.chunks.begin(), reads.chunks.end());
    std::int64_t end = 0;
    for (const std::uint32_t chunk : reads.chunks) {
      moved_[chunk] = end - chunk_of_.start(chunk);
      end += chunk_of_.length(chunk);
    }
    const bool is_short = chunk_of_.end() <= std::numeric_limits<std::int32_t>::max();
    reads.positions = is_short ? stored<std::int32_t>(positions) : stored<std::int64_t>(positions);
    return reads;
  }

 private:
  template <class P>
  TaskRef stored(std::span<const std::int64_t> positions) const {
    const Shape shape{static_cast<std::int64_t>(positions.size())};
    Block block(dtype_of<P>(), shape);
    for (std::size_t i = 0; i < positions.size(); ++i)
      block.as<P>()[i] = static_cast<P>(positions[i] + moved_[own_chunks_[i]]);
    return arguments::CallPacker::stored_constant(std::move(block));
  }

  ChunkFinder chunk_of_;
  std::vector<std::int64_t> run_of_;       // per chunk: the last run that has read it
  std::vector<std::int64_t> moved_;        // per chunk: how far its elements have moved in that run
  std::vector<std::uint32_t> own_chunks_;  // per position of a run: its chunk
  std::int64_t run_ = -1;
};

// Cuts a result of `count` positions along the axis into runs as long as the longest chunk of the source.
struct Runs {
  Runs(const ArrayPtr& node, std::size_t along, std::int64_t count) : chunks(node->chunks()) {
    const std::int64_t longest = *std::max_element(chunks[along].begin(), chunks[along].end());
    chunks[along].clear();
    for (std::int64_t begin = 0; begin < count; begin += longest) {
      begins.push_back(begin);
      chunks[along].push_back(std::min(longest, count - begin));
    }
    begins.push_back(count);
  }
  Chunks chunks;                     // of the result
  std::vector<std::int64_t> begins;  // of each run, and the end
};

// The blocks of stretches that lie one after the other along the axis.
class StretchBlocks {
 public:
  StretchBlocks(const std::vector<ArrayPtr>& stretches, std::size_t axis) : axis_(axis) {
    for (std::uint32_t k = 0; k < stretches.size(); ++k) {
      grids_.emplace_back(stretches[k]->chunks());
      for (std::uint32_t chunk = 0; chunk < stretches[k]->chunks()[axis].size(); ++chunk)
        chunks_.push_back({k, chunk});
    }
  }
  // The block of `chunk`, at `place` along the other axes. Sets place[axis].
  SourceBlock at(std::uint32_t chunk, std::vector<std::int64_t>& place) const {
    place[axis_] = chunks_[chunk].block;
    return {chunks_[chunk].source, grids_[chunks_[chunk].source].number_of(place)};
  }

 private:
  std::size_t axis_;
  std::vector<BlockGrid> grids_;     // of each stretch
  std::vector<SourceBlock> chunks_;  // of each chunk: its stretch, and its number there
};

std::vector<std::int64_t> starts_of(const AxisChunks& chunks) {
  std::vector<std::int64_t> starts{0};
  for (const std::int64_t length : chunks) starts.push_back(starts.back() + length);
  return starts;
}

// The description of a repeat: every element of an axis `times` times.
struct Repeating {
  std::int64_t axis = 0, times = 1;
  std::vector<std::int64_t> begins{};         // of the result's chunks along the axis, and the end
  std::vector<std::int64_t> source_starts{};  // the same of the source
  std::int64_t tasks_inside = 1;              // the number of tasks that differ only in axes after `axis`
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& axis& times& begins& source_starts& tasks_inside;
  }
  std::size_t run_of(std::uint32_t task) const {
    return static_cast<std::size_t>(task / tasks_inside) % (begins.size() - 1);
  }
  std::size_t first_chunk(std::size_t run) const { return chunk_of(begins[run] / times); }
  std::size_t last_chunk(std::size_t run) const { return chunk_of((begins[run + 1] - 1) / times); }

 private:
  std::size_t chunk_of(std::int64_t position) const {
    return static_cast<std::size_t>(
        std::upper_bound(source_starts.begin(), source_starts.end() - 1, position) - source_starts.begin() -
        1);
  }
};

Block repeat_block(const BlockCall<Repeating>& call) {
  const Repeating& how = call.description();
  const auto axis = static_cast<std::size_t>(how.axis);
  const std::size_t run = how.run_of(call.task()), first = how.first_chunk(run);
  const std::int64_t begin = how.begins[run], end = how.begins[run + 1];
  Block out = block_like(call.block(0), axis, end - begin);
  const Around around(out, axis);
  std::byte* to = out.elements();
  with_copy(around.inner, [&](const auto& copy) {
    for (std::size_t row = 0; row < around.outer; ++row) {
      for (std::size_t k = 0; k < call.blocks(); ++k) {
        const std::int64_t start = how.source_starts[first + k], stop = how.source_starts[first + k + 1];
        const std::byte* from =
            call.block(k).elements() + row * static_cast<std::size_t>(stop - start) * around.inner;
        for (std::int64_t i = std::max(start, begin / how.times); i < stop && i * how.times < end; ++i) {
          const std::int64_t copies = std::min(end, (i + 1) * how.times) - std::max(begin, i * how.times);
          const std::byte* element = from + static_cast<std::size_t>(i - start) * around.inner;
          for (std::int64_t c = 0; c < copies; ++c, to += around.inner) copy(to, element);
        }
      }
    }
  });
  return out;
}

std::int64_t tasks_inside(const BlockGrid& grid, std::size_t axis) {
  std::int64_t tasks = 1;
  for (std::size_t k = axis + 1; k < grid.counts.size(); ++k) tasks *= grid.counts[k];
  return tasks;
}

}  // namespace

namespace lazy {

ArrayPtr take(const ArrayPtr& node, const Index::Positions& positions, std::size_t axis) {
  require_known(node->shape()[axis]);
  const std::int64_t length = node->shape()[axis];
  Index::Positions normal = positions;
  for (std::int64_t& position : normal) position = normal_position(position, length, axis);
  if (positions.empty()) return slice(node, axis, 0, 1, 0);
  const Runs runs(node, axis, static_cast<std::int64_t>(positions.size()));
  Stretches from = stretches_of(node, std::move(normal), axis);
  const BlockGrid grid(runs.chunks);
  RunReader reader(starts_of(from.chunks));
  std::vector<TaskRef> stored;
  std::vector<std::vector<std::uint32_t>> chunks_of_run;
  for (std::size_t run = 0; run + 1 < runs.begins.size(); ++run) {
    RunReads reads = reader.read(std::span(from.positions)
                                     .subspan(static_cast<std::size_t>(runs.begins[run]),
                                              static_cast<std::size_t>(runs.chunks[axis][run])));
    chunks_of_run.push_back(std::move(reads.chunks));
    stored.push_back(std::move(reads.positions));
  }
  const auto lower = [=, blocks = StretchBlocks(from.nodes, axis), kept = BlockRefs(std::move(stored)),
                      each = std::move(chunks_of_run)](std::vector<BlockRefs> inputs) {
    BlockReads reads;
    for (std::uint32_t task = 0; task < grid.size(); ++task) {
      std::vector<std::int64_t> place = grid.place_of(task);
      const auto run = static_cast<std::size_t>(place[axis]);
      for (const std::uint32_t chunk : each[run]) reads.blocks.push_back(blocks.at(chunk, place));
      reads.read(static_cast<std::uint32_t>(inputs.size()), static_cast<std::uint32_t>(run));
      reads.end_task();
    }
    ReadsByChunks by_chunks;  // the positions of a run may lie anywhere
    for (std::uint32_t source = 0; source < inputs.size(); ++source)
      by_chunks.whole.push_back({source, axis});
    inputs.push_back(kept);
    const Taking taking{static_cast<std::int64_t>(axis)};
    const BlockRefs refs = BlockTasks<take_block>::add("take", taking, std::move(inputs), std::move(reads));
    refs.set_reads(std::move(by_chunks));
    return refs;
  };
  return ArrayNode::operation("take", node->dtype(), runs.chunks, std::move(from.nodes), lower);
}

ArrayPtr repeat_along(const ArrayPtr& node, std::int64_t times, std::size_t axis) {
  require_known(node->shape()[axis]);
  std::int64_t count = 0;
  if (__builtin_mul_overflow(node->shape()[axis], times, &count)) {
    throw Error("array::repeat", "the axis would have more than 2^63 elements", "repeat it fewer times");
  }
  if (count == 0) return slice(node, axis, 0, 1, 0);
  Runs runs(node, axis, count);
  const BlockGrid from(node->chunks()), grid(runs.chunks);
  const Repeating how{static_cast<std::int64_t>(axis), times, std::move(runs.begins), from.starts[axis],
                      tasks_inside(grid, axis)};
  const auto lower = [how, from, grid, axis](const std::vector<BlockRefs>& inputs) {
    BlockReads reads;
    for (std::uint32_t task = 0; task < grid.size(); ++task) {
      std::vector<std::int64_t> place = grid.place_of(task);
      const std::size_t run = how.run_of(task), last = how.last_chunk(run);
      for (std::size_t chunk = how.first_chunk(run); chunk <= last; ++chunk) {
        place[axis] = static_cast<std::int64_t>(chunk);
        reads.read(0, from.number_of(place));
      }
      reads.end_task();
    }
    return BlockTasks<repeat_block>::add("repeat", how, inputs, std::move(reads));
  };
  return ArrayNode::operation("repeat", node->dtype(), std::move(runs.chunks), {node}, lower);
}

}  // namespace lazy

}  // namespace bask
