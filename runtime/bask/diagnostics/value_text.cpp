#include <fmt/format.h>
#include <bask/core/units.hpp>
#include <bask/core/utf8_text.hpp>
#include <bask/diagnostics/dot_text.hpp>
#include <bask/diagnostics/value_text.hpp>

#include <algorithm>
#include <boost/core/demangle.hpp>
#include <concepts>
#include <optional>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kMostColumns = 24;

template <class T>
std::string text_of(const T& number) {
  if constexpr (std::floating_point<T>) {
    return fmt::format("{:.4g}", number);
  } else {
    return fmt::format("{}", number);
  }
}

std::string text_of(const std::string& text) {
  return '"' + shortened(printable(text), kMostColumns) + '"';
}

template <class T>
std::string text_of(const std::vector<T>& numbers) {
  constexpr std::size_t kMostShown = 3;
  std::string text = "[";
  for (std::size_t i = 0; i < std::min(numbers.size(), kMostShown); ++i) {
    text += (i == 0 ? "" : ", ") + text_of(numbers[i]);
  }
  if (numbers.size() <= kMostShown) return text + "]";
  return text + ", …]\n" + counted(numbers.size(), "value");
}

template <class T>
std::optional<std::string> text_if(const Value& value) {
  if (*value.type()->info != typeid(T)) return std::nullopt;
  return text_of(value.get<T>());
}

template <class... Ts>
std::optional<std::string> text_if_any(const Value& value) {
  std::optional<std::string> text;
  static_cast<void>(((text = text_if<Ts>(value)) || ...));
  if (!text) static_cast<void>(((text = text_if<std::vector<Ts>>(value)) || ...));
  return text;
}

// The type's name; "constant" for a template, whose name is too long to be of use.
std::string type_text(const Value& value) {
  const std::string name = boost::core::demangle(value.type()->info->name());
  if (name.find('<') != name.npos) return "constant";
  return shortened(name.substr(name.rfind(':') + 1), kMostColumns);
}

}  // namespace

std::string value_text(const Value& value) {
  if (!value.has_value()) return "nothing";
  if (const auto text = text_if<bool>(value)) return *text;
  if (const auto text = text_if<std::string>(value)) return *text;
  if (const auto text = text_if_any<short, unsigned short, int, unsigned, long, unsigned long, long long,
                                    unsigned long long, float, double>(value)) {
    return *text;
  }
  const std::size_t size_bytes = value.heap_bytes();
  return size_bytes < 1024 ? type_text(value) : type_text(value) + '\n' + format_size(size_bytes);
}

}  // namespace bask
