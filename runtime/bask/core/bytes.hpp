// bytes.hpp: a growing buffer to write to, and a view to read from that never reads past its end.
// Runs on: every rank. Threads: each writer and reader belongs to one thread.
#pragma once

#include <bask/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace bask {

/// Not inline: where GCC 12 knows `size`, it gives false warnings.
void append_bytes(std::vector<std::byte>& bytes, const void* data, std::size_t size);

/// Appends bytes to a vector that it owns.
class ByteWriter {
 public:
  void write(const void* data, std::size_t size) { append_bytes(bytes_, data, size); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void write_raw(const T& value) { write(&value, sizeof(T)); }

  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  void clear() { bytes_.clear(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Reads a span of bytes from front to back.
/// Throws: Error when fewer bytes are left than are asked for: they are truncated or corrupt.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> read(std::size_t size) {
    if (size > bytes_.size()) refuse(size);
    const auto front = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return front;
  }
  void read(void* to, std::size_t size) {
    const auto from = read(size);
    if (size != 0) std::memcpy(to, from.data(), size);
  }
  template <class T>
  requires std::is_trivially_copyable_v<T> T read_raw() {
    alignas(T) std::byte storage[sizeof(T)];
    read(storage, sizeof(T));
    return *std::launder(reinterpret_cast<T*>(storage));
  }

  /// Reads the number of elements of a container whose elements take at least `least_bytes` each.
  /// Throws: Error when so many cannot follow: a corrupt count must not become a huge allocation.
  std::size_t read_count(std::size_t least_bytes);

  std::size_t remaining() const { return bytes_.size(); }
  /// Throws: Error when bytes are left over, which means that the reader expected another type.
  void expect_end() const;

 private:
  [[noreturn]] void refuse(std::size_t size) const;
  std::span<const std::byte> bytes_;
};

}  // namespace bask
