// unique: each chunk becomes a sorted run of its different values with their counts; runs are cut at some of
// the values, and the parts of all runs between two cuts are merged into a chunk of the result.
#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/sort_records.hpp>
#include <bask/collections/array/operations/split_runs.hpp>
#include <bask/collections/array/sorting.hpp>
#include <bask/core/archive.hpp>
#include <bask/exchange/parts.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kSamplesOfDistinct = 1024;

struct Distinct {
  DType dtype;
  std::uint32_t parts = 1;  // of each run
  double part_bytes = 0;    // in the mean
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& dtype& parts& part_bytes;
  }
};

Block count_run(const BlockCall<Distinct>& call) {
  const Block& block = call.block(0);
  const auto count = static_cast<std::size_t>(block.count());
  return with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto sorted = std::make_unique_for_overwrite<T[]>(count);
    std::copy_n(block.as<T>(), count, sorted.get());
    sort_numbers(sorted.get(), sorted.get() + count);
    std::size_t different = 0;
    for (std::size_t k = 0; k < count; ++k) different += k == 0 || comes_before(sorted[k - 1], sorted[k]);
    Block run = block_of_records<CountedRecord<T>>(different);
    CountedRecord<T>* at = records_of<CountedRecord<T>>(run).data() - 1;
    for (std::size_t k = 0; k < count; ++k) {
      if (k == 0 || comes_before(sorted[k - 1], sorted[k])) {
        *++at = {sorted[k], 1};
      } else {
        ++at->count;
      }
    }
    return run;
  });
}

// Of equal values, such as zeros of both signs, the one that a sort puts first stays.
template <class T>
std::size_t join_equal(std::span<CountedRecord<T>> merged) {
  std::size_t end = 0;
  for (const CountedRecord<T>& record : merged) {
    if (end == 0 || comes_before(merged[end - 1].value, record.value)) {
      merged[end++] = record;
      continue;
    }
    CountedRecord<T>& same = merged[end - 1];
    same.count += record.count;
    if (comes_before_by_value(PlainRecord<T>{record.value}, PlainRecord<T>{same.value}))
      same.value = record.value;
  }
  return end;
}

Block merge_counted(const BlockCall<Distinct>& call) {
  const PartReader reader = part_of_inputs(call.call, call.task());
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    using Record = CountedRecord<T>;
    std::vector<std::span<const Record>> runs;
    for (std::size_t run = 0; run < reader.inputs(); ++run)
      runs.push_back(records_in<Record>(reader.of(run)));
    const auto memory = std::make_unique_for_overwrite<std::byte[]>(reader.all_bytes());
    const std::span<Record> merged(reinterpret_cast<Record*>(memory.get()),
                                   reader.all_bytes() / sizeof(Record));
    merge_runs<Record>(runs, merged);
    const std::size_t different = join_equal(merged);
    Block out = block_of_records<Record>(different);
    std::copy_n(merged.data(), different, records_of<Record>(out).data());
    return out;
  });
}

Block values_of_counted(const BlockCall<Distinct>& call) {
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    const auto records = records_of<CountedRecord<T>>(call.block(0));
    const std::int64_t shape[] = {std::ssize(records)};
    Block out(call.description().dtype, shape);
    std::ranges::transform(records, out.as<T>(), &CountedRecord<T>::value);
    return out;
  });
}

Block counts_of_counted(const BlockCall<Distinct>& call) {
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    const auto records = records_of<CountedRecord<T>>(call.block(0));
    const std::int64_t shape[] = {std::ssize(records)};
    Block out(DType::kInt64, shape);
    std::ranges::transform(records, out.as<std::int64_t>(), &CountedRecord<T>::count);
    return out;
  });
}

std::optional<BlockPart> part_of_counted(const void* description, std::uint32_t task, const SourceBlock&) {
  return part_of_exchange(task, static_cast<const Distinct*>(description)->part_bytes);
}

// ---- Parts of runs of counted records. ----

Block sample_counted(const BlockCall<Distinct>& call) {
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    const auto run = records_of<CountedRecord<T>>(call.block(0));
    const std::size_t count = std::min(run.size(), kSamplesOfDistinct);
    Block samples = block_of_records<CountedRecord<T>>(count);
    for (std::size_t k = 0; k < count; ++k)
      records_of<CountedRecord<T>>(samples)[k] = run[(k + 1) * run.size() / (count + 1)];
    return samples;
  });
}

Block choose_bounds(const BlockCall<Distinct>& call) {
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    using Record = CountedRecord<T>;
    std::vector<Record> samples;
    for (std::size_t run = 0; run < call.blocks(); ++run) {
      const auto of_run = records_of<Record>(call.block(run));
      samples.insert(samples.end(), of_run.begin(), of_run.end());
    }
    std::stable_sort(samples.begin(), samples.end(),
                     [](const Record& a, const Record& b) { return comes_before_by_value(a, b); });
    const std::size_t parts = call.blocks(), bounds = samples.empty() ? 0 : parts - 1;
    Block chosen = block_of_records<Record>(bounds);
    for (std::size_t k = 0; k < bounds; ++k)
      records_of<Record>(chosen)[k] = samples[(k + 1) * samples.size() / parts];
    return chosen;
  });
}

Parts cut_counted(const BlockCall<Distinct>& call) {
  return with_element(call.description().dtype, [&]<class T>(std::type_identity<T>) {
    using Record = CountedRecord<T>;
    const auto run = records_of<Record>(call.block(0)), bounds = records_of<Record>(call.block(1));
    std::vector<std::uint64_t> sizes;
    auto begin = run.begin();
    const auto add_up_to = [&](auto end) {
      sizes.push_back(static_cast<std::uint64_t>(end - std::exchange(begin, end)) * sizeof(Record));
    };
    for (const Record& bound : bounds)
      add_up_to(std::lower_bound(begin, run.end(), bound, [](const Record& a, const Record& b) {
        return comes_before_by_value(a, b);
      }));
    add_up_to(run.end());
    sizes.resize(call.description().parts);  // of no records there are no bounds
    return parts_of_stretch(sizes, call.block(0).elements());
  });
}

// Equal records stay together: runs are cut at records that a sample of each has shown, so that parts of all
// runs together are about as long as each other. There are as many parts as runs.
BlockRefs parts_by_value(const Distinct& distinct, const BlockRefs& runs) {
  const std::uint32_t count = runs.size();
  const BlockRefs samples =
      BlockTasks<sample_counted>::add("unique-sample", distinct, {runs}, reads_of_each(count));
  const BlockRefs bounds =
      BlockTasks<choose_bounds>::add("unique-bounds", distinct, {samples}, reads_of_all(1, count));
  return BlockTasks<cut_counted>::add("unique-cut", distinct, {runs, bounds}, reads_of_each(count, true));
}

// The records of all different values, as steps from which values and counts are picked.
ArrayPtr counted(const ArrayPtr& node) {
  const ArrayPtr flat = node->ndim() == 1 ? node : lazy::reshape(node, {-1});
  const std::size_t chunks = flat->chunks()[0].size();
  const std::int64_t longest = *std::max_element(flat->chunks()[0].begin(), flat->chunks()[0].end());
  const Distinct distinct{
      flat->dtype(), static_cast<std::uint32_t>(chunks),
      static_cast<double>(std::max<std::int64_t>(longest, 0)) * 16 / static_cast<double>(chunks)};
  const auto lower = [distinct](const std::vector<BlockRefs>& inputs) {
    const std::uint32_t count = inputs[0].size();
    const BlockRefs runs = BlockTasks<count_run>::add("unique-run", distinct, inputs, reads_of_each(count));
    const BlockRefs parts = parts_by_value(distinct, runs);
    const BlockRefs merged =
        BlockTasks<merge_counted>::add("unique-merge", distinct, {parts}, reads_of_all(count, count));
    merged.set_parts(part_of_counted);
    return merged;
  };
  return ArrayNode::operation("unique", DType::kUInt8, {AxisChunks(chunks, kUnknown)}, {flat}, lower);
}

template <auto Pick>
ArrayPtr picked(const ArrayPtr& records, DType values, DType result, const std::string& name) {
  const auto lower = [=](const std::vector<BlockRefs>& inputs) {
    return BlockTasks<Pick>::add(name, Distinct{values}, inputs, reads_of_each(inputs[0].size()));
  };
  return ArrayNode::operation(name, result, records->chunks(), {records}, lower);
}

}  // namespace

namespace lazy {

UniqueCounts unique_counts(const ArrayPtr& node) {
  const ArrayPtr records = counted(node);
  return {picked<values_of_counted>(records, node->dtype(), node->dtype(), "unique"),
          picked<counts_of_counted>(records, node->dtype(), DType::kInt64, "unique (counts)")};
}

}  // namespace lazy

}  // namespace bask
