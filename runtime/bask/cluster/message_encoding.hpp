// message_encoding.hpp: the bytes of a message: its members() in order, each as `encode` writes it. A member
// that has members() itself, or is a vector of such, is written in the same way.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/core/bytes.hpp>
#include <bask/core/serialization.hpp>
#include <bask/transport/transport.hpp>

#include <cstdint>
#include <span>
#include <tuple>

namespace bask {

template <class Message>
void encode_message(ByteWriter& writer, const Message& message);
template <class Message>
Message decode_message(ByteReader& reader);

namespace messages {

template <class T>
concept HasMembers = requires(T message) {
  message.members();
};

template <class T>
concept HasElementsWithMembers = requires {
  typename T::value_type;
  requires HasMembers<typename T::value_type>;
};

template <class T>
void write_member(ByteWriter& writer, const T& member) {
  if constexpr (HasMembers<T>) {
    encode_message(writer, member);
  } else if constexpr (HasElementsWithMembers<T>) {
    writer.write_raw(static_cast<std::uint64_t>(member.size()));
    for (const auto& element : member) encode_message(writer, element);
  } else {
    encode(writer, member);
  }
}

template <class T>
void read_member(ByteReader& reader, T& member) {
  if constexpr (HasMembers<T>) {
    member = decode_message<T>(reader);
  } else if constexpr (HasElementsWithMembers<T>) {
    member.resize(reader.read_count(1));
    for (auto& element : member) element = decode_message<typename T::value_type>(reader);
  } else {
    member = decode<T>(reader);
  }
}

}  // namespace messages

template <class Message>
void encode_message(ByteWriter& writer, const Message& message) {
  std::apply([&](const auto&... members) { (messages::write_member(writer, members), ...); },
             const_cast<Message&>(message).members());  // only read: members() are references
}

template <class Message>
Buffer encode_message(const Message& message) {
  ByteWriter writer;
  encode_message(writer, message);
  return writer.take();
}

/// Throws: Error for truncated or corrupt bytes.
template <class Message>
Message decode_message(ByteReader& reader) {
  Message message{};
  std::apply([&](auto&... members) { (messages::read_member(reader, members), ...); }, message.members());
  return message;
}
template <class Message>
Message decode_message(std::span<const std::byte> body) {
  ByteReader reader(body);
  return decode_message<Message>(reader);
}

}  // namespace bask
