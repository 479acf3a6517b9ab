#include "index_line.hpp"

#include <charconv>

namespace farm {
namespace {

// Reads the fields of a line, one after the other. After one wrong field, all further ones count as wrong.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  std::string_view text() {
    if (is_over_) is_good_ = false;
    const std::size_t tab = rest_.find('\t');
    const std::string_view field = rest_.substr(0, tab);
    is_over_ = tab == std::string_view::npos;
    rest_ = is_over_ ? std::string_view{} : rest_.substr(tab + 1);
    return field;
  }
  template <class Number>
  void number(Number& value) {
    parse(text(), value);
  }
  std::vector<Extent> extents() {
    std::vector<Extent> extents;
    std::string_view list = text();
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      const std::string_view one = list.substr(0, comma);
      const std::size_t plus = one.find('+');
      Extent extent;
      parse(one.substr(0, plus), extent.offset);
      parse(plus == std::string_view::npos ? std::string_view{} : one.substr(plus + 1), extent.size);
      extents.push_back(extent);
      list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return extents;
  }
  bool ends_well() { return text() == "." && is_over_ && is_good_; }

 private:
  template <class Number>
  void parse(std::string_view text, Number& value) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) is_good_ = false;
  }

  std::string_view rest_;
  bool is_over_ = false, is_good_ = true;
};

}  // namespace

std::string spell_index_line(const IndexLine& line) {
  const CommandResult& result = line.result;
  std::string text = line.is_end ? "end" : "start";
  const auto add = [&](const auto& value) {
    text += '\t';
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>) {
      text += std::to_string(value);
    } else {
      text += value;
    }
  };
  add(result.number);
  add(result.attempt);
  if (line.is_end) {
    add(result.tries);
    add(name_of(result.state));
    add(result.exit_code);
    add(result.signal);
  }
  add(result.start_ns);
  if (line.is_end) add(result.end_ns);
  add(result.host);
  add(result.rank);
  if (line.is_end) {
    add(result.peak_memory_bytes);
    add(result.user_ns);
    add(result.system_ns);
    std::string extents;
    for (const Extent& extent : line.output) {
      if (!extents.empty()) extents += ',';
      extents.append(std::to_string(extent.offset)).append(1, '+').append(std::to_string(extent.size));
    }
    add(extents);
  }
  return text + "\t.\n";
}

std::optional<IndexLine> parse_index_line(std::string_view text) {
  Fields fields(text);
  IndexLine line;
  CommandResult& result = line.result;
  const std::string_view kind = fields.text();
  line.is_end = kind == "end";
  if (!line.is_end && kind != "start") return std::nullopt;
  fields.number(result.number);
  fields.number(result.attempt);
  if (line.is_end) {
    fields.number(result.tries);
    const auto state = state_named(std::string(fields.text()));
    if (!state) return std::nullopt;
    result.state = *state;
    fields.number(result.exit_code);
    fields.number(result.signal);
  }
  fields.number(result.start_ns);
  if (line.is_end) fields.number(result.end_ns);
  result.host = fields.text();
  fields.number(result.rank);
  if (line.is_end) {
    fields.number(result.peak_memory_bytes);
    fields.number(result.user_ns);
    fields.number(result.system_ns);
    line.output = fields.extents();
  }
  return fields.ends_well() ? std::optional(line) : std::nullopt;
}

}  // namespace farm
