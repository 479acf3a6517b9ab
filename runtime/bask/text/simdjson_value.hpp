// simdjson_value.hpp: what a JsonValue is: a value of simdjson's, and where mistakes in it are noted.
// Runs on: every rank. Threads: one for each.
#pragma once

#include <simdjson.h>

#include <string>
#include <utility>

namespace bask {

/// Of one record that is being read.
struct JsonReading {
  static constexpr int kMostDepth = 1000;
  const char* limit = nullptr;  ///< where the record's text ends, or that of the records behind it
  int depth = 0;                ///< of the values that are being read
  std::string mistake = {};     ///< why a value is bad; empty: it is no JSON
  std::string field = {};       ///< the field that it belongs to: "address.city"
  const char* at = nullptr;     ///< where it is
};

class JsonValue {
 public:
  JsonValue(simdjson::ondemand::value of_parser, JsonReading& of_record)
      : value(of_parser), reading(of_record) {}

  bool refuse(std::string happened) {
    reading.mistake = std::move(happened);
    reading.at = value.raw_json_token().data();
    return false;
  }
  /// What is there is not what is wanted, or no JSON.
  bool refuse_type(std::string_view wanted);

  simdjson::ondemand::value value;
  JsonReading& reading;
};

}  // namespace bask
