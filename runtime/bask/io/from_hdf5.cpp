#include <bask/collections/array/lazy.hpp>
#include <bask/core/error.hpp>
#include <bask/graph/runtime.hpp>
#include <bask/io/file_pattern.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/io/hdf5_join.hpp>
#include <bask/io/hdf5_library.hpp>

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace bask::io {

namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;

struct Reading {
  Hdf5Dataset dataset{};
  Chunks chunks{};
  std::uint8_t dtype = 0;
  std::uint8_t decoding = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& dataset& chunks& dtype& decoding;
  }
};

Block read_block(const BlockCall<Reading>& call) {
  const Reading& reading = call.description();
  const Region region = region_of(reading.chunks, call.task());
  const auto dtype = static_cast<DType>(reading.dtype);
  Block block(dtype, region.extent);
  read_hdf5(reading.dataset, region.start, region.extent, dtype, static_cast<Hdf5Decoding>(reading.decoding),
            block.elements());
  return block;
}

// Whole chunks of the file, more of them along the last axes first; of a contiguous dataset, whole rows.
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

std::string identity_text(const FileIdentity& identity) {
  const std::time_t seconds = static_cast<std::time_t>(identity.modified_ns / 1'000'000'000);
  return fmt::format("{} bytes of {:%Y-%m-%d %H:%M:%S} UTC", identity.size_bytes, fmt::gmtime(seconds));
}

// For the journal, which says what has changed since the last attempt.
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
  // A packed dataset is what it is unpacked to: float32 does for int16 and the like.
  const DType stored = decoded_dtype(dataset, decoding);
  if (!can_cast(stored, dtype)) {
    throw Error(hdf5_place("from_hdf5", path, dataset.name),
                "it holds " + std::string(name_of(stored)) + ", not all of which " +
                    std::string(name_of(dtype)) + " can hold",
                "read it as it is, and convert it: from_hdf5<…>(…).astype<…>()");
  }
  const ChunkSpec spec = options.chunks ? *options.chunks : ChunkSpec(block_shape(dataset, size_of(dtype)));
  reading.chunks = spec.of(dataset.shape, size_of(dtype), hdf5_place("from_hdf5", path, dataset.name));
  const Chunks chunks = reading.chunks;
  const auto lower = [reading](const std::vector<BlockRefs>&) {
    BlockReads reads;
    const std::uint32_t blocks = BlockGrid(reading.chunks).size();
    for (std::uint32_t k = 0; k < blocks; ++k) reads.end_task();
    return BlockTasks<read_block>::add("from-hdf5", reading, {}, std::move(reads));
  };
  return ArrayNode::operation("from-hdf5", dtype, chunks, {}, lower);
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
  const std::size_t axis = normal_axis(options.axis, parts.front()->shape(), where);
  return lazy::concatenate(std::move(parts), axis, where);
}

ArrayPtr from_hdf5(const std::string& path, const std::string& name, DType dtype,
                   const FromHdf5Options& options) {
  return from_hdf5(files_matching(path), name, dtype, options, "from_hdf5 " + path);
}

}  // namespace bask::io
