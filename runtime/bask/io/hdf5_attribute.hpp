// hdf5_attribute.hpp: the named numbers and texts of an HDF5 dataset, group or file, such as units.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

/// One attribute: a text, a number, or a list of either. Exactly one of the three lists is filled. None is
/// where a file has a _FillValue, scale_factor or the like of another type.
/// _FillValue, missing_value, valid_range, valid_min, valid_max, flag_values and flag_masks are written in
/// the type of their dataset, as netCDF wants them, whatever type is given here.
///
///     dataset.attributes = {{"units", "m s-1"}, {"valid_range", {0.0, 90.0}}};
struct Hdf5Attribute {
  Hdf5Attribute() = default;
  Hdf5Attribute(std::string name_, std::string_view text)
      : name(std::move(name_)), texts{std::string(text)} {}
  Hdf5Attribute(std::string name_, const char* text)
      : Hdf5Attribute(std::move(name_), std::string_view(text)) {}
  Hdf5Attribute(std::string name_, double number, DType dtype_ = DType::kFloat64)
      : name(std::move(name_)), numbers{number}, dtype(dtype_) {}
  Hdf5Attribute(std::string name_, std::vector<double> list, DType dtype_ = DType::kFloat64)
      : name(std::move(name_)), numbers(std::move(list)), dtype(dtype_), is_list(true) {}
  Hdf5Attribute(std::string name_, std::int64_t number, DType dtype_ = DType::kInt64)
      : name(std::move(name_)), integers{number}, dtype(dtype_) {}
  Hdf5Attribute(std::string name_, int number) : Hdf5Attribute(std::move(name_), std::int64_t{number}) {}
  Hdf5Attribute(std::string name_, std::vector<std::int64_t> list, DType dtype_ = DType::kInt64)
      : name(std::move(name_)), integers(std::move(list)), dtype(dtype_), is_list(true) {}
  Hdf5Attribute(std::string name_, std::vector<std::string> list)
      : name(std::move(name_)), texts(std::move(list)), is_list(true) {}
  Hdf5Attribute(std::string name_, std::initializer_list<double> list)
      : Hdf5Attribute(std::move(name_), std::vector<double>(list)) {}
  Hdf5Attribute(std::string name_, std::initializer_list<int> list)
      : Hdf5Attribute(std::move(name_), std::vector<std::int64_t>(list.begin(), list.end())) {}
  Hdf5Attribute(std::string name_, std::initializer_list<const char*> list)
      : Hdf5Attribute(std::move(name_), std::vector<std::string>(list.begin(), list.end())) {}

  std::string name;
  std::vector<std::string> texts;
  std::vector<double> numbers;         ///< floating-point ones; long doubles are rounded
  std::vector<std::int64_t> integers;  ///< a uint64 is stored by its bits
  DType dtype = DType::kFloat64;       ///< of the numbers, as the file holds them
  bool is_list = false;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& name& texts& numbers& integers& dtype& is_list;
  }
};

/// The attribute of that name, or null.
const Hdf5Attribute* find_attribute(const std::vector<Hdf5Attribute>& attributes, std::string_view name);
/// Its text, or the first of its texts; empty when there is none.
std::string text_of(const std::vector<Hdf5Attribute>& attributes, std::string_view name);
/// Its numbers, without rounding: a long double holds each of them.
std::vector<long double> exact_numbers_of(const Hdf5Attribute& attribute);
/// Its numbers, integers among them, as doubles; empty when there are none.
std::vector<double> numbers_of(const std::vector<Hdf5Attribute>& attributes, std::string_view name);

/// The attributes of an object, without those in which HDF5 and netCDF keep its dimensions, attributes of
/// other types, and attributes larger than 1 MiB. Under Hdf5Lock; `object` is an HDF5 handle.
std::vector<Hdf5Attribute> read_attributes(std::int64_t object, const std::string& where);
/// The text of one attribute, of fixed or variable length; empty when there is none. Under Hdf5Lock.
std::string read_text_attribute(std::int64_t object, const char* name);
/// The numbers of an attribute as elements of `dtype`, one after the other; float32 may round them.
/// Throws: Error when the attribute has no numbers, or when `dtype` does not hold them.
std::vector<std::byte> typed_numbers(const Hdf5Attribute& attribute, DType dtype, const std::string& where);
/// The attribute as it is written to a dataset of `dtype`; to a group or file when `dtype` is empty.
/// Throws: Error for names that HDF5 and netCDF reserve, and as typed_numbers does.
Hdf5Attribute attribute_of(const Hdf5Attribute& attribute, std::optional<DType> dtype,
                           const std::string& where);
/// Adds one, or replaces it. Texts are written as h5py and xarray write them: UTF-8 of variable length.
/// Under Hdf5Lock. Throws: Error when it cannot be written.
void write_attribute(std::int64_t object, const Hdf5Attribute& attribute, const std::string& where);

}  // namespace bask
