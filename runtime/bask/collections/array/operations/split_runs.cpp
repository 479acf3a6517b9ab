#include <bask/collections/array/operations/run_order.hpp>
#include <bask/collections/array/operations/split_runs.hpp>
#include <bask/core/archive.hpp>
#include <bask/exchange/parts.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

namespace bask {
namespace {

constexpr std::size_t kSamplesOfRun = 1024;

// A record of a run, with its place in all runs: those are in one order that knows no equal records.
template <class Record>
struct Pivot {
  Record record;
  std::uint32_t run;
  std::int64_t at;

  friend bool operator<(const Pivot& a, const Pivot& b) {
    if (comes_before_by_value(a.record, b.record)) return true;
    if (comes_before_by_value(b.record, a.record)) return false;
    return std::pair(a.run, a.at) < std::pair(b.run, b.at);
  }
};

// How many records of a run do not come after the pivot.
template <class Record>
std::int64_t count_up_to(const Pivot<Record>& pivot, std::span<const Record> records, std::uint32_t run) {
  if (run == pivot.run) return pivot.at + 1;
  const auto before = [](const Record& a, const Record& b) { return comes_before_by_value(a, b); };
  const auto found = run < pivot.run ? std::upper_bound(records.begin(), records.end(), pivot.record, before)
                                     : std::lower_bound(records.begin(), records.end(), pivot.record, before);
  return found - records.begin();
}

// Bytes of several lists, one behind the other, each as long as it says.
class ListWriter {
 public:
  template <class T>
  void write(std::span<const T> list) {
    writer_.write_raw(static_cast<std::uint64_t>(list.size()));
    writer_.write(list.data(), list.size_bytes());
  }
  Block block() const {
    const std::int64_t shape[] = {static_cast<std::int64_t>(writer_.size())};
    Block block(DType::kUInt8, shape);
    if (writer_.size() != 0) std::memcpy(block.elements(), writer_.bytes().data(), writer_.size());
    return block;
  }

 private:
  ByteWriter writer_;
};
class ListReader {
 public:
  explicit ListReader(const Block& block)
      : reader_({block.elements(), static_cast<std::size_t>(block.count())}) {}
  template <class T>
  std::vector<T> read() {
    std::vector<T> list(reader_.read_raw<std::uint64_t>());
    reader_.read(list.data(), list.size() * sizeof(T));
    return list;
  }

 private:
  ByteReader reader_;
};

// The description that all tasks of exact_cuts() share.
struct Cutting {
  RunRecords records;
  std::vector<std::int64_t> ranks{};
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& records.dtype& records.is_placed& ranks;
  }
};

// ---- Samples of each run, in even steps: their pivots, and the length of the run. ----

Block sample_run(const BlockCall<Cutting>& call) {
  const RunRecords& of = call.description().records;
  return with_record(of.dtype, of.is_placed, [&]<class Record>(std::type_identity<Record>) {
    const std::span<const Record> run = records_of<Record>(call.block(0));
    std::vector<Pivot<Record>> samples;
    const std::size_t count = std::min(run.size(), kSamplesOfRun);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t at = (k + 1) * run.size() / (count + 1);
      samples.push_back({run[at], call.task(), static_cast<std::int64_t>(at)});
    }
    const auto length = static_cast<std::int64_t>(run.size());
    ListWriter writer;
    writer.write(std::span<const std::int64_t>(&length, 1));
    writer.write(std::span<const Pivot<Record>>(samples));
    return writer.block();
  });
}

// ---- For each cut, two pivots between which it lies. ----

template <class Record>
struct Window {
  Pivot<Record> after, up_to;
  bool has_after = false, has_up_to = false;
};

// Of all samples in their order: how many records come before the next sample at most, or are not behind this
// one at least.
template <class Record>
class SampledRanks {
 public:
  explicit SampledRanks(const BlockCall<Cutting>& call) {
    std::vector<std::vector<Pivot<Record>>> of_run;
    for (std::size_t run = 0; run < call.blocks(); ++run) {
      ListReader reader(call.block(run));
      lengths_.push_back(reader.read<std::int64_t>()[0]);
      of_run.push_back(reader.read<Pivot<Record>>());
      pivots_.insert(pivots_.end(), of_run[run].begin(), of_run[run].end());
    }
    std::sort(pivots_.begin(), pivots_.end());
    std::vector<std::size_t> next(of_run.size());
    std::vector<std::int64_t> least_of(of_run.size()), most_of(of_run.size());
    const auto set_most = [&](std::size_t run) {
      most_of[run] = next[run] < of_run[run].size() ? of_run[run][next[run]].at : lengths_[run];
    };
    for (std::size_t run = 0; run < of_run.size(); ++run) set_most(run);
    std::int64_t least = 0, most = std::accumulate(most_of.begin(), most_of.end(), std::int64_t{0});
    for (const Pivot<Record>& pivot : pivots_) {
      const std::size_t run = pivot.run;
      ++next[run];
      most -= most_of[run];
      set_most(run);
      most += most_of[run];
      least += pivot.at + 1 - std::exchange(least_of[run], pivot.at + 1);
      least_.push_back(least);
      most_.push_back(most);
    }
  }

  Window<Record> around(std::int64_t rank) const {
    Window<Record> window{};
    const auto after = std::upper_bound(most_.begin(), most_.end(), rank);
    if ((window.has_after = after != most_.begin())) window.after = pivots_[(after - most_.begin()) - 1];
    const auto up_to = std::lower_bound(least_.begin(), least_.end(), rank);
    if ((window.has_up_to = up_to != least_.end())) window.up_to = pivots_[up_to - least_.begin()];
    return window;
  }

 private:
  std::vector<std::int64_t> lengths_, least_, most_;
  std::vector<Pivot<Record>> pivots_;
};

Block find_windows(const BlockCall<Cutting>& call) {
  const Cutting& cutting = call.description();
  return with_record(cutting.records.dtype, cutting.records.is_placed,
                     [&]<class Record>(std::type_identity<Record>) {
                       const SampledRanks<Record> ranks(call);
                       std::vector<Window<Record>> windows;
                       for (const std::int64_t rank : cutting.ranks) windows.push_back(ranks.around(rank));
                       ListWriter writer;
                       writer.write(std::span<const Window<Record>>(windows));
                       return writer.block();
                     });
}

// ---- What lies in the windows of a run: for each cut, how many records come before, and those within. ----

Parts cut_windows(const BlockCall<Cutting>& call) {
  const RunRecords& of = call.description().records;
  return with_record(of.dtype, of.is_placed, [&]<class Record>(std::type_identity<Record>) {
    const std::span<const Record> run = records_of<Record>(call.block(0));
    std::vector<std::pair<std::int64_t, std::int64_t>> bounds;
    std::vector<std::uint64_t> sizes;
    for (const auto& window : ListReader(call.block(1)).read<Window<Record>>()) {
      const std::int64_t begin = window.has_after ? count_up_to(window.after, run, call.task()) : 0;
      const auto end = window.has_up_to ? count_up_to(window.up_to, run, call.task())
                                        : static_cast<std::int64_t>(run.size());
      bounds.emplace_back(begin, std::max(begin, end));
      sizes.push_back(Parts::kAlignment +
                      static_cast<std::uint64_t>(bounds.back().second - begin) * sizeof(Record));
    }
    PartsBuilder builder(std::move(sizes));
    for (std::uint32_t cut = 0; cut < bounds.size(); ++cut) {
      const auto [begin, end] = bounds[cut];
      std::byte* const to = builder.part(cut).data();
      std::memset(to, 0, Parts::kAlignment);
      std::memcpy(to, &begin, sizeof(begin));
      if (end != begin)
        std::memcpy(to + Parts::kAlignment, run.data() + begin,
                    static_cast<std::size_t>(end - begin) * sizeof(Record));
    }
    return std::move(builder).finish();
  });
}

// The records within all runs' windows that come before the cut are counted, by run.
Block find_cut(const BlockCall<Cutting>& call) {
  const Cutting& cutting = call.description();
  const PartReader reader = part_of_inputs(call.call, call.task());
  const auto runs = static_cast<std::uint32_t>(reader.inputs());
  const std::int64_t shape[] = {1, runs};
  Block cut(DType::kInt64, shape);
  with_record(cutting.records.dtype, cutting.records.is_placed,
              [&]<class Record>(std::type_identity<Record>) {
                std::vector<Pivot<Record>> within;
                std::int64_t missing = cutting.ranks[call.task()];
                for (std::uint32_t run = 0; run < runs; ++run) {
                  std::int64_t& before = cut.as<std::int64_t>()[run];
                  std::memcpy(&before, reader.of(run).data(), sizeof(before));
                  missing -= before;
                  std::int64_t at = before;
                  for (const Record& record : records_in<Record>(reader.of(run).subspan(Parts::kAlignment)))
                    within.push_back({record, run, at++});
                }
                const auto end = within.begin() + std::clamp<std::int64_t>(missing, 0, std::ssize(within));
                std::nth_element(within.begin(), end, within.end());
                for (auto pivot = within.begin(); pivot != end; ++pivot) ++cut.as<std::int64_t>()[pivot->run];
              });
  return cut;
}

Block join_cuts(const BlockCall<Cutting>& call) {
  const std::int64_t runs = call.block(0).shape()[1];
  const std::int64_t shape[] = {static_cast<std::int64_t>(call.blocks()), runs};
  Block all(DType::kInt64, shape);
  for (std::size_t cut = 0; cut < call.blocks(); ++cut)
    std::copy_n(call.block(cut).as<std::int64_t>(), runs,
                all.as<std::int64_t>() + static_cast<std::int64_t>(cut) * runs);
  return all;
}

// ---- The parts of a run. ----

Parts cut_run(const BlockCall<Cutting>& call) {
  const RunRecords& of = call.description().records;
  const Block& cuts = call.block(1);
  const std::size_t bytes = with_record(
      of.dtype, of.is_placed, []<class Record>(std::type_identity<Record>) { return sizeof(Record); });
  const Block& run = call.block(0);
  std::vector<std::uint64_t> sizes;
  std::uint64_t begin = 0;
  const auto add_up_to = [&](std::uint64_t end) { sizes.push_back(end - std::exchange(begin, end)); };
  for (std::int64_t cut = 0; cut < cuts.shape()[0]; ++cut)
    add_up_to(static_cast<std::uint64_t>(cuts.as<std::int64_t>()[cut * cuts.shape()[1] + call.task()]) *
              bytes);
  add_up_to(static_cast<std::uint64_t>(run.count()));
  return parts_of_stretch(sizes, run.elements());
}

// Sizes that are not known would be taken for those of the runs. Parts hold no memory for the runtime.
void set_most_bytes(const BlockRefs& blocks, std::size_t elements) {
  constexpr std::size_t kHeaders = 128;  // of a block and its lists
  blocks.set_bytes(std::vector<float>(blocks.size(), static_cast<float>(elements + kHeaders)));
}

std::optional<BlockPart> part_of_cuts(const void*, std::uint32_t task, const SourceBlock&) {
  return part_of_exchange(task, 0);
}

}  // namespace

BlockPart part_of_exchange(std::uint32_t target, double bytes) {
  return {{target}, {1}, 0, static_cast<std::uint32_t>(std::min(bytes, 4e9))};
}

PartReader part_of_inputs(const KernelCall& call, std::uint32_t part) {
  std::vector<const Parts*> parts;
  for (const Input& input : call.inputs.subspan(1)) parts.push_back(&input.value->get<Parts>());
  return PartReader(parts, part);
}

Chunks chunks_whole_along(Chunks chunks, std::span<const std::size_t> axes) {
  std::int64_t times = 1;  // by which blocks have grown so far
  for (const std::size_t axis : axes) {
    times *= std::ssize(chunks[axis]);
    chunks[axis] = {std::accumulate(chunks[axis].begin(), chunks[axis].end(), std::int64_t{0})};
  }
  for (std::size_t k = 0; k < chunks.size() && times > 1; ++k) {
    if (std::ranges::find(axes, k) != axes.end()) continue;
    const std::int64_t longest = *std::ranges::max_element(chunks[k]);
    if (longest <= 1) continue;  // kUnknown is none either
    const std::int64_t pieces = std::min(times, longest);
    AxisChunks cut;
    for (const std::int64_t length : chunks[k]) {
      const std::int64_t count = std::clamp<std::int64_t>(length, 1, pieces);
      for (std::int64_t piece = 0; piece < count; ++piece)
        cut.push_back(length / count + (piece < length % count));
    }
    chunks[k] = std::move(cut);
    times = (times + pieces - 1) / pieces;
  }
  return chunks;
}

BlockReads reads_of_each(std::uint32_t tasks, bool and_one_for_all) {
  BlockReads reads;
  for (std::uint32_t task = 0; task < tasks; ++task) {
    reads.read(0, task);
    if (and_one_for_all) reads.read(1, 0);
    reads.end_task();
  }
  return reads;
}

Parts parts_of_stretch(const std::vector<std::uint64_t>& sizes, const std::byte* from) {
  PartsBuilder builder(sizes);
  for (std::uint32_t part = 0; part < sizes.size(); from += sizes[part++]) {
    if (sizes[part] != 0) std::memcpy(builder.part(part).data(), from, sizes[part]);
  }
  return std::move(builder).finish();
}

BlockReads reads_of_all(std::uint32_t targets, std::uint32_t inputs) {
  BlockReads reads;
  for (std::uint32_t target = 0; target < targets; ++target) {
    for (std::uint32_t input = 0; input < inputs; ++input) reads.read(0, input);
    reads.end_task();
  }
  return reads;
}

BlockRefs exact_cuts(const std::string& name, const RunRecords& records, const BlockRefs& runs,
                     std::vector<std::int64_t> ranks) {
  const auto cuts = static_cast<std::uint32_t>(ranks.size());
  const Cutting cutting{records, std::move(ranks)};
  const BlockRefs samples =
      BlockTasks<sample_run>::add(name + "-sample", cutting, {runs}, reads_of_each(runs.size(), false));
  const auto [sample_bytes, window_bytes] =
      with_record(records.dtype, records.is_placed, [&]<class Record>(std::type_identity<Record>) {
        return std::pair(kSamplesOfRun * sizeof(Pivot<Record>), cuts * sizeof(Window<Record>));
      });
  set_most_bytes(samples, sample_bytes);
  const BlockRefs windows =
      BlockTasks<find_windows>::add(name + "-windows", cutting, {samples}, reads_of_all(1, runs.size()));
  set_most_bytes(windows, window_bytes);
  const BlockRefs within = BlockTasks<cut_windows>::add(name + "-cut windows", cutting, {runs, windows},
                                                        reads_of_each(runs.size(), true));
  const BlockRefs each =
      BlockTasks<find_cut>::add(name + "-find cut", cutting, {within}, reads_of_all(cuts, runs.size()));
  each.set_parts(part_of_cuts);
  set_most_bytes(within, 0);
  set_most_bytes(each, runs.size() * sizeof(std::int64_t));
  const BlockRefs all =
      BlockTasks<join_cuts>::add(name + "-join cuts", cutting, {each}, reads_of_all(1, cuts));
  set_most_bytes(all, std::size_t{cuts} * runs.size() * sizeof(std::int64_t));
  return all;
}

BlockRefs parts_at_cuts(const std::string& name, const RunRecords& records, const BlockRefs& runs,
                        const BlockRefs& cuts) {
  const BlockRefs parts = BlockTasks<cut_run>::add(name + "-cut", Cutting{records}, {runs, cuts},
                                                   reads_of_each(runs.size(), true));
  set_most_bytes(parts, 0);
  return parts;
}

}  // namespace bask
