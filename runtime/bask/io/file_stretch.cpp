#include <unistd.h>
#include <bask/collections/array/block/box_runs.hpp>
#include <bask/io/chunk_pipeline.hpp>
#include <bask/io/file_stretch.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace bask {
namespace {

constexpr std::int64_t kDirectBytes = 16 << 10;  // runs of this size or longer are read one by one
constexpr std::int64_t kBandBytes = 1 << 20;     // shorter runs are read together, in bands of this size,
constexpr std::int64_t kWaste = 4;               // where at least every fourth byte of a band is wanted
constexpr std::size_t kPiece = 64 << 10;         // elements that are converted at once

class StretchReader {
 public:
  StretchReader(const FileStretch& stretch, std::span<const std::int64_t> extent,
                const ElementConversion& conversion, std::byte* out)
      : stretch_(stretch), extent_(extent), conversion_(conversion), out_(out) {}

  bool read(const BoxPlace& from, const BoxPlace& to) {
    const BoxRuns runs = runs_of(from, to, extent_);
    const std::size_t axis = band_axis(runs);
    if (axis >= runs.outer_axes) {
      for_each_run(from, to, extent_, [&](auto in, auto at, auto length) {
        if (is_good_) is_good_ = read_run(in, at, static_cast<std::size_t>(length));
      });
      return is_good_;
    }
    read_bands(from, to, axis);
    return is_good_;
  }

 private:
  std::int64_t from_bytes() const { return static_cast<std::int64_t>(conversion_.from_bytes()); }
  std::byte* at_out(std::int64_t element) const {
    return out_ + element * static_cast<std::int64_t>(conversion_.to_bytes());
  }

  // How many elements lie in the file from the box's first to its last along `axis` and the later axes.
  std::int64_t span_from(std::size_t axis, std::int64_t along_axis) const {
    std::int64_t span = 1, stride = 1;
    for (std::size_t a = extent_.size(); a-- > axis;) {
      span += ((a == axis ? along_axis : extent_[a]) - 1) * stride;
      stride *= stretch_.shape[a];
    }
    return span;
  }

  // The outermost axis along which the runs lie close enough to be fetched together.
  std::size_t band_axis(const BoxRuns& runs) const {
    if (runs.length * from_bytes() >= kDirectBytes) return runs.outer_axes;
    for (std::size_t axis = 0; axis < runs.outer_axes; ++axis) {
      std::int64_t wanted = 1;
      for (std::size_t a = axis; a < extent_.size(); ++a) wanted *= extent_[a];
      const bool is_dense = span_from(axis, extent_[axis]) <= kWaste * wanted;
      if (is_dense && span_from(axis, 1) * from_bytes() <= kBandBytes) return axis;
    }
    return runs.outer_axes;
  }

  bool read_run(std::int64_t in, std::int64_t at, std::size_t length) const {
    const std::uint64_t address = stretch_.address + static_cast<std::uint64_t>(in * from_bytes());
    const std::size_t bytes = conversion_.from_bytes();
    if (conversion_.is_copy()) return read_bytes(stretch_.descriptor, address, {at_out(at), length * bytes});
    for (std::size_t done = 0; done < length; done += kPiece) {
      const std::size_t count = std::min(kPiece, length - done);
      const auto memory = thread_scratch(ScratchUse::kConversion, count * bytes);
      if (!read_bytes(stretch_.descriptor, address + done * bytes, memory)) return false;
      conversion_.apply(memory.data(), at_out(at + static_cast<std::int64_t>(done)), count);
    }
    return true;
  }

  // Reads one band after the other; a band is the part of the box that lies in `rows` places of `axis`.
  void read_bands(BoxPlace from, BoxPlace to, std::size_t axis) {
    std::int64_t stride = 1;
    for (std::size_t a = axis + 1; a < extent_.size(); ++a) stride *= stretch_.shape[a];
    const std::int64_t rows = std::max<std::int64_t>(1, kBandBytes / (stride * from_bytes()));
    std::vector<std::int64_t> in_start(from.start.begin(), from.start.end());
    std::vector<std::int64_t> to_start(to.start.begin(), to.start.end());
    std::vector<std::int64_t> band(extent_.begin(), extent_.end());
    std::fill_n(band.begin(), axis, 1);
    from.start = in_start, to.start = to_start;
    while (is_good_) {
      for (std::int64_t row = 0; row < extent_[axis] && is_good_; row += rows) {
        band[axis] = std::min(rows, extent_[axis] - row);
        is_good_ = read_band(from, to, band, span_from(axis, band[axis]));
        in_start[axis] += band[axis], to_start[axis] += band[axis];
      }
      in_start[axis] -= extent_[axis], to_start[axis] -= extent_[axis];
      std::size_t a = axis;
      while (a > 0) {
        --a;
        ++in_start[a], ++to_start[a];
        if (++at_[a] < extent_[a]) break;
        in_start[a] -= extent_[a], to_start[a] -= extent_[a];
        at_[a] = 0;
        if (a == 0) return;
      }
      if (axis == 0) return;
    }
  }

  bool read_band(const BoxPlace& from, const BoxPlace& to, std::span<const std::int64_t> band,
                 std::int64_t span) const {
    const std::int64_t first = offset_of(from);
    const std::uint64_t address = stretch_.address + static_cast<std::uint64_t>(first * from_bytes());
    const auto memory =
        thread_scratch(ScratchUse::kConversion, static_cast<std::size_t>(span * from_bytes()));
    if (!read_bytes(stretch_.descriptor, address, memory)) return false;
    for_each_run(from, to, band, [&](auto in, auto at, auto length) {
      conversion_.apply(memory.data() + (in - first) * from_bytes(), at_out(at),
                        static_cast<std::size_t>(length));
    });
    return true;
  }

  const FileStretch& stretch_;
  std::span<const std::int64_t> extent_;
  const ElementConversion& conversion_;
  std::byte* out_;
  std::vector<std::int64_t> at_ = std::vector<std::int64_t>(extent_.size(), 0);
  bool is_good_ = true;
};

}  // namespace

bool read_bytes(int descriptor, std::uint64_t address, std::span<std::byte> to) {
  const Transferred done = read_at(descriptor, address, to);
  errno = done.error;
  return done.bytes == to.size();
}

bool read_stretch(const FileStretch& stretch, std::span<const std::int64_t> start,
                  std::span<const std::int64_t> extent, const ElementConversion& conversion, std::byte* out,
                  std::span<const std::int64_t> out_shape, std::span<const std::int64_t> out_start) {
  for (const std::int64_t length : extent) {
    if (length == 0) return true;
  }
  return StretchReader(stretch, extent, conversion, out).read({stretch.shape, start}, {out_shape, out_start});
}

}  // namespace bask
