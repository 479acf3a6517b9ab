#include <bask/collections/array/block/nd_array.hpp>
#include <bask/core/error.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>

namespace bask::nd_array {

namespace {

// The layout is that of numpy.array2string with its default options.
constexpr std::int64_t kMostPrinted = 1000;
constexpr std::int64_t kEdge = 3;  // elements at each end of an axis that is not printed whole
constexpr std::size_t kLineWidth = 75;
constexpr int kPrecision = 8;

/// A number's text, cut into its parts.
struct Parts {
  std::string whole;     ///< with the sign, "nan", "-inf"
  std::string fraction;  ///< without the point
  std::string exponent;  ///< "+05" without the "e"
  bool is_finite = true;
};

template <class T>
std::string chars(T value, std::chars_format format, int precision = -1) {
  std::array<char, 400> buffer;
  char* const begin = buffer.data();
  char* const limit = begin + buffer.size();
  const auto end = precision < 0 ? std::to_chars(begin, limit, value, format)
                                 : std::to_chars(begin, limit, value, format, precision);
  return std::string(begin, end.ptr);
}

Parts split(std::string text) {
  Parts parts;
  if (const std::size_t e = text.find('e'); e != std::string::npos) {
    parts.exponent = text.substr(e + 1);
    text.resize(e);
  }
  const std::size_t point = text.find('.');
  parts.whole = text.substr(0, point);
  if (point != std::string::npos) parts.fraction = text.substr(point + 1);
  return parts;
}

/// The shortest text that reads back as the value, rounded to 8 digits after the point.
template <class T>
Parts parts_of(T value, std::chars_format format) {
  if (!std::isfinite(value)) {
    const char* const text = std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    return {text, "", "", false};
  }
  Parts parts = split(chars(value, format));
  if (parts.fraction.size() > kPrecision) parts = split(chars(value, format, kPrecision));
  parts.fraction.resize(parts.fraction.find_last_not_of('0') + 1);
  return parts;
}

template <class T>
std::chars_format format_of(std::span<const T> values) {
  double least = INFINITY;
  double most = 0;
  for (const T value : values) {
    const double size = std::abs(static_cast<double>(value));
    if (!std::isfinite(size) || size == 0) continue;
    least = std::min(least, size);
    most = std::max(most, size);
  }
  const bool exponents = most != 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  return exponents ? std::chars_format::scientific : std::chars_format::fixed;
}

void align_right(std::vector<std::string>& words) {
  std::size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size());
  for (std::string& word : words) word.insert(0, width - word.size(), ' ');
}

/// The texts of numbers, with their points below each other; `plus` writes the sign of positive numbers too.
template <class T>
std::vector<std::string> aligned(std::span<const T> values, bool plus = false) {
  const std::chars_format format = format_of(values);
  const bool exponents = format == std::chars_format::scientific;
  std::vector<Parts> all;
  std::size_t fraction = 0;
  std::size_t exponent = 0;
  for (const T value : values) {
    Parts& parts = all.emplace_back(parts_of(value, format));
    if (plus && parts.whole.front() != '-') parts.whole.insert(0, 1, '+');
    fraction = std::max(fraction, parts.fraction.size());
    exponent = std::max(exponent, parts.exponent.size());
  }
  std::vector<std::string> words;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Parts& parts = all[i];
    if (parts.is_finite) {
      // With exponents NumPy fills up with further digits of the value, not with spaces.
      if (exponents) {
        parts.fraction = split(chars(values[i], format, static_cast<int>(fraction))).fraction;
      } else {
        parts.fraction.resize(fraction, ' ');
      }
      parts.whole += "." + parts.fraction;
      if (exponents) {
        parts.exponent.insert(1, exponent - parts.exponent.size(), '0');
        parts.whole += "e" + parts.exponent;
      }
    }
    words.push_back(std::move(parts.whole));
  }
  align_right(words);
  return words;
}

template <class T>
std::vector<std::string> words_of(std::span<const T> values) {
  if constexpr (std::is_floating_point_v<T>) {
    return aligned(values);
  } else {
    std::vector<std::string> words;
    for (const T value : values) {
      if constexpr (std::is_same_v<T, bool>) {
        words.emplace_back(value ? "True" : "False");
      } else {
        words.push_back(std::to_string(value));
      }
    }
    align_right(words);
    return words;
  }
}

template <class T>
std::vector<std::string> words_of(std::span<const std::complex<T>> values) {
  std::vector<T> real;
  std::vector<T> imaginary;
  for (const std::complex<T> value : values) {
    real.push_back(value.real());
    imaginary.push_back(value.imag());
  }
  std::vector<std::string> words = aligned(std::span<const T>(real));
  const std::vector<std::string> other = aligned(std::span<const T>(imaginary), true);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] += other[i];
    words[i].insert(words[i].find_last_not_of(' ') + 1, "j");
  }
  return words;
}

/// One number as Python prints it.
template <class T>
std::string scalar(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    const double size = std::abs(static_cast<double>(value));
    const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
    std::string text = chars(value, fixed ? std::chars_format::fixed : std::chars_format::scientific);
    return fixed && text.find('.') == std::string::npos ? text + ".0" : text;
  } else {
    return words_of(std::span<const T>(&value, 1)).front();
  }
}

template <class T>
std::string scalar(std::complex<T> value) {
  const auto part = [](T x) {
    std::string text = scalar(x);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
  };
  const std::string imaginary = part(value.imag());
  return "(" + part(value.real()) + (imaginary.front() == '-' ? "" : "+") + imaginary + "j)";
}

/// Writes brackets, line breaks and dots around the words of the elements at places().
class Layout {
 public:
  explicit Layout(std::span<const std::int64_t> shape)
      : shape_(shape), summary_(element_count(shape) > kMostPrinted) {}

  /// The places of the elements that are printed, in order.
  std::vector<std::int64_t> places() const {
    std::vector<std::int64_t> places{0};
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      std::vector<std::int64_t> longer;
      for (const std::int64_t place : places) {
        for (std::int64_t i = 0; i < shape_[axis]; ++i) {
          if (has_dots(axis) && i == kEdge) i = shape_[axis] - kEdge;
          longer.push_back(place * shape_[axis] + i);
        }
      }
      places = std::move(longer);
    }
    return places;
  }

  std::string text(std::vector<std::string> words) {
    words_ = std::move(words);
    next_ = 0;
    return axis_text(0, kLineWidth);
  }

 private:
  bool has_dots(std::size_t axis) const { return summary_ && shape_[axis] > 2 * kEdge; }

  std::string axis_text(std::size_t axis, std::size_t width) {
    if (axis + 1 == shape_.size()) return row_text(axis, width);
    const std::string indent(axis + 1, ' ');
    const std::string between = std::string(shape_.size() - axis - 1, '\n') + indent;
    const std::int64_t shown = has_dots(axis) ? 2 * kEdge : shape_[axis];
    std::string text = "[";
    for (std::int64_t i = 0; i < shown; ++i) {
      if (i != 0) text += between;
      if (has_dots(axis) && i == kEdge) text += "..." + between;
      text += axis_text(axis + 1, width - 1);
    }
    return text + "]";
  }

  std::string row_text(std::size_t axis, std::size_t width) {
    const std::string indent(axis + 1, ' ');
    const std::int64_t shown = has_dots(axis) ? 2 * kEdge : shape_[axis];
    std::string text;
    std::string line = indent;
    const auto add = [&](const std::string& word) {
      if (line.size() + word.size() > width - 1 && line.size() > indent.size()) {
        line.resize(line.find_last_not_of(' ') + 1);
        text += line + "\n";
        line = indent;
      }
      line += word;
    };
    for (std::int64_t i = 0; i < shown; ++i) {
      if (has_dots(axis) && i == kEdge) {
        add("...");
        line += ' ';
      }
      add(words_[next_++]);
      if (i + 1 < shown) line += ' ';
    }
    return "[" + (text + line).substr(indent.size()) + "]";
  }

  std::span<const std::int64_t> shape_;
  bool summary_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace

std::size_t checked_offset(std::span<const std::int64_t> shape, std::initializer_list<std::int64_t> index) {
  std::int64_t at = 0;
  bool ok = index.size() == shape.size();
  for (std::size_t i = 0; ok && i < shape.size(); ++i) {
    const std::int64_t here = index.begin()[i];
    ok = here >= 0 && here < shape[i];
    at = at * shape[i] + here;
  }
  if (ok) return static_cast<std::size_t>(at);
  std::string text;
  for (const std::int64_t here : index) text += (text.empty() ? "" : ", ") + std::to_string(here);
  throw Error("NdArray::at", "there is no element (" + text + ") in shape " + text_of(shape),
              "give one index for each axis, from 0 to its length less one");
}

void check_count(std::span<const std::int64_t> shape, std::size_t values) {
  if (static_cast<std::size_t>(element_count(shape)) == values) return;
  throw Error("NdArray", std::to_string(values) + " values do not fill shape " + text_of(shape),
              "give " + std::to_string(element_count(shape)));
}

void check_dtype(const Block& block, DType dtype) {
  if (!block.empty() && block.is_part()) {
    throw Error("NdArray", "the block is a part of one of shape " + text_of(block.shape()),
                "use it where only its elements are read");
  }
  if (!block.empty() && block.dtype() == dtype) return;
  const std::string has =
      block.empty() ? "no elements" : "elements of " + std::string(name_of(block.dtype()));
  throw Error("NdArray", "the block has " + has + ", not of " + std::string(name_of(dtype)),
              "use the NdArray of that type, or astype");
}

void check_one(std::span<const std::int64_t> shape) {
  if (element_count(shape) == 1) return;
  throw Error("NdArray::item",
              "shape " + text_of(shape) + " has " + std::to_string(element_count(shape)) +
                  " elements, but item() takes one",
              "choose an element with at(…)");
}

void print(std::ostream& out, const Block& block) {
  with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
    if (block.ndim() == 0) {
      out << scalar(*block.as<T>());
    } else if (block.count() == 0) {
      out << "[]";
    } else {
      Layout layout(block.shape());
      std::vector<std::int64_t> places = layout.places();
      const auto values = std::make_unique<T[]>(places.size());  // no vector: that of bool has no span
      for (std::size_t i = 0; i < places.size(); ++i) values[i] = block.as<T>()[places[i]];
      out << layout.text(words_of(std::span<const T>(values.get(), places.size())));
    }
  });
}

}  // namespace bask::nd_array
