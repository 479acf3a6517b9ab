// block.hpp: one block of an array, or a whole one: elements in C order, with dtype and shape, in one
// stretch of memory that goes from rank to rank without being encoded.
// Runs on: every rank. Threads: a Block belongs to one thread, or no thread changes it.
// Invariants: (1) the elements begin at a multiple of 64 bytes;
//             (2) the stretch is a header (dtype, number of axes, extents) followed by the elements, so that
//                 bytes that have arrived whole are a block;
//             (3) equal blocks are equal bytes: nothing in the header is left undefined;
//             (4) a part of a block has the shape of the whole, and the elements of one box alone: it stands
//                 for the whole on a rank that reads nothing else of it. Its header also has the box.
#pragma once

#include <bask/collections/array/block/block_memory.hpp>
#include <bask/collections/array/block/dtype.hpp>
#include <bask/collections/array/block/shape.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace bask {

class Block {
 public:
  using value_type = std::byte;
  using iterator = std::byte*;
  using const_iterator = const std::byte*;

  /// No block, for values that are made by default. It can only be assigned to.
  Block() = default;
  /// Elements of undefined value.
  Block(DType dtype, std::span<const std::int64_t> shape);
  Block(Block&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  Block& operator=(Block&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  Block(const Block& other);
  Block& operator=(const Block& other);

  DType dtype() const { return header().dtype; }
  std::size_t ndim() const { return header().axes; }
  std::span<const std::int64_t> shape() const;
  std::int64_t count() const { return element_count(shape()); }
  /// The size of the whole stretch of a block with so many axes and elements.
  static std::size_t bytes_of(DType dtype, std::size_t axes, std::int64_t elements) {
    return offset_of(axes) + static_cast<std::size_t>(elements) * size_of(dtype);
  }
  std::size_t element_bytes() const { return size_of(dtype()); }
  /// Not of a part.
  std::byte* elements() {
    assert(!is_part());
    return memory_.get() + header().offset;
  }
  const std::byte* elements() const {
    assert(!is_part());
    return memory_.get() + header().offset;
  }
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(elements());
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(elements());
  }
  /// The same elements under another shape of the same count. Throws: Error when the counts differ.
  void reshape(std::span<const std::int64_t> shape);

  /// The box of a whole block that begins at box[0], box[1], … and whose extents follow these.
  /// Throws: Error when there is no such box.
  Block part(std::span<const std::int64_t> box) const;
  bool is_part() const { return header().is_part != 0; }
  /// Of a part: where its elements begin in the whole, and how many there are along each axis.
  std::span<const std::int64_t> part_start() const { return {extents() + ndim(), ndim()}; }
  std::span<const std::int64_t> part_extent() const { return {extents() + 2 * ndim(), ndim()}; }
  /// The elements that are there: of a part those of its box, in C order.
  const std::byte* stored() const { return memory_.get() + header().offset; }
  /// The size of the whole stretch of a part without elements.
  static std::size_t part_header_bytes(std::size_t axes) { return offset_of(3 * axes); }

  /// Checks bytes that have arrived. Throws: Error when they are no block.
  void check() const;

  // The whole stretch of memory, as a container of bytes: how bask::Value moves it between ranks.
  Block& stretch() { return *this; }
  const Block& stretch() const { return *this; }
  std::byte* data() { return memory_.get(); }
  const std::byte* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  iterator begin() { return data(); }
  iterator end() { return data() + size_; }
  const_iterator begin() const { return data(); }
  const_iterator end() const { return data() + size_; }
  void reserve(std::size_t bytes);
  void resize(std::size_t bytes);  ///< reserves more when needed; new bytes are undefined
  std::size_t held_bytes() const { return memory_ ? memory_.get_deleter().bytes : 0; }
  /// Whether dtype, shape and the bytes of all elements are equal: a NaN equals itself, -0.0 is not 0.0.
  friend bool operator==(const Block& a, const Block& b);

 private:
  struct Header {
    DType dtype;
    std::uint8_t axes;
    std::uint16_t offset;   ///< of the elements
    std::uint32_t is_part;  ///< 0 or 1
  };
  using Memory = std::unique_ptr<std::byte[], block_memory::GiveBack>;
  static Memory memory_of(std::size_t bytes);
  static std::size_t offset_of(std::size_t numbers);
  const std::int64_t* extents() const {
    return reinterpret_cast<const std::int64_t*>(memory_.get() + sizeof(Header));
  }
  void check_part() const;
  const Header& header() const { return *reinterpret_cast<const Header*>(memory_.get()); }
  void write_header(DType dtype, std::span<const std::int64_t> shape);

  Memory memory_;
  std::size_t size_ = 0;
};

}  // namespace bask
