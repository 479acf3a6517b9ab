// json_value.hpp: values of JSON whose type is not known before: nlohmann::json, as an element of bags and an
// argument of tasks.
// Runs on: every rank. Threads: any.
// A program that includes it needs the library "JSON for Modern C++" itself.
#pragma once

#include <bask/core/archive.hpp>
#include <bask/text/json_of.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace bask {

using Json = nlohmann::json;

/// Integers that fit into 64 bits are integers. Throws nothing; larger ones, and brackets that are nested
/// deeper than 1000, make a bad record.
bool read_json(JsonValue& from, Json& to);
/// Throws: Error for a string that is not UTF-8, and for infinite numbers.
void write_json(std::string& to, const Json& value);

template <>
struct JsonOf<Json> {
  static bool read(JsonValue& from, Json& to) { return read_json(from, to); }
  static void write(std::string& to, const Json& value) { write_json(to, value); }
};

/// As CBOR to other ranks.
template <>
inline constexpr bool serialized_by_boost<Json> = true;
template <>
struct serialization::Check<Json> : std::true_type {};

}  // namespace bask

namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, bask::Json& value, unsigned) {
  std::vector<std::uint8_t> bytes;
  if constexpr (Archive::is_saving::value) bytes = bask::Json::to_cbor(value);
  archive& bytes;
  if constexpr (Archive::is_loading::value) value = bask::Json::from_cbor(bytes);
}

}  // namespace boost::serialization
