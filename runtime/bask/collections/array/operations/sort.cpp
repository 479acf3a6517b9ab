// sort and argsort. Along an axis that lies in one chunk, each block is sorted by itself. An axis of one
// array with several chunks is sorted by an exchange: chunks become sorted runs, these are cut where the
// chunks of the result begin, and each chunk of the result is merged from its part of all runs.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/sort_records.hpp>
#include <bask/collections/array/operations/split_runs.hpp>
#include <bask/collections/array/sorting.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <bask/exchange/parts.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace bask {
namespace {

struct Sorting {
  DType dtype;
  bool gives_places = false;
  std::uint32_t axis = 0;
  double part_bytes = 0;               // that a chunk of the result has of each run, in the mean
  std::vector<std::int64_t> starts{};  // of chunks in the array
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& dtype& gives_places& axis& part_bytes& starts;
  }
  RunRecords records() const { return {dtype, gives_places}; }
};

// ---- Along an axis in one chunk. ----

// The axis in the middle: `length` elements, each `inner` behind the one before it; `outer` times.
struct LinesOf {
  LinesOf(std::span<const std::int64_t> shape, std::size_t axis) {
    for (std::size_t k = 0; k < shape.size(); ++k)
      (k < axis ? outer : k == axis ? length : inner) *= shape[k];
  }
  std::int64_t outer = 1, length = 1, inner = 1;
};

// Calls `use(from, to, stride)` for the first element of each line in two blocks.
template <class T, class R, class Use>
void for_each_line(const LinesOf& lines, const T* from, R* to, const Use& use) {
  for (std::int64_t o = 0; o < lines.outer; ++o) {
    const std::int64_t begin = o * lines.length * lines.inner;
    for (std::int64_t i = 0; i < lines.inner; ++i) use(from + begin + i, to + begin + i);
  }
}

Block sort_lines(const BlockCall<Sorting>& call) {
  const Sorting& sorting = call.description();
  const Block& block = call.block(0);
  const LinesOf lines(block.shape(), sorting.axis);
  const auto length = static_cast<std::size_t>(lines.length);
  Block out(sorting.gives_places ? DType::kInt64 : block.dtype(), block.shape());
  with_record(block.dtype(), sorting.gives_places, [&]<class Record>(std::type_identity<Record>) {
    using T = typename Record::Value;
    const auto memory = std::make_unique_for_overwrite<std::byte[]>(length * sizeof(Record));
    const std::span<Record> records(reinterpret_cast<Record*>(memory.get()), length);
    const auto sort_line = [&](const T* from, auto* to) {
      for (std::size_t k = 0; k < length; ++k) {
        records[k].value = from[static_cast<std::int64_t>(k) * lines.inner];
        if constexpr (sizeof(Record) != sizeof(T)) records[k].place = static_cast<std::int64_t>(k);
      }
      sort_records(records);
      for (std::size_t k = 0; k < length; ++k) {
        auto& target = to[static_cast<std::int64_t>(k) * lines.inner];
        if constexpr (sizeof(Record) != sizeof(T)) {
          target = records[k].place;
        } else {
          target = records[k].value;
        }
      }
    };
    if constexpr (sizeof(Record) != sizeof(T)) {
      for_each_line(lines, block.as<T>(), out.as<std::int64_t>(), sort_line);
    } else {
      for_each_line(lines, block.as<T>(), out.as<T>(), sort_line);
    }
  });
  return out;
}

// ---- Along the only axis, in several chunks. ----

Block sort_run(const BlockCall<Sorting>& call) {
  const Sorting& sorting = call.description();
  const Block& block = call.block(0);
  const auto count = static_cast<std::size_t>(block.count());
  return with_record(sorting.dtype, sorting.gives_places, [&]<class Record>(std::type_identity<Record>) {
    using T = typename Record::Value;
    Block run = block_of_records<Record>(count);
    const std::span<Record> records = records_of<Record>(run);
    if constexpr (sizeof(Record) == sizeof(T)) {
      if (count != 0) std::memcpy(run.elements(), block.elements(), count * sizeof(T));
    } else {
      std::int64_t place = sorting.starts[call.task()];
      for (std::size_t k = 0; k < count; ++k) records[k] = {block.as<T>()[k], place++};
    }
    sort_records(records);
    return run;
  });
}

Block merge_part(const BlockCall<Sorting>& call) {
  const Sorting& sorting = call.description();
  const PartReader reader = part_of_inputs(call.call, call.task());
  return with_record(sorting.dtype, sorting.gives_places, [&]<class Record>(std::type_identity<Record>) {
    using T = typename Record::Value;
    std::vector<std::span<const Record>> runs;
    for (std::size_t run = 0; run < reader.inputs(); ++run)
      runs.push_back(records_in<Record>(reader.of(run)));
    const std::int64_t shape[] = {static_cast<std::int64_t>(reader.all_bytes() / sizeof(Record))};
    if constexpr (sizeof(Record) == sizeof(T)) {
      Block out(sorting.dtype, shape);
      merge_runs<Record>(runs,
                         {reinterpret_cast<Record*>(out.elements()), static_cast<std::size_t>(shape[0])});
      return out;
    } else {
      const auto memory = std::make_unique_for_overwrite<std::byte[]>(reader.all_bytes());
      const std::span<Record> merged(reinterpret_cast<Record*>(memory.get()),
                                     static_cast<std::size_t>(shape[0]));
      merge_runs<Record>(runs, merged);
      Block out(DType::kInt64, shape);
      std::ranges::transform(merged, out.as<std::int64_t>(), &Record::place);
      return out;
    }
  });
}

std::optional<BlockPart> part_of_run(const void* description, std::uint32_t task, const SourceBlock&) {
  return part_of_exchange(task, static_cast<const Sorting*>(description)->part_bytes);
}

ArrayPtr sorted_by_exchange(const ArrayPtr& node, Sorting sorting, const std::string& name) {
  const AxisChunks& chunks = node->chunks()[0];
  std::vector<std::int64_t> starts{0};
  for (const std::int64_t length : chunks) starts.push_back(starts.back() + length);
  const double record = static_cast<double>(size_of(node->dtype())) + (sorting.gives_places ? 8 : 0);
  const double longest = static_cast<double>(*std::max_element(chunks.begin(), chunks.end()));
  sorting.part_bytes = longest * record / static_cast<double>(chunks.size());
  sorting.starts = starts;
  const DType result = sorting.gives_places ? DType::kInt64 : node->dtype();
  const auto lower = [=, out = node->chunks()](const std::vector<BlockRefs>& inputs) {
    const std::uint32_t count = inputs[0].size();
    const BlockRefs runs = BlockTasks<sort_run>::add(name + "-run", sorting, inputs, reads_of_each(count));
    std::vector<float> bytes;
    for (const std::int64_t length : out[0])
      bytes.push_back(static_cast<float>(static_cast<double>(length) * record + 64));
    runs.set_bytes(std::move(bytes));
    const BlockRefs cuts = exact_cuts(name, sorting.records(), runs, {starts.begin() + 1, starts.end() - 1});
    const BlockRefs parts = parts_at_cuts(name, sorting.records(), runs, cuts);
    parts.set_scratch({.bytes = longest * record});  // they are copies until they have found their place
    const BlockRefs merged =
        BlockTasks<merge_part>::add(name + "-merge", sorting, {parts}, reads_of_all(count, count));
    merged.set_parts(part_of_run);
    merged.set_scratch({.bytes = 2 * longest * record});
    return merged;
  };
  return ArrayNode::operation(name, result, node->chunks(), {node}, lower);
}

ArrayPtr sorted(const ArrayPtr& node, std::int64_t along, bool gives_places, const std::string& name) {
  const std::string where = "array::" + name;
  if (node->ndim() == 0) {
    throw Error(where, "an array without axes cannot be sorted", "sort x.reshape({1})");
  }
  const std::size_t axis = normal_axis(along, node->shape(), where);
  for (const std::int64_t length : node->shape()) {
    if (length == kUnknown) {
      throw Error(where, "the array has lengths that are not known before it is computed",
                  "persist it, or call compute_chunk_sizes() first");
    }
  }
  Sorting sorting{node->dtype(), gives_places, static_cast<std::uint32_t>(axis)};
  if (node->ndim() == 1 && node->chunks()[0].size() > 1)
    return sorted_by_exchange(node, std::move(sorting), name);
  const Chunks chunks = chunks_whole_along(node->chunks(), {{axis}});
  const ArrayPtr whole = lazy::rechunk(node, chunks);
  const DType result = gives_places ? DType::kInt64 : node->dtype();
  const auto lower = [=](const std::vector<BlockRefs>& inputs) {
    return BlockTasks<sort_lines>::add(name, sorting, inputs, reads_of_each(inputs[0].size()));
  };
  return ArrayNode::operation(name, result, chunks, {whole}, lower);
}

}  // namespace

namespace lazy {

ArrayPtr sort(const ArrayPtr& node, std::int64_t axis) {
  return sorted(node, axis, false, "sort");
}

ArrayPtr argsort(const ArrayPtr& node, std::int64_t axis) {
  return sorted(node, axis, true, "argsort");
}

}  // namespace lazy

}  // namespace bask
