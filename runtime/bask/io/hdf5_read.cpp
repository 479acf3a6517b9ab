#include <fmt/format.h>
#include <hdf5.h>
#include <bask/collections/array/block/box_runs.hpp>
#include <bask/collections/array/block/shape.hpp>
#include <bask/io/file_stretch.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_read.hpp>
#include <bask/io/hdf5_shown_boxes.hpp>
#include <bask/io/hdf5_sources.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace bask {
namespace {

using Extents = std::vector<std::int64_t>;
// A chunk, or another box of the dataset, and the part of it that is read.
struct ChunkPart {
  Extents origin;    // of the chunk in the dataset
  Extents in_chunk;  // where the part begins in the chunk
  Extents in_out;    // where the part begins in the output
  Extents extent;    // of the part
};

struct FoundChunk {
  enum class Place {
    kNowhere,    // never written
    kUnknown,    // HDF5 must read the elements
    kAtAddress,  // in the file
    kFetched,    // in the thread's memory
  };
  Place place = Place::kNowhere;
  std::uint64_t bytes = 0;
  std::uint64_t address = 0;
  std::uint32_t skipped_filters = 0;
};
constexpr std::uint32_t kAllFilters = 0xffffffff;

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
        out_(static_cast<std::byte*>(out)),
        stored_fill_(dataset.fill_value) {
    if (!(identity_of(dataset.path, where()) == dataset.file)) refuse_changed_file(where());
  }

  void read() {
    if (!dataset_.shown_boxes.empty()) return read_shown_boxes();
    open();
    if (raw_.address) return read_contiguous();
    if (dataset_.layout == Hdf5Layout::kChunked && raw_.access != Hdf5Access::kLibrary) return read_chunks();
    read_through_hdf5(start_, extent_, Extents(extent_.size(), 0));
  }

 private:
  std::string where() const { return hdf5_place("from_hdf5", dataset_.path, dataset_.name); }

  void open() {
    if (opened_ != nullptr) return;
    check_sources(dataset_, where());
    const Hdf5Lock lock;
    reading_.emplace(open_for_reading(dataset_.path, dataset_.file, where()), where());
    opened_ = &reading_->file().dataset(dataset_, where());
    raw_ = opened_->raw;
    if (!dataset_.is_swapped || !dataset_.has_bytes_of_dtype) return;
    // dataset_.fill_value has this machine's byte order; stored_fill_ must have the file's.
    const auto number = static_cast<std::ptrdiff_t>(size_of(real_of(dataset_.dtype)));
    for (auto at = stored_fill_.begin(); at != stored_fill_.end(); at += number)
      std::reverse(at, at + number);
  }

  void read_shown_boxes() {
    std::vector<ChunkPart> shown;
    std::vector<const Hdf5ShownBox*> boxes;
    std::int64_t covered = 0;
    for (const Hdf5ShownBox& box : dataset_.shown_boxes) {
      ChunkPart part = part_within(box.start, box.extent);
      if (std::any_of(part.extent.begin(), part.extent.end(), [](auto length) { return length <= 0; }))
        continue;
      covered += element_count(part.extent);
      shown.push_back(std::move(part));
      boxes.push_back(&box);
    }
    // Boxes leave gaps when they cover too little, and may leave some when they overlap: these get the fill.
    if (covered != element_count(extent_) || shown.size() > 1)
      fill(part_within(Extents(extent_.size(), 0), dataset_.shape));
    for (std::size_t k = 0; k < shown.size(); ++k) read_shown(*boxes[k], shown[k]);
  }

  void read_shown(const Hdf5ShownBox& box, const ChunkPart& part) {
    const auto source = source_of(box, dataset_, where());
    if (!source) {
      open();
      return read_through_hdf5(begin_of(part, part.origin), part.extent, part.in_out);
    }
    const Extents start = begin_of(part, box.source_start);
    const Extents zero(start.size(), 0);
    const BoxPlace from{part.extent, zero}, to{extent_, part.in_out};
    std::byte* const end = out_ + offset_of(to) * static_cast<std::int64_t>(conversion_.to_bytes());
    if (unswapped_.is_copy() && runs_of(from, to, part.extent).outer_axes == 0) {
      return read_hdf5(*source, start, part.extent, dataset_.dtype, Hdf5Decoding::kNone, end);
    }
    std::vector<std::byte> elements(static_cast<std::size_t>(element_count(part.extent)) *
                                    conversion_.from_bytes());
    read_hdf5(*source, start, part.extent, dataset_.dtype, Hdf5Decoding::kNone, elements.data());
    convert(unswapped_, elements.data(), from, to, part.extent);
  }

  [[noreturn]] void refuse_read(int error, const Extents* chunk) const {
    std::string what =
        error == 0 ? "the file ends before its elements do" : "reading fails: " + error_text(error);
    refuse(chunk, what,
           error == 0 ? "the file is truncated: copy or write it again" : "check the file system");
  }
  [[noreturn]] void refuse(const Extents* chunk, const std::string& what, const std::string& fix) const {
    if (chunk == nullptr) throw Error(where(), what, fix);
    throw Error(where(),
                fmt::format("the chunk from element {} on cannot be read: {}", hdf5_text(*chunk), what), fix);
  }

  void read_contiguous() {
    const FileStretch stretch{raw_.descriptor, *raw_.address, dataset_.shape};
    const Extents zero(extent_.size(), 0);
    if (!read_stretch(stretch, start_, extent_, conversion_, out_, extent_, zero))
      refuse_read(errno, nullptr);
  }

  void read_chunks() {
    chunk_bytes_ = static_cast<std::uint64_t>(element_count(dataset_.chunk_shape)) * conversion_.from_bytes();
    has_addresses_ = raw_.access == Hdf5Access::kAddresses && addresses_pay();
    if (dataset_.filters.empty() && !has_addresses_ && chunk_bytes_ < kLeastUncachedChunk) {
      return read_through_hdf5(start_, extent_, Extents(extent_.size(), 0));
    }
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

  // To find a chunk's address, HDF5 1.10 walks over all chunks before it, about 50 ns each, under the lock.
  // That pays where copying the chunk under the lock, at some 5 bytes per ns, would take longer.
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
    Extents origin = chunk;
    for (std::size_t a = 0; a < chunk.size(); ++a) origin[a] *= dataset_.chunk_shape[a];
    return part_within(origin, dataset_.chunk_shape);
  }

  // The part of a box of the dataset that is read; an extent is 0 or negative where nothing is.
  ChunkPart part_within(const Extents& origin, const Extents& box) const {
    const std::size_t axes = origin.size();
    ChunkPart part{origin, Extents(axes), Extents(axes), Extents(axes)};
    for (std::size_t a = 0; a < axes; ++a) {
      const std::int64_t begin = std::max(start_[a], origin[a]);
      const std::int64_t end = std::min(start_[a] + extent_[a], origin[a] + box[a]);
      part.in_chunk[a] = begin - origin[a];
      part.in_out[a] = begin - start_[a];
      part.extent[a] = end - begin;
    }
    return part;
  }

  // Where the part begins, when the box that it is of begins at `origin`.
  static Extents begin_of(const ChunkPart& part, Extents origin) {
    for (std::size_t a = 0; a < origin.size(); ++a) origin[a] += part.in_chunk[a];
    return origin;
  }

  void read_part(const ChunkPart& part) const {
    const FoundChunk found = find(part);
    if (found.place == FoundChunk::Place::kNowhere) return fill(part);
    if (found.place == FoundChunk::Place::kUnknown) {
      return read_through_hdf5(begin_of(part, part.origin), part.extent, part.in_out);
    }
    const bool is_plain = dataset_.filters.empty() || skips_filters(part);
    if (is_plain && found.bytes != chunk_bytes_) refuse_size(part, found.bytes);
    if (is_plain && found.place == FoundChunk::Place::kAtAddress) {
      const FileStretch stretch{raw_.descriptor, found.address, dataset_.chunk_shape};
      if (!read_stretch(stretch, part.in_chunk, part.extent, conversion_, out_, extent_, part.in_out)) {
        refuse_read(errno, &part.origin);
      }
      return;
    }
    const auto raw = thread_scratch(ScratchUse::kRaw, found.bytes);
    if (found.place == FoundChunk::Place::kAtAddress && !read_bytes(raw_.descriptor, found.address, raw))
      refuse_read(errno, &part.origin);
    deliver(part, is_plain ? kAllFilters : found.skipped_filters, raw);
  }

  bool skips_filters(const ChunkPart& part) const {
    bool is_partial = false;
    for (std::size_t a = 0; a < extent_.size(); ++a)
      is_partial = is_partial || part.origin[a] + dataset_.chunk_shape[a] > dataset_.shape[a];
    return raw_.has_plain_edges && is_partial;
  }

  FoundChunk find(const ChunkPart& part) const {
    FoundChunk found;
    // H5Dread_chunk copies as many bytes as the chunk index says, whatever H5Dget_chunk_storage_size gives.
    if (dataset_.filters.empty() && !has_addresses_) {
      found.place = FoundChunk::Place::kUnknown;
      return found;
    }
    const auto origin = hdf5_extents(part.origin);
    const hid_t id = opened_->id.get();
    hsize_t bytes = 0;
    const Hdf5Lock lock;
    if (has_addresses_) {
      unsigned skipped = 0;
      haddr_t address = HADDR_UNDEF;
      if (H5Dget_chunk_info_by_coord(id, origin.data(), &skipped, &address, &bytes) < 0) refuse_chunk(part);
      if (address == HADDR_UNDEF) return found;
      if (bytes == 0 || bytes > raw_.file_bytes) refuse_size(part, bytes);
      return {FoundChunk::Place::kAtAddress, bytes, address, skipped};
    }
    // The size is not known for a chunk that was never written, or to which the index gives no bytes.
    if (H5Dget_chunk_storage_size(id, origin.data(), &bytes) < 0 || bytes == 0) {
      H5Eclear2(H5E_DEFAULT);
      found.place = FoundChunk::Place::kUnknown;
      return found;
    }
    if (bytes > raw_.file_bytes) refuse_size(part, bytes);
    const auto raw = thread_scratch(ScratchUse::kRaw, bytes);
    if (H5Dread_chunk(id, H5P_DEFAULT, origin.data(), &found.skipped_filters, raw.data()) < 0)
      refuse_chunk(part);
    found.place = FoundChunk::Place::kFetched;
    found.bytes = bytes;
    return found;
  }

  [[noreturn]] void refuse_size(const ChunkPart& part, std::uint64_t bytes) const {
    refuse(&part.origin, fmt::format("it has {} bytes where {} are expected", bytes, chunk_bytes_),
           "the file is damaged: copy or write it again");
  }
  [[noreturn]] void refuse_chunk(const ChunkPart& part) const {
    refuse(&part.origin, hdf5_error_text(), "the file is damaged: copy or write it again");
  }

  void deliver(const ChunkPart& part, std::uint32_t skipped, std::span<std::byte> raw) const {
    const BoxPlace from{dataset_.chunk_shape, part.in_chunk}, to{extent_, part.in_out};
    const bool is_whole = part.extent == dataset_.chunk_shape;
    std::span<std::byte> goal;
    if (is_whole && conversion_.is_copy() && runs_of(from, to, part.extent).outer_axes == 0) {
      goal = {out_ + offset_of(to) * static_cast<std::int64_t>(conversion_.to_bytes()), chunk_bytes_};
    }
    const DecodedChunk decoded = decode_chunk(dataset_.filters, skipped, raw, chunk_bytes_, goal);
    if (!decoded.trouble.empty()) {
      refuse(&part.origin, decoded.trouble, "the file is damaged: copy or write it again");
    }
    if (decoded.bytes.data() == goal.data()) return;
    convert(conversion_, decoded.bytes.data(), from, to, part.extent);
  }

  void convert(const ElementConversion& conversion, std::byte* elements, const BoxPlace& from,
               const BoxPlace& to, const Extents& extent) const {
    for_each_run(from, to, extent, [&](auto in, auto at, auto length) {
      conversion.apply(elements + in * static_cast<std::int64_t>(conversion_.from_bytes()),
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
    const Extents zero(extent_.size(), 0);
    for_each_run({part.extent, zero}, {extent_, part.in_out}, part.extent, [&](auto, auto at, auto length) {
      std::byte* to = out_ + at * static_cast<std::int64_t>(bytes);
      for (std::int64_t i = 0; i < length; ++i, to += bytes) std::memcpy(to, value, bytes);
    });
  }

  // Reads what only HDF5 can read, in pieces along the first axis, to bound the memory.
  void read_through_hdf5(std::span<const std::int64_t> from, std::span<const std::int64_t> box,
                         const Extents& in_out) const {
    // Bytes that Bask can decode are not converted under the lock, but afterwards.
    const ElementConversion& conversion = dataset_.has_bytes_of_dtype ? conversion_ : unswapped_;
    Extents start(from.begin(), from.end()), extent(box.begin(), box.end()), to = in_out;
    const std::int64_t all = extent.empty() ? 1 : extent[0];
    const std::int64_t row = element_count(extent) / all;
    for (std::int64_t done = 0; done < all;) {
      const std::int64_t now = extent.empty() ? 1 : rows_at_once(from[0] + done, all - done, row);
      if (!extent.empty()) start[0] = from[0] + done, extent[0] = now, to[0] = in_out[0] + done;
      read_piece(conversion, start, extent, to, static_cast<std::size_t>(now * row));
      done += now;
    }
  }

  // How many rows to read at once. Chunks with filters are read whole: HDF5 decodes them for each piece.
  std::int64_t rows_at_once(std::int64_t first, std::int64_t left, std::int64_t row_elements) const {
    constexpr std::int64_t kPieceBytes = 16 << 20;
    const auto bytes = static_cast<std::int64_t>(conversion_.from_bytes());
    std::int64_t rows = std::max<std::int64_t>(1, kPieceBytes / (row_elements * bytes));
    if (!dataset_.filters.empty() && dataset_.layout == Hdf5Layout::kChunked) {
      const std::int64_t of_chunk = dataset_.chunk_shape[0];
      rows = std::max<std::int64_t>(1, rows / of_chunk) * of_chunk - first % of_chunk;
    }
    return std::min(rows, left);
  }

  void read_piece(const ElementConversion& conversion, const Extents& start, const Extents& extent,
                  const Extents& to, std::size_t count) const {
    const Extents zero(extent.size(), 0);
    const BoxPlace from{extent, zero}, goal{extent_, to};
    const bool is_direct = conversion.is_copy() && runs_of(from, goal, extent).outer_axes == 0;
    std::byte* const end = out_ + offset_of(goal) * static_cast<std::int64_t>(conversion_.to_bytes());
    std::byte* const memory =
        is_direct ? end : thread_scratch(ScratchUse::kConversion, count * conversion_.from_bytes()).data();
    if (raw_.leaves_gaps) {
      const std::size_t bytes = dataset_.fill_value.size();
      for (std::size_t i = 0; i < count; ++i) std::memcpy(memory + i * bytes, stored_fill_.data(), bytes);
    }
    read_slab(start, extent, memory);
    if (is_direct) return;
    convert(conversion, memory, from, goal, extent);
  }

  void read_slab(const Extents& start, const Extents& extent, std::byte* to) const {
    const Hdf5Lock lock;
    const hid_t space = opened_->space.get();
    const auto begin = hdf5_extents(start), counts = hdf5_extents(extent);
    const Hdf5Id memory(extent.empty()
                            ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(static_cast<int>(extent.size()), counts.data(), nullptr));
    if (!extent.empty()) {
      checked_hdf5(H5Sselect_hyperslab(space, H5S_SELECT_SET, begin.data(), nullptr, counts.data(), nullptr),
                   where(), "cannot select its elements");
    }
    if (H5Dread(opened_->id.get(), opened_->type.get(), memory.get(), space, H5P_DEFAULT, to) >= 0) return;
    std::string names;
    for (const auto& filter : dataset_.filters) names += fmt::format(" {} ({})", filter.id, filter.name);
    refuse_hdf5(where(), fmt::format("the elements from {} on cannot be read", hdf5_text(start)),
                names.empty() || can_decode(dataset_.filters)
                    ? "the file is damaged: copy or write it again"
                    : fmt::format("its filters are{}; HDF5 looks for plug-ins in HDF5_PLUGIN_PATH", names));
  }
  const Hdf5Dataset& dataset_;
  std::span<const std::int64_t> start_, extent_;
  CfDecoding decoding_;
  ElementConversion conversion_;
  ElementConversion unswapped_;  // for elements that HDF5 has brought into this machine's byte order
  std::byte* out_;
  std::optional<Hdf5Reading> reading_;
  const Hdf5OpenFile::Dataset* opened_ = nullptr;
  Hdf5RawAccess raw_;
  std::vector<std::byte> stored_fill_;  // in the byte order of the elements that are read
  std::uint64_t chunk_bytes_ = 0;
  bool has_addresses_ = false;
};

}  // namespace

void read_hdf5(const Hdf5Dataset& dataset, std::span<const std::int64_t> start,
               std::span<const std::int64_t> extent, DType wanted, Hdf5Decoding decoding, void* out) {
  check_box(dataset, start, extent);
  for (const std::int64_t length : extent) {
    if (length == 0) return;
  }
  const ThreadScratch scratch;
  RegionReader(dataset, start, extent, wanted, decoding, out).read();
}

}  // namespace bask
