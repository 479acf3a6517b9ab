// cf_decoding.hpp: what a dataset's attributes say that its stored numbers stand for, as the CF conventions
// and netCDF have it: missing ones, packed ones, unsigned ones, and the range of valid ones.
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
  /// Unsigned ones by _Unsigned, NaN for _FillValue and missing_value, the others times scale_factor plus
  /// add_offset: as xarray.
  kCf = 1,
  kValidRange = 3,    ///< kCf, and NaN for what lies outside of valid_range, valid_min and valid_max
  kDefaultFills = 5,  ///< kCf, and NaN for the type's default fill where there is no _FillValue
};
inline Hdf5Decoding operator|(Hdf5Decoding a, Hdf5Decoding b) {
  return static_cast<Hdf5Decoding>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

/// What the attributes ask for; not used when they ask for nothing. A number given as text counts as that
/// number. A valid range of floating type for packed integers is one of unpacked values, else of stored ones.
/// Throws: Error naming file, dataset, attribute and value when a value cannot be followed: a scale_factor of
/// "large", or of two numbers.
CfDecoding cf_decoding_of(const Hdf5Dataset& dataset, Hdf5Decoding how = Hdf5Decoding::kCf);
/// The type that the decoding gives, as xarray chooses it: float32 for what float32 holds, and float64.
DType decoded_dtype(const Hdf5Dataset& dataset, Hdf5Decoding how = Hdf5Decoding::kCf);

}  // namespace bask
