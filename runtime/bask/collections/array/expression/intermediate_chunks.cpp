#include <bask/collections/array/expression/intermediate_chunks.hpp>

#include <algorithm>
#include <limits>
#include <tuple>

namespace bask {

namespace {

// What one task reads may be so many times larger than a block and what the task needs.
constexpr double kMostTimesLarger = 4;
// Blocks in between are at most so many times smaller than those that are there or needed.
constexpr double kMostTimesSmaller = 16;
// So many ways to cut all axes are tried.
constexpr std::size_t kMostChunkings = 100'000;

double longest_of(const AxisChunks& chunks) {
  return static_cast<double>(*std::max_element(chunks.begin(), chunks.end()));
}

std::vector<std::int64_t> starts_of(const AxisChunks& chunks) {
  std::vector<std::int64_t> starts{0};
  for (const std::int64_t length : chunks) starts.push_back(starts.back() + length);
  return starts;
}

// The elements of all chunks that the ranges touch.
double covered(const std::vector<std::int64_t>& starts, const std::vector<Range>& ranges) {
  std::int64_t elements = 0, done = 0;  // all chunks that end at `done` or before are counted, or not touched
  for (const Range& range : ranges) {
    if (range.begin >= range.end) continue;
    const std::int64_t from = std::max(done, starts[chunk_at(starts, range.begin)]);
    const std::int64_t to = starts[chunk_at(starts, range.end - 1) + 1];
    elements += std::max<std::int64_t>(to - from, 0);
    done = std::max(done, to);
  }
  return static_cast<double>(elements);
}

double needed(const std::vector<Range>& ranges) {
  std::int64_t elements = 0, done = 0;
  for (const Range& range : ranges) {
    elements += std::max<std::int64_t>(range.end - std::max(range.begin, done), 0);
    done = std::max(done, range.end);
  }
  return static_cast<double>(elements);
}

template <class Count>
BlocksRead along_axis(const AxisReads& reads, const Count& count) {
  BlocksRead read;
  for (const std::vector<Range>& ranges : reads.at_places) {
    const double elements = count(ranges);
    read.most = std::max(read.most, elements);
    read.total += elements;
  }
  return read;
}

BlocksRead along_axis(const AxisChunks& chunks, const AxisReads& reads) {
  const std::vector<std::int64_t> starts = starts_of(chunks);
  return along_axis(reads, [&](const std::vector<Range>& ranges) { return covered(starts, ranges); });
}

// The most elements that a task needs.
double most_needed(const std::vector<ArrayReads>& reads) {
  double all = 0;
  for (const ArrayReads& one : reads) {
    double most = 1;
    for (const AxisReads& axis : one.axes) most *= along_axis(axis, needed).most;
    all += most;
  }
  return all;
}

// The reads of tasks that make these chunks.
AxisReads reads_of(const AxisChunks& chunks) {
  AxisReads reads;
  std::int64_t begin = 0;
  for (const std::int64_t length : chunks) {
    reads.at_places.push_back({{begin, begin + length}});
    begin += length;
  }
  return reads;
}

// The axis cut where the readers' ranges begin.
AxisChunks cut_like(const AxisReads& reads, std::int64_t length) {
  std::vector<std::int64_t> begins;
  for (const std::vector<Range>& ranges : reads.at_places) {
    for (const Range& range : ranges) begins.push_back(range.begin);
  }
  begins.push_back(length);
  std::sort(begins.begin(), begins.end());
  AxisChunks chunks;
  std::int64_t from = 0;
  for (const std::int64_t begin : begins) {
    if (begin > from) chunks.push_back(begin - from);
    from = std::max(from, begin);
  }
  return chunks;
}

AxisChunks merged(const AxisChunks& chunks, std::size_t together) {
  AxisChunks merged;
  for (std::size_t k = 0; k < chunks.size(); ++k) {
    if (k % together == 0) merged.push_back(0);
    merged.back() += chunks[k];
  }
  return merged;
}

// One way to cut an axis.
struct AxisWay {
  AxisChunks chunks;
  double longest;
  BlocksRead made;                  // of the blocks that are there, by the tasks that make those in between
  std::vector<BlocksRead> readers;  // of the blocks in between, by each of the readers
};

// Neighbours among the finest chunks, those that are there or the readers', are put together: one, 2, 4…
std::vector<AxisWay> ways_along(std::size_t axis, const AxisChunks& chunks,
                                const std::vector<ArrayReads>& readers) {
  AxisChunks finest = chunks;
  for (const ArrayReads& reader : readers) {
    AxisChunks cut = cut_like(reader.axes[axis], starts_of(chunks).back());
    if (cut.size() > finest.size()) finest = std::move(cut);
  }
  std::vector<AxisWay> ways;
  for (std::size_t together = 1;; together *= 2) {
    AxisWay way{merged(finest, together), 0, {}, {}};
    way.longest = longest_of(way.chunks);
    way.made = along_axis(chunks, reads_of(way.chunks));
    for (const ArrayReads& reader : readers) way.readers.push_back(along_axis(way.chunks, reader.axes[axis]));
    ways.push_back(std::move(way));
    if (together >= finest.size()) return ways;
  }
}

// All ways along all axes, but every second one of the axis with the most when there are too many.
std::vector<std::vector<AxisWay>> ways_along_all(const Chunks& chunks,
                                                 const std::vector<ArrayReads>& readers) {
  std::vector<std::vector<AxisWay>> all;
  for (std::size_t axis = 0; axis < chunks.size(); ++axis)
    all.push_back(ways_along(axis, chunks[axis], readers));
  const auto count = [&] {
    double ways = 1;
    for (const std::vector<AxisWay>& axis : all) ways *= static_cast<double>(axis.size());
    return ways;
  };
  while (count() > static_cast<double>(kMostChunkings)) {
    std::vector<AxisWay>& most = *std::max_element(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    std::vector<AxisWay> fewer;
    for (std::size_t k = 0; k < most.size(); k += 2) fewer.push_back(std::move(most[k]));
    most = std::move(fewer);
  }
  return all;
}

// One way to cut all axes: what it costs, all in elements.
struct Way {
  BlocksRead made{1, 1}, readers{};
  double block = 1;
};
Way way_of(const std::vector<std::vector<AxisWay>>& all, const std::vector<std::size_t>& at,
           const std::vector<ArrayReads>& readers) {
  Way way;
  std::vector<BlocksRead> each(readers.size(), BlocksRead{1, 1});
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    const AxisWay& own = all[axis][at[axis]];
    way.block *= own.longest;
    way.made.most *= own.made.most;
    way.made.total *= own.made.total;
    for (std::size_t k = 0; k < each.size(); ++k) {
      each[k].most *= own.readers[k].most;
      each[k].total *= own.readers[k].total;
    }
  }
  for (std::size_t k = 0; k < each.size(); ++k) {
    way.readers.most += each[k].most;
    way.readers.total += each[k].total * readers[k].tasks_each;
  }
  return way;
}

bool advance(std::vector<std::size_t>& at, const std::vector<std::vector<AxisWay>>& all) {
  for (std::size_t axis = at.size(); axis-- > 0;) {
    if (++at[axis] < all[axis].size()) return true;
    at[axis] = 0;
  }
  return false;
}

}  // namespace

BlocksRead blocks_read(const Chunks& chunks, const std::vector<ArrayReads>& reads) {
  BlocksRead all;
  for (const ArrayReads& one : reads) {
    BlocksRead read{1, 1};
    for (std::size_t axis = 0; axis < chunks.size(); ++axis) {
      const BlocksRead along = along_axis(chunks[axis], one.axes[axis]);
      read.most *= along.most;
      read.total *= along.total;
    }
    all.most += read.most;
    all.total += read.total * one.tasks_each;
  }
  return all;
}

std::optional<Chunks> intermediate_chunks(const Chunks& chunks, std::size_t element_bytes,
                                          const std::vector<ArrayReads>& readers) {
  const double direct = blocks_read(chunks, readers).most, need = most_needed(readers);
  double block = 1;
  for (const AxisChunks& axis : chunks) block *= longest_of(axis);
  // How far a task that reads blocks and needs so much goes beyond its bound.
  const auto beyond = [&](double most, double of_block, double needs) {
    const double bytes = most * static_cast<double>(element_bytes);
    const bool fits =
        bytes <= static_cast<double>(kMostBytesRead) || most <= kMostTimesLarger * std::max(of_block, needs);
    return fits ? 0 : most;
  };
  if (beyond(direct, block, need) == 0) return std::nullopt;
  const auto all = ways_along_all(chunks, readers);
  std::vector<std::size_t> at(chunks.size()), best;
  constexpr double kNone = std::numeric_limits<double>::infinity();
  std::tuple<double, double, double, double> least{kNone, kNone, kNone, kNone};
  do {
    const Way way = way_of(all, at, readers);
    if (way.block * kMostTimesSmaller < std::min(block, need) || way.block > std::max(block, need)) continue;
    if (2 * std::max(way.made.most, way.readers.most) > direct) continue;
    const std::tuple cost{beyond(way.readers.most, way.block, need), beyond(way.made.most, block, way.block),
                          way.made.total + way.readers.total, -way.block};
    if (cost >= least) continue;
    least = cost;
    best = at;
  } while (advance(at, all));
  if (best.empty()) return std::nullopt;
  Chunks between;
  for (std::size_t axis = 0; axis < best.size(); ++axis) between.push_back(all[axis][best[axis]].chunks);
  return between;
}

}  // namespace bask
