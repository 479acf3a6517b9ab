#include <fmt/format.h>
#include <fmt/ranges.h>
#include <bask/core/error.hpp>
#include <bask/core/lower_case.hpp>
#include <bask/io/cf_decoding.hpp>
#include <bask/io/hdf5_library.hpp>

#include <charconv>
#include <cmath>
#include <optional>

namespace bask {
namespace {

constexpr bool asks_for(Hdf5Decoding how, Hdf5Decoding what) {
  return (static_cast<std::uint8_t>(how) & static_cast<std::uint8_t>(what)) ==
         static_cast<std::uint8_t>(what);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
}

template <class Number>
std::optional<long double> parsed_as(std::string_view text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Tries integers first: a double may round them.
std::optional<long double> parsed(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (const auto number = parsed_as<std::int64_t>(text)) return number;
  if (const auto number = parsed_as<std::uint64_t>(text)) return number;
  return parsed_as<double>(text);
}

class Attributes {
 public:
  explicit Attributes(const Hdf5Dataset& dataset) : dataset_(dataset), stored_(stored_type()) {}

  /// The type that the stored bytes are read as.
  DType stored() const { return stored_; }
  bool has(const char* name) const { return find_attribute(dataset_.attributes, name) != nullptr; }
  bool is_floating_one(const char* name) const {
    const Hdf5Attribute* attribute = find_attribute(dataset_.attributes, name);
    return attribute != nullptr && attribute->texts.empty() && is_floating(attribute->dtype);
  }

  /// Empty when there is no such attribute.
  std::vector<long double> numbers(const char* name) const {
    const Hdf5Attribute* attribute = find_attribute(dataset_.attributes, name);
    if (attribute == nullptr) return {};
    std::vector<long double> all = exact_numbers_of(*attribute);
    for (const std::string& text : attribute->texts) {
      const auto number = parsed(text);
      if (!number) refuse(*attribute, "which is no number");
      all.push_back(*number);
    }
    if (all.empty()) refuse(*attribute, "neither numbers nor text");
    return all;
  }
  std::optional<long double> number(const char* name) const {
    const auto all = numbers(name);
    if (all.size() > 1) refuse(*find_attribute(dataset_.attributes, name), "where one number is expected");
    if (!all.empty() && std::isnan(all.front())) {
      refuse(*find_attribute(dataset_.attributes, name), "which is no number");
    }
    return all.empty() ? std::nullopt : std::optional(all.front());
  }

  /// The attribute's number as a stored one: the same bits where stored() differs from the dataset's type.
  long double of_stored(long double number) const {
    if (stored_ == dataset_.dtype) return number;
    const long double all = std::ldexp(1.0L, static_cast<int>(8 * size_of(stored_)));
    if (is_unsigned(stored_)) return number < 0 && number >= -all / 2 ? number + all : number;
    return number >= all / 2 && number < all ? number - all : number;
  }

  [[noreturn]] void refuse(const Hdf5Attribute& attribute, std::string_view why) const {
    std::string value = attribute.texts.empty()       ? ""
                        : attribute.texts.size() == 1 ? fmt::format("'{}', ", attribute.texts.front())
                                                      : fmt::format("{}, ", attribute.texts);
    if (!attribute.numbers.empty()) value = fmt::format("{}, ", fmt::join(attribute.numbers, ", "));
    if (!attribute.integers.empty()) value = fmt::format("{}, ", fmt::join(attribute.integers, ", "));
    throw Error(hdf5_place("from_hdf5", dataset_.path, dataset_.name),
                fmt::format("its attribute {} is {}{}", attribute.name, value, why),
                "correct it in the file, or read the numbers as they are stored: "
                "{.decoding = Hdf5Decoding::kNone}");
  }

 private:
  DType stored_type() const {
    const DType dtype = dataset_.dtype;
    const Hdf5Attribute* attribute = find_attribute(dataset_.attributes, "_Unsigned");
    if (attribute == nullptr || !(is_signed_integer(dtype) || is_unsigned(dtype))) return dtype;
    const std::string text =
        attribute->texts.size() == 1 ? lower_case(std::string(trimmed(attribute->texts.front()))) : "";
    if (text != "true" && text != "false") refuse(*attribute, "neither true nor false");
    constexpr int kBetween = static_cast<int>(DType::kUInt8) - static_cast<int>(DType::kInt8);
    const bool changes = (text == "true") == is_signed_integer(dtype);
    if (!changes) return dtype;
    if (!dataset_.has_bytes_of_dtype) refuse(*attribute, "but its integers have fewer bits than their bytes");
    return static_cast<DType>(static_cast<int>(dtype) + (is_signed_integer(dtype) ? kBetween : -kBetween));
  }

  const Hdf5Dataset& dataset_;
  DType stored_;
};

// What netCDF gives elements that were never written. Bytes have no default: each value may be a number.
std::optional<long double> default_fill(DType dtype) {
  switch (dtype) {
    case DType::kInt16:
      return -32767;
    case DType::kInt32:
      return -2147483647;
    case DType::kInt64:
      return -9223372036854775806;
    case DType::kUInt16:
      return 65535;
    case DType::kUInt32:
      return 4294967295;
    case DType::kUInt64:
      return 18446744073709551614U;
    case DType::kFloat32:
    case DType::kFloat64:
      return 9.9692099683868690e+36;
    default:
      return std::nullopt;
  }
}

bool is_packed(const CfDecoding& decoding) {
  return decoding.scale != 1 || decoding.offset != 0;
}

void take_bound(const Attributes& attributes, const char* name, std::optional<long double> bound,
                bool is_minimum, CfDecoding& decoding) {
  if (!bound) return;
  const bool is_unpacked =
      attributes.is_floating_one(name) && !is_floating(attributes.stored()) && is_packed(decoding);
  if (is_unpacked) {
    (is_minimum ? decoding.valid_unpacked_min : decoding.valid_unpacked_max) = static_cast<double>(*bound);
  } else {
    (is_minimum ? decoding.valid_min : decoding.valid_max) = attributes.of_stored(*bound);
  }
}

void take_valid_range(const Attributes& attributes, const Hdf5Dataset& dataset, CfDecoding& decoding) {
  take_bound(attributes, "valid_min", attributes.number("valid_min"), true, decoding);
  take_bound(attributes, "valid_max", attributes.number("valid_max"), false, decoding);
  const auto range = attributes.numbers("valid_range");
  if (range.empty()) return;
  if (range.size() != 2 || std::isnan(range[0]) || std::isnan(range[1])) {
    attributes.refuse(*find_attribute(dataset.attributes, "valid_range"), "where two numbers are expected");
  }
  take_bound(attributes, "valid_range", range[0], true, decoding);
  take_bound(attributes, "valid_range", range[1], false, decoding);
}

}  // namespace

CfDecoding cf_decoding_of(const Hdf5Dataset& dataset, Hdf5Decoding how) {
  CfDecoding decoding;
  if (!asks_for(how, Hdf5Decoding::kCf) || is_complex(dataset.dtype) || dataset.dtype == DType::kBool) {
    return decoding;
  }
  const Attributes attributes(dataset);
  decoding.stored = attributes.stored();
  for (const char* name : {"_FillValue", "missing_value"}) {
    for (const long double number : attributes.numbers(name)) {
      decoding.missing.push_back(attributes.of_stored(number));
    }
  }
  if (asks_for(how, Hdf5Decoding::kDefaultFills) && !attributes.has("_FillValue")) {
    if (const auto fill = default_fill(decoding.stored)) decoding.missing.push_back(*fill);
  }
  decoding.scale = static_cast<double>(attributes.number("scale_factor").value_or(1));
  decoding.offset = static_cast<double>(attributes.number("add_offset").value_or(0));
  if (asks_for(how, Hdf5Decoding::kValidRange)) take_valid_range(attributes, dataset, decoding);
  const CfDecoding nothing;
  decoding.is_used = !decoding.missing.empty() || is_packed(decoding) || decoding.stored != dataset.dtype ||
                     decoding.valid_min > nothing.valid_min || decoding.valid_max < nothing.valid_max ||
                     decoding.valid_unpacked_min > nothing.valid_unpacked_min ||
                     decoding.valid_unpacked_max < nothing.valid_unpacked_max;
  return decoding;
}

DType decoded_dtype(const Hdf5Dataset& dataset, Hdf5Decoding how) {
  const CfDecoding decoding = cf_decoding_of(dataset, how);
  if (!decoding.is_used || is_floating(dataset.dtype)) return dataset.dtype;
  // As xarray: integers of up to 16 bits become float32, unless there is an offset, which may cost digits.
  return size_of(dataset.dtype) <= 2 && decoding.offset == 0 ? DType::kFloat32 : DType::kFloat64;
}

}  // namespace bask
