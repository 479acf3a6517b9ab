#include <bask/collections/array/block/shape.hpp>
#include <bask/core/error.hpp>
#include <bask/core/units.hpp>

#include <algorithm>
#include <numeric>
#include <optional>

namespace bask {

namespace {

constexpr std::int64_t kMostBlocks = std::int64_t{1} << 31;
constexpr std::int64_t kAutoBytes = std::int64_t{1} << 27;

std::string where_of(std::string_view where) {
  return std::string(where);
}

/// `list` in brackets as Python writes a tuple; the middle of more than `most` entries is left out.
std::string tuple(std::span<const std::int64_t> list, std::size_t most) {
  const std::size_t ends = list.size() > most ? 3 : list.size();
  std::string text = "(";
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == ends && ends < list.size()) {
      text += "..., ";
      i = list.size() - ends;
    }
    text += list[i] == kUnknown ? "?" : std::to_string(list[i]);
    if (i + 1 < list.size()) text += ", ";
  }
  return text + (list.size() == 1 ? ",)" : ")");
}

/// The product of `factor` and the extents above 0, or nothing beyond 63 bits. If it fits, all strides fit.
std::optional<std::int64_t> known_product(std::span<const std::int64_t> shape, std::int64_t factor) {
  for (const std::int64_t extent : shape) {
    if (extent > 0 && __builtin_mul_overflow(factor, extent, &factor)) return std::nullopt;
  }
  return factor;
}

/// Extents and the size in bytes must be such that no index overflows.
void check_shape(const Shape& shape, std::size_t element_bytes, std::string_view where) {
  if (shape.size() > kMostAxes) {
    throw Error(where_of(where), "an array of " + std::to_string(shape.size()) + " axes was asked for",
                "use at most " + std::to_string(kMostAxes));
  }
  for (const std::int64_t extent : shape) {
    if (extent < kUnknown) {
      throw Error(where_of(where), "shape " + text_of(shape) + " has a negative extent",
                  "give extents of 0 or more");
    }
  }
  if (!known_product(shape, static_cast<std::int64_t>(element_bytes))) {
    throw Error(where_of(where), "an array of shape " + text_of(shape) + " has more than 2^63 bytes",
                "make it smaller");
  }
}

[[noreturn]] void refuse_blocks(std::string_view where) {
  throw Error(where_of(where), "the chunks cut the array into more than 2^31 blocks", "use larger chunks");
}

void check_axes(std::size_t given, std::string_view what, const Shape& shape, std::string_view where) {
  if (given == shape.size()) return;
  throw Error(where_of(where),
              "chunks are given for " + std::to_string(given) + " axes, but the shape " + text_of(shape) +
                  " has " + std::to_string(shape.size()),
              "give " + where_of(what) + " for each axis");
}

void refuse_unknown(const Shape& shape, std::string_view where) {
  if (std::find(shape.begin(), shape.end(), kUnknown) == shape.end()) return;
  throw Error(where_of(where),
              "shape " + text_of(shape) +
                  " has a length that is not known before it is computed, so it cannot be cut into chunks",
              "compute or persist the array first");
}

/// Chunks of `length` and a shorter last one.
AxisChunks uniform(std::int64_t extent, std::int64_t length, std::string_view where) {
  if (length < 1 && length != -1) {
    throw Error(where_of(where), "a chunk cannot have length " + std::to_string(length),
                "use 1 or more, or -1 for the whole axis");
  }
  if (length == -1 || length >= extent) return {extent};
  const std::int64_t whole = extent / length;
  if (whole >= kMostBlocks) refuse_blocks(where);
  AxisChunks chunks(static_cast<std::size_t>(whole), length);
  if (extent % length != 0) chunks.push_back(extent % length);
  return chunks;
}

/// `count` chunks; when they do not come out even, the first ones are longer by one.
AxisChunks counted(std::int64_t extent, std::int64_t count, std::string_view where) {
  if (count < 1) {
    throw Error(where_of(where), "an axis cannot have " + std::to_string(count) + " chunks", "use 1 or more");
  }
  count = std::min(count, std::max<std::int64_t>(extent, 1));
  if (count > kMostBlocks) refuse_blocks(where);
  AxisChunks chunks(static_cast<std::size_t>(count), extent / count);
  for (std::int64_t i = 0; i < extent % count; ++i) ++chunks[static_cast<std::size_t>(i)];
  return chunks;
}

Chunks automatic(const Shape& shape, std::int64_t most_bytes, std::size_t element_bytes,
                 std::string_view where) {
  Shape lengths = shape;
  Shape parts(shape.size(), 1);
  const auto bytes = [&] { return element_count(lengths) * static_cast<std::int64_t>(element_bytes); };
  while (bytes() > most_bytes) {
    // Of equal axes the first, so that rows stay whole where they can.
    const auto longest =
        static_cast<std::size_t>(std::max_element(lengths.begin(), lengths.end()) - lengths.begin());
    if (lengths[longest] <= 1) break;  // one element is more than that
    parts[longest] *= 2;
    lengths[longest] = (shape[longest] + parts[longest] - 1) / parts[longest];
  }
  Chunks chunks;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    chunks.push_back(uniform(shape[i], std::max<std::int64_t>(lengths[i], 1), where));
  }
  return chunks;
}

Chunks exact(Chunks chunks, const Shape& shape, std::string_view where) {
  check_axes(chunks.size(), "the lengths of all chunks", shape, where);
  for (AxisChunks& axis : chunks) {
    for (const std::int64_t length : axis) {
      if (length >= kUnknown) continue;
      throw Error(where_of(where),
                  "chunks " + text_of(chunks) + " have one of length " + std::to_string(length),
                  "give lengths of 0 or more");
    }
  }
  const Shape sum = shape_of(chunks);
  if (sum != shape) {
    throw Error(where_of(where),
                "chunks " + text_of(chunks) + " add up to " + text_of(sum) + ", which is not the shape " +
                    text_of(shape),
                "give chunks that add up to it");
  }
  for (AxisChunks& axis : chunks) {
    if (axis.empty()) axis = {0};
  }
  return chunks;
}

}  // namespace

std::int64_t element_count(std::span<const std::int64_t> shape) {
  const std::optional<std::int64_t> count = known_product(shape, 1);
  if (!count) {
    throw Error("array", "shape " + text_of(shape) + " has more than 2^63 elements", "make it smaller");
  }
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  if (std::find(shape.begin(), shape.end(), kUnknown) != shape.end()) return kUnknown;
  return *count;
}

Shape strides_of(std::span<const std::int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

std::string text_of(std::span<const std::int64_t> shape) {
  return tuple(shape, shape.size());
}

std::string text_of(const Chunks& chunks) {
  std::string text = "(";
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (i != 0) text += ", ";
    text += tuple(chunks[i], 8);
  }
  return text + (chunks.size() == 1 ? ",)" : ")");
}

Shape shape_of(const Chunks& chunks) {
  Shape shape;
  for (const AxisChunks& axis : chunks) {
    const bool unknown = std::find(axis.begin(), axis.end(), kUnknown) != axis.end();
    shape.push_back(unknown ? kUnknown : std::accumulate(axis.begin(), axis.end(), std::int64_t{0}));
  }
  return shape;
}

std::size_t normal_axis(std::int64_t axis, std::span<const std::int64_t> shape, std::string_view where) {
  const auto axes = static_cast<std::int64_t>(shape.size());
  if (axis >= -axes && axis < axes) return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
  throw Error(where_of(where),
              "axis " + std::to_string(axis) + " is out of range for shape " + text_of(shape),
              axes == 0 ? "an array of no axes has one element: name no axis"
                        : "use an axis from " + std::to_string(-axes) + " to " + std::to_string(axes - 1));
}

std::vector<std::size_t> normal_axes(std::span<const std::int64_t> axes, std::span<const std::int64_t> shape,
                                     std::string_view where) {
  std::vector<std::size_t> normal;
  for (const std::int64_t axis : axes) normal.push_back(normal_axis(axis, shape, where));
  std::sort(normal.begin(), normal.end());
  const auto twice = std::adjacent_find(normal.begin(), normal.end());
  if (twice != normal.end()) {
    throw Error(where_of(where), "axis " + std::to_string(*twice) + " is named twice", "name each axis once");
  }
  if (axes.empty()) {
    normal.resize(shape.size());
    std::iota(normal.begin(), normal.end(), std::size_t{0});
  }
  return normal;
}

Shape broadcast_shapes(std::span<const Shape> shapes, std::string_view where) {
  std::size_t axes = 0;
  for (const Shape& shape : shapes) axes = std::max(axes, shape.size());
  Shape result(axes, 1);
  std::vector<const Shape*> from(axes, nullptr);  // the shape that an extent of the result was taken from
  for (const Shape& shape : shapes) {
    const std::size_t missing = axes - shape.size();
    for (std::size_t i = 0; i < shape.size(); ++i) {
      std::int64_t& extent = result[missing + i];
      if (shape[i] == extent || shape[i] == 1) continue;
      if (extent != 1) {
        const bool unknown = shape[i] == kUnknown || extent == kUnknown;
        throw Error(where_of(where),
                    "shapes " + text_of(*from[missing + i]) + " and " + text_of(shape) + " do not broadcast",
                    unknown ? "compute or persist the one of unknown length first"
                            : "from the last axis on, lengths must be equal or 1");
      }
      extent = shape[i];
      from[missing + i] = &shape;
    }
  }
  return result;
}

ChunkSpec::ChunkSpec(const char* text) {
  if (text != nullptr && std::string_view(text) == "auto") return;
  try {
    all_ = static_cast<std::int64_t>(
        std::min<std::uint64_t>(parse_size(text == nullptr ? "" : text), kAutoBytes << 16));
  } catch (const Error&) {
    throw Error("chunks", "'" + std::string(text == nullptr ? "" : text) + "' is neither \"auto\" nor a size",
                "use \"auto\", a size such as \"64MiB\", a length, or lengths for each axis");
  }
}

Chunks ChunkSpec::of(const Shape& shape, std::size_t element_bytes, std::string_view where) const {
  check_shape(shape, element_bytes, where);
  Chunks chunks;
  if (kind_ == Kind::kExact) {
    chunks = exact(chunks_, shape, where);
  } else {
    refuse_unknown(shape, where);
  }
  if (kind_ == Kind::kAuto) chunks = automatic(shape, all_, element_bytes, where);
  if (kind_ == Kind::kAll) {
    for (const std::int64_t extent : shape) chunks.push_back(uniform(extent, all_, where));
  }
  if (kind_ == Kind::kEach || kind_ == Kind::kCount) {
    check_axes(each_.size(), kind_ == Kind::kEach ? "one length" : "one number of chunks", shape, where);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      chunks.push_back(kind_ == Kind::kEach ? uniform(shape[i], each_[i], where)
                                            : counted(shape[i], each_[i], where));
    }
  }
  std::int64_t blocks = 1;
  for (const AxisChunks& axis : chunks) {
    blocks *= static_cast<std::int64_t>(axis.size());
    if (blocks > kMostBlocks) refuse_blocks(where);
  }
  return chunks;
}

BlockGrid::BlockGrid(const Chunks& chunks) {
  std::int64_t blocks = 1;
  for (const AxisChunks& axis : chunks) {
    counts.push_back(static_cast<std::int64_t>(axis.size()));
    std::vector<std::int64_t> at{0};
    at.reserve(axis.size() + 1);
    for (const std::int64_t length : axis) {
      at.push_back(length == kUnknown || at.back() == kUnknown ? kUnknown : at.back() + length);
    }
    starts.push_back(std::move(at));
    blocks *= counts.back();
    if (blocks > kMostBlocks) refuse_blocks("array");
  }
}

std::uint32_t BlockGrid::size() const {
  std::uint32_t blocks = 1;
  for (const std::int64_t count : counts) blocks *= static_cast<std::uint32_t>(count);
  return blocks;
}

std::vector<std::int64_t> BlockGrid::place_of(std::uint32_t block) const {
  std::vector<std::int64_t> place(counts.size());
  auto rest = static_cast<std::int64_t>(block);
  for (std::size_t i = counts.size(); i-- > 0;) {
    place[i] = rest % counts[i];
    rest /= counts[i];
  }
  return place;
}

std::uint32_t BlockGrid::number_of(std::span<const std::int64_t> place) const {
  std::int64_t number = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) number = number * counts[i] + place[i];
  return static_cast<std::uint32_t>(number);
}

Region region_of(const BlockGrid& grid, std::uint32_t block) {
  const std::vector<std::int64_t> place = grid.place_of(block);
  Region region;
  region.start.reserve(place.size());
  region.extent.reserve(place.size());
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto at = static_cast<std::size_t>(place[i]);
    const std::int64_t begin = grid.starts[i][at];
    const std::int64_t end = grid.starts[i][at + 1];
    region.start.push_back(begin);
    region.extent.push_back(begin == kUnknown || end == kUnknown ? kUnknown : end - begin);
  }
  return region;
}

Region region_of(const Chunks& chunks, std::uint32_t block) {
  Region region{Shape(chunks.size()), Shape(chunks.size())};
  std::size_t rest = block;
  for (std::size_t k = chunks.size(); k-- > 0;) {
    const auto place = static_cast<std::ptrdiff_t>(rest % chunks[k].size());
    rest /= chunks[k].size();
    const auto at = chunks[k].begin() + place;
    const bool is_known = std::find(chunks[k].begin(), at, kUnknown) == at;
    region.start[k] = is_known ? std::accumulate(chunks[k].begin(), at, std::int64_t{0}) : kUnknown;
    region.extent[k] = is_known ? *at : kUnknown;
  }
  return region;
}

}  // namespace bask
