// Writes blocks into chunks: the calling thread encodes whole chunks, HDF5 writes parts of chunks.
#include <fmt/format.h>
#include <hdf5.h>
#include <bask/collections/array/block/box_runs.hpp>
#include <bask/collections/array/block/shape.hpp>
#include <bask/io/hdf5_writer_dataset.hpp>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace bask {

namespace {

using Extents = std::vector<std::int64_t>;

}  // namespace

const Hdf5Writer::Dataset& Hdf5Writer::dataset_of(DatasetId id) const {
  const Hdf5Lock lock;  // other threads may be adding datasets
  return *datasets_.at(id);
}

void Hdf5Writer::write_block(DatasetId id, std::span<const std::int64_t> start,
                             std::span<const std::int64_t> extent, const void* data) {
  const Dataset& dataset = dataset_of(id);
  const auto& [shape, chunk] = std::tie(dataset.spec.shape, dataset.spec.chunk_shape);
  const std::size_t axes = shape.size();
  for (std::size_t a = 0; a < axes; ++a) {
    if (start.size() != axes || extent.size() != axes || start[a] < 0 || extent[a] < 0 ||
        extent[a] > shape[a] - start[a]) {
      throw Error(where(dataset.spec.name),
                  fmt::format("a block of shape {} from element {} on does not lie within its shape {}",
                              hdf5_text(extent), hdf5_text(start), hdf5_text(shape)),
                  "write a block within it");
    }
    if (extent[a] == 0) return;
  }
  const ThreadScratch scratch;
  const Block block{start, extent, static_cast<const std::byte*>(data)};
  if (chunk.empty() || dataset.by_library) return write_part(dataset, block, start, extent);
  Extents at(axes), begin(axes), part(axes);
  for (std::size_t a = 0; a < axes; ++a) at[a] = start[a] / chunk[a] * chunk[a];
  while (true) {
    bool is_whole = true;
    for (std::size_t a = 0; a < axes; ++a) {
      const std::int64_t end = std::min(at[a] + chunk[a], shape[a]);
      begin[a] = std::max(at[a], start[a]);
      part[a] = std::min(end, start[a] + extent[a]) - begin[a];
      is_whole = is_whole && part[a] == end - at[a];
    }
    is_whole ? write_chunk(dataset, block, at) : write_part(dataset, block, begin, part);
    std::size_t a = axes;
    while (a > 0 && at[a - 1] + chunk[a - 1] >= start[a - 1] + extent[a - 1]) {
      --a, at[a] = start[a] / chunk[a] * chunk[a];
    }
    if (a == 0) return;
    at[a - 1] += chunk[a - 1];
  }
}

void Hdf5Writer::write_chunk(const Dataset& dataset, const Block& block,
                             std::span<const std::int64_t> origin) {
  const auto& chunk = dataset.spec.chunk_shape;
  const std::size_t element_bytes = dataset.fill.size();
  const auto bytes_of = [&](std::int64_t elements) {
    return elements * static_cast<std::int64_t>(element_bytes);
  };
  Extents part(chunk.size()), in_block(chunk.size());
  std::int64_t elements = 1;
  for (std::size_t a = 0; a < chunk.size(); ++a) {
    part[a] = std::min(chunk[a], dataset.spec.shape[a] - origin[a]);
    in_block[a] = origin[a] - block.start[a];
    elements *= chunk[a];
  }
  const Extents zero(chunk.size(), 0);
  const BoxPlace from{block.extent, in_block}, to{chunk, zero};
  const bool is_dense = part == chunk && runs_of(from, to, part).outer_axes == 0;
  std::span<const std::byte> raw{block.data + bytes_of(offset_of(from)),
                                 static_cast<std::size_t>(bytes_of(elements))};
  if (!is_dense) {
    const auto memory = thread_scratch(ScratchUse::kRaw, raw.size());
    if (part != chunk) {  // the chunk reaches beyond the dataset's end
      for (std::size_t i = 0; i < raw.size(); i += element_bytes)
        std::memcpy(&memory[i], dataset.fill.data(), element_bytes);
    }
    for_each_run(from, to, part, [&](auto in, auto at, auto length) {
      std::memcpy(memory.data() + bytes_of(at), block.data + bytes_of(in),
                  static_cast<std::size_t>(bytes_of(length)));
    });
    raw = memory;
  }
  const EncodedChunk encoded = encode_chunk(dataset.filters, raw, element_bytes);
  const auto offset = hdf5_extents(origin);
  const Hdf5Lock lock;
  const auto happened = fmt::format("the chunk from element {} on cannot be written", hdf5_text(origin));
  check_written(dataset.spec.name, happened);
  if (H5Dwrite_chunk(dataset.id.get(), H5P_DEFAULT, encoded.skipped, offset.data(), encoded.bytes.size(),
                     encoded.bytes.data()) < 0) {
    refuse_hdf5(where(dataset.spec.name), happened, kWriteElsewhere);
  }
  check_written(dataset.spec.name, happened);
}

void Hdf5Writer::write_part(const Dataset& dataset, const Block& block, std::span<const std::int64_t> begin,
                            std::span<const std::int64_t> extent) {
  const Hdf5Lock lock;
  const Hdf5Id memory = space_of(block.extent), space = space_of(dataset.extent);
  Extents in_block(begin.begin(), begin.end());
  for (std::size_t a = 0; a < in_block.size(); ++a) in_block[a] -= block.start[a];
  Extents in_dataset(begin.begin(), begin.end());
  for (std::size_t a = 0; a < in_dataset.size(); ++a) in_dataset[a] += dataset.first[a];
  const auto from = hdf5_extents(in_block), to = hdf5_extents(in_dataset), count = hdf5_extents(extent);
  const auto happened = fmt::format("the elements from {} on cannot be written", hdf5_text(begin));
  check_written(dataset.spec.name, happened);
  const bool is_selected =
      begin.empty() ||
      (H5Sselect_hyperslab(memory.get(), H5S_SELECT_SET, from.data(), nullptr, count.data(), nullptr) >= 0 &&
       H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, to.data(), nullptr, count.data(), nullptr) >= 0);
  if (!is_selected || H5Dwrite(dataset.id.get(), dataset.type.get(), memory.get(), space.get(), H5P_DEFAULT,
                               block.data) < 0) {
    refuse_hdf5(where(dataset.spec.name), happened, kWriteElsewhere);
  }
  check_written(dataset.spec.name, happened);
}

namespace {

// Whether the block is made of whole chunks of the dataset, and `source` of the same ones.
bool has_same_chunks(const Hdf5DatasetSpec& spec, std::span<const std::int64_t> start,
                     std::span<const std::int64_t> extent, std::int64_t source) {
  const Hdf5Id list(H5Dget_create_plist(source));
  const std::size_t axes = spec.chunk_shape.size();
  std::vector<hsize_t> chunk(axes);
  if (axes == 0 || H5Pget_layout(list.get()) != H5D_CHUNKED) return false;
  if (H5Pget_chunk(list.get(), static_cast<int>(axes), chunk.data()) != static_cast<int>(axes)) return false;
  for (std::size_t a = 0; a < axes; ++a) {
    const std::int64_t length = spec.chunk_shape[a];
    const bool is_whole = extent[a] % length == 0 || start[a] + extent[a] == spec.shape[a];
    if (static_cast<std::int64_t>(chunk[a]) != length || start[a] % length != 0 || !is_whole) return false;
  }
  return true;
}

}  // namespace

void Hdf5Writer::copy_block(DatasetId id, std::span<const std::int64_t> start,
                            std::span<const std::int64_t> extent, std::int64_t source) {
  const Dataset& dataset = dataset_of(id);
  std::vector<std::byte> bytes;
  {
    const Hdf5Lock lock;
    if (!dataset.by_library && has_same_chunks(dataset.spec, start, extent, source)) {
      return copy_chunks(dataset, start, extent, source);
    }
    bytes.resize(static_cast<std::size_t>(element_count(extent)) * dataset.fill.size());
    checked_hdf5(H5Dread(source, dataset.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()),
                 where(dataset.spec.name), "cannot read a part");
  }
  write_block(id, start, extent, bytes.data());
}

void Hdf5Writer::copy_chunks(const Dataset& dataset, std::span<const std::int64_t> start,
                             std::span<const std::int64_t> extent, std::int64_t source) {
  const auto& chunk = dataset.spec.chunk_shape;
  std::vector<std::byte> bytes;
  std::vector<hsize_t> from(chunk.size(), 0), to(chunk.size());
  while (true) {
    for (std::size_t a = 0; a < to.size(); ++a) to[a] = from[a] + static_cast<hsize_t>(start[a]);
    hsize_t size = 0;
    std::uint32_t skipped = 0;
    checked_hdf5(H5Dget_chunk_storage_size(source, from.data(), &size), where(dataset.spec.name),
                 "cannot read a part");
    bytes.resize(size);
    checked_hdf5(H5Dread_chunk(source, H5P_DEFAULT, from.data(), &skipped, bytes.data()),
                 where(dataset.spec.name), "cannot read a part");
    checked_write(H5Dwrite_chunk(dataset.id.get(), H5P_DEFAULT, skipped, to.data(), size, bytes.data()),
                  where(dataset.spec.name), "cannot write a part");
    check_written(dataset.spec.name, "cannot write a part");
    std::size_t a = chunk.size();
    while (a > 0 && static_cast<std::int64_t>(from[a - 1]) + chunk[a - 1] >= extent[a - 1]) from[--a] = 0;
    if (a == 0) return;
    from[a - 1] += static_cast<hsize_t>(chunk[a - 1]);
  }
}

}  // namespace bask
