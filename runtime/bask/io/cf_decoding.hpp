// cf_decoding.hpp: what a dataset's stored numbers stand for, by its attributes and the CF and netCDF
// conventions: missing, packed and unsigned numbers, and the range of valid ones.
// Runs on: every rank. Threads: any; plain data.
// Sources: CF 1.8, sections 2.5.1 and 8.1; NetCDF Users Guide, appendix "Attribute Conventions".
#pragma once

#include <bask/io/element_conversion.hpp>
#include <bask/io/hdf5_dataset.hpp>

#include <cstdint>

namespace bask {

/// What reading makes of stored numbers. `kValidRange | kDefaultFills` is what netCDF4-python does unasked.
enum class Hdf5Decoding : std::uint8_t {
  kNone = 0,  ///< the numbers as they are stored
  /// As xarray: unsigned numbers by _Unsigned; NaN for _FillValue and missing_value; other numbers times
  /// scale_factor plus add_offset.
  kCf = 1,
  kValidRange = 3,    ///< kCf, and NaN for what lies outside of valid_range, valid_min and valid_max
  kDefaultFills = 5,  ///< kCf, and NaN for the type's default fill where there is no _FillValue
};
inline Hdf5Decoding operator|(Hdf5Decoding a, Hdf5Decoding b) {
  return static_cast<Hdf5Decoding>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

/// The decoding that the attributes ask for; `is_used` is false when they ask for none. A number given as
/// text counts as that number. The valid range of packed integers holds for unpacked values when its type is
/// floating, else for stored numbers. Throws: Error naming file, dataset, attribute and value when a value
/// makes no sense: a scale_factor of "large", or of two numbers.
CfDecoding cf_decoding_of(const Hdf5Dataset& dataset, Hdf5Decoding how = Hdf5Decoding::kCf);
/// The type of the decoded numbers, as xarray chooses it: float32 for types that float32 holds, else float64.
DType decoded_dtype(const Hdf5Dataset& dataset, Hdf5Decoding how = Hdf5Decoding::kCf);

}  // namespace bask
