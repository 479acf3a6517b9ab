#include <fmt/format.h>
#include <hdf5.h>
#include <bask/collections/array/box_runs.hpp>
#include <bask/io/file_stretch.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_read.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace bask {
namespace {

using Extents = std::vector<std::int64_t>;

std::int64_t count_of(std::span<const std::int64_t> extent) {
  std::int64_t count = 1;
  for (const std::int64_t length : extent) count *= length;
  return count;
}

// A chunk and the part of it that is wanted.
struct ChunkPart {
  Extents origin;    // of the chunk in the dataset
  Extents in_chunk;  // where the part begins in the chunk
  Extents in_out;    // and in what is read
  Extents extent;
};

// A chunk's bytes: in the file, or in the thread's memory.
struct FoundChunk {
  std::uint64_t bytes = 0;  // 0: never written
  std::uint64_t address = HADDR_UNDEF;
  std::uint32_t skipped_filters = 0;
  bool is_fetched = false;
};

class RegionReader {
 public:
  RegionReader(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent, DType wanted, Hdf5Decoding decoding, void* out)
      : dataset_(dataset),
        start_(start),
        extent_(extent),
        decoding_(cf_decoding_of(dataset, decoding)),
        conversion_(dataset.dtype, dataset.is_swapped, wanted, decoding_),
        unswapped_(dataset.dtype, false, wanted, decoding_),
        out_(static_cast<std::byte*>(out)) {
    for (const auto& source : dataset.sources) {
      const std::string place = where() + ": its source " + hdf5_place("from_hdf5", source.path);
      if (!(identity_of(source.path, place) == source.file)) refuse_changed_file(place);
    }
    const Hdf5Lock lock;
    file_ = open_for_reading(dataset.path, dataset.file, where());
    opened_ = &file_->dataset(dataset.name, where());
  }

  void read() {
    const bool is_known = dataset_.is_plain && file_->descriptor() >= 0;
    if (is_known && dataset_.layout == Hdf5Layout::kContiguous && opened_->address) return read_contiguous();
    if (dataset_.is_plain && dataset_.layout == Hdf5Layout::kChunked && can_decode(dataset_.filters)) {
      return read_chunks();
    }
    read_through_hdf5();
  }

 private:
  std::string where() const { return hdf5_place("from_hdf5", dataset_.path, dataset_.name); }

  [[noreturn]] void refuse_read(int error, const Extents* chunk) const {
    std::string what = error == 0 ? "the file ends before its elements do"
                                  : "reading fails: " + std::generic_category().message(error);
    refuse(chunk, what,
           error == 0 ? "the file is truncated: copy or write it again" : "check the file system");
  }
  [[noreturn]] void refuse(const Extents* chunk, const std::string& what, const std::string& fix) const {
    if (chunk == nullptr) throw Error(where(), what, fix);
    throw Error(where(),
                fmt::format("the chunk from element {} on cannot be read: {}", hdf5_text(*chunk), what), fix);
  }

  void read_contiguous() {
    const FileStretch stretch{file_->descriptor(), *opened_->address, dataset_.shape};
    const Extents zero(extent_.size(), 0);
    if (!read_stretch(stretch, start_, extent_, conversion_, out_, extent_, zero))
      refuse_read(errno, nullptr);
  }

  void read_chunks() {
    chunk_bytes_ = static_cast<std::uint64_t>(count_of(dataset_.chunk_shape)) * conversion_.from_bytes();
    has_addresses_ = file_->descriptor() >= 0 && addresses_pay();
    const std::size_t axes = extent_.size();
    Extents first(axes), last(axes);
    for (std::size_t a = 0; a < axes; ++a) {
      first[a] = start_[a] / dataset_.chunk_shape[a];
      last[a] = (start_[a] + extent_[a] - 1) / dataset_.chunk_shape[a];
    }
    Extents at = first;
    while (true) {
      read_part(part_of(at));
      std::size_t a = axes;
      while (a > 0 && at[a - 1] == last[a - 1]) --a, at[a] = first[a];
      if (a == 0) return;
      ++at[a - 1];
    }
  }

  // HDF5 1.10 finds a chunk's address by walking over all before it, about 50 ns each, under the lock. That
  // is good where copying the chunk under the lock, at some 5 bytes per ns, would take longer.
  bool addresses_pay() const {
    constexpr std::uint64_t kBytesPerStep = 250;
    std::uint64_t chunks = 1;
    for (std::size_t a = 0; a < extent_.size(); ++a) {
      const auto along = static_cast<std::uint64_t>((dataset_.shape[a] + dataset_.chunk_shape[a] - 1) /
                                                    dataset_.chunk_shape[a]);
      if (chunks > chunk_bytes_ / std::max<std::uint64_t>(along, 1)) return false;
      chunks *= along;
    }
    return chunks < chunk_bytes_ / kBytesPerStep;
  }

  ChunkPart part_of(const Extents& chunk) const {
    const std::size_t axes = chunk.size();
    ChunkPart part{Extents(axes), Extents(axes), Extents(axes), Extents(axes)};
    for (std::size_t a = 0; a < axes; ++a) {
      part.origin[a] = chunk[a] * dataset_.chunk_shape[a];
      const std::int64_t begin = std::max(start_[a], part.origin[a]);
      const std::int64_t end = std::min(start_[a] + extent_[a], part.origin[a] + dataset_.chunk_shape[a]);
      part.in_chunk[a] = begin - part.origin[a];
      part.in_out[a] = begin - start_[a];
      part.extent[a] = end - begin;
    }
    return part;
  }

  void read_part(const ChunkPart& part) const {
    const FoundChunk found = find(part);
    if (found.bytes == 0) return fill(part);
    if (dataset_.filters.empty() && !found.is_fetched) {
      const FileStretch stretch{file_->descriptor(), found.address, dataset_.chunk_shape};
      if (!read_stretch(stretch, part.in_chunk, part.extent, conversion_, out_, extent_, part.in_out)) {
        refuse_read(errno, &part.origin);
      }
      return;
    }
    const auto raw = thread_scratch(ScratchUse::kRaw, found.bytes);
    if (!found.is_fetched && !read_bytes(file_->descriptor(), found.address, raw))
      refuse_read(errno, &part.origin);
    deliver(part, found, raw);
  }

  FoundChunk find(const ChunkPart& part) const {
    FoundChunk found;
    const auto origin = hdf5_extents(part.origin);
    const hid_t id = opened_->id.get();
    hsize_t bytes = 0;
    const Hdf5Lock lock;
    // HDF5 may fail to tell the size of a chunk that was never written: then its place in the index tells.
    if (has_addresses_ || H5Dget_chunk_storage_size(id, origin.data(), &bytes) < 0) {
      unsigned skipped = 0;
      haddr_t address = HADDR_UNDEF;
      if (H5Dget_chunk_info_by_coord(id, origin.data(), &skipped, &address, &bytes) < 0) refuse_chunk(part);
      found = {address == HADDR_UNDEF ? 0 : bytes, address, skipped, false};
      check_size(part, found.bytes);
      if (has_addresses_ || found.bytes == 0) return found;
    }
    check_size(part, bytes);
    found.bytes = bytes;
    if (bytes == 0) return found;
    const auto raw = thread_scratch(ScratchUse::kRaw, bytes);
    if (H5Dread_chunk(id, H5P_DEFAULT, origin.data(), &found.skipped_filters, raw.data()) < 0)
      refuse_chunk(part);
    found.is_fetched = true;
    return found;
  }

  // Before memory is taken by what the file says.
  void check_size(const ChunkPart& part, std::uint64_t bytes) const {
    const bool must_be_whole = dataset_.filters.empty() && bytes != 0 && bytes != chunk_bytes_;
    if (bytes <= dataset_.file.size_bytes && !must_be_whole) return;
    refuse(&part.origin, fmt::format("it has {} bytes where {} are expected", bytes, chunk_bytes_),
           "the file is damaged: copy or write it again");
  }
  [[noreturn]] void refuse_chunk(const ChunkPart& part) const {
    refuse(&part.origin, hdf5_error_text(), "the file is damaged: copy or write it again");
  }

  void deliver(const ChunkPart& part, const FoundChunk& found, std::span<std::byte> raw) const {
    const BoxPlace from{dataset_.chunk_shape, part.in_chunk}, to{extent_, part.in_out};
    const bool is_whole = part.extent == dataset_.chunk_shape;
    std::span<std::byte> goal;
    if (is_whole && conversion_.is_copy() && runs_of(from, to, part.extent).outer_axes == 0) {
      goal = {out_ + offset_of(to) * static_cast<std::int64_t>(conversion_.to_bytes()), chunk_bytes_};
    }
    const DecodedChunk decoded = decode_chunk(dataset_.filters, found.skipped_filters, raw, chunk_bytes_,
                                              conversion_.from_bytes(), goal);
    if (!decoded.trouble.empty()) {
      refuse(&part.origin, decoded.trouble, "the file is damaged: copy or write it again");
    }
    if (decoded.bytes.data() == goal.data()) return;
    for_each_run(from, to, part.extent, [&](auto in, auto at, auto length) {
      conversion_.apply(decoded.bytes.data() + in * static_cast<std::int64_t>(conversion_.from_bytes()),
                        out_ + at * static_cast<std::int64_t>(conversion_.to_bytes()),
                        static_cast<std::size_t>(length));
    });
  }

  void fill(const ChunkPart& part) const {
    std::vector<std::byte> stored = dataset_.fill_value;
    alignas(16) std::byte element[16];
    alignas(16) std::byte value[16];
    std::memcpy(element, stored.data(), stored.size());
    unswapped_.apply(element, value, 1);
    const std::size_t bytes = conversion_.to_bytes();
    for_each_run({dataset_.chunk_shape, part.in_chunk}, {extent_, part.in_out}, part.extent,
                 [&](auto, auto at, auto length) {
                   std::byte* to = out_ + at * static_cast<std::int64_t>(bytes);
                   for (std::int64_t i = 0; i < length; ++i, to += bytes) std::memcpy(to, value, bytes);
                 });
  }

  // Filters, layouts and types that only HDF5 knows; pieces of the first axis, for a bounded memory.
  void read_through_hdf5() const {
    constexpr std::int64_t kPieceBytes = 16 << 20;
    const auto bytes = static_cast<std::int64_t>(conversion_.from_bytes());
    Extents start(start_.begin(), start_.end()), extent(extent_.begin(), extent_.end());
    const std::int64_t row = extent.empty() ? 1 : count_of(extent) / extent[0];
    const std::int64_t rows = std::max<std::int64_t>(1, kPieceBytes / (row * bytes));
    const std::int64_t all = extent.empty() ? 1 : extent[0];
    for (std::int64_t done = 0; done < all; done += rows) {
      const std::int64_t now = std::min(rows, all - done);
      if (!extent.empty()) start[0] = start_[0] + done, extent[0] = now;
      const auto count = static_cast<std::size_t>(now * row);
      std::byte* to = out_ + done * row * static_cast<std::int64_t>(conversion_.to_bytes());
      if (unswapped_.is_copy()) {
        read_slab(start, extent, to);
      } else {
        const auto memory = thread_scratch(ScratchUse::kConversion, count * conversion_.from_bytes());
        read_slab(start, extent, memory.data());
        unswapped_.apply(memory.data(), to, count);
      }
    }
  }

  void read_slab(const Extents& start, const Extents& extent, std::byte* to) const {
    const Hdf5Lock lock;
    const Hdf5Id space(checked_hdf5(H5Dget_space(opened_->id.get()), where(), "cannot read its shape"));
    const auto begin = hdf5_extents(start), counts = hdf5_extents(extent);
    const Hdf5Id memory(extent.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(extent.size()), counts.data(), nullptr));
    if (!extent.empty()) {
      checked_hdf5(
          H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, counts.data(), nullptr),
          where(), "cannot select its elements");
    }
    if (H5Dread(opened_->id.get(), opened_->memory_type.get(), memory.get(), space.get(), H5P_DEFAULT, to) <
        0) {
      std::string names;
      for (const auto& filter : dataset_.filters) names += fmt::format(" {} ({})", filter.id, filter.name);
      refuse_hdf5(where(), fmt::format("the elements from {} on cannot be read", hdf5_text(start)),
                  names.empty()
                      ? "the file is damaged: copy or write it again"
                      : fmt::format("its filters are{}; HDF5 looks for plug-ins in HDF5_PLUGIN_PATH", names));
    }
  }

  const Hdf5Dataset& dataset_;
  std::span<const std::int64_t> start_, extent_;
  CfDecoding decoding_;
  ElementConversion conversion_;
  ElementConversion unswapped_;  // for what HDF5 has brought into this machine's order
  std::byte* out_;
  std::shared_ptr<Hdf5OpenFile> file_;  // shared: see open_for_reading
  const Hdf5OpenFile::Dataset* opened_ = nullptr;
  std::uint64_t chunk_bytes_ = 0;
  bool has_addresses_ = false;
};

void check_box(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent) {
  bool fits = start.size() == dataset.shape.size() && extent.size() == dataset.shape.size();
  for (std::size_t a = 0; fits && a < start.size(); ++a) {
    fits = start[a] >= 0 && extent[a] >= 0 && extent[a] <= dataset.shape[a] &&
           start[a] <= dataset.shape[a] - extent[a];
  }
  if (fits) return;
  throw Error(hdf5_place("from_hdf5", dataset.path, dataset.name),
              fmt::format("a box of shape {} from element {} on does not lie within its shape {}",
                          hdf5_text(extent), hdf5_text(start), hdf5_text(dataset.shape)),
              "ask for a box within it");
}

}  // namespace

void read_hdf5(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent, DType wanted, Hdf5Decoding decoding, void* out) {
  check_box(dataset, start, extent);
  for (const std::int64_t length : extent) {
    if (length == 0) return;
  }
  RegionReader(dataset, start, extent, wanted, decoding, out).read();
}

}  // namespace bask
