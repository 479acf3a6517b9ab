#include <bask/collections/array/block/block.hpp>
#include <bask/collections/array/block/box_runs.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace bask {

namespace {

constexpr std::size_t kAlignment = 64;

[[noreturn]] void refuse(const char* why) {
  throw Error("array", std::string("a block has arrived whose ") + why, "the bytes are corrupt");
}

std::size_t bytes_of_elements(DType dtype, std::span<const std::int64_t> shape) {
  for (const std::int64_t extent : shape) {
    if (extent >= 0) continue;
    throw Error("array", "a block cannot have shape " + text_of(shape), "give extents of 0 or more");
  }
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(element_count(shape), static_cast<std::int64_t>(size_of(dtype)), &bytes)) {
    throw Error("array", "a block of shape " + text_of(shape) + " has more than 2^63 bytes",
                "make it smaller");
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace

Block::Memory Block::memory_of(std::size_t bytes) {
  const block_memory::Piece piece = block_memory::take(bytes);
  return Memory(piece.memory, block_memory::GiveBack{piece.bytes});
}

std::size_t Block::offset_of(std::size_t numbers) {
  const std::size_t header = sizeof(Header) + numbers * sizeof(std::int64_t);
  return (header + kAlignment - 1) / kAlignment * kAlignment;
}

void Block::write_header(DType dtype, std::span<const std::int64_t> shape) {
  const std::size_t offset = offset_of(shape.size());
  const Header header{dtype, static_cast<std::uint8_t>(shape.size()), static_cast<std::uint16_t>(offset), 0};
  std::memset(memory_.get(), 0, offset);
  std::memcpy(memory_.get(), &header, sizeof(header));
  if (!shape.empty()) std::memcpy(memory_.get() + sizeof(header), shape.data(), shape.size_bytes());
}

Block::Block(DType dtype, std::span<const std::int64_t> shape) {
  if (shape.size() > kMostAxes) {
    throw Error("array", "a block of " + std::to_string(shape.size()) + " axes was asked for",
                "use at most " + std::to_string(kMostAxes));
  }
  const std::size_t bytes = offset_of(shape.size()) + bytes_of_elements(dtype, shape);
  memory_ = memory_of(bytes);
  size_ = bytes;
  write_header(dtype, shape);
}

Block::Block(const Block& other) {
  if (other.empty()) return;
  memory_ = memory_of(other.size_);
  size_ = other.size_;
  std::memcpy(data(), other.data(), size_);
}

Block& Block::operator=(const Block& other) {
  if (this != &other) *this = Block(other);
  return *this;
}

std::span<const std::int64_t> Block::shape() const {
  return {extents(), ndim()};
}

void Block::reshape(std::span<const std::int64_t> to) {
  assert(!is_part());
  if (to.size() > kMostAxes || element_count(to) != count()) {
    throw Error("array", "a block of shape " + text_of(shape()) + " cannot be reshaped to " + text_of(to),
                "give a shape of as many elements");
  }
  if (offset_of(to.size()) == header().offset) return write_header(dtype(), to);
  Block other(dtype(), to);
  std::memcpy(other.elements(), elements(), size_ - header().offset);
  *this = std::move(other);
}

Block Block::part(std::span<const std::int64_t> box) const {
  const std::size_t axes = ndim();
  const std::span<const std::int64_t> whole = shape();
  bool is_inside = !is_part() && box.size() == 2 * axes;
  for (std::size_t k = 0; k < axes && is_inside; ++k)
    is_inside = box[k] >= 0 && box[axes + k] >= 0 && box[axes + k] <= whole[k] - box[k];
  if (!is_inside) {
    throw Error("array", "a block of shape " + text_of(whole) + " has no part " + text_of(box),
                "this is an error in the runtime");
  }
  const std::span<const std::int64_t> start = box.first(axes), extent = box.last(axes);
  const std::size_t offset = part_header_bytes(axes);
  Block part;
  part.size_ = offset + static_cast<std::size_t>(element_count(extent)) * element_bytes();
  part.memory_ = memory_of(part.size_);
  const Header header{dtype(), static_cast<std::uint8_t>(axes), static_cast<std::uint16_t>(offset), 1};
  std::memset(part.data(), 0, offset);
  std::memcpy(part.data(), &header, sizeof(header));
  if (axes != 0) {
    std::memcpy(part.data() + sizeof(header), whole.data(), whole.size_bytes());
    std::memcpy(part.data() + sizeof(header) + whole.size_bytes(), box.data(), box.size_bytes());
  }
  const std::array<std::int64_t, kMostAxes> zeros{};
  copy_box({whole, start}, elements(), {extent, std::span(zeros).first(axes)}, part.data() + offset, extent,
           element_bytes());
  return part;
}

void Block::check() const {
  if (size_ < sizeof(Header)) refuse("header is cut off");
  if (static_cast<std::size_t>(header().dtype) >= kDTypes) refuse("dtype is unknown");
  const std::size_t numbers = is_part() ? 3 * ndim() : ndim();
  if (ndim() > kMostAxes || header().is_part > 1 || header().offset != offset_of(numbers) ||
      size_ < header().offset) {
    refuse("header is inconsistent");
  }
  std::int64_t bytes = static_cast<std::int64_t>(element_bytes());
  for (const std::int64_t extent : shape()) {
    if (extent < 0 || __builtin_mul_overflow(bytes, extent, &bytes)) refuse("shape is impossible");
  }
  if (is_part()) return check_part();
  if (size_ - header().offset != static_cast<std::size_t>(bytes)) refuse("shape is not that of its elements");
}

// The shape of the whole is possible.
void Block::check_part() const {
  for (std::size_t k = 0; k < ndim(); ++k) {
    const std::int64_t start = part_start()[k], extent = part_extent()[k];
    if (start < 0 || extent < 0 || start > shape()[k] || extent > shape()[k] - start)
      refuse("part lies outside of it");
  }
  const std::size_t elements = static_cast<std::size_t>(element_count(part_extent()));
  if (size_ - header().offset != elements * element_bytes()) refuse("part is not that of its elements");
}

void Block::reserve(std::size_t bytes) {
  if (bytes <= held_bytes()) return;
  Memory more = memory_of(bytes);
  if (size_ != 0) std::memcpy(more.get(), data(), size_);
  memory_ = std::move(more);
}

void Block::resize(std::size_t bytes) {
  reserve(bytes);
  size_ = bytes;
}

bool operator==(const Block& a, const Block& b) {
  return a.size_ == b.size_ && (a.empty() || std::memcmp(a.data(), b.data(), a.size_) == 0);
}

}  // namespace bask
