// protobuf_message.hpp: one message in Protocol Buffers' encoding, as far as a trace needs it: numbers, texts
// and messages inside. https://protobuf.dev/programming-guides/encoding
// Runs on: rank 0. Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bask {

class ProtobufMessage {
 public:
  /// Fields by their number in the .proto file.
  ProtobufMessage& number(unsigned field, std::uint64_t value) {
    varint(field << 3 | kVarint);
    varint(value);
    return *this;
  }
  ProtobufMessage& fixed64(unsigned field, std::uint64_t value) {
    varint(field << 3 | kFixed64);
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(value >> 8 * i));
    return *this;
  }
  ProtobufMessage& text(unsigned field, std::string_view value) {
    varint(field << 3 | kBytes);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  ProtobufMessage& message(unsigned field, const ProtobufMessage& inner) { return text(field, inner.bytes_); }

  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  enum WireType : unsigned { kVarint = 0, kFixed64 = 1, kBytes = 2 };
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
};

}  // namespace bask
