#include <bask/collections/array/block/block.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
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

std::size_t Block::offset_of(std::size_t axes) {
  const std::size_t header = sizeof(Header) + axes * sizeof(std::int64_t);
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
  return {reinterpret_cast<const std::int64_t*>(data() + sizeof(Header)), ndim()};
}

void Block::reshape(std::span<const std::int64_t> to) {
  if (to.size() > kMostAxes || element_count(to) != count()) {
    throw Error("array", "a block of shape " + text_of(shape()) + " cannot be reshaped to " + text_of(to),
                "give a shape of as many elements");
  }
  if (offset_of(to.size()) == header().offset) return write_header(dtype(), to);
  Block other(dtype(), to);
  std::memcpy(other.elements(), elements(), size_ - header().offset);
  *this = std::move(other);
}

void Block::check() const {
  if (size_ < sizeof(Header)) refuse("header is cut off");
  if (static_cast<std::size_t>(header().dtype) >= kDTypes) refuse("dtype is unknown");
  if (ndim() > kMostAxes || header().offset != offset_of(ndim()) || size_ < header().offset) {
    refuse("header is inconsistent");
  }
  std::int64_t bytes = static_cast<std::int64_t>(element_bytes());
  for (const std::int64_t extent : shape()) {
    if (extent < 0 || __builtin_mul_overflow(bytes, extent, &bytes)) refuse("shape is impossible");
  }
  if (size_ - header().offset != static_cast<std::size_t>(bytes)) refuse("shape is not that of its elements");
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
