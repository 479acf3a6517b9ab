#include <fmt/format.h>
#include <hdf5.h>
#include <bask/io/hdf5_attribute.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_type.hpp>
#include <bask/io/number_range.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace bask {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
// Attributes that describe dimensions: see hdf5_dimensions.cpp.
constexpr std::array<std::string_view, 9> kOfDimensions{
    "DIMENSION_LIST", "REFERENCE_LIST", "CLASS",           "NAME", "_Netcdf4Dimid", "_Netcdf4Coordinates",
    "_NCProperties",  "_nc3_strict",    "DIMENSION_LABELS"};

// Attributes without which stored numbers would be misread. One of a type that Hdf5Attribute does not have is
// kept without a value, so that decoding can refuse it.
constexpr std::array<std::string_view, 8> kOfNumbers{"_FillValue", "missing_value", "scale_factor",
                                                     "add_offset", "_Unsigned",     "valid_range",
                                                     "valid_min",  "valid_max"};
// Attributes that netCDF makes up when it reads a file.
constexpr std::array<std::string_view, 4> kMadeUp{"_IsNetcdf4", "_SuperblockVersion", "_Format", "_Codecs"};
// Attributes that have the type of their dataset: NetCDF Users' Guide, attribute conventions, and CF 3.5.
constexpr std::array<std::string_view, 7> kOfDatasetsType{
    "_FillValue", "missing_value", "valid_range", "valid_min", "valid_max", "flag_values", "flag_masks"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Extent {
  std::size_t count = 0;
  bool is_list = false;
};

// Nothing when the attribute is empty, or larger than kMostBytes.
Extent extent_of(hid_t attribute, std::size_t element_bytes) {
  const Hdf5Id space(H5Aget_space(attribute));
  const hssize_t count = space ? H5Sget_simple_extent_npoints(space.get()) : 0;
  if (count <= 0 || element_bytes == 0) return {};
  if (static_cast<std::uint64_t>(count) > kMostBytes / element_bytes) return {};
  return {static_cast<std::size_t>(count), H5Sget_simple_extent_ndims(space.get()) > 0};
}

bool read_variable_texts(hid_t attribute, hid_t type, std::size_t count, std::vector<std::string>& texts) {
  const Hdf5Id memory_type(H5Tcopy(H5T_C_S1));
  H5Tset_size(memory_type.get(), H5T_VARIABLE);
  H5Tset_cset(memory_type.get(), H5Tget_cset(type));
  const Hdf5Id space(H5Aget_space(attribute));
  std::vector<char*> pointers(count, nullptr);
  if (H5Aread(attribute, memory_type.get(), pointers.data()) < 0) return false;
  for (const char* text : pointers) texts.emplace_back(text != nullptr ? text : "");
  H5Dvlen_reclaim(memory_type.get(), space.get(), H5P_DEFAULT, pointers.data());
  return true;
}

bool read_fixed_texts(hid_t attribute, hid_t type, std::size_t count, std::vector<std::string>& texts) {
  const std::size_t size = H5Tget_size(type);
  std::vector<char> bytes(count * size);
  if (H5Aread(attribute, type, bytes.data()) < 0) return false;
  const bool is_padded = H5Tget_strpad(type) == H5T_STR_SPACEPAD;
  for (std::size_t i = 0; i < count; ++i) {
    const char* begin = bytes.data() + i * size;
    std::string text(begin, ::strnlen(begin, size));
    if (is_padded) text.erase(text.find_last_not_of(' ') + 1);
    texts.push_back(std::move(text));
  }
  return true;
}

bool read_texts(hid_t attribute, hid_t type, Hdf5Attribute& result) {
  const Extent extent = extent_of(attribute, H5Tget_size(type));
  result.is_list = extent.is_list;
  if (extent.count == 0) {
    result.texts.emplace_back();  // an empty text is written as a null dataspace: no HDF5 text has length 0
    result.is_list = false;
    return H5Sget_simple_extent_type(Hdf5Id(H5Aget_space(attribute)).get()) == H5S_NULL;
  }
  return H5Tis_variable_str(type) > 0 ? read_variable_texts(attribute, type, extent.count, result.texts)
                                      : read_fixed_texts(attribute, type, extent.count, result.texts);
}

bool read_numbers(hid_t attribute, hid_t type, Hdf5Attribute& result) {
  const Extent extent = extent_of(attribute, 8);
  if (extent.count == 0) return false;
  result.is_list = extent.is_list;
  if (H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) > 8) {  // a long double, rounded
    result.numbers.resize(extent.count);
    return H5Aread(attribute, H5T_NATIVE_DOUBLE, result.numbers.data()) >= 0;
  }
  const auto stored = stored_type_of(type);
  if (!stored || is_complex(stored->dtype)) return false;
  result.dtype = stored->dtype;
  if (is_floating(stored->dtype)) {
    result.numbers.resize(extent.count);
    return H5Aread(attribute, H5T_NATIVE_DOUBLE, result.numbers.data()) >= 0;
  }
  result.integers.resize(extent.count);
  if (H5Tget_class(type) == H5T_ENUM) {  // HDF5 does not convert these to numbers
    std::vector<std::int8_t> bytes(extent.count);
    if (H5Tget_size(type) != 1 || H5Aread(attribute, type, bytes.data()) < 0) return false;
    std::copy(bytes.begin(), bytes.end(), result.integers.begin());
    return true;
  }
  const hid_t memory_type = stored->dtype == DType::kUInt64 ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
  return H5Aread(attribute, memory_type, result.integers.data()) >= 0;
}

bool read_attribute(hid_t object, const char* name, Hdf5Attribute& result) {
  const Hdf5Id attribute(H5Aopen(object, name, H5P_DEFAULT));
  if (!attribute) return false;
  const Hdf5Id type(H5Aget_type(attribute.get()));
  if (!type) return false;
  result.name = name;
  const bool is_text = H5Tget_class(type.get()) == H5T_STRING;
  return is_text ? read_texts(attribute.get(), type.get(), result)
                 : read_numbers(attribute.get(), type.get(), result);
}

bool holds_something(hid_t object, const char* name) {
  const Hdf5Id attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Hdf5Id space(attribute ? H5Aget_space(attribute.get()) : -1);
  return !space || H5Sget_simple_extent_npoints(space.get()) != 0;
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

struct Writing {
  hid_t object;
  const Hdf5Attribute& attribute;
  const std::string& where;

  void write(hid_t file_type, hid_t memory_type, std::size_t count, const void* data) const {
    const hsize_t extent = count;
    const Hdf5Id space(attribute.is_list ? H5Screate_simple(1, &extent, nullptr) : H5Screate(H5S_SCALAR));
    const Hdf5Id made(
        H5Acreate2(object, attribute.name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    if (!made || H5Awrite(made.get(), memory_type, data) < 0) {
      refuse_hdf5(where, fmt::format("cannot write the attribute '{}'", attribute.name),
                  "an attribute holds up to 64 KiB; put more into a dataset");
    }
  }
};

}  // namespace

const Hdf5Attribute* find_attribute(const std::vector<Hdf5Attribute>& attributes, std::string_view name) {
  const auto at =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
  return at == attributes.end() ? nullptr : &*at;
}

std::string text_of(const std::vector<Hdf5Attribute>& attributes, std::string_view name) {
  const Hdf5Attribute* attribute = find_attribute(attributes, name);
  return attribute == nullptr || attribute->texts.empty() ? std::string() : attribute->texts.front();
}

std::vector<long double> exact_numbers_of(const Hdf5Attribute& attribute) {
  std::vector<long double> numbers(attribute.numbers.begin(), attribute.numbers.end());
  for (const std::int64_t integer : attribute.integers) {
    const bool is_wide = attribute.dtype == DType::kUInt64;
    numbers.push_back(is_wide ? static_cast<long double>(static_cast<std::uint64_t>(integer)) : integer);
  }
  return numbers;
}

std::vector<double> numbers_of(const std::vector<Hdf5Attribute>& attributes, std::string_view name) {
  const Hdf5Attribute* attribute = find_attribute(attributes, name);
  if (attribute == nullptr) return {};
  const std::vector<long double> exact = exact_numbers_of(*attribute);
  return {exact.begin(), exact.end()};
}

std::vector<Hdf5Attribute> read_attributes(std::int64_t object, const std::string& where) {
  std::vector<std::string> names;
  hsize_t at = 0;
  checked_hdf5(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, collect_name, &names), where,
               "cannot read its attributes");
  std::vector<Hdf5Attribute> attributes;
  for (const auto& name : names) {
    if (is_among(name, kOfDimensions)) continue;
    Hdf5Attribute attribute;
    if (read_attribute(object, name.c_str(), attribute)) {
      attributes.push_back(std::move(attribute));
    } else if (is_among(name, kOfNumbers) && holds_something(object, name.c_str())) {
      attributes.emplace_back();
      attributes.back().name = name;
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return attributes;
}

std::string read_text_attribute(std::int64_t object, const char* name) {
  Hdf5Attribute attribute;
  if (H5Aexists(object, name) <= 0 || !read_attribute(object, name, attribute) || attribute.texts.empty()) {
    return {};
  }
  return attribute.texts.front();
}

std::vector<std::byte> typed_numbers(const Hdf5Attribute& attribute, DType dtype, const std::string& where) {
  const std::vector<long double> numbers = exact_numbers_of(attribute);
  if (numbers.empty()) {
    throw Error(where, fmt::format("the attribute '{}' is no number", attribute.name),
                "give a number of the dataset's type");
  }
  std::vector<std::byte> elements(numbers.size() * size_of(dtype));
  with_element(dtype, [&]<class T>(std::type_identity<T>) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (!holds<real_t<T>>(numbers[i])) {
        throw Error(where,
                    fmt::format("{} is {}, which {} does not hold", attribute.name,
                                static_cast<double>(numbers[i]), bask::name_of(dtype)),
                    "give a number of the dataset's type");
      }
      const T element = static_cast<T>(static_cast<real_t<T>>(numbers[i]));
      std::memcpy(&elements[i * sizeof(T)], &element, sizeof(T));
    }
  });
  return elements;
}

Hdf5Attribute attribute_of(const Hdf5Attribute& attribute, std::optional<DType> dtype,
                           const std::string& where) {
  if (is_among(attribute.name, kOfDimensions) || is_among(attribute.name, kMadeUp)) {
    throw Error(where, fmt::format("HDF5 and netCDF keep the attribute '{}' to themselves", attribute.name),
                "give it another name");
  }
  Hdf5Attribute typed = attribute;
  if (!dtype || is_complex(*dtype) || !is_among(attribute.name, kOfDatasetsType)) return typed;
  if (*dtype == DType::kBool) {
    throw Error(where, fmt::format("a dataset of bool has no '{}'", attribute.name),
                "leave it out, or write uint8: .astype<std::uint8_t>()");
  }
  const std::size_t count = typed_numbers(attribute, *dtype, where).size() / size_of(*dtype);
  if (attribute.name == "_FillValue" && count != 1) {
    throw Error(where, fmt::format("the attribute '_FillValue' has {} numbers", count), "give one");
  }
  typed.dtype = *dtype;
  return typed;
}

void write_attribute(std::int64_t object, const Hdf5Attribute& attribute, const std::string& where) {
  if (H5Aexists(object, attribute.name.c_str()) > 0) H5Adelete(object, attribute.name.c_str());
  const Writing writing{object, attribute, where};
  if (!attribute.texts.empty()) {
    const Hdf5Id type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    std::vector<const char*> pointers;
    for (const auto& text : attribute.texts) pointers.push_back(text.c_str());
    return writing.write(type.get(), type.get(), pointers.size(), pointers.data());
  }
  const Hdf5Id file(H5Iget_file_id(object));
  const Hdf5Id type =
      file_type_of(is_complex(attribute.dtype) ? DType::kFloat64 : attribute.dtype, file.get(), where);
  if (!attribute.integers.empty() && attribute.dtype == DType::kBool) {
    const std::vector<std::int8_t> bytes(attribute.integers.begin(), attribute.integers.end());
    return writing.write(type.get(), type.get(), bytes.size(), bytes.data());
  }
  if (!attribute.integers.empty()) {
    const hid_t memory_type = attribute.dtype == DType::kUInt64 ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
    return writing.write(type.get(), memory_type, attribute.integers.size(), attribute.integers.data());
  }
  writing.write(type.get(), H5T_NATIVE_DOUBLE, attribute.numbers.size(), attribute.numbers.data());
}

}  // namespace bask
