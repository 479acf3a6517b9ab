#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <bask/core/name_list.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/io/hdf5_join.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/system/file_pattern.hpp>

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace bask::io {

namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;

struct Reading {
  Hdf5Dataset dataset{};
  Shape start{};  // of the first block in the dataset
  Chunks chunks{};
  std::uint8_t dtype = 0;
  std::uint8_t decoding = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& dataset& start& chunks& dtype& decoding;
  }
};

Repeats until_the_run_ends(const KernelCall&) {
  return Repeats::kInRun;
}

Block read_block(const BlockCall<Reading>& call) {
  const Reading& reading = call.description();
  Region region = region_of(reading.chunks, call.task());
  for (std::size_t k = 0; k < reading.start.size(); ++k) region.start[k] += reading.start[k];
  const auto dtype = static_cast<DType>(reading.dtype);
  Block block(dtype, region.extent);
  read_hdf5(reading.dataset, region.start, region.extent, dtype, static_cast<Hdf5Decoding>(reading.decoding),
            block.elements());
  return block;
}

// Whole chunks of the file, more of them along the last axes first. For a contiguous dataset: whole rows.
Shape block_shape(const Hdf5Dataset& dataset, std::size_t element) {
  Shape shape = dataset.chunk_shape;
  const bool chunked = !shape.empty();
  if (!chunked) shape.assign(dataset.shape.size(), 1);
  std::int64_t bytes = static_cast<std::int64_t>(element) * element_count(shape);
  for (std::size_t k = shape.size(); k-- > 0 && bytes > 0;) {
    const std::int64_t whole = std::max<std::int64_t>(1, dataset.shape[k]);
    const std::int64_t times =
        std::clamp<std::int64_t>(kBlockBytes / bytes, 1, (whole + shape[k] - 1) / shape[k]);
    bytes *= times;
    shape[k] = std::min(shape[k] * times, whole);
  }
  return shape;
}

// Throws when there are more blocks than can be planned in some seconds. So many come from damaged shapes, or
// from chunks with hardly any elements.
void check_block_count(const Hdf5Dataset& dataset, const Shape& block) {
  constexpr std::int64_t kMostBlocks = 1 << 22;
  std::int64_t blocks = 1;
  for (std::size_t k = 0; k < block.size(); ++k) {
    const std::int64_t along = (dataset.shape[k] + block[k] - 1) / std::max<std::int64_t>(block[k], 1);
    if (along <= kMostBlocks / std::max<std::int64_t>(blocks, 1)) {
      blocks *= along;
      continue;
    }
    throw Error(hdf5_place("from_hdf5", dataset.path, dataset.name),
                "its shape " + text_of(dataset.shape) + " makes more than " + std::to_string(kMostBlocks) +
                    " blocks of " + text_of(block),
                "name larger ones, as in {.chunks = …}; if no such array was written, the file is damaged");
  }
}

BlockRefs add_reads(const Reading& reading) {
  BlockReads reads;
  const std::uint32_t blocks = BlockGrid(reading.chunks).size();
  for (std::uint32_t k = 0; k < blocks; ++k) reads.end_task();
  const BlockRefs refs =
      BlockTasks<read_block, until_the_run_ends>::add("from-hdf5", reading, {}, std::move(reads));
  refs.set_reads({});
  const Hdf5Dataset& dataset = reading.dataset;
  const bool is_absolute = dataset.name.starts_with('/');
  refs.set_operations(listed(std::vector{"from_hdf5 " + dataset.name.substr(is_absolute ? 1 : 0)}));
  const auto chunk_bytes =
      static_cast<std::uint64_t>(element_count(dataset.chunk_shape)) * size_of(dataset.dtype);
  refs.set_scratch({static_cast<double>(scratch_bytes(dataset.filters, chunk_bytes))});
  return refs;
}

// The unit in which parts of the dataset are read: whole chunks where they must be decompressed, so that
// several boxes in one chunk become one task; else, or where chunks are very large, single elements.
Shape grain_of(const Hdf5Dataset& dataset) {
  constexpr std::int64_t kMostChunkBytes = 64 << 20;
  const bool is_whole = !dataset.filters.empty() && !dataset.chunk_shape.empty() &&
                        element_count(dataset.chunk_shape) <=
                            kMostChunkBytes / static_cast<std::int64_t>(size_of(dataset.dtype));
  return is_whole ? dataset.chunk_shape : Shape(dataset.shape.size(), 1);
}

ArrayPtr read_array(Reading reading);

// An array of the part that `box` needs, where that is less than a quarter of the elements. Its blocks end
// where those of the whole array do.
std::optional<ArrayPart> part_of(const Reading& whole, const BlockGrid& grid, const Region& box) {
  constexpr std::int64_t kSmallBytes = 64 << 10;  // datasets of this size or less are read whole
  constexpr std::int64_t kPays = 4;
  const Shape& shape = whole.dataset.shape;
  const Shape grain = grain_of(whole.dataset);
  Reading part;
  Shape extent;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    const std::int64_t begin = box.start[k] / grain[k] * grain[k];
    const std::int64_t end =
        std::min(shape[k], (box.start[k] + box.extent[k] + grain[k] - 1) / grain[k] * grain[k]);
    AxisChunks lengths;
    const auto& starts = grid.starts[k];
    auto next = std::upper_bound(starts.begin(), starts.end(), begin);
    for (std::int64_t at = begin; at < end; at = std::min(*next++, end))
      lengths.push_back(std::min(*next, end) - at);
    part.start.push_back(begin);
    part.chunks.push_back(std::move(lengths));
    extent.push_back(end - begin);
  }
  const std::int64_t all = element_count(shape);
  if (all * static_cast<std::int64_t>(size_of(whole.dataset.dtype)) <= kSmallBytes ||
      element_count(extent) > all / kPays) {
    return std::nullopt;
  }
  part.dataset = whole.dataset;
  part.dtype = whole.dtype;
  part.decoding = whole.decoding;
  Shape start = part.start;
  return ArrayPart{read_array(std::move(part)), std::move(start)};
}

ArrayPtr read_array(Reading reading) {
  const auto dtype = static_cast<DType>(reading.dtype);
  const bool is_whole = shape_of(reading.chunks) == reading.dataset.shape;
  // Shared by all blocks: there may be a million, of which only few are computed.
  const auto what = std::make_shared<const Reading>(std::move(reading));
  MakePart part;
  if (is_whole) {
    part = [what, grid = BlockGrid(what->chunks)](const Region& box) { return part_of(*what, grid, box); };
  }
  return ArrayNode::operation(
      "from-hdf5", dtype, what->chunks, {},
      [what](const std::vector<BlockRefs>&) { return add_reads(*what); }, std::move(part));
}

std::string identity_text(const FileIdentity& identity) {
  const std::time_t seconds = static_cast<std::time_t>(identity.modified_ns / 1'000'000'000);
  return fmt::format("{} bytes of {:%Y-%m-%d %H:%M:%S} UTC", identity.size_bytes, fmt::gmtime(seconds));
}

// Tells the journal, which says which inputs have changed since the last attempt.
void note_inputs(const Hdf5Dataset& dataset) {
  Runtime* const runtime = runtime_in_use();
  if (runtime == nullptr) return;
  runtime->note_input(dataset.path, identity_text(dataset.file));
  for (const Hdf5Source& source : dataset.sources)
    runtime->note_input(source.path, identity_text(source.file));
}

ArrayPtr one_file(const Hdf5Dataset& dataset, DType dtype, Hdf5Decoding decoding,
                  const FromHdf5Options& options) {
  Reading reading;
  reading.dataset = dataset;
  const std::string& path = dataset.path;
  note_inputs(dataset);
  reading.decoding = static_cast<std::uint8_t>(decoding);
  reading.dtype = static_cast<std::uint8_t>(dtype);
  // A packed dataset counts by its unpacked type: float32 for int16 and the like.
  const DType stored = decoded_dtype(dataset, decoding);
  if (!can_cast(stored, dtype)) {
    throw Error(hdf5_place("from_hdf5", path, dataset.name),
                "it holds " + std::string(name_of(stored)) + ", not all of which " +
                    std::string(name_of(dtype)) + " can hold",
                "read it as it is, and convert it: from_hdf5<…>(…).astype<…>()");
  }
  if (!options.chunks) check_block_count(dataset, block_shape(dataset, size_of(dtype)));
  const ChunkSpec spec = options.chunks ? *options.chunks : ChunkSpec(block_shape(dataset, size_of(dtype)));
  reading.chunks = spec.of(dataset.shape, size_of(dtype), hdf5_place("from_hdf5", path, dataset.name));
  reading.start.assign(dataset.shape.size(), 0);
  return read_array(std::move(reading));
}

}  // namespace

ArrayPtr from_hdf5(const std::vector<std::string>& paths, const std::string& name, DType dtype,
                   const FromHdf5Options& options, const std::string& where) {
  start_hdf5_everywhere();
  if (paths.empty()) throw Error(where, "there are no files", "give one at least");
  const Hdf5Decoding decoding = is_floating(dtype) ? options.decoding : Hdf5Decoding::kNone;
  std::vector<ArrayPtr> parts;
  for (const Hdf5Dataset& dataset : describe_pieces(paths, name, options.axis, decoding, where)) {
    parts.push_back(one_file(dataset, dtype, decoding, options));
  }
  if (parts.size() == 1) return parts.front();
  const auto call = UserCall::implied();
  const std::size_t axis = normal_axis(options.axis, parts.front()->shape(), where);
  return lazy::concatenate(std::move(parts), axis, where);
}

ArrayPtr from_hdf5(const std::string& path, const std::string& name, DType dtype,
                   const FromHdf5Options& options) {
  return from_hdf5(files_matching(path, "from_hdf5"), name, dtype, options, "from_hdf5 " + path);
}

}  // namespace bask::io
