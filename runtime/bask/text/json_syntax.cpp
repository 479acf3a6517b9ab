#include <bask/core/utf8_text.hpp>
#include <bask/text/json_syntax.hpp>
#include <nlohmann/json.hpp>

namespace bask {
namespace {

using Json = nlohmann::json;

// Takes all events and keeps none but the mistake.
struct MistakeFinder {
  JsonMistake mistake = {};

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(Json::number_integer_t) { return true; }
  bool number_unsigned(Json::number_unsigned_t) { return true; }
  bool number_float(Json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(Json::binary_t&) { return true; }
  bool start_object(std::size_t) { return true; }
  bool key(std::string&) { return true; }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return true; }
  bool end_array() { return true; }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) {
    mistake = {short_text(error.what()), position == 0 ? 0 : position - 1};
    return false;
  }

  // Of "[…] parse error at line 1, column 9: syntax error while parsing value - invalid literal; last read:
  // 'tru,'" only "invalid literal", and what would be right.
  static std::string short_text(std::string text) {
    const auto why = text.find(" - ");
    if (why != std::string::npos) text.erase(0, why + 3);
    const auto read = text.find("; last read: ");
    if (read != std::string::npos) {
      const auto right = text.rfind("; expected ");
      text.erase(read, right != std::string::npos && right > read ? right - read : std::string::npos);
    }
    return text;
  }
};

}  // namespace

JsonMistake json_mistake(std::string_view text) {
  MistakeFinder finder;
  Json::sax_parse(text.begin(), text.end(), &finder);
  return finder.mistake;
}

}  // namespace bask
