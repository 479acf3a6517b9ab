#include <bask/collections/array/lazy/lazy.hpp>
#include <bask/collections/array/operations/index.hpp>
#include <bask/collections/array/operations/positions.hpp>
#include <bask/core/archive.hpp>
#include <bask/core/error.hpp>
#include <boost/serialization/vector.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace bask {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> parse_number(std::string_view text, std::string_view whole) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(lazy::kGetitem,
                "'" + std::string(text) + "' in the index \"" + std::string(whole) + "\" is no integer",
                "write indices as in Python: \"::2, 5000:\", \"..., -1\", \"0, None\"");
  }
  return number;
}

Index parse_index(std::string_view part, std::string_view whole) {
  part = trimmed(part);
  if (part == "...") return ellipsis;
  if (part == "None" || part == "newaxis") return newaxis;
  const std::size_t colon = part.find(':');
  if (colon == std::string_view::npos) {
    const auto number = parse_number(part, whole);
    if (!number)
      throw Error(lazy::kGetitem, "an index in \"" + std::string(whole) + "\" is empty",
                  "write \":\" for a whole axis");
    return *number;
  }
  const std::string_view rest = part.substr(colon + 1);
  const std::size_t second = rest.find(':');
  Slice slice{parse_number(part.substr(0, colon), whole), parse_number(rest.substr(0, second), whole),
              std::nullopt};
  if (second != std::string_view::npos) slice.step = parse_number(rest.substr(second + 1), whole);
  return slice;
}

}  // namespace

namespace lazy {

Progression progression_of(const Slice& slice, std::int64_t length) {
  // A step beyond the length takes the same elements as a step of the length.
  const std::int64_t beyond = std::max<std::int64_t>(1, length);
  const std::int64_t step = std::clamp(slice.step.value_or(1), -beyond, beyond);
  if (step == 0)
    throw Error(lazy::kGetitem, "a slice has step 0",
                "use a step of 1 or more, or a negative one to go backwards");
  const std::int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? length : length - 1;
  const auto clamped = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + length : at, lowest, highest);
  };
  const std::int64_t start = slice.start ? clamped(*slice.start) : (step > 0 ? 0 : length - 1);
  const std::int64_t stop = slice.stop ? clamped(*slice.stop) : (step > 0 ? length : -1);
  const std::int64_t span = step > 0 ? stop - start : start - stop;
  const std::int64_t size = step > 0 ? step : -step;
  return {start, step, span <= 0 ? 0 : (span - 1) / size + 1};
}

void require_known(std::int64_t length) {
  if (length != kUnknown) return;
  throw Error(lazy::kGetitem, "the length of the axis is not known before it is computed",
              "call compute_chunk_sizes() first");
}

std::int64_t normal_position(std::int64_t position, std::int64_t length, std::size_t axis) {
  if (position < -length || position >= length) {
    throw Error(lazy::kGetitem,
                "index " + std::to_string(position) + " is out of range for axis " + std::to_string(axis) +
                    " of length " + std::to_string(length),
                length == 0
                    ? "the axis is empty"
                    : "use one from " + std::to_string(-length) + " to " + std::to_string(length - 1));
  }
  return position < 0 ? position + length : position;
}

}  // namespace lazy

namespace {

struct Compressing {
  std::uint8_t unused = 0;
};

// Rows of the first axis whose mask is true.
Block compress_block(const BlockCall<Compressing>& call) {
  const Block& from = call.block(0);
  const Block& mask = call.block(1);
  const auto* wanted = mask.as<std::uint8_t>();
  const auto rows = static_cast<std::size_t>(mask.count());
  if (mask.count() != from.shape()[0]) {
    throw Error(
        "array::compress",
        "a block of " + std::to_string(from.shape()[0]) + " rows meets a mask of " + std::to_string(rows),
        "make the mask from the array that it is for, or call compute_chunk_sizes() first");
  }
  std::size_t bytes = from.element_bytes();
  for (std::size_t k = 1; k < from.ndim(); ++k) bytes *= static_cast<std::size_t>(from.shape()[k]);
  Shape shape(from.shape().begin(), from.shape().end());
  shape[0] = std::count_if(wanted, wanted + rows, [](std::uint8_t is) { return is != 0; });
  Block out(from.dtype(), shape);
  std::byte* to = out.elements();
  for (std::size_t row = 0; row < rows; ++row) {
    if (wanted[row] == 0) continue;
    std::memcpy(to, from.elements() + row * bytes, bytes);
    to += bytes;
  }
  return out;
}

}  // namespace

std::vector<Index> parse_indices(std::string_view text) {
  std::vector<Index> indices;
  std::string_view rest = text;
  for (;;) {
    const std::size_t comma = rest.find(',');
    indices.push_back(parse_index(rest.substr(0, comma), text));
    if (comma == std::string_view::npos) return indices;
    rest.remove_prefix(comma + 1);
  }
}

namespace lazy {

ArrayPtr compress(const ArrayPtr& node, const ArrayPtr& mask) {
  const UserCall call("getitem");
  const bool rows = mask->ndim() == 1 && node->ndim() >= 1 && mask->shape()[0] == node->shape()[0];
  if (!rows && mask->shape() != node->shape()) {
    throw Error("array::compress",
                "the mask has shape " + text_of(mask->shape()) + ", the array " + text_of(node->shape()),
                "use a mask of the array's shape, or one of its first axis");
  }
  ArrayPtr flat = rows ? node : reshape(node, {node->shape().empty() ? 1 : element_count(node->shape())});
  ArrayPtr flat_mask = rows ? mask : reshape(mask, {flat->shape()[0]});
  Chunks chunks = flat->chunks();
  for (std::size_t k = 1; k < chunks.size(); ++k) chunks[k] = {flat->shape()[k]};
  flat = rechunk(flat, chunks);
  flat_mask = rechunk(flat_mask, {chunks[0]});
  const auto blocks = static_cast<std::uint32_t>(chunks[0].size());
  if (flat_mask->chunks()[0].size() != blocks) {
    throw Error("array::compress", "the array and the mask are of unknown length, in different chunks",
                "call compute_chunk_sizes() first");
  }
  std::fill(chunks[0].begin(), chunks[0].end(), kUnknown);
  const auto lower = [blocks](const std::vector<BlockRefs>& inputs) {
    BlockReads reads;
    for (std::uint32_t task = 0; task < blocks; ++task) {
      reads.read(0, task);
      reads.read(1, task);
      reads.end_task();
    }
    const BlockRefs refs =
        BlockTasks<compress_block>::add("compress", Compressing{}, inputs, std::move(reads));
    refs.set_reads({.chooses_chunks = true});
    return refs;
  };
  return ArrayNode::operation("compress", node->dtype(), std::move(chunks), {flat, flat_mask}, lower);
}

ArrayPtr blocks(const ArrayPtr& node, const std::vector<Index>& indices) {
  const UserCall call("blocks");
  // Axis by axis, the wanted chunks become a slice of their elements.
  ArrayPtr result = node;
  const BlockGrid grid(node->chunks());
  std::size_t axis = 0;
  if (indices.size() > node->ndim()) {
    throw Error("array::blocks", "there are more indices than axes", "give one for each axis at most");
  }
  for (const Index& index : indices) {
    Slice wanted;
    if (const auto* position = std::get_if<std::int64_t>(&index.what())) {
      const std::int64_t at = normal_position(*position, grid.counts[axis], axis);
      wanted = {at, at + 1, std::nullopt};
    } else if (const auto* part = std::get_if<Slice>(&index.what());
               part != nullptr && part->step.value_or(1) == 1) {
      wanted = *part;
    } else {
      throw Error("array::blocks", "blocks are indexed by integers and slices of step 1",
                  "use x.blocks(\"1:3, 0\")");
    }
    const Progression part = progression_of(wanted, grid.counts[axis]);
    const std::int64_t begin = grid.starts[axis][static_cast<std::size_t>(part.start)];
    const std::int64_t end = grid.starts[axis][static_cast<std::size_t>(part.start + part.count)];
    result = lazy::slice(result, axis, begin, 1, end - begin);
    ++axis;
  }
  return result;
}

}  // namespace lazy

}  // namespace bask
