#include <fmt/format.h>
#include <bask/core/bytes.hpp>

namespace bask {
namespace {

constexpr const char* kBytesFix = "the bytes are truncated or corrupt, or were written as another type";

}  // namespace

void append_bytes(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

void ByteReader::refuse(std::size_t size) const {
  throw Error("decode", fmt::format("{} bytes are needed and {} are left", size, bytes_.size()), kBytesFix);
}

std::size_t ByteReader::read_count(std::size_t least_bytes) {
  const auto count = read_raw<std::uint64_t>();
  if (count > bytes_.size() / least_bytes) {
    throw Error("decode",
                fmt::format("a container claims {} elements and {} bytes are left", count, bytes_.size()),
                kBytesFix);
  }
  return static_cast<std::size_t>(count);
}

void ByteReader::expect_end() const {
  if (!bytes_.empty()) throw Error("decode", fmt::format("{} bytes are left over", bytes_.size()), kBytesFix);
}

}  // namespace bask
